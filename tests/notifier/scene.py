"""An evening in the security room: something of everything, for pictures and for tests that look at every view."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from contracts.alert import Alert, Certainty, EventReference, Kind, Place, SeriesPoint, Severity, State
from contracts.picture import PictureBlock
from contracts.source_health import Reason, SourceHealth, Status
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE, alert, health

ROTTERDAM, HAGUE, UTRECHT, EINDHOVEN, EXERCISE, UNKNOWN = "rtm-1", "hag-1", "utr-1", "ehv-1", "oef-1", "land-1"


def course(peak: int, usual: float, seed: int, bars: int = 48) -> tuple[SeriesPoint, ...]:
    """Twelve hours of quarters: ordinary until the last four."""
    chance = random.Random(seed)
    quiet = [max(0, round(chance.gauss(usual, usual**0.5))) for _ in range(bars - 4)]
    rise = [round(peak * share) for share in (0.12, 0.35, 0.7, 1.0)]
    return tuple(
        SeriesPoint(minute=MINUTE - 15 * (bars - index), observed=observed, expected=usual)
        for index, observed in enumerate(quiet + rise)
    )


def _seen(peak: int, usual: float, authors: int, probability: float) -> dict[str, object]:
    return {"observed": peak, "expected": usual, "authors": authors, "probability": probability, "ratio": peak / usual}


def _with(sample: Alert, **seen: object) -> Alert:
    return msgspec.structs.replace(sample, observation=msgspec.structs.replace(sample.observation, **seen))


def alerts() -> list[Alert]:
    rotterdam = _with(
        alert(
            id=ROTTERDAM,
            severity=Severity.HIGH,
            opened_minute=MINUTE - 22,
            series=course(84, 3.1, 1),
            terms=("rellen", "verzamelen", "vuurwerk"),
            context=("station", "winkels", "morgen"),
            event=EventReference(
                place="Coolsingel", gemeente="Rotterdam", starts="2020-12-15T22:00", call=True, objects=("vuurwerk",)
            ),
        ),
        **_seen(84, 3.1, 61, 3e-21),
    )
    hague = _with(
        alert(
            id=HAGUE,
            phenomenon="oproep",
            label="Oproep tot samenkomst – Den Haag",
            place=Place(
                gemeente="Den Haag",
                gemeente_code="GM0518",
                region="VR15",
                name="Hobbemaplein",
                certainty=Certainty.LIKELY,
            ),
            event=EventReference(place="Hobbemaplein", gemeente="Den Haag", starts="2020-12-15T20:30", call=True),
            reason="41 berichten in 15 minuten waar er 2 worden verwacht.",
            opened_minute=MINUTE - 9,
            series=course(41, 2.2, 2),
        ),
        **_seen(41, 2.2, 33, 2e-9),
    )
    utrecht = _with(
        alert(
            id=UTRECHT,
            phenomenon="weggeefactie",
            label="Weggeefactie – Utrecht",
            severity=Severity.LOW,
            place=Place(
                gemeente="Utrecht",
                gemeente_code="GM0344",
                region="VR09",
                name="Hoog Catharijne",
                certainty=Certainty.CERTAIN,
            ),
            event=None,
            reason="29 berichten in 60 minuten waar er 6 worden verwacht.",
            opened_minute=MINUTE - 64,
            series=course(29, 6, 3),
        ),
        **_seen(29, 6.0, 24, 4e-7),
    )
    eindhoven = _with(
        alert(
            id=EINDHOVEN,
            phenomenon="car-meet",
            label="Car meet – Eindhoven",
            place=Place(gemeente="Eindhoven", gemeente_code="GM0772", region="VR22", certainty=Certainty.CERTAIN),
            event=EventReference(gemeente="Eindhoven", starts="2020-12-15T23:00"),
            kind=Kind.CALL,
            reason="Een oproep met plaats en tijd; nog geen piek.",
            opened_minute=MINUTE - 131,
            series=course(12, 4, 4),
        ),
        **_seen(12, 4.0, 9, 2e-3),
    )
    unknown = alert(
        id=UNKNOWN,
        label="Oproep tot rellen – plaats niet bekend",
        severity=Severity.INFO,
        place=Place(candidates=("Bergen (L.)", "Bergen (NH.)")),
        event=None,
        opened_minute=MINUTE - 40,
        series=course(18, 5, 5),
    )
    exercise = alert(
        id=EXERCISE,
        phenomenon="project-x",
        label="Oproep tot samenkomst – Haren",
        exercise="Project X Haren",
        place=Place(
            gemeente="Groningen", gemeente_code="GM0014", region="VR01", name="Haren", certainty=Certainty.CERTAIN
        ),
        event=EventReference(place="Haren", gemeente="Groningen", starts="2020-12-16T19:30", call=True),
        opened_minute=MINUTE - 50,
        series=course(600, 40, 6),
    )
    old = [
        alert(
            id=f"oud-{number}",
            label=f"{label} – {town}",
            phenomenon=phenomenon,
            place=Place(gemeente=town, gemeente_code=code, region=region, certainty=Certainty.CERTAIN),
            state=State.CLOSED,
            opened_minute=MINUTE - 1440 * (number + 1),
            closed_minute=MINUTE - 1440 * (number + 1) + 95,
            series=course(30, 4, 10 + number),
        )
        for number, (label, phenomenon, town, code, region) in enumerate(
            [
                ("Blokkade", "blokkade", "Zwolle", "GM0193", "VR04"),
                ("Demonstratie", "demonstratie", "Amsterdam", "GM0363", "VR13"),
                ("Car meet", "car-meet", "Land van Cuijk", "GM1982", "VR21"),
                ("Vuurwerk", "vuurwerk-explosief", "Almere", "GM0034", "VR25"),
            ]
        )
    ]
    return [*old, eindhoven, utrecht, unknown, rotterdam, hague, exercise]


TOWNS = (("Rotterdam", "GM0599", 1.0), ("Schiedam", "GM0606", 0.3), ("Vlaardingen", "GM0622", 0.2))


def fortnight() -> list[PictureBlock]:
    """Two weeks of one phenomenon: busier in the evening, a night nearly blind, a rise at the end; and an exercise."""
    chance, first = random.Random(9), MINUTE // 60 * 60 - 14 * 1440
    found = []
    waiting: dict[str, tuple[int, int, float]] = {}
    for hour in range(14 * 24):
        start = first + 60 * hour
        usual = 14 * (1.6 if 15 <= start // 60 % 24 <= 22 else 0.5)
        rise = 1 + max(0, hour - 14 * 24 + 6) ** 2
        coverage = 0.2 if 240 <= hour < 248 else 1.0
        for name, code, share in TOWNS:
            since, posts, expected = waiting.pop(code, (start, 0, 0.0))
            posts += max(0, round(chance.gauss(usual * share, (usual * share) ** 0.5) * coverage * rise))
            expected += usual * share * coverage
            if posts < 10:
                waiting[code] = since, posts, expected
                continue
            place = {"series": f"watch:rellen@{code}", "gemeente": name, "gemeente_code": code, "region": "VR17"}
            words = ("coolsingel", "vuurwerk", "vanavond") if rise > 4 else ()
            told = {"end": start + 60, "posts": posts, "expected": expected, "coverage": coverage, "words": words}
            found.append(_block(since, **place, **told))
        everywhere = {"posts": round(usual * 2 * coverage * rise), "expected": usual * 2 * coverage}
        found.append(_block(start, series="phenomenon:rellen", coverage=coverage, **everywhere))
    played = {"exercise": "Project X Haren", "phenomenon": "project-x", "posts": 240, "expected": 3.0, "coverage": 1.0}
    return [*found, _block(first, series="phenomenon:project-x", **played)]


def _block(start: int, **fields: Any) -> PictureBlock:
    return PictureBlock(**({"phenomenon": "rellen", "start": start, "end": start + 60} | fields))


CAMPAIGN = {
    "message": "niet-delen", "phenomenon": "rellen", "region": "VR17", "gemeenten": ["Rotterdam"],
    "firstDay": "2020-12-10", "lastDay": "2020-12-31",
}  # fmt: skip


def sources(now: int, *, blind: bool = True) -> list[SourceHealth]:
    """What they say at ``now``."""
    mastodon = (
        health(
            source="mastodon-nl", kind="mastodon", status=Status.BLIND, reason=Reason.UNREACHABLE,
            since_ms=now - 840_000, at_ms=now, last_post_ms=now - 860_000, expected_gap_s=300.0,
        )
        if blind
        else health(source="mastodon-nl", kind="mastodon", since_ms=now - 840_000, at_ms=now, last_post_ms=now - 9_000)
    )  # fmt: skip
    return [
        health(source="bluesky", since_ms=now - 7_200_000, at_ms=now, last_post_ms=now - 2_000, expected_gap_s=20.0),
        mastodon,
        health(
            source="omroep-rss", kind="rss", status=Status.LATE, reason=Reason.LAGGING, since_ms=now - 1_300_000,
            at_ms=now, last_post_ms=now - 1_500_000, expected_gap_s=900.0,
        ),
    ]  # fmt: skip


async def evening(served: Served, *, blind: bool = True) -> None:
    """Alerts of every kind, some of them handled; a picture; and sources, one of them blind."""
    served.clock.ms = MINUTE * 60_000 + 40_000
    now = served.clock.ms
    await served.arrives(*alerts(), *sources(now, blind=blind))
    async with served.room.database.writing() as connection:
        await served.intake.put(connection, fortnight(), now)
    for address, data in (
        (f"{UTRECHT}/acknowledge", None),
        (f"{EINDHOVEN}/take", None),
        (f"{EINDHOVEN}/notes", {"text": "Gemeente gebeld: er is geen vergunning. Surveillance rijdt langs."}),
        ("oud-0/close", {"outcome": "terecht", "reason": "Tractoren stonden op de afrit."}),
        ("oud-1/close", {"outcome": "niet-terecht", "reason": "Aangemelde demonstratie, rustig verlopen."}),
        ("oud-2/close", {"outcome": "terecht", "reason": "Honderden auto's; politie was op tijd."}),
        ("oud-3/close", {"outcome": "niet-terecht", "reason": "Viering na een wedstrijd."}),
    ):
        answer = await served.http.post(
            f"/v1/alerts/{address}", json=data or {}, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 200, answer.text
    assert (await served.http.post("/v1/campaigns", json=CAMPAIGN)).status_code == 201
