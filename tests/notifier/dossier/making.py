"""Dossiers to test with."""

from __future__ import annotations

from services.notifier.dossier import record, sealing
from services.notifier.dossier.bodies import Body, ExplanationWeighed, Opening, PhysicalEvent, Point, Series
from services.notifier.dossier.lists import Explanation, Hand, Happened, PlayedPart, Size, Witness
from services.notifier.dossier.record import GENESIS, Entry
from services.notifier.dossier.sealing import Key
from tests.notifier.samples import MINUTE

NOW_MS = 1_795_000_000_000


def opening(exercise: str | None = None) -> Opening:
    return Opening(alert="a1b2c3", region="VR17", exercise=exercise, by=Hand.OPERATOR, term_days=365)


def event(minute: int = MINUTE, happened: Happened = Happened.GATHERING) -> PhysicalEvent:
    return PhysicalEvent(
        at=record.minute(minute), happened=happened, gemeente="Rotterdam", gemeente_code="GM0599", place="Coolsingel",
        size=Size.UP_TO_200, witness=Witness.POLICE, by=Hand.OPERATOR,
    )  # fmt: skip


def weighed(explanation: Explanation = Explanation.CHANCE, answer: PlayedPart = PlayedPart.NO) -> ExplanationWeighed:
    return ExplanationWeighed(explanation=explanation, answer=answer, by=Hand.ANALYST)


def series(observed: list[int], *, first: int = MINUTE - 1440, bar: int = 15, name: str = "watch:x@y") -> Series:
    return Series(
        revision=1, series=name, bar_minutes=bar,
        points=tuple(
            Point(start=record.minute(first + bar * index), observed=count, expected="3.100")
            for index, count in enumerate(observed)
        ),
        window_start=record.minute(first), window_end=record.minute(first + bar), observed=84, expected="3.100",
        probability="3.0e-21", authors=61, coordinated=False, baseline="own", sources={"bluesky": 84},
        coverage_percent=100, sight=(),
    )  # fmt: skip


def chained(*bodies: Body, dossier: str = "a1b2c3") -> list[Entry]:
    entries: list[Entry] = []
    for number, body in enumerate(bodies, 1):
        previous = entries[-1].hash if entries else GENESIS
        entries.append(record.make(dossier, number, previous, body, NOW_MS + number))
    return entries


def sealed(entries: list[Entry], key: Key, dossier: str = "a1b2c3", exercise: str | None = None) -> bytes:
    seal = sealing.seal(
        dossier=dossier, exercise=exercise, count=len(entries), head=entries[-1].hash, key=key, now_ms=NOW_MS
    )
    return b"".join(entry.line + b"\n" for entry in entries) + seal + b"\n"
