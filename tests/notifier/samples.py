"""Alert records as the detector writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from contracts.alert import (
    Alert,
    Certainty,
    Change,
    EventReference,
    Kind,
    Observation,
    Place,
    SeriesPoint,
    Severity,
    State,
)
from contracts.source_health import Reason, SourceHealth, Status
from contracts.stage_health import Input, Stage, StageHealth

MINUTE = 26_800_960
"""15 December 2020, 18:40 UTC."""


def alert(**changed: Any) -> Alert:
    """An open alert, as of ``MINUTE``; any field can be replaced."""
    sample = Alert(
        id="a1b2c3",
        revision=1,
        state=State.OPEN,
        change=Change.OPENED,
        kind=Kind.BURST,
        phenomenon="rellen",
        label="Oproep tot rellen – Rotterdam",
        severity=Severity.MEDIUM,
        place=Place(
            gemeente="Rotterdam", gemeente_code="GM0599", region="VR17", name="Coolsingel", certainty=Certainty.CERTAIN
        ),
        observation=Observation(
            series="watch:rellen@GM0599",
            scale_minutes=15,
            window_start_minute=MINUTE - 15,
            window_end_minute=MINUTE,
            observed=84,
            expected=3.1,
            ratio=27.1,
            probability=3e-21,
            authors=61,
            sources={"bluesky": 60, "mastodon": 24},
            coverage=1.0,
            baseline="own",
        ),
        event=EventReference(place="Coolsingel", gemeente="Rotterdam", starts="2020-12-15T22:00", call=True),
        opened_minute=MINUTE,
        updated_minute=MINUTE,
        first_seen_minute=MINUTE - 20,
        terms=("rellen", "verzamelen"),
        context=("station",),
        reason="84 berichten in 15 minuten waar er 3 worden verwacht.",
        series=tuple(
            SeriesPoint(minute=MINUTE - 15 * back, observed=84 if back == 1 else 3, expected=3.1)
            for back in range(12, 0, -1)
        ),
        config_version="0123456789ab",
        threshold="p < 1e-6",
        emitted_ms=MINUTE * 60_000 + 4_000,
    )
    return msgspec.structs.replace(sample, **changed)


def health(**changed: Any) -> SourceHealth:
    sample = SourceHealth(
        source="bluesky", kind="jetstream", status=Status.LIVE, reason=Reason.OK, since_ms=1_000, at_ms=2_000
    )
    return msgspec.structs.replace(sample, **changed)


def working(stage: Stage, *partitions: int, of: int = 1, topic: str = "posts") -> StageHealth:
    """A worker of a stage that works on ``partitions``, or on all there are."""
    inputs = (Input(topic=topic, of=of, partitions=partitions or tuple(range(of))),)
    return StageHealth(stage=stage, inputs=inputs, at_ms=2_000)
