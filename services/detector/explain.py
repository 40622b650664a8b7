"""What the detector makes of one series at one minute, without leaving a trace: for tests of rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

from configuration.thresholds import Defaults
from services.detector.burst import Limits
from services.detector.detection import Detection
from services.detector.evidence import beyond_plan
from services.detector.gathering import ends
from services.detector.state import SeriesState
from services.detector.window import Reason, WindowTest

CALLED, PLANNED = "called", "planned"
"""Verdicts beside those of a window: a strong call by enough authors; as many as a planned event was expected to
bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    verdict: str
    test: WindowTest | None
    """The window that tells most."""
    limits: Defaults
    """In force for this series."""
    callers: int
    """Distinct authors of a strong call that is not over."""


def explain(detection: Detection, phenomenon: str, gemeente: str | None, minute: int) -> Explained | None:
    """What tells most of a phenomenon in a gemeente (by code), or anywhere (None): its series, or a gathering there.

    ``minute`` must not be before the last post. None: nothing of it was ever counted.
    """
    found = []
    for name in sorted(detection._series.names()):
        state = detection._series.get(name)
        if state is not None and _is_of(name.partition("/")[2], state, phenomenon, gemeente):
            found.append(_explain(detection, SeriesState.from_bytes(state.to_bytes()), minute))
    return max(found, key=_telling, default=None)


def _is_of(name: str, state: SeriesState, phenomenon: str, gemeente: str | None) -> bool:
    if gemeente is None:
        return name == f"phenomenon:{phenomenon}"
    if name == f"watch:{phenomenon}@{gemeente}":
        return True
    subject = state.kept.subject
    place = subject.place.gemeente_code if subject.place is not None else None
    return name.startswith(("event:", "planned:")) and (subject.phenomenon, place) == (phenomenon, gemeente)


def _telling(one: Explained) -> tuple[bool, int, int]:
    return one.verdict in (Reason.FIRED, CALLED, PLANNED), one.callers, one.test.observed if one.test else 0


def _explain(detection: Detection, state: SeriesState, minute: int) -> Explained:
    wanted, limits, _ = detection._limits.of(state)
    test, verdict = _judged(state, minute, limits)
    event = state.kept.subject.event
    over = ends(event) if event is not None else None
    subject = state.kept.subject
    awaited = over is not None and minute < over and not detection._is_planned(subject)
    callers = state.calls(minute) if awaited else 0
    planned, least = detection._plan(subject, minute, limits)
    if planned is not None and test is not None and test.verdict is Reason.FIRED:
        beyond = beyond_plan(state, minute, limits, planned, least)
        test, verdict = (test, PLANNED) if beyond is None else (beyond, beyond.verdict.value)
    if verdict != Reason.FIRED.value and callers >= wanted.call_authors:
        verdict = CALLED
    return Explained(verdict=verdict, test=test, limits=wanted, callers=callers)


def _judged(state: SeriesState, minute: int, limits: Limits) -> tuple[WindowTest | None, str]:
    """The live test looks no further where too few posts are; here the window is wanted all the same."""
    test = state.counts.test(minute, limits)
    if test is not None:
        return test, test.verdict.value
    test = state.counts.test(minute, replace(limits, min_posts=1, min_authors=0, min_sources=0, min_ratio=1.0))
    few = test is not None and test.observed < limits.min_posts
    return test, (Reason.TOO_FEW_POSTS if few else Reason.BELOW_THRESHOLD).value
