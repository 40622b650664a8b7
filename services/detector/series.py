"""Everything counted about one series: posts per minute, authors, sources, blind minutes, and what is expected of it.

Time is event time in whole minutes since the epoch. Nothing here reads a clock, and nothing depends on how posts were
batched: the baseline learns an hour when event time is an hour past its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, Final

import msgspec

from services.detector.baseline import Baseline
from services.detector.burst import MIN_COVERAGE, Limits, budget_spent, judge, may_fire, tail
from services.detector.sketch import KEEP, AuthorSketch
from services.detector.window import Counts, Reason, Seen, WindowTest, span

VERSION: Final = 2
_LISTED: Final = 1
"""A version that wrote every cell of a ring as a number; read, and written as `VERSION` when next changed."""
MAX_SOURCES: Final = 8
"""Told apart per series; what comes from further sources is counted under `OTHER`."""
OTHER: Final = "overig"
_GRACE: Final = 2
"""An hour is learned this many hours after it began."""
_NONE: Final = {scale: (0,) * (60 // scale) for scale in (5, 15, 60)}
_PHASES: Final = 7
"""Minutes by which the windows that teach the dispersion begin later each hour: each minute of the clock in turn."""


class _Evidence:
    """One window that holds notably more than expected."""

    __slots__ = ("expected", "fired", "observed", "probability", "scale", "size", "start")

    def __init__(self, scale: int, start: int, observed: int, expected: float, size: float) -> None:
        self.scale = scale
        self.start = start
        self.observed = observed
        self.expected = expected
        self.size = size
        self.probability = 1.0
        self.fired = False

    def weigh(self) -> None:
        """How improbable it is: what costs most, and so comes last."""
        self.probability = tail(self.observed, self.expected, self.size)

    def spends(self, limits: Limits) -> float:
        """Of the false-alarm budget, if it fired; the tail probability where it cannot."""
        if not may_fire(self.probability, limits):
            return self.probability
        return budget_spent(self.observed, self.expected, self.size, self.probability)


class Series:
    """Mutable; about 2.5 kB with one source of posts, 1.4 kB per further source, 12 bytes per author up to 1,024."""

    __slots__ = (
        "_authors",
        "_baseline",
        "_below_zero",
        "_counts",
        "_head",
        "_more",
        "_next_hour",
        "_sources",
        "_unnamed",
        "first_seen",
        "kind",
        "missing",
    )

    def __init__(self, kind: str, baseline: Baseline) -> None:
        self.kind = intern(kind)
        """Of series: ``term``, ``place``, ``phenomenon``, ``watch``, ``event``."""
        self.first_seen = -1
        self.missing: tuple[tuple[int, int, float], ...] = ()
        """Blind spells: from, to (exclusive), share of the view that was lost. Sorted, apart."""
        self._baseline = baseline
        self._head = -1
        self._next_hour = 0
        self._counts = Counts()
        self._below_zero = False
        """Some cell may be below zero: posts were counted back that this series never counted."""
        self._sources: tuple[str, ...] = ()
        self._more: tuple[Counts, ...] = ()
        """Counts of the second source and on; the first has what is left."""
        self._unnamed: Counts | None = None
        """Posts whose source names no author."""
        self._authors = AuthorSketch()

    @classmethod
    def empty(cls, kind: str) -> Series:
        return cls(kind, _untaught(kind))

    @property
    def head(self) -> int:
        """Newest minute seen; -1 before the first."""
        return self._head

    def add(
        self,
        minute: int,
        posts: int,
        authors: Iterable[str] = (),
        sources: Mapping[str, int] | None = None,
        unknown_authors: int = 0,
    ) -> None:
        """Counts posts of one minute; negative posts are a retraction of posts counted before.

        `sources` says how many of the posts came from each source. `unknown_authors` are posts without an author;
        posts that come with no author at all are so of themselves. Posts older than a week change nothing.
        """
        self.advance(minute)
        head = self._head
        self._counts.add(head, minute, posts)
        if posts < 0:
            self._below_zero = True
        if sources:
            for source, share in sources.items():
                self._add_source(source, minute, share)
        named = False
        if posts > 0:
            for author in authors:
                named = True
                self._authors.add_one(minute, author)
        if posts > 0 and not named:
            unknown_authors = posts
        if unknown_authors:
            if self._unnamed is None:
                self._unnamed = Counts()
            self._unnamed.add(head, minute, unknown_authors)

    def count(self, minute: int, posts: int, source: str, authors: Sequence[int]) -> None:
        """`add` of posts of one source, whose authors are told by their `author_hash`; none: they are unknown."""
        if minute > self._head:
            self.advance(minute)
        self._counts.add(self._head, minute, posts)
        if not self._sources or source != self._sources[0]:
            self._add_source(source, minute, posts)
        if posts < 0:
            self._below_zero = True
        elif posts > 0 and authors:
            for author in authors:
                self._authors.note(minute, author)
        elif posts > 0:
            if self._unnamed is None:
                self._unnamed = Counts()
            self._unnamed.add(self._head, minute, posts)

    def _add_source(self, source: str, minute: int, posts: int) -> None:
        if self._sources and source == self._sources[0]:
            return
        if source not in self._sources:
            if len(self._sources) >= MAX_SOURCES:
                source = OTHER
            if source not in self._sources:
                if self._sources:
                    self._more = (*self._more, Counts())
                self._sources = _same((*self._sources, source))
        at = self._sources.index(source)
        if at:
            self._more[at - 1].add(self._head, minute, posts)

    def advance(self, minute: int) -> None:
        """Moves event time on, learning the hours that are closed by it. Never goes back."""
        if self._head < 0:
            self.first_seen = minute
            self._head = minute
            self._next_hour = minute // 60
            return
        if minute <= self._head:
            return
        last = self._head
        while (self._next_hour + _GRACE) * 60 <= minute:
            hour = self._next_hour
            # What no post came after is empty: there is nothing to make room in until the rings are read.
            if hour * 60 <= last or (hour + 1) % 6 == 0:
                self._roll(max(self._head, (hour + _GRACE) * 60))
            self._learn(hour, empty=hour * 60 > last)
            self._next_hour += 1
        self._roll(minute)

    def _roll(self, to: int) -> None:
        if to > self._head:
            self._counts.roll(self._head, to)
            if self._unnamed is not None:
                self._unnamed.roll(self._head, to)
            for ring in self._more:
                ring.roll(self._head, to)
            self._head = to

    def _learn(self, hour: int, *, empty: bool) -> None:
        counts = self._counts
        start, end = max(hour * 60, self.first_seen), hour * 60 + 60
        seen = (end - start) / 60 * self._seen(start, end)
        if start >= end or seen < 0.25:
            return
        posts = 0 if empty else counts.total(hour * 60, end)
        if self._baseline.untaught:
            self._baseline = Baseline(self.kind)  # the one until now is not its alone
        baseline = self._baseline
        if baseline.own:
            if self._seen(start, end + 60) > 0.99:
                for scale in (5, 15, 60):
                    phase = hour * _PHASES % scale
                    found = _NONE[scale] if empty else counts.windows(hour * 60 + phase, scale)
                    baseline.learn_windows(scale, hour, phase, found)
            else:
                baseline.learn_spread(60, posts, self._expected(start, end, 60))
            for scale in (360, 1440):
                if end % scale == 0 and end - scale >= self.first_seen and self._seen(end - scale, end) > 0.5:
                    expected = self._expected(end - scale, end, scale)
                    baseline.learn_spread(scale, counts.total(end - scale, end), expected)
        baseline.learn_hour(hour, posts, seen)
        if hour % 24 == 0:
            self._authors.forget(end - KEEP)
            self.missing = tuple(spell for spell in self.missing if spell[1] > end - KEEP)

    def mark_missing(self, minute_from: int, minute_to: int, share: float = 1.0) -> None:
        """The sources were blind in [from, to): what is counted there is not what was posted.

        `share` is the part of the view that was lost. Overlapping spells keep the larger share. To be called before
        event time is two hours past, otherwise the hours were already learned as they came.
        """
        spells = []
        for start, end, lost in self.missing:
            spells += [(start, min(end, minute_from), lost), (max(start, minute_to), end, lost)]
            spells.append((max(start, minute_from), min(end, minute_to), max(lost, share)))
        at = minute_from
        for start, end, _ in self.missing:
            spells.append((at, min(start, minute_to), share))
            at = max(at, end)
        spells.append((at, minute_to, share))
        self.missing = tuple(sorted(spell for spell in spells if spell[0] < spell[1]))

    def _seen(self, start: int, end: int) -> float:
        if not self.missing or end <= start:
            return 1.0
        lost = sum([max(0, min(end, to) - max(start, since)) * share for since, to, share in self.missing], 0.0)
        return max(0.0, 1.0 - lost / (end - start))

    def _expected(self, start: int, end: int, scale: int) -> float:
        """Mean count of a quiet window, without what could not be seen.

        What was counted in a blind spell after all, when a source came back and sent what it had missed, was seen.
        """
        baseline = self._baseline
        whole = baseline.expected(baseline.rhythm(start, end), scale)
        if not self.missing:
            return whole  # never zero
        unseen = 0.0
        for since, to, share in self.missing:
            low, high = max(since, start), min(to, end)
            if low < high:
                usual = baseline.expected(baseline.rhythm(low, high), scale)
                unseen += max(0.0, min(share * usual, usual - max(0, self._read(low, high))))
        return max(whole - unseen, 1e-9)

    def firing(self, now_minute: int, limits: Limits) -> WindowTest | None:
        """The shortest of the windows that end with `now_minute` and fire; None when none does.

        What `test` says of each, in the order of what it costs to know: most series have too few posts or people.
        """
        self.advance(now_minute)
        scales, nested = _ordered(limits.scales_minutes)
        if self._authors.most() + (self._unnamed is not None) < limits.min_authors:
            return None  # no window can hold more people
        if self._too_few_posts(limits, scales, nested=nested):
            return None
        for scale in scales:
            found = self._standing_out(limits, scale)
            if found is None or not self._guarded(limits, found):
                continue
            found.weigh()
            if found.spends(limits) <= limits.probability:
                found.fired = True
                return self._describe(limits, found, 1.0)
        return None

    def _too_few_posts(self, limits: Limits, scales: list[int], *, nested: bool) -> bool:
        """No window can hold enough."""
        if not nested or self._below_zero:
            return False
        return self._counts.total(*span(self._head, scales[-1])) < limits.min_posts  # nor do the shorter ones

    def _guarded(self, limits: Limits, found: _Evidence) -> bool:
        """Passes all that `judge` asks but for the probability."""
        start, end = found.start, self._head + 1
        return (
            found.observed / found.expected >= limits.min_ratio
            and self._people(limits, start, end) >= limits.min_authors
            and self._view(start, end) >= MIN_COVERAGE
            and len(self._source_mix(start, end, found.observed)) >= limits.min_sources
        )

    def test(self, now_minute: int, limits: Limits, coverage: float = 1.0) -> WindowTest | None:
        """The most surprising of the windows that end with `now_minute`; one that fires goes before one that doesn't.

        `coverage` caps the coverage that is reported, where the caller knows of sources that are blind at present.
        Posts of later minutes, if there are any, are in: the windows then end with the newest of these.
        None when no window holds notably more posts than expected, or none the least number. Within a minute the
        probability only falls as posts are added, so that it doesn't matter when in that minute the test was done
        (within a spell marked blind, what is expected grows along with the posts).
        """
        self.advance(now_minute)
        scales, nested = _ordered(limits.scales_minutes)
        if self._too_few_posts(limits, scales, nested=nested):
            return None
        best: _Evidence | None = None
        for scale in scales:
            found = self._standing_out(limits, scale)
            if found is None:
                continue
            found.weigh()
            if best is not None and best.fired and best.probability <= found.probability:
                continue
            found.fired = self._verdict(limits, found, coverage) is Reason.FIRED
            if best is None or (not found.fired, found.probability) < (not best.fired, best.probability):
                best = found
        return None if best is None else self._describe(limits, best, coverage)

    def window(self, now_minute: int, limits: Limits, scale: int) -> WindowTest:
        """The window of `scale` minutes that ends with `now_minute`, whether or not it stands out."""
        self.advance(now_minute)
        start, end = span(self._head, scale)
        observed, size = max(0, self._counts.total(start, end)), self._baseline.size(scale)
        expected = self._expected(max(start, self.first_seen), end, scale)
        found = _Evidence(scale, start, observed, expected, size)
        found.weigh()
        return self._describe(limits, found, 1.0)

    def _standing_out(self, limits: Limits, scale: int) -> _Evidence | None:
        start, end = span(self._head, scale)
        observed = self._counts.total(start, end)
        if observed < limits.min_posts:
            return None
        expected = self._expected(max(start, self.first_seen), end, scale)
        above = observed - expected
        if above <= 0:
            return None
        size = self._baseline.size(scale)
        if above * above < 4 * (expected + expected * expected / size):
            return None
        return _Evidence(scale, start, observed, expected, size)

    def _verdict(self, limits: Limits, found: _Evidence, coverage: float, authors: float | None = None) -> Reason:
        start, end = found.start, self._head + 1
        return judge(
            limits,
            observed=found.observed,
            ratio=found.observed / found.expected,
            probability=found.spends(limits),
            authors=self._people(limits, start, end) if authors is None else authors,
            sources=len(self._source_mix(start, end, found.observed)),
            coverage=min(self._view(start, end), coverage),
        )

    def _people(self, limits: Limits, start: int, end: int) -> float:
        """Distinct authors, as far as it matters whether they are enough."""
        return self._authors.at_least(limits.min_authors, start) + (1 if self._posts_unnamed(start, end) else 0)

    def _view(self, start: int, end: int) -> float:
        """Share of a window, as far as the series existed, in which the sources could see."""
        return self._seen(max(start, self.first_seen), end)

    def _posts_unnamed(self, start: int, end: int) -> int:
        return 0 if self._unnamed is None else max(0, self._unnamed.total(start, end))

    def _describe(self, limits: Limits, found: _Evidence, coverage: float) -> WindowTest:
        start, end, observed = found.start, self._head + 1, found.observed
        unnamed = self._posts_unnamed(start, end)
        named_authors = self._authors.distinct(start)
        authors = named_authors + (1 if unnamed else 0)
        return WindowTest(
            scale_minutes=found.scale,
            start_minute=start,
            end_minute=end,
            observed=observed,
            expected=found.expected,
            ratio=observed / found.expected,
            probability=found.probability,
            authors=authors,
            sources=self._source_mix(start, end, observed),
            coverage=min(self._view(start, end), coverage),
            coordinated=observed - unnamed > limits.coordinated_posts_per_author * max(named_authors, 1.0),
            baseline="own" if self._baseline.own else "pooled",
            verdict=Reason.FIRED if found.fired else self._verdict(limits, found, coverage, authors),
        )

    def _source_mix(self, start: int, end: int, observed: int) -> dict[str, int]:
        if not self._sources:
            return {}
        if not self._more:
            return {self._sources[0]: observed} if observed > 0 else {}
        further = [max(0, ring.total(start, end)) for ring in self._more]
        mix = dict(zip(self._sources, (observed - sum(further), *further), strict=True))
        return {source: posts for source, posts in mix.items() if posts > 0}

    def seen(self, start: int, end: int) -> Seen:
        """Hours [start, end) up to the newest minute, at most a week back: whoever posted since ``start`` counts."""
        posts = max(0, self._read(start, end))
        return Seen(
            posts=posts,
            people=self._authors.distinct(start) + (1 if self._posts_unnamed(start, end) else 0),
            sources=self._source_mix(start, end, posts),
            expected=self._expected(max(start, self.first_seen), end, end - start),
            coverage=self._view(start, end),
        )

    def expected(self, start: int, end: int) -> float:
        """Posts expected in [start, end) of a quiet series, without what could not be seen."""
        return self._expected(start, end, end - start)

    def points(self, now_minute: int, n: int, step: int) -> list[tuple[int, int, float]]:
        """The last `n` bars of `step` minutes, oldest first: start minute, observed, expected.

        The newest bar holds `now_minute`. Steps of 1, 5, 15 or 60 minutes as far back as two hours, a day and a week.
        """
        self.advance(now_minute)
        last = now_minute // step * step
        bars = []
        for start in range(last - (n - 1) * step, last + step, step):
            bars.append((start, max(0, self._read(start, start + step)), self._expected(start, start + step, step)))
        return bars

    def _read(self, start: int, end: int) -> int:
        head, counts = self._head, self._counts
        if start > head - len(counts.minutes):
            return sum(counts.minutes[minute % len(counts.minutes)] for minute in range(start, min(end, head + 1)))
        if start // 15 > head // 15 - len(counts.quarters):
            return sum(counts.quarters[cell % len(counts.quarters)] for cell in range(start // 15, -(-end // 15)))
        hours = range(max(start // 60, head // 60 - len(counts.hours) + 1), -(-end // 60))
        return sum(counts.hours[cell % len(counts.hours)] for cell in hours)

    def to_bytes(self) -> bytes:
        """The whole state; `from_bytes` gives a series that behaves the same to the last bit."""
        return _encoder.encode(
            (
                VERSION,
                self.kind,
                self.first_seen,
                self._head,
                self._next_hour,
                self.missing,
                self._baseline.to_bytes(),
                self._counts.to_parts(),
                self._sources,
                [ring.to_parts() for ring in self._more],
                None if self._unnamed is None else self._unnamed.to_parts(),
                self._authors.to_parts(),
            )
        )

    @classmethod
    def from_bytes(cls, value: bytes) -> Series:
        """Raises ValueError when these are not the bytes of a series of this version."""
        try:
            parts: list[Any] = _decoder.decode(value)
            if parts[0] not in (_LISTED, VERSION):
                raise ValueError(f"series state of version {parts[0]}, not {VERSION}")
            counts = Counts.from_cells if parts[0] == _LISTED else Counts.from_parts
            series = cls(parts[1], Baseline(parts[1], parts[6]) if parts[6] else _untaught(parts[1]))
            series.first_seen, series._head, series._next_hour = parts[2:5]
            series.missing = tuple((start, end, share) for start, end, share in parts[5])
            series._counts = counts(parts[7])
            series._below_zero = series._counts.signed
            series._sources = _same(tuple(parts[8]))
            series._more = tuple(counts(one) for one in parts[9])
            series._unnamed = None if parts[10] is None else counts(parts[10])
            series._authors = AuthorSketch.from_parts(*parts[11])
        except (msgspec.MsgspecError, TypeError, IndexError) as error:
            raise ValueError("not the state of a series") from error
        return series


@lru_cache(maxsize=16)
def _untaught(kind: str) -> Baseline:
    """One object for all series of a kind that learned no hour yet. Never taught."""
    return Baseline(kind)


@lru_cache(maxsize=1_024)
def _same(sources: tuple[str, ...]) -> tuple[str, ...]:
    """One object for all series with the same sources in the same order."""
    return sources


@lru_cache(maxsize=64)
def _ordered(scales: tuple[int, ...]) -> tuple[list[int], bool]:
    """Ascending; and whether the longest window, whose start is rounded up to an hour, holds all shorter ones."""
    ordered = sorted(scales)
    return ordered, len(ordered) > 1 and ordered[-1] - ordered[-2] >= 60


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()
