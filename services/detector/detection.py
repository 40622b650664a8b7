"""Applies deltas to the series of one partition and tests them: which fire, and how far event time has come.

    source partitions:   p0 ────────────────▶ 19:46     a series is only given minutes that all have reached;
                         p1 ──────────▶ 19:44           19:45 and 19:46 of p0 wait in its state
    aligned minute                     19:44            still filling: tested early, once it fires it stays fired
    complete                    ..19:43                 tested in full, once, in order

So the order in which partitions happen to be read changes nothing of what a series says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from configuration import Configuration
from configuration.calendar import PlannedEvent
from configuration.mandates import Cover
from contracts.alert import Kind
from contracts.picture import PictureBlock
from contracts.series_deltas import SeriesDelta, SeriesDeltas, Subject
from contracts.signal import Progress, Signal
from contracts.theme import ThemeBlock
from services.detector.burst import Limits
from services.detector.calendar import Planned
from services.detector.covered import Covered, region_of, world_of
from services.detector.event_time import Alignment
from services.detector.evidence import beyond_plan, called, observed, placed
from services.detector.gathering import ends
from services.detector.limits import SeriesLimits
from services.detector.picture import KINDS as IN_PICTURE
from services.detector.picture import blocks_of, theme_blocks_of
from services.detector.state import Glance, SeriesState, Spell
from services.detector.store import Store
from services.detector.world import Clock, Counting

Told = Signal | Progress | PictureBlock | ThemeBlock
Blindness = Callable[[str | None], Sequence[Spell]]
"""What the sources of an exercise (None: of real life) could not see, oldest first."""


A_DAY = 1440
COUNTED_FROM_THE_START = ("phenomenon", "term")
UNTESTED = ("place", "theme")
"""Counted, and never an alert of their own: a place by itself is no news, and what people say of groups is no event."""
KNOWN_HOURS = 28 * 24
"""So far back a new series is taken to have been empty."""
FORGET_EVENT_MINUTES = 3 * A_DAY
FORGET_MINUTES = 35 * A_DAY
TELL_EACH_MINUTES = 15
GROWTH = 1.25
"""A series that keeps firing is told again after so many minutes, or when it grew by this factor."""


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
        self._covered = Covered(cover)
        self._partition = partition
        self._partitions = partitions
        self._series = series
        self._clocks = clocks
        self._blindness = blindness
        self._worlds: dict[str, Counting] = {}
        self.configure(configuration)
        self.repeated = 0
        self.tests = 0
        self._last: dict[str, int] = {}
        """Last minute of each series, to know which may be forgotten."""
        self._restore()

    def configure(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._thresholds = configuration.thresholds
        self._planned = Planned(configuration.calendar, configuration.gazetteer)
        self._limits = SeriesLimits(configuration)
        self._method = configuration.method()

    def _restore(self) -> None:
        """After a restart: what waited, and what was not tested in full, is found in the state itself."""
        for name in self._clocks.names():
            clock = self._clocks.get(name)
            if clock is not None:
                self._worlds[name] = Counting(clock)
        for name in self._series.names():
            seen = self._glance(name)
            if seen is None:
                continue
            if not self._covered.restores(name, seen.subject, seen.first_seen):
                self._series.drop(name)
                continue
            world = self._world(world_of(name))
            self._last[name] = max((seen.head, *seen.ahead))
            if world.clock.minute is not None and seen.head >= world.clock.minute // 60 * 60:
                world.heard.add(name)
            for minute in seen.ahead:
                world.wait(minute, name)
            reached = world.clock.minute
            if seen.open_minute is not None and reached is not None and seen.open_minute > reached:
                # Written later than the clock: it is tested when the clock, told again, is there.
                world.wait(seen.open_minute, name)
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
        before, self._covered = self._covered.cover or cover, Covered(cover)
        for name in list(self._series.names()):
            state = self._series.get(name)
            if state is None or world_of(name):
                continue
            subject = state.kept.subject
            if not cover.keeps(before, subject.phenomenon, region_of(subject), subject.theme):
                self._series.drop(name)
                self._last.pop(name, None)

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Worlds that are gone, with their series and their time."""
        for name in list(self._series.names()):
            if gone(world_of(name)):
                self._series.drop(name)
                self._last.pop(name, None)
        for name in list(self._clocks.names()):
            if gone(name):
                self._clocks.drop(name)
        self._worlds = {name: world for name, world in self._worlds.items() if not gone(name)}

    def _world(self, name: str) -> Counting:
        if name not in self._worlds:
            self._worlds[name] = Counting(Clock())
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
        clock = world.clock
        if record.first is not None and (clock.first is None or record.first < clock.first):
            clock.first = record.first
        if minute is not None:
            if clock.began is None:
                clock.began = ((minute if clock.first is None else clock.first) // A_DAY + 1) * A_DAY
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

    def _alignment(self, world: Counting, record: SeriesDeltas) -> Alignment:
        if world.alignment is None:
            # All are waited for until they say that they idle. Otherwise whoever speaks first would run ahead, and what
            # the others say of those hours would come when they were learned as empty.
            world.alignment = Alignment.of(range(record.sources))
            world.alignment.reached.update(world.clock.reached)
            world.alignment.minute = world.clock.minute
        return world.alignment

    def _take(self, world: Counting, world_name: str, delta: SeriesDelta, record: SeriesDeltas) -> None:
        source = record.source
        name = f"{world_name}/{delta.series}"
        if not self._covered.holds(name, delta.subject):
            return  # folded before the mandate ended
        state = self._series.get(name)
        named = delta.named or min(share.minute for share in delta.shares)  # the release before did not say
        if state is None:
            kind = delta.series.partition(":")[0]
            state = SeriesState.new(delta.subject, kind, delta.shares[0].minute, named)
        else:
            state.name(delta.subject, named)
            if delta.subject.event is not None:  # nor did it say a call and objects in the shares
                state.told_of(delta.subject.event.call, delta.subject.event.objects)
        kept = state.kept
        done = kept.applied.get(source, -1)
        reached = world.clock.minute
        k = self._thresholds.k_anonymity
        blind = self._blindness(world_name or None)
        limited = self._covered.cover is not None and not world_name
        added = False
        for share in delta.shares:
            minute = share.minute
            if share.offset <= done:
                self.repeated += 1
            elif limited and not self._covered.counts(delta.subject, share.source):
                continue
            elif reached is None or minute > reached:
                if state.wait(share, record.places):
                    world.wait(minute, name)
            else:
                if kept.marked is None or kept.marked < minute:
                    self._see(world, delta.series, state, minute, blind)
                state.add(share, k, record.places)
                added = True
        if added:
            world.touch(name)
        self._last[name] = max(self._last.get(name, 0), delta.shares[-1].minute)
        kept.applied[source] = max(done, delta.shares[-1].offset)
        self._series.put(name, state)

    def _see(self, world: Counting, series: str, state: SeriesState, minute: int, blind: Sequence[Spell]) -> None:
        """What is known of a series without posts of its own, before posts of ``minute`` are counted.

        A series of the whole country that nobody fed until now had no posts: its first crowd is not its custom. Places
        and gatherings are too many to know anything of each before its first post."""
        began = world.clock.began
        if state.counts.head < 0 and began is not None and series.partition(":")[0] in COUNTED_FROM_THE_START:
            state.known_empty(max(began, (minute // 60 - KNOWN_HOURS) * 60), minute, blind)
        state.mark_blind(minute, blind)

    def _advance(self, world: Counting, world_name: str, minute: int, record: SeriesDeltas) -> Iterator[Told]:
        """Event time moves to ``minute``: what is before it is complete and is tested in full, minute by minute."""
        current = world.clock.minute
        if current is not None and current < minute:
            yield from self._complete(world, current, record)
        full = current
        while (at := world.next_due(minute)) is not None:
            yield from self._picture(world, full, at, record)
            for name in sorted(world.due.pop(at)):
                self._release(world, name, at)
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
            if world_of(name) != world_name:
                continue
            patience = FORGET_EVENT_MINUTES if "/event:" in name else FORGET_MINUTES
            if last < minute - patience:
                self._series.drop(name)
                del self._last[name]

    def _release(self, world: Counting, name: str, minute: int) -> None:
        state = self._series.get(name)
        if state is None:
            return
        self._see(world, name.partition("/")[2], state, minute, self._blindness(world_of(name) or None))
        for share, places in state.waited(minute):
            state.add(share, self._thresholds.k_anonymity, places)
        world.touch(name)
        self._series.put(name, state)

    def _complete(self, world: Counting, minute: int, record: SeriesDeltas) -> Iterator[Told]:
        for name in sorted(world.touched):
            yield from self._test(name, minute, record, complete=True)
        world.touched.clear()
        world.fresh.clear()

    def _picture(
        self, world: Counting, full: int | None, minute: int, record: SeriesDeltas
    ) -> Iterator[PictureBlock | ThemeBlock]:
        """Event time goes from ``full`` to ``minute``: what of the hour it leaves may be told in the picture."""
        if full is None or full // 60 >= minute // 60:
            return
        for name in sorted(world.heard):
            series = name.partition("/")[2]
            state = self._series.get(name) if series.startswith(IN_PICTURE) else None
            if state is not None and state.kept.subject.theme is not None:
                yield from theme_blocks_of(series, state, full, self._thresholds.k_anonymity, self._method)
                self._series.put(name, state)
            elif state is not None:
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
        if kind in UNTESTED:
            return
        wanted, limits, threshold = self._limits.of(state)
        self.tests += 1
        state.mark_blind(minute, self._blindness(record.exercise))
        # The shortest window that fires tells best why now: a long one still holds what a short one shows.
        test = state.counts.firing(minute, limits)
        event = kept.subject.event
        over = ends(event) if event is not None else None
        callers = (
            state.calls(minute) if over is not None and minute < over and not self._is_planned(kept.subject) else 0
        )
        movers = state.moves(minute) if over is not None and minute < over and kept.movers else 0
        if test is None and max(callers, movers) < wanted.call_authors:
            return
        planned, least = self._plan(kept.subject, minute, limits)
        if test is not None and planned is not None:
            test = beyond_plan(state, minute, limits, planned, least)
        if test is not None:
            observation = observed(series, test)
            kind_of_signal = Kind.BURST
        elif max(callers, movers) >= wanted.call_authors:
            observation = called(series, state, minute, max(callers, movers), limits)
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
            subject=placed(kept.subject, state.mainly_at(minute)),
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
