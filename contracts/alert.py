"""`alerts`: one record per change of one happening, from detector to notifier; compacted by alert id."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Change(StrEnum):
    OPENED = "opened"
    UPDATED = "updated"
    MOVED = "moved"
    """The gathering got another place or time."""
    CLOSED = "closed"


class Kind(StrEnum):
    """What fired. Stable: it is a metric label and part of the backtest output."""

    BURST = "burst"
    CALL = "call"
    """A strong call to gather, without a burst."""


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Certainty(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where, as named in the posts themselves; never finer."""

    gemeente: str | None = None
    gemeente_code: str | None = None
    region: str | None = None
    """Veiligheidsregio code (VR01–VR25); absent: national queue."""
    name: str | None = None
    """Street, square, station or woonplaats, when named."""
    certainty: Certainty = Certainty.UNKNOWN
    candidates: tuple[str, ...] = ()
    """Gemeenten it may be, when it could not be settled."""


class EventReference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gathering the posts speak of."""

    place: str | None = None
    gemeente: str | None = None
    starts: str | None = None
    """Local wall time, ISO 8601 without offset: ``2021-11-19T20:00``, or a date only."""
    call: bool = False
    objects: tuple[str, ...] = ()
    """What people are told to bring (canonical watch terms)."""


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The evidence: one window of one series, the most surprising at the time of writing."""

    series: str
    """``term:<term>``, ``place:<code>``, ``phenomenon:<id>``, ``watch:<phenomenon>@<gemeente>``, ``event:<key>``."""
    scale_minutes: int
    window_start_minute: int
    window_end_minute: int
    """Open inclusive, close exclusive: ``start <= minute < end``."""
    observed: int
    expected: float
    ratio: float
    probability: float
    """P(count >= observed) under the baseline. A tail probability, comparable across series."""
    authors: float
    """Distinct authors in the window (exact when few, else estimated)."""
    sources: dict[str, int]
    """Posts per source."""
    coverage: float
    """Share of the window in which the sources could see, 0–1."""
    coordinated: bool = False
    """Many posts by few authors: no crowd."""
    baseline: str
    """``own`` (learned on this series), ``pooled`` (prior of its kind)."""


class SeriesPoint(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One bar of the chart an alert carries."""

    minute: int
    """Start of the bar, minutes since the epoch."""
    observed: int
    expected: float


class Alert(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="alert.v1", omit_defaults=True):
    """The whole current state of one happening: a later record replaces an earlier one (``revision`` grows)."""

    id: str
    """Deterministic: the same posts give the same id, on every replay."""
    revision: int
    state: State
    change: Change
    kind: Kind
    phenomenon: str
    """Phenomenon id from config/phenomena."""
    label: str
    """Short Dutch title: ``Oproep tot samenkomst – Haren``."""
    severity: Severity
    place: Place
    observation: Observation
    event: EventReference | None = None
    moved_from: EventReference | None = None
    moved_to: EventReference | None = None
    """Where people say it is now: another town, which has an alert of its own. Who does not know still comes here."""
    also: tuple[EventReference, ...] = ()
    """Other gatherings that people are called to at this place, soonest first."""
    opened_minute: int
    updated_minute: int
    closed_minute: int | None = None
    first_seen_minute: int
    terms: tuple[str, ...] = ()
    """Watch terms that fired, strongest first."""
    context: tuple[str, ...] = ()
    """Other permitted words used by at least k distinct authors."""
    reason: str
    """One line of Dutch: why now."""
    series: tuple[SeriesPoint, ...] = ()
    """Recent course of the observed series, oldest first."""
    config_version: str
    threshold: str
    """The limit that was passed, as configured, e.g. ``p < 1e-6``."""
    exercise: str | None = None
    posts_age_ms: int | None = None
    """Creation to alert, of the newest posts behind this record; absent in a replay or when fewer than ten share it."""
    emitted_ms: int
    """Wall clock at writing; the only field in which two replays differ."""


def key(alert: Alert) -> bytes:
    return alert.id.encode()
