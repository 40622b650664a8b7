"""Whether every post is worked off: what the workers of a stage said lately, put together. Pure.

A worker says what it works on (`contracts.stage_health`). When it hangs nobody takes that back, and when it is gone
another one takes its partitions over some seconds later. So a partition of which nobody spoke in time makes its stage
blind, whoever had it last; who takes it over in time is not noticed.
"""

from __future__ import annotations

import msgspec

from contracts.source_health import Reason, SourceHealth, Status
from contracts.stage_health import Stage, StageHealth

UNHEARD_MS = 10_000
"""A worker speaks every four seconds: two times it did not. Blindness is shown within fifteen."""
KIND = "stage"
PREFIX = "seinpost:"
"""No source can be named so."""


class Partitions(msgspec.Struct, frozen=True, kw_only=True):
    """Of one topic that a stage reads."""

    of: int
    heard_ms: dict[int, int]
    """By partition when a worker last said that it works on it."""


class Heard(SourceHealth, frozen=True, kw_only=True, tag_field="contract", tag="source-health.v1"):
    """All that was said of one stage. Stored with the sources, as one that has ended: so a release that knows of no
    stages reads it, and takes it for nothing."""

    inputs: dict[str, Partitions] = msgspec.field(default_factory=dict)


def name(stage: Stage) -> str:
    """Under which it stands with the sources."""
    return f"{PREFIX}{stage.value}"


def hear(before: Heard | None, report: StageHealth, now_ms: int) -> Heard:
    """What is known after this report. Of topics and partitions that it does not name any more nothing is kept."""
    inputs = {}
    for one in report.inputs:
        known = before.inputs.get(one.topic) if before is not None else None
        heard_ms = {number: at_ms for number, at_ms in (known.heard_ms if known else {}).items() if number < one.of}
        heard_ms |= {number: now_ms for number in one.partitions if 0 <= number < one.of}
        inputs[one.topic] = Partitions(of=one.of, heard_ms=heard_ms)
    whole_before = before is not None and believed(report.stage, before, now_ms, now_ms).status is Status.LIVE
    return Heard(
        source=name(report.stage),
        kind=KIND,
        status=Status.ENDED,
        reason=Reason.FINISHED,
        since_ms=before.since_ms if before is not None and whole_before else now_ms,
        at_ms=now_ms,
        inputs=inputs,
    )


def believed(stage: Stage, heard: Heard | None, waited_for_ms: int, now_ms: int) -> SourceHealth:
    """``waited_for_ms``: since when it should have spoken, if it never did."""
    if heard is None:
        return _line(stage, Status.BLIND, Reason.STARTING, waited_for_ms, waited_for_ms)
    spoken = [one.heard_ms.get(number) for one in heard.inputs.values() for number in range(one.of)]
    late = [at_ms for at_ms in spoken if at_ms is None or at_ms < now_ms - UNHEARD_MS]
    if not late:
        return _line(stage, Status.LIVE, Reason.OK, heard.since_ms, heard.at_ms)
    # A partition that nobody ever had is missed for as long as it is known.
    since_ms = min(heard.since_ms if at_ms is None else at_ms for at_ms in late)
    if len(late) < len(spoken):
        return _line(stage, Status.BLIND, Reason.PARTIAL, since_ms, heard.at_ms)
    return _line(stage, Status.BLIND, Reason.UNHEARD, max(at_ms or since_ms for at_ms in late), heard.at_ms)


def _line(stage: Stage, status: Status, reason: Reason, since_ms: int, at_ms: int) -> SourceHealth:
    return SourceHealth(source=name(stage), kind=KIND, status=status, reason=reason, since_ms=since_ms, at_ms=at_ms)
