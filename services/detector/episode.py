"""One happening: what is remembered of it between signals, and how grave it may be called."""

from __future__ import annotations

import hashlib

import msgspec

from configuration.phenomena import Phenomenon, PhenomenonClass
from contracts.alert import EventReference, Kind, Observation, Place, SeriesPoint, Severity, State
from services.detector.fold import place_key

RANK = (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH)
LARGE_RATIO = 10.0
MANY_AUTHORS = 3
"""Times the number of authors that was needed."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the last alert said, to see whether there is news."""

    kind: Kind
    severity: Severity
    place: str | None
    event: EventReference | None
    observed: int
    coordinated: bool
    terms: tuple[str, ...]


class Episode(msgspec.Struct, kw_only=True):
    """State of one happening. Minutes are event time."""

    id: str
    exercise: str | None
    phenomenon: str
    kind: Kind
    place: Place
    opened: int
    fired: int
    """Last minute in which a signal kept it open."""
    first_seen: int
    opening_scale: int
    observation: Observation
    threshold: str
    severity: Severity
    state: State = State.OPEN
    settled: bool = False
    """False while only signals of a filling minute speak for it."""
    revision: int = 0
    updated: int = 0
    closed: int | None = None
    authors_unknown: bool = False
    event: EventReference | None = None
    moved_from: EventReference | None = None
    terms: dict[str, float] = {}
    """Terms that fired, with their smallest tail probability."""
    events: dict[str, int] = {}
    """Event series that belong to it, with the authors of each."""
    planned: str | None = None
    context: tuple[str, ...] = ()
    points: tuple[SeriesPoint, ...] = ()
    shown: Shown | None = None
    newest_ms: int | None = None

    @property
    def where(self) -> str | None:
        return place_key(self.place)

    def longest_sustaining_scale(self, minute: int) -> int:
        """A long window still holds a short burst long after it: it may keep a happening open only once that has lasted
        half as long as the window, or when the happening was opened by so long a window."""
        return max(60, self.opening_scale, 2 * (minute - self.opened))

    def now_shown(self) -> Shown:
        return Shown(
            kind=self.kind,
            severity=self.severity,
            place=self.where,
            event=self.event,
            observed=self.observation.observed,
            coordinated=self.observation.coordinated,
            terms=tuple(sorted(self.terms)),
        )


def identity(exercise: str | None, phenomenon: str, where: str | None, minute: int) -> str:
    """The same posts give the same id: what, where and the minute it opened, in 80 bits."""
    content = "\0".join((exercise or "", phenomenon, where or "", str(minute)))
    return hashlib.blake2b(content.encode(), digest_size=10).hexdigest()


def severity(
    phenomenon: Phenomenon,
    kind: Kind,
    *,
    place: Place,
    event: EventReference | None,
    observation: Observation,
    needed: int,
) -> Severity:
    """A lawful demonstration is never a threat. Words alone raise nothing: only a call to a place and time, or a crowd.

    ``needed`` is the configured least number of authors; the phenomenon sets the ceiling.
    """
    if phenomenon.kind is PhenomenonClass.DEMONSTRATION:
        return Severity.INFO
    level = 1
    if observation.coordinated:
        return RANK[min(level, RANK.index(Severity(phenomenon.severity.value)))]
    gathering = event is not None and event.call
    level += kind is Kind.CALL or gathering
    level += gathering and bool(event and event.objects)
    crowd = observation.authors >= MANY_AUTHORS * needed and observation.ratio >= LARGE_RATIO
    level += crowd and kind is Kind.BURST
    level += crowd and place_key(place) is not None and gathering
    return RANK[min(level, 3, RANK.index(Severity(phenomenon.severity.value)))]
