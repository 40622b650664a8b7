"""`signals`: series that passed their limit, and how far event time has come. Detector to detector, one partition."""

from __future__ import annotations

import msgspec

from contracts.alert import Kind, Observation, SeriesPoint
from contracts.series_deltas import Subject


class Signal(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="signal.v1", omit_defaults=True):
    """One series that fired in one minute."""

    partition: int
    """Partition of `series.deltas` the series lives in."""
    minute: int
    """Minute that was tested, since the epoch."""
    complete: bool
    """False: the minute is still filling; what has passed its limit now will have passed it then. Only complete signals
    change what an alert says for good, so that a replay says the same."""
    kind: Kind
    subject: Subject
    observation: Observation
    first_seen_minute: int
    threshold: str
    callers: int = 0
    """Distinct authors of the last day who call to this gathering; 0: no gathering, or one that is over."""
    movers: int = 0
    """Distinct authors of the last day who say themselves that it was moved to this place and time."""
    authors_unknown: bool = False
    """No source of this series names authors: posts were counted instead."""
    context: tuple[str, ...] = ()
    """Words shared by at least k distinct authors, most used first."""
    points: tuple[SeriesPoint, ...] = ()
    planned: str | None = None
    """Planned event that was under way there: what fired is more than it was expected to bring."""
    exercise: str | None = None
    newest_ms: int | None = None


class Progress(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="signals-progress.v1", omit_defaults=True
):
    """Every signal of this partition for a minute before ``minute`` has been sent."""

    partition: int
    partitions: int
    """Number of partitions of `series.deltas`."""
    minute: int
    exercise: str | None = None


SignalRecord = Signal | Progress
