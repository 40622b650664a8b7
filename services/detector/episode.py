"""One happening: what is remembered of it between signals, and how grave it may be called."""

from __future__ import annotations

import hashlib

import msgspec

from configuration.phenomena import Phenomenon, PhenomenonClass
from contracts.alert import EventReference, Kind, Observation, Place, SeriesPoint, Severity, State
from contracts.signal import Signal
from services.detector.gathering import FORESEEN, begins, ends
from services.detector.matching import place_key

RANK = (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH)
GROWTH = 1.5
"""A happening that grew by this factor is news."""
AWAITED_MINUTES = 4 * 1440
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
    also: tuple[EventReference, ...] = ()


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
    move_is_sure: bool = True
    """People said so themselves; False: only the date they call to changed."""
    moved_to: EventReference | None = None
    """To another town, which has an alert of its own."""
    beside: tuple[EventReference, ...] = ()
    """Other gatherings at its place that people are called to."""
    stands: bool = False
    """It was thought to be moved, and then people called to the old date again: no such guess is made twice."""
    event_heard: int | None = None
    """Last minute in which a signal told of `event` itself."""
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
            also=self.also,
        )

    @property
    def also(self) -> tuple[EventReference, ...]:
        """What of `beside` is still ahead, on another day than the gathering itself and the one that was moved."""
        told = {one.starts[:10] for one in (self.event, self.moved_from) if one is not None and one.starts}
        ahead = [one for one in self.beside if one.starts and one.starts[:10] not in told and _ahead(one, self.updated)]
        return tuple(sorted(ahead, key=lambda one: (one.starts or "", one.place or "")))


def _ahead(event: EventReference, minute: int) -> bool:
    return (ends(event) or 0) > minute


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


def tells_more(episode: Episode, signal: Signal) -> bool:
    """A burst before a call, whose window need not be unusual; of calls the one with most people; else the most
    surprising window."""
    old, new = episode.observation, signal.observation
    if episode.kind is not signal.kind:
        return signal.kind is Kind.BURST
    if signal.kind is Kind.CALL:
        return new.authors > old.authors
    return (new.probability, -new.observed) < (old.probability, -old.observed)


def is_news(episode: Episode) -> bool:
    shown, now = episode.shown, episode.now_shown()
    if shown is None:
        return True
    grown = now.observed >= GROWTH * max(1, shown.observed)
    same = (shown.kind, shown.severity, shown.place, shown.event, shown.coordinated, shown.terms, shown.also) == (
        now.kind, now.severity, now.place, now.event, now.coordinated, now.terms, now.also,
    )  # fmt: skip
    return grown or not same


def awaited_until(episode: Episode) -> int:
    """A gathering that people are called to is awaited: its alert stays open, also when nobody writes for a day."""
    if episode.event is None or not episode.event.call:
        return 0
    until = 0
    for event in (episode.event, episode.moved_from):  # who did not hear of a move still comes
        start, end = (begins(event), ends(event)) if event is not None else (None, None)
        if start is not None and end is not None and start - episode.opened <= FORESEEN.total_seconds() / 60:
            until = max(until, end)
    return until


def moved_away(episode: Episode, place: Place) -> bool:
    """The town that the gathering was moved from, within one alert."""
    old = episode.moved_from
    return old is not None and place.gemeente is not None and place.gemeente == old.gemeente != episode.place.gemeente


def under_way(episode: Episode, minute: int) -> bool:
    """In the days before and during a gathering whatever else is said of its place belongs to it."""
    if episode.event is None or not episode.event.call:
        return False
    start, end = begins(episode.event), ends(episode.event)
    return start is not None and end is not None and start - AWAITED_MINUTES <= minute < end
