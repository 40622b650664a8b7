"""Applies deltas to the series of one partition and tests them: which fire, and how far event time has come.

    source partitions:   p0 ────────────────▶ 19:46     a series is only given minutes that all have reached;
                         p1 ──────────▶ 19:44           19:45 and 19:46 of p0 wait in its state
    aligned minute                     19:44            still filling: tested early, once it fires it stays fired
    complete                    ..19:43                 tested in full, once, in order

So the order in which partitions happen to be read changes nothing of what a series says.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from configuration import Configuration
from configuration.calendar import PlannedEvent
from configuration.mandates import Cover
from configuration.thresholds import Defaults
from contracts.alert import Kind, Observation, Place
from contracts.picture import PictureBlock
from contracts.series_deltas import SeriesDelta, SeriesDeltas, Subject
from contracts.signal import Progress, Signal
from services.detector.burst import Limits, threshold_for
from services.detector.calendar import Planned, beyond
from services.detector.event_time import Alignment
from services.detector.gathering import ends
from services.detector.picture import KINDS as IN_PICTURE
from services.detector.picture import blocks_of
from services.detector.state import CALLS_COUNT_MINUTES, Glance, SeriesState, Spell
from services.detector.store import Store
from services.detector.window import Reason, WindowTest

Told = Signal | Progress | PictureBlock
Blindness = Callable[[str | None], Sequence[Spell]]
"""What the sources of an exercise (None: of real life) could not see, oldest first."""


A_DAY = 1440
COUNTED_FROM_THE_START = ("phenomenon", "term")
KNOWN_HOURS = 28 * 24
"""So far back a new series is taken to have been empty."""
FORGET_EVENT_MINUTES = 3 * A_DAY
FORGET_MINUTES = 35 * A_DAY
TELL_EACH_MINUTES = 15
GROWTH = 1.25
"""A series that keeps firing is told again after so many minutes, or when it grew by this factor."""


class Clock(msgspec.Struct, kw_only=True):
    """Event time of one partition of series, kept with them. By partition of `posts.anonymous`."""

    reached: dict[int, int] = {}
    minute: int | None = None
    began: int | None = None
    """First whole day (UTC) that was counted: what had no post since then had none, and was not merely unknown. A day,
    so that the order in which partitions are read at the start changes nothing."""


@dataclass(slots=True)
class _World:
    clock: Clock
    alignment: Alignment | None = None
    touched: set[str] = field(default_factory=set)
    """Series that were added to in the minute that is still filling."""
    fresh: set[str] = field(default_factory=set)
    """Those of them that were added to since they were last tested: what did not change tests the same."""
    due: list[tuple[int, str]] = field(default_factory=list)
    """Heap of (minute, series) for which shares wait."""
    heard: set[str] = field(default_factory=set)
    """Series that were added to in the hour that is passing, for the picture."""
    told: int | None = None

    def touch(self, series: str) -> None:
        self.touched.add(series)
        self.fresh.add(series)
        self.heard.add(series)


class Detection:
    """One partition of `series.deltas`. ``series`` and ``clocks`` are durable and hold this partition's values only."""

    def __init__(
        self,
        partition: int,
        partitions: int,
        configuration: Configuration,
        *,
        series: Store[SeriesState],
        clocks: Store[Clock],
        blindness: Blindness,
        cover: Cover | None = None,
    ) -> None:
        """``cover``: what mandates allow now; None where they do not apply, in a backtest."""
        self._cover = cover
        self._watched: dict[tuple[str | None, str | None], bool] = {}
        self._counted: dict[tuple[str | None, str, str | None], bool] = {}
        self._partition = partition
        self._partitions = partitions
        self._series = series
        self._clocks = clocks
        self._blindness = blindness
        self._worlds: dict[str, _World] = {}
        self.configure(configuration)
        self.repeated = 0
        self.tests = 0
        self._last: dict[str, int] = {}
        """Last minute of each series, to know which may be forgotten."""
        self._restore()

    def configure(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._thresholds = configuration.thresholds
        self._competing = _competing(configuration)
        self._planned = Planned(configuration.calendar, configuration.gazetteer)
        self._limits: dict[tuple[str, str | None], tuple[Defaults, Limits, str]] = {}

    def _restore(self) -> None:
        """After a restart: what waited, and what was not tested in full, is found in the state itself."""
        for name in self._clocks.names():
            clock = self._clocks.get(name)
            if clock is not None:
                self._worlds[name] = _World(clock)
        for name in self._series.names():
            seen = self._glance(name)
            if seen is None:
                continue
            if not self._may_hold(name, seen.subject):
                self._series.drop(name)
                continue
            world = self._world(_world_of(name))
            self._last[name] = seen.head
            if world.clock.minute is not None and seen.head >= world.clock.minute // 60 * 60:
                world.heard.add(name)
            for minute in seen.ahead:
                heapq.heappush(world.due, (minute, name))
            reached = world.clock.minute
            if seen.open_minute is not None and reached is not None and seen.open_minute > reached:
                # Written later than the clock: it is tested when the clock, told again, is there.
                heapq.heappush(world.due, (seen.open_minute, name))
            elif seen.open_minute is not None:
                world.touch(name)

    def _glance(self, name: str) -> Glance | None:
        value = self._series.stored(name)
        if value is not None:
            return Glance.of_bytes(value)
        state = self._series.get(name)
        return None if state is None else Glance.of(state)

    def change_cover(self, cover: Cover) -> None:
        """Mandates began or ended: what was counted under one that ended is emptied, in real life."""
        before, self._cover = self._cover or cover, cover
        self._watched.clear()
        self._counted.clear()
        for name in list(self._series.names()):
            state = self._series.get(name)
            if state is None or _world_of(name):
                continue
            subject = state.kept.subject
            if not cover.keeps(before, subject.phenomenon, _region(subject)):
                self._series.drop(name)
                self._last.pop(name, None)

    def _may_hold(self, name: str, subject: Subject) -> bool:
        """Exercises hold nobody's posts: they need no mandate."""
        if self._cover is None or _world_of(name):
            return True
        key = subject.phenomenon, _region(subject)
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = self._cover.watches(*key)
        return watched

    def _may_count(self, name: str, subject: Subject, source: str) -> bool:
        """Of posts that were folded before a mandate ended."""
        if self._cover is None or _world_of(name):
            return True
        key = subject.phenomenon, source, _region(subject)
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = self._cover.allows(*key)
        return counted

    def _world(self, name: str) -> _World:
        if name not in self._worlds:
            self._worlds[name] = _World(Clock())
        return self._worlds[name]

    def apply(self, record: SeriesDeltas) -> list[Told]:
        """Take in one record of `series.deltas`; returns what to send on, in order."""
        out: list[Told] = []
        name = record.exercise or ""
        world = self._world(name)
        alignment = self._alignment(world, record)
        for delta in record.deltas:
            self._take(world, name, delta, record)
        minute = alignment.report(record.source, record.watermark, idle=record.idle)
        if minute is not None:
            if world.clock.began is None:
                world.clock.began = (minute // A_DAY + 1) * A_DAY
            out += self._advance(world, name, minute, record)
            for series in sorted(world.fresh):
                out += self._test(series, minute, record, complete=False)
            world.fresh.clear()
            if world.told != minute:
                world.told = minute
                out.append(
                    Progress(
                        partition=self._partition,
                        partitions=self._partitions,
                        minute=minute,
                        exercise=record.exercise,
                    )
                )
        world.clock.reached, world.clock.minute = alignment.reached, alignment.minute
        self._clocks.put(name, world.clock)
        return out

    def _alignment(self, world: _World, record: SeriesDeltas) -> Alignment:
        if world.alignment is None:
            # In an exercise not every partition takes part; in real life all are waited for until they say they idle.
            streams = range(record.sources) if record.exercise is None else ()
            world.alignment = Alignment.of(streams)
            world.alignment.reached.update(world.clock.reached)
            world.alignment.minute = world.clock.minute
        return world.alignment

    def _take(self, world: _World, world_name: str, delta: SeriesDelta, record: SeriesDeltas) -> None:
        source = record.source
        name = f"{world_name}/{delta.series}"
        if not self._may_hold(name, delta.subject):
            return  # folded before the mandate ended
        state = self._series.get(name)
        if state is None:
            state = self._new(world, world_name, delta)
        kept = state.kept
        done = kept.applied.get(source, -1)
        reached = world.clock.minute
        k = self._thresholds.k_anonymity
        blind = self._blindness(world_name or None)
        limited = self._cover is not None and not world_name
        added = False
        for share in delta.shares:
            minute = share.minute
            if share.offset <= done:
                self.repeated += 1
            elif limited and not self._may_count(name, delta.subject, share.source):
                continue
            elif reached is None or minute > reached:
                waiting = kept.ahead.get(minute)
                if waiting is None:
                    waiting = kept.ahead[minute] = []
                    heapq.heappush(world.due, (minute, name))
                waiting.append((share, {key: record.places[key] for key in share.places if key in record.places}))
            else:
                if kept.marked is None or kept.marked < minute:
                    state.mark_blind(minute, blind)
                state.add(share, k, record.places)
                added = True
        if added:
            world.touch(name)
        self._last[name] = max(self._last.get(name, 0), delta.shares[-1].minute)
        kept.applied[source] = max(done, delta.shares[-1].offset)
        kept.subject = _fuller(kept.subject, delta.subject)
        self._series.put(name, state)

    def _new(self, world: _World, world_name: str, delta: SeriesDelta) -> SeriesState:
        """A series of the whole country that nobody fed until now had no posts: its first crowd is not its custom.
        Places and gatherings are too many to know anything of each before its first post."""
        kind, minute = delta.series.partition(":")[0], delta.shares[0].minute
        since = world.clock.began
        if kind not in COUNTED_FROM_THE_START or since is None:
            return SeriesState.new(delta.subject, kind, minute)
        since = max(since, (minute // 60 - KNOWN_HOURS) * 60)
        return SeriesState.new(delta.subject, kind, minute, since, self._blindness(world_name or None))

    def _advance(self, world: _World, world_name: str, minute: int, record: SeriesDeltas) -> Iterator[Told]:
        """Event time moves to ``minute``: what is before it is complete and is tested in full, minute by minute."""
        current = world.clock.minute
        if current is not None and current < minute:
            yield from self._complete(world, current, record)
        full = current
        while world.due and world.due[0][0] <= minute:
            at = world.due[0][0]
            yield from self._picture(world, full, at, record)
            while world.due and world.due[0][0] == at:
                self._release(world, heapq.heappop(world.due)[1], at)
            if at < minute:
                yield from self._complete(world, at, record)
            full = at
        yield from self._picture(world, full, minute, record)
        if current is not None and current // A_DAY != minute // A_DAY:
            self._forget(world_name, minute)
        world.clock.minute = minute

    def _forget(self, world_name: str, minute: int) -> None:
        """Series that fell silent long ago cost memory and say nothing: gatherings that passed, words nobody uses."""
        for name, last in list(self._last.items()):
            if _world_of(name) != world_name:
                continue
            patience = FORGET_EVENT_MINUTES if "/event:" in name else FORGET_MINUTES
            if last < minute - patience:
                self._series.drop(name)
                del self._last[name]

    def _release(self, world: _World, name: str, minute: int) -> None:
        state = self._series.get(name)
        if state is None:
            return
        state.mark_blind(minute, self._blindness(_world_of(name) or None))
        for share, places in state.kept.ahead.pop(minute, ()):
            state.add(share, self._thresholds.k_anonymity, places)
        world.touch(name)
        self._series.put(name, state)

    def _complete(self, world: _World, minute: int, record: SeriesDeltas) -> Iterator[Told]:
        for name in sorted(world.touched):
            yield from self._test(name, minute, record, complete=True)
        world.touched.clear()
        world.fresh.clear()

    def _picture(self, world: _World, full: int | None, minute: int, record: SeriesDeltas) -> Iterator[PictureBlock]:
        """Event time goes from ``full`` to ``minute``: what of the hour it leaves may be told in the picture."""
        if full is None or full // 60 >= minute // 60:
            return
        for name in sorted(world.heard):
            series = name.partition("/")[2]
            state = self._series.get(name) if series.startswith(IN_PICTURE) else None
            if state is not None:
                yield from blocks_of(series, state, full, self._thresholds.k_anonymity, record.exercise)
                self._series.put(name, state)
        world.heard.clear()

    def _test(self, name: str, minute: int, record: SeriesDeltas, *, complete: bool) -> Iterable[Signal]:
        state = self._series.get(name)
        if state is None:
            return
        kept = state.kept
        if complete:
            kept.open_minute = None
            self._series.put(name, state)
        elif kept.fired_minute is not None and minute - kept.fired_minute <= self._thresholds.close_after_minutes:
            return  # it burns already: the full minute will tell more
        series = name.partition("/")[2]
        kind = series.partition(":")[0]
        if kind == "place":
            return
        wanted, limits, threshold = self._limits_for(state)
        self.tests += 1
        state.mark_blind(minute, self._blindness(record.exercise))
        # The shortest window that fires tells best why now: a long one still holds what a short one shows.
        test = state.counts.test(minute, limits, shortest=True)
        event = kept.subject.event
        over = ends(event) if event is not None else None
        callers = (
            state.calls(minute) if over is not None and minute < over and not self._is_planned(kept.subject) else 0
        )
        movers = state.moves(minute) if over is not None and minute < over and kept.movers else 0
        fired = test is not None and test.verdict is Reason.FIRED
        if not fired and max(callers, movers) < wanted.call_authors:
            return
        planned, least = self._plan(kept.subject, minute, limits)
        if fired and planned is not None:
            test = beyond_plan(state, minute, limits, planned, least)
            fired = test is not None
        if fired and test is not None:
            observation = _observed(series, test)
            kind_of_signal = Kind.BURST
        elif max(callers, movers) >= wanted.call_authors:
            observation = _called(series, state, minute, max(callers, movers), test)
            kind_of_signal, threshold = Kind.CALL, f"≥ {wanted.call_authors} schrijvers met plaats, tijd en oproep"
        else:
            return
        kept.fired_minute = minute
        self._series.put(name, state)
        weight = callers + movers if kind_of_signal is Kind.CALL else observation.observed
        if complete and kept.told is not None:
            since, before = kept.told
            if minute - since < TELL_EACH_MINUTES and before <= weight < GROWTH * before:
                return
        if complete:
            kept.told = minute, weight
        yield Signal(
            partition=self._partition,
            minute=minute,
            complete=complete,
            kind=kind_of_signal,
            subject=_placed(kept.subject, state.mainly_at(minute)),
            observation=observation,
            first_seen_minute=kept.first_seen,
            threshold=threshold,
            callers=callers,
            movers=movers,
            authors_unknown=state.authors_unknown,
            context=state.context(minute, self._thresholds.k_anonymity),
            points=state.points(minute, observation.scale_minutes),
            exercise=record.exercise,
            newest_ms=record.newest_ms,
            planned=planned.what if planned is not None else None,
        )

    def _is_planned(self, subject: Subject) -> bool:
        """Posts about a planned event: that several people call to it is no news, only how many do."""
        return subject.planned is not None and self._planned.named(subject.planned) is not None

    def _plan(self, subject: Subject, minute: int, limits: Limits) -> tuple[PlannedEvent | None, float]:
        """The planned event that explains a series, and how many posts an hour stand for an ordinary one."""
        if subject.planned is not None and (event := self._planned.named(subject.planned)) is not None:
            return event, float(limits.min_posts)
        place = subject.place
        return self._planned.planned(place.gemeente_code if place is not None else None, minute), 0.0

    def _limits_for(self, state: SeriesState) -> tuple[Defaults, Limits, str]:
        subject = state.kept.subject
        key = (subject.phenomenon or "", subject.place.region if subject.place else None)
        if key not in self._limits:
            wanted = self._thresholds.limits(*key)
            scales = self._thresholds.scales_minutes
            series = self._competing[key[1]]
            probability = threshold_for(wanted.false_alarms_per_day, series, scales_minutes=scales)
            limits = Limits(
                probability=probability,
                min_authors=wanted.min_authors,
                min_posts=wanted.min_posts,
                min_sources=wanted.min_sources,
                min_ratio=wanted.min_ratio,
                coordinated_posts_per_author=self._thresholds.coordinated_posts_per_author,
                scales_minutes=scales,
            )
            self._limits[key] = wanted, limits, f"p < {probability:.1e}"
        wanted, limits, threshold = self._limits[key]
        if state.authors_unknown:
            limits = _without_authors(limits)
            threshold += ", schrijvers onbekend"
        return wanted, limits, threshold


def _competing(configuration: Configuration) -> Counter[str | None]:
    """Series that share one false-alarm budget, by region: each phenomenon at each gemeente; without a place, each
    phenomenon and each of its terms."""
    regions: Counter[str | None] = Counter(gemeente.region for gemeente in configuration.gazetteer.gemeenten.values())
    for region in regions:
        regions[region] *= len(configuration.phenomena)
    regions[None] = sum(1 + len(phenomenon.terms) for phenomenon in configuration.phenomena)
    return regions


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


def _without_authors(limits: Limits) -> Limits:
    """Sources that never name an author cannot meet a least number of authors: as many posts are asked for instead."""
    return dataclasses.replace(
        limits,
        min_authors=0,
        min_posts=max(limits.min_posts, limits.min_authors),
        coordinated_posts_per_author=float("inf"),
    )


def _observed(series: str, test: WindowTest) -> Observation:
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


def _called(series: str, state: SeriesState, minute: int, callers: int, test: WindowTest | None) -> Observation:
    """A call is shown over the day in which its callers are counted."""
    bars = state.counts.points(minute, CALLS_COUNT_MINUTES // 60, 60)
    observed, expected = sum(seen for _, seen, _ in bars), sum(usual for _, _, usual in bars)
    return Observation(
        series=series,
        scale_minutes=CALLS_COUNT_MINUTES,
        window_start_minute=bars[0][0],
        window_end_minute=minute + 1,
        observed=observed,
        expected=round(expected, 4),
        ratio=round(observed / max(expected, 1e-9), 3),
        probability=float(f"{test.probability:.6g}") if test is not None else 1.0,
        authors=float(callers),
        sources=dict(sorted(test.sources.items())) if test is not None else {},
        coverage=round(test.coverage, 4) if test is not None else 1.0,
        baseline=test.baseline if test is not None else "pooled",
    )


def _region(subject: Subject) -> str | None:
    return subject.place.region if subject.place is not None else None


def _world_of(name: str) -> str:
    return name.partition("/")[0]


def _placed(subject: Subject, place: Place | None) -> Subject:
    return subject if subject.place is not None or place is None else msgspec.structs.replace(subject, place=place)


def _fuller(known: Subject, new: Subject) -> Subject:
    """An event may later be named with what to bring; the rest of a subject never changes."""
    if known.event is None or new.event is None:
        return known
    objects = tuple(sorted({*known.event.objects, *new.event.objects}))
    call = known.event.call or new.event.call
    if objects == known.event.objects and call == known.event.call:
        return known
    return msgspec.structs.replace(known, event=msgspec.structs.replace(known.event, objects=objects, call=call))
