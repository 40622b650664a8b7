"""What the entries of a dossier amount to: one course, the events and decisions that stand, the answers. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from services.notifier.dossier.bodies import (
    Correction,
    Decision,
    ExplanationWeighed,
    LighterMeasure,
    PhysicalEvent,
    Series,
    read,
)
from services.notifier.dossier.correlation import Input
from services.notifier.dossier.lists import Considered, Explanation, Happened, Kind, Measure, PlayedPart
from services.notifier.dossier.record import Entry, ms_of

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    minute: int
    observed: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    bars: tuple[Bar, ...]
    """Oldest first, without gaps."""
    bar_minutes: int
    numbers: tuple[int, ...]
    """Of the entries it was joined from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry that is not corrected."""

    number: int
    ms: int
    event: PhysicalEvent | None = None
    decision: Decision | None = None


def corrections(entries: Sequence[Entry]) -> dict[int, Correction]:
    """By the number of the entry that is wrong."""
    found = [read(entry.body, Correction) for entry in entries if entry.kind is Kind.CORRECTION]
    return {one.number: one for one in found}


def course(entries: Sequence[Entry]) -> Course | None:
    """The newest course, and before it what earlier ones of the same series and width still saw."""
    wrong = corrections(entries)
    kept = [
        (entry.number, read(entry.body, Series))
        for entry in entries
        if entry.kind is Kind.SERIES and entry.number not in wrong
    ]
    if not kept:
        return None
    newest = kept[-1][1]
    bars: dict[int, Bar] = {}
    numbers = []
    for number, one in kept:
        if (one.series, one.bar_minutes) != (newest.series, newest.bar_minutes):
            continue
        numbers.append(number)
        for point in one.points:
            at = ms_of(point.start) // MINUTE_MS
            bars[at] = Bar(minute=at, observed=point.observed, expected=float(point.expected))
    last = max(bars)
    joined = [bars[last]]
    while (before := bars.get(joined[-1].minute - newest.bar_minutes)) is not None:
        joined.append(before)
    return Course(bars=tuple(reversed(joined)), bar_minutes=newest.bar_minutes, numbers=tuple(numbers))


def standing(entries: Sequence[Entry]) -> list[Standing]:
    """Events and decisions that are not corrected, by time."""
    wrong = corrections(entries)
    found = []
    for entry in entries:
        if entry.number in wrong:
            continue
        if entry.kind is Kind.PHYSICAL_EVENT:
            event = read(entry.body, PhysicalEvent)
            found.append(Standing(number=entry.number, ms=ms_of(event.at), event=event))
        elif entry.kind is Kind.DECISION:
            decision = read(entry.body, Decision)
            found.append(Standing(number=entry.number, ms=ms_of(decision.at), decision=decision))
    return sorted(found, key=lambda one: (one.ms, one.number))


def explanations(entries: Sequence[Entry]) -> dict[Explanation, PlayedPart]:
    """The last answer to each; what was never answered is not there."""
    wrong = corrections(entries)
    found = [
        read(entry.body, ExplanationWeighed)
        for entry in entries
        if entry.kind is Kind.EXPLANATION and entry.number not in wrong
    ]
    return {one.explanation: one.answer for one in found}


def lighter_measures(entries: Sequence[Entry]) -> dict[Measure, Considered]:
    wrong = corrections(entries)
    found = [
        read(entry.body, LighterMeasure)
        for entry in entries
        if entry.kind is Kind.LIGHTER_MEASURE and entry.number not in wrong
    ]
    return {one.measure: one.answer for one in found}


def together(found: Course, events: Sequence[Standing]) -> tuple[Input, tuple[int, ...]]:
    """Excess and events per bar, and the numbers of the events that fall within the course."""
    first, counts, numbers = found.bars[0].minute, [0] * len(found.bars), []
    for one in events:
        if one.event is None or one.event.happened is Happened.NOTHING:
            continue
        at = (one.ms // MINUTE_MS - first) // found.bar_minutes
        if 0 <= at < len(counts):
            counts[at] += 1
            numbers.append(one.number)
    excess = tuple(bar.observed - bar.expected for bar in found.bars)
    return Input(excess=excess, events=tuple(counts), bar_minutes=found.bar_minutes), tuple(numbers)


def seed(head: str, numbers: Sequence[int]) -> int:
    """From what is correlated, so that whoever has the dossier finds the same figures."""
    return int(hashlib.sha256(f"{head} {list(numbers)}".encode()).hexdigest()[:8], 16)
