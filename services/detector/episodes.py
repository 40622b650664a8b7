"""From signals to happenings: related series are one episode, with one alert that is opened, updated, moved and closed.

Only complete signals, taken in order of event time, decide what an alert says; a signal of a minute that is still
filling may open one early. So the same posts give the same alerts, however they were spread over partitions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import msgspec

from configuration import Configuration
from configuration.mandates import Cover
from contracts.alert import Alert, Change, EventReference, Kind, Place, Severity, State
from contracts.series_deltas import Subject
from contracts.signal import Progress, Signal
from services.detector import moves
from services.detector.belonging import Belonging
from services.detector.episode import (
    RANK,
    Episode,
    awaited_until,
    identity,
    is_news,
    moved_away,
    severity,
    tells_more,
)
from services.detector.event_time import Alignment
from services.detector.matching import place_key
from services.detector.store import Store
from services.detector.wording import label, reason

NEWS = (Change.OPENED, Change.MOVED, Change.UPDATED, Change.CLOSED)
"""Of several changes in one minute the first of these is told."""
MAX_TERMS = 10
FORGET_CLOSED_MINUTES = 8 * 1440
"""Longer than the longest window: until then a window that reaches back into a closed happening opens no new one."""
MAX_AGE_MS = 6 * 3_600_000
"""A post older than this is a replay: its age says nothing about speed."""


class World(msgspec.Struct, kw_only=True):
    """What one exercise, or real life, needs to remember besides its open episodes."""

    settled: int | None = None
    """Every minute before this was taken in."""
    reached: dict[int, int] = {}
    closed: dict[str, int] = {}
    """Last closing minute by phenomenon and place: ``rellen@GM0599``; ``rellen@`` without a place, ``rellen@*`` any."""
    alerts: tuple[str, ...] = ()
    """Of an exercise: ids of all it opened, so that they can be taken from the topic when it is removed."""


class Episodes:
    """``worlds`` and ``episodes`` are durable; signals that wait for their minute are read again after a restart."""

    def __init__(
        self,
        configuration: Configuration,
        worlds: Store[World],
        episodes: Store[Episode],
        cover: Cover | None = None,
    ) -> None:
        """``cover``: what mandates allow now; None where they do not apply, in a backtest."""
        self.configure(configuration)
        self._cover = cover
        self._worlds = worlds
        self._episodes = episodes
        self._alignments: dict[str, Alignment] = {}
        self._waiting: dict[str, dict[tuple[int, int, str, bool], Signal]] = {}
        self.repeated = 0

    def configure(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._phenomena = {phenomenon.id: phenomenon for phenomenon in configuration.phenomena}
        self._belonging = Belonging(configuration)

    def change_cover(self, cover: Cover, now_ms: int) -> list[Alert]:
        """Mandates began or ended: a happening that none covers any more is closed; only its alert remains."""
        self._cover = cover
        alerts = []
        for episode in self._open_episodes(None):
            if not self._may_watch(None, episode.phenomenon, episode.place):
                episode.state, episode.closed = State.CLOSED, max(episode.updated, episode.fired)
                self._episodes.drop(_key(episode))
                alerts.append(self._alert(episode, Change.CLOSED, now_ms))
        return alerts

    def forget(self, gone: Callable[[str], bool]) -> list[str]:
        """Worlds that are gone, with their happenings. Returns the ids of all alerts that came of them."""
        told: list[str] = []
        for name in [name for name in self._worlds.names() if gone(name)]:
            world = self._worlds.get(name)
            told += world.alerts if world is not None else ()
            self._worlds.drop(name)
        for name in [name for name in self._episodes.names() if gone(name.partition("/")[0])]:
            self._episodes.drop(name)
        self._alignments = {name: one for name, one in self._alignments.items() if not gone(name)}
        self._waiting = {name: one for name, one in self._waiting.items() if not gone(name)}
        return told

    def _may_watch(self, exercise: str | None, phenomenon: str | None, place: Place | None) -> bool:
        """Exercises hold nobody's posts: they need no mandate."""
        region = place.region if place is not None else None
        return self._cover is None or exercise is not None or self._cover.watches(phenomenon, region)

    def settled(self, exercise: str | None) -> int | None:
        """Signals of minutes before this have had their effect."""
        world = self._worlds.get(_name(exercise))
        return world.settled if world else None

    def take(self, record: Signal | Progress, now_ms: int) -> list[Alert]:
        """Take in one record of `signals`; returns what changed."""
        world_name = _name(record.exercise)
        world = self._worlds.get(world_name) or World()
        waiting = self._waiting.setdefault(world_name, {})
        if isinstance(record, Progress):
            alignment = self._alignment(world_name, world, record.partitions)
            minute = alignment.report(record.partition, record.minute, idle=False)
            world.reached[record.partition] = alignment.reached[record.partition]
            self._worlds.put(world_name, world)  # each alert below is written in it
            settled = iter(()) if minute is None else self._settle(world, waiting, minute, record.exercise)
            # One by one: each alert tells its happening as it was at that moment.
            alerts = [self._alert(episode, change, now_ms) for episode, change in settled]
            self._worlds.put(world_name, world)
        elif world.settled is not None and record.minute < world.settled:
            self.repeated += 1
            return []
        elif not self._may_watch(record.exercise, record.subject.phenomenon, record.subject.place):
            return []  # counted before the mandate ended
        else:
            waiting[record.minute, _rank(record), record.observation.series, record.complete] = record
            alerts = []
        return alerts + [self._alert(episode, change, now_ms) for episode, change in self._early(world, waiting)]

    def _alignment(self, name: str, world: World, partitions: int) -> Alignment:
        if name not in self._alignments:
            self._alignments[name] = Alignment.of(range(partitions))
            self._alignments[name].reached.update(world.reached)
            self._alignments[name].minute = world.settled
        return self._alignments[name]

    def _settle(
        self, world: World, waiting: dict[tuple[int, int, str, bool], Signal], minute: int, exercise: str | None
    ) -> Iterator[tuple[Episode, Change]]:
        """Everything before ``minute`` is known: take it in, in one order, and let go of what fell silent."""
        ready = sorted(key for key in waiting if key[0] < minute)
        for at, keys in itertools.groupby(ready, key=lambda key: key[0]):
            yield from self._close_silent(world, exercise, at)
            changed: dict[str, tuple[Episode, Change]] = {}
            for signal in [waiting.pop(key) for key in keys]:
                for episode, kind in self._apply(world, signal) if signal.complete else ():
                    before = changed.get(episode.id, (episode, kind))[1]
                    changed[episode.id] = episode, min(before, kind, key=NEWS.index)
            for episode, kind in changed.values():
                if kind is not Change.UPDATED or is_news(episode):
                    episode.updated = at
                    yield episode, kind
        world.settled = max(minute, world.settled or minute)
        yield from self._close_silent(world, exercise, world.settled)
        world.closed = {key: at for key, at in world.closed.items() if at > minute - FORGET_CLOSED_MINUTES}

    def _early(
        self, world: World, waiting: dict[tuple[int, int, str, bool], Signal]
    ) -> Iterator[tuple[Episode, Change]]:
        """Open at once what will open anyway: a place or a call whose minute is still filling."""
        for key in sorted(waiting):
            signal = waiting[key]
            if (
                world.settled is None
                or signal.minute > world.settled
                or place_key(signal.subject.place or Place()) is None
            ):
                continue
            if self._find(signal) is None and (episode := self._open(world, signal)) is not None:
                yield episode, Change.OPENED
            if not signal.complete:
                del waiting[key]

    def _apply(self, world: World, signal: Signal) -> Iterator[tuple[Episode, Change]]:
        if signal.subject.phenomenon not in self._phenomena:
            return
        change = Change.UPDATED
        left = self._belonging.left(signal, self._open_episodes(signal.exercise))
        episode = self._find(signal)
        if episode is None:
            episode = self._open(world, signal, moved_here=left is not None)
            change = Change.OPENED
        else:
            if not episode.settled and episode.where == place_key(signal.subject.place or Place()):
                episode = self._anew(episode, signal)
            if self._join(episode, signal):
                change = Change.MOVED
        if episode is None:
            return
        if left is not None and moves.between_towns(left, episode, signal.subject.event):
            self._episodes.put(_key(left), left)
            yield left, Change.MOVED
            change = min(change, Change.MOVED, key=NEWS.index)
        self._episodes.put(_key(episode), episode)
        yield episode, change

    def _find(self, signal: Signal) -> Episode | None:
        """The open episode a signal belongs to, if any."""
        return next(self._belonging.fitting(signal, self._open_episodes(signal.exercise)), None)

    def _open_episodes(self, exercise: str | None) -> list[Episode]:
        prefix = f"{_name(exercise)}/"
        found = (self._episodes.get(name) for name in self._episodes.names() if name.startswith(prefix))
        return sorted((episode for episode in found if episode is not None), key=lambda one: (one.opened, one.id))

    def _open(self, world: World, signal: Signal, *, moved_here: bool = False) -> Episode | None:
        subject, observation = signal.subject, signal.observation
        if subject.phenomenon is None or subject.phenomenon not in self._phenomena:
            return None
        if subject.place is None and self._belonging.is_generic(subject.phenomenon):
            return None  # People are called, nobody knows where or to what.
        if signal.kind is Kind.CALL and not moved_here and signal.callers < self._belonging.call_authors(subject):
            return None  # People say that it was moved, and nobody knows what.
        where = place_key(subject.place or Place())
        # A series of the whole country takes its place from its newest posts: its window may hold another town's crowd.
        own = signal.observation.series.startswith(("watch:", "event:"))
        for closed in (f"{subject.phenomenon}@{where if where and own else '*'}", f"{subject.phenomenon}@"):
            # A window that reaches back into a happening that was closed tells of that one, not of a new one.
            if observation.window_start_minute < world.closed.get(closed, -1) and signal.kind is Kind.BURST:
                return None
        id_ = identity(signal.exercise, self._what(subject.phenomenon, where), where, signal.minute)
        episode = self._begun(signal, subject.phenomenon, id_, signal.minute)
        self._join(episode, signal)
        self._episodes.put(_key(episode), episode)
        return episode

    def _anew(self, episode: Episode, signal: Signal) -> Episode:
        """What a signal of a filling minute opened early, as the first complete one of its place would have."""
        begun = self._begun(signal, signal.subject.phenomenon or episode.phenomenon, episode.id, episode.opened)
        begun.revision = episode.revision
        return begun

    def _begun(self, signal: Signal, phenomenon: str, id_: str, opened: int) -> Episode:
        observation, place = signal.observation, signal.subject.place or Place()
        return Episode(
            id=id_,
            exercise=signal.exercise,
            phenomenon=phenomenon,
            kind=signal.kind,
            place=place,
            opened=opened,
            fired=signal.minute,
            updated=signal.minute,
            first_seen=signal.first_seen_minute,
            opening_scale=observation.scale_minutes,
            observation=observation,
            threshold=signal.threshold,
            severity=self._severity(phenomenon, signal.kind, place, signal.subject.event, signal),
            authors_unknown=signal.authors_unknown,
        )

    def _name_better(self, episode: Episode, signal: Signal) -> None:
        """A bare call at a place takes the name of what it turns out to be."""
        named = signal.subject.phenomenon
        generic = self._belonging.is_generic
        if named is None or not signal.complete or generic(named) or not generic(episode.phenomenon):
            return
        episode.phenomenon = named

    def _what(self, phenomenon: str, where: str | None) -> str:
        """At one place what opens in one minute is one happening, of whatever phenomenon; without a place it is not."""
        if where is None:
            return phenomenon
        return "demonstration" if self._belonging.is_demonstration(phenomenon) else "happening"

    def _join(self, episode: Episode, signal: Signal) -> bool:
        """Takes a signal in. True when it tells that the gathering was moved."""
        subject, observation = signal.subject, signal.observation
        placed = place_key(subject.place or Place()) is not None
        moved = False
        place = subject.place or Place()
        if placed and (episode.where is None or self._belonging.encloses(episode.place, place)):
            episode.place = place
        elsewhere = self._belonging.encloses(place, episode.place) or moved_away(episode, place)
        if subject.term is not None:
            episode.terms[subject.term] = min(observation.probability, episode.terms.get(subject.term, 1.0))
        if subject.event is not None:
            moved = self._take_event(episode, signal, subject.event)
        if (placed and not elsewhere) or episode.where is None:
            self._name_better(episode, signal)
            if observation.scale_minutes <= episode.longest_sustaining_scale(signal.minute):
                episode.fired = max(episode.fired, signal.minute)
            if signal.complete and (not episode.settled or tells_more(episode, signal)):
                generic = self._belonging.is_generic
                better = not generic(subject.phenomenon) or generic(episode.phenomenon)
                if subject.phenomenon is not None and signal.minute == episode.opened and better:
                    episode.phenomenon = subject.phenomenon
                episode.kind = signal.kind
                episode.observation = observation
                episode.points = signal.points
                episode.threshold = signal.threshold
                episode.authors_unknown = signal.authors_unknown
            episode.planned = signal.planned
            if signal.context:
                episode.context = signal.context
        episode.first_seen = min(episode.first_seen, signal.first_seen_minute)
        if not signal.complete:
            episode.points = signal.points
        episode.settled = episode.settled or signal.complete
        episode.newest_ms = signal.newest_ms
        episode.severity = max(
            episode.severity,
            self._severity(self._told_as(episode, subject), signal.kind, episode.place, episode.event, signal),
            key=RANK.index,
        )
        return moved

    def _told_as(self, episode: Episode, subject: Subject) -> str:
        """The phenomenon by which a signal of an episode is weighed: a bare call as what it calls to."""
        if subject.phenomenon is None or self._belonging.is_generic(subject.phenomenon):
            return episode.phenomenon
        return subject.phenomenon

    def _take_event(self, episode: Episode, signal: Signal, event: EventReference) -> bool:
        return moves.take(
            episode,
            signal,
            event,
            self._configuration.gazetteer,
            needed=self._belonging.call_authors(signal.subject),
            demonstration=self._belonging.is_demonstration(episode.phenomenon),
        )

    def _severity(
        self, phenomenon: str, kind: Kind, place: Place, event: EventReference | None, signal: Signal
    ) -> Severity:
        needed = self._configuration.thresholds.limits(phenomenon, place.region).min_authors
        return severity(
            self._phenomena[phenomenon],
            kind,
            place=place,
            event=event,
            observation=signal.observation,
            needed=needed,
        )

    def _close_silent(self, world: World, exercise: str | None, minute: int) -> Iterator[tuple[Episode, Change]]:
        for episode in self._open_episodes(exercise):
            phenomenon = self._phenomena.get(episode.phenomenon)
            days = phenomenon.stays_open_days if phenomenon is not None else 0
            patience = max(self._configuration.thresholds.close_after_minutes, days * 1440)
            silent = max(episode.fired + patience, awaited_until(episode))
            if silent > minute:
                continue
            episode.state = State.CLOSED
            episode.closed = episode.updated = silent
            world.closed[f"{episode.phenomenon}@{episode.where or ''}"] = episode.closed
            world.closed[f"{episode.phenomenon}@*"] = episode.closed
            self._episodes.drop(_key(episode))
            yield episode, Change.CLOSED

    def _alert(self, episode: Episode, change: Change, now_ms: int) -> Alert:
        phenomenon = self._phenomena.get(episode.phenomenon)
        name = phenomenon.label if phenomenon else episode.phenomenon
        episode.revision += 1
        if episode.exercise is not None and episode.revision == 1:
            world = self._worlds.get(episode.exercise) or World()
            world.alerts = (*world.alerts, episode.id)
            self._worlds.put(episode.exercise, world)
        if episode.settled:
            episode.shown = episode.now_shown()
        if episode.state is State.OPEN:
            self._episodes.put(_key(episode), episode)
        age = now_ms - episode.newest_ms if episode.newest_ms is not None else None
        terms = tuple(sorted(episode.terms, key=lambda term: (episode.terms[term], term)))[:MAX_TERMS]
        return Alert(
            id=episode.id,
            revision=episode.revision,
            state=episode.state,
            change=change,
            kind=episode.kind,
            phenomenon=episode.phenomenon,
            label=label(name, episode.place),
            severity=episode.severity,
            place=episode.place,
            observation=episode.observation,
            event=episode.event,
            moved_from=episode.moved_from,
            moved_to=episode.moved_to,
            also=episode.also,
            opened_minute=episode.opened,
            updated_minute=episode.updated,
            closed_minute=episode.closed,
            first_seen_minute=episode.first_seen,
            terms=terms,
            context=episode.context,
            reason=reason(
                episode.kind,
                about=f"‘{terms[0]}’" if terms else name.lower(),
                place=episode.place,
                event=episode.event,
                moved_from=episode.moved_from,
                move_is_sure=episode.move_is_sure,
                observation=episode.observation,
                authors_unknown=episode.authors_unknown,
                planned=episode.planned,
                moved_to=episode.moved_to,
                also=episode.also,
            ),
            series=episode.points,
            config_version=self._configuration.version,
            threshold=episode.threshold,
            exercise=episode.exercise,
            posts_age_ms=age if age is not None and 0 <= age <= MAX_AGE_MS else None,
            emitted_ms=now_ms,
        )


def is_real(key: str) -> bool:
    """Whether an episode is of real life, by its key."""
    return key.startswith("real/")


def _name(exercise: str | None) -> str:
    return exercise or "real"  # no exercise is called so (`contracts.raw_post.EXERCISE`)


def _key(episode: Episode) -> str:
    return f"{_name(episode.exercise)}/{episode.id}"


def _rank(signal: Signal) -> int:
    """Order within a minute: what has a place first, so that what has none can join it."""
    return ("watch", "event", "planned", "phenomenon", "term", "place").index(
        signal.observation.series.partition(":")[0]
    )
