"""What an alert shows of a series: the window that fired, or the day in which people called."""

from __future__ import annotations

import dataclasses

import msgspec

from configuration.calendar import PlannedEvent
from contracts.alert import Observation, Place
from contracts.series_deltas import Subject
from services.detector.burst import Limits
from services.detector.calendar import beyond
from services.detector.state import CALLS_COUNT_MINUTES, SeriesState
from services.detector.window import Reason, WindowTest


def beyond_plan(
    state: SeriesState, minute: int, limits: Limits, planned: PlannedEvent, least: float
) -> WindowTest | None:
    """The shortest window that holds more than a planned event was expected to bring."""
    for scale in sorted(limits.scales_minutes):
        test = state.counts.test(minute, dataclasses.replace(limits, scales_minutes=(scale,)))
        if test is None or test.verdict is not Reason.FIRED:
            continue
        if beyond(planned, test.observed, test.expected, scale, least):
            return test
    return None


def observed(series: str, test: WindowTest) -> Observation:
    return Observation(
        series=series,
        scale_minutes=test.scale_minutes,
        window_start_minute=test.start_minute,
        window_end_minute=test.end_minute,
        observed=test.observed,
        expected=round(test.expected, 4),
        ratio=round(test.ratio, 3),
        probability=float(f"{test.probability:.6g}"),
        # The sketch is an estimate; never say more people than posts.
        authors=round(min(test.authors, float(test.observed)), 2),
        sources=dict(sorted(test.sources.items())),
        coverage=round(test.coverage, 4),
        coordinated=test.coordinated,
        baseline=test.baseline,
    )


def called(series: str, state: SeriesState, minute: int, callers: int, limits: Limits) -> Observation:
    """A call is shown over the day in which its callers are counted, whether or not so many posts are unusual."""
    found = observed(series, state.counts.window(minute, limits, CALLS_COUNT_MINUTES))
    return msgspec.structs.replace(found, authors=float(callers), coordinated=False)


def placed(subject: Subject, place: Place | None) -> Subject:
    return subject if subject.place is not None or place is None else msgspec.structs.replace(subject, place=place)
