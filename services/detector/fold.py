"""Folds micro-batches of posts into what they add to each series, before any state is touched (map-side combine)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec.structs import replace

from contracts.alert import Place
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.series_deltas import SeriesDelta, SeriesDeltas, Share, Subject, bare, earlier, partition_for
from services.detector.event_time import EventTime
from services.detector.events import Reading
from services.detector.matching import Matching, as_named, is_strong

MAX_BYTES_PER_RECORD = 600_000
"""About, as reckoned by `_size`; keeps a record well under `contracts.codec.MAX_RECORD_BYTES`."""
SUBJECT_BYTES, SHARE_BYTES, WORD_BYTES, POSITION_BYTES = 250, 60, 30, 5
TOO_FAR_AHEAD_MINUTES = 7 * 1440


STRONG, MOVED, NAMED, BACK = 1, 2, 4, 8
"""Strong call, tells of a move, the posts name an author, and they are counted back: what is withdrawn in the record
that told it was told all the same."""
CellKey = tuple[int, int, str, int]
"""Offset, minute, source, and which of `STRONG` to `BACK` hold: whatever differs in these has a share of its own."""


class _Cell:
    """What one source record adds to one series in one minute, from one source of posts."""

    __slots__ = ("call", "objects", "places", "posts", "said")

    def __init__(self) -> None:
        self.posts = 0
        self.call = False
        self.objects: tuple[str, ...] = ()
        self.said: list[tuple[str, Sequence[str]]] = []
        """Author and other words of each post whose author is named."""
        self.places: dict[str, int] = {}


class _Pending:
    """What was folded of one series since the last flush."""

    __slots__ = ("cells", "minute", "subject")

    def __init__(self, minute: int, subject: Subject) -> None:
        self.minute, self.subject = minute, subject
        self.cells: dict[CellKey, _Cell] = {}

    def name(self, minute: int, subject: Subject) -> None:
        """A series is called as its earliest post has it."""
        self.minute, self.subject = earlier((self.minute, self.subject), (minute, subject))


class SourceFold:
    """Folds one partition of `posts.anonymous`. Remembers up to where each raw partition was folded: a batch that was
    projected twice counts once. ``folded`` is that memory, by (raw partition, exercise): it must outlive the process.
    """

    def __init__(self, source: int, sources: int, targets: int, matcher: Matching, folded: dict[str, int]) -> None:
        self._source = source
        self._sources = sources
        self._targets = targets
        self._matcher = matcher
        self.folded = folded
        self._time: dict[str, EventTime] = {}
        self._pending: dict[str, dict[str, _Pending]] = {}
        self._places: dict[str, dict[str, Place]] = {}
        self._upto = -1
        self._moved: set[str] = set()
        self._newest_ms: dict[str, int] = {}
        self.posts = 0
        self.repeated = 0
        self.too_far_ahead = 0

    def add(self, batch: AnonymousBatch, offset: int) -> None:
        """Fold one record of `posts.anonymous`."""
        self._upto = offset
        world = batch.exercise or ""
        memory = f"{batch.partition}/{world}"
        done = self.folded.get(memory, -1)
        time = self._time.setdefault(world, EventTime())
        self._moved.add(world)
        terms, steady = self._matcher.terms, time.steady
        for post in batch.posts:
            # Posts of one raw record (an edit: the old and the new) share its offset and travel in one batch.
            if post.offset <= done:
                self.repeated += 1
                continue
            self.posts += 1
            minute = post.minute
            if minute != steady:
                if not post.retract:
                    time.observe(minute)
                    steady = time.steady
                if time.watermark is not None and minute > time.watermark + TOO_FAR_AHEAD_MINUTES:
                    self.too_far_ahead += 1
                    continue
            if not terms.isdisjoint(post.tokens):  # nearly no post
                self._add_post(post, world, offset)
        if batch.posts:
            self.folded[memory] = max(done, batch.posts[-1].offset)
        if batch.sent_ms is not None and batch.oldest_age_ms is not None:
            self._newest_ms[world] = batch.sent_ms - batch.oldest_age_ms

    def _add_post(self, post: AnonymousPost, world: str, offset: int) -> None:
        contributions, reading = self._matcher.match(post, world)
        if not contributions:
            return
        pending = self._pending.get(world)
        if pending is None:
            pending = self._pending[world] = {}
        author, minute, retract = post.author, post.minute, post.retract
        sign = -1 if retract else 1
        said = author is not None and not retract
        words: Sequence[str] = self._matcher.words(post) if said else ()
        flags, named = self._told(reading, world) if reading is not None else (0, None)
        flags |= (BACK if retract else 0) | (NAMED if author is not None else 0)
        key: CellKey = (offset, minute, post.source, flags)
        for contribution in contributions:
            subject = contribution.subject
            waiting = pending.get(contribution.series)
            if waiting is None:
                waiting = pending[contribution.series] = _Pending(minute, bare(subject))
            elif minute <= waiting.minute and subject is not waiting.subject:
                waiting.name(minute, bare(subject))
            cell = waiting.cells.get(key)
            if cell is None:
                cell = waiting.cells[key] = _Cell()
            cell.posts += sign
            event = subject.event
            if event is not None and not retract:
                cell.call = cell.call or event.call
                if event.objects:
                    cell.objects = tuple(sorted({*cell.objects, *event.objects}))
            if named is not None and subject.place is None and subject.theme is None:
                cell.places[named] = cell.places.get(named, 0) + sign
            if author is not None and said:
                cell.said.append((author, words if contribution.with_words else ()))

    def _told(self, reading: Reading, world: str) -> tuple[int, str | None]:
        """What a post tells of itself as flags, and the key of the place it names."""
        named = as_named(reading.place)
        if named is not None:
            self._places.setdefault(world, {})[named] = reading.place
        strong = is_strong(reading, self._matcher.gazetteer)
        return (STRONG if strong else 0) | (MOVED if reading.moved else 0), named

    @property
    def reached(self) -> int | None:
        """Event time of real life in this partition, minutes."""
        time = self._time.get("")
        return time.watermark if time is not None else None

    def forget(self, gone: Callable[[str], bool]) -> list[str]:
        """Worlds that are gone. Returns names in ``folded`` that are no longer."""
        for kept in (self._time, self._pending, self._places, self._newest_ms):
            for world in [world for world in kept if gone(world)]:
                del kept[world]
        self._moved = {world for world in self._moved if not gone(world)}
        names = [name for name in self.folded if gone(name.partition("/")[2])]
        for name in names:
            del self.folded[name]
        return names

    def configure(self, matcher: Matching) -> None:
        """Match from now on by another configuration."""
        self._matcher = matcher

    def settle(self, not_after: int, *, exercises: bool | None = None) -> None:
        """This partition fell silent: nothing waits. ``not_after`` is the minute the clock shows. ``exercises``: only
        these, or only real life, fell silent; None: both."""
        for world, time in self._time.items():
            if exercises is None or exercises is bool(world):
                time.settle(not_after)

    @property
    def worlds(self) -> Collection[str]:
        """Of which there were posts in this partition."""
        return self._time.keys()

    def flush(
        self, *, idle: bool = False, exercises_idle: bool | None = None, absent: Iterable[str] = ()
    ) -> dict[int, list[SeriesDeltas]]:
        """What was folded since the last flush, by partition of `series.deltas`; each hears the event time.

        ``exercises_idle``: as ``idle``, of exercises; None: the same. ``absent``: exercises that are played elsewhere,
        and that this partition has nothing of.
        """
        practised = idle if exercises_idle is None else exercises_idle
        silent = {world for world in {*self._time, ""} if (practised if world else idle)} | set(absent)
        worlds = self._moved | silent
        out: dict[int, list[SeriesDeltas]] = {target: [] for target in range(self._targets)} if worlds else {}
        for world in sorted(worlds):
            places = self._places.pop(world, {})
            by_target: dict[int, list[SeriesDelta]] = {target: [] for target in range(self._targets)}
            for name, pending in self._pending.pop(world, {}).items():
                shares = tuple(_share(key, cell) for key, cell in pending.cells.items())
                by_target[partition_for(name, self._targets)].append(
                    SeriesDelta(series=name, subject=pending.subject, shares=shares, named=pending.minute)
                )
            for target, deltas in by_target.items():
                out[target] += self._records(world, deltas, places, idle=world in silent)
        self._moved.clear()
        self._newest_ms.clear()
        return out

    def _records(
        self, world: str, deltas: list[SeriesDelta], places: dict[str, Place], *, idle: bool
    ) -> list[SeriesDeltas]:
        """One record, or several when one would grow too large; only the last tells the event time."""
        chunks: list[list[SeriesDelta]] = [[]]
        size = 0
        for delta in deltas:
            for piece, weight in _pieces(delta):
                if size + weight > MAX_BYTES_PER_RECORD and chunks[-1]:
                    chunks.append([])
                    size = 0
                chunks[-1].append(piece)
                size += weight
        time = self._time.get(world)
        first = time.first if time is not None else None
        return [
            SeriesDeltas(
                source=self._source,
                sources=self._sources,
                upto=self._upto,
                watermark=time.watermark if time is not None and number == len(chunks) - 1 else None,
                first=first,
                idle=idle,
                exercise=world or None,
                deltas=tuple(chunk),
                places={key: places[key] for delta in chunk for share in delta.shares for key in share.places},
                newest_ms=self._newest_ms.get(world),
            )
            for number, chunk in enumerate(chunks)
        ]


def _pieces(delta: SeriesDelta) -> Iterable[tuple[SeriesDelta, int]]:
    """With about the bytes of each. Cut only between source records: a series that has applied part of a source record
    would skip the rest."""
    piece: list[Share] = []
    size = SUBJECT_BYTES
    for share in delta.shares:
        if size >= MAX_BYTES_PER_RECORD and share.offset != piece[-1].offset:
            yield replace(delta, shares=tuple(piece)), size
            piece, size = [], SUBJECT_BYTES
        piece.append(share)
        size += _size(share)
    whole = len(piece) == len(delta.shares)
    yield delta if whole else replace(delta, shares=tuple(piece)), size


def _size(share: Share) -> int:
    """About so many bytes; the place a share names counts with it."""
    words = len(share.words) * WORD_BYTES
    if len(share.authors) > 1:
        words += sum(map(len, share.words.values())) * POSITION_BYTES
    authors = len(share.authors) * (len(share.authors[0]) + 3) if share.authors else 0
    return SHARE_BYTES + authors + len(share.places) * SUBJECT_BYTES + words


def _share(key: CellKey, cell: _Cell) -> Share:
    offset, minute, source, flags = key
    said = cell.said
    words: dict[str, tuple[int, ...]]
    if len(said) == 1:  # nearly all
        author, spoken = said[0]
        authors: tuple[str, ...] = (author,)
        words = dict.fromkeys(spoken, (0,))
    else:
        position: dict[str, int] = {}
        users: dict[str, set[int]] = {}
        for author, spoken in said:
            at = position.setdefault(author, len(position))
            for word in spoken:
                users.setdefault(word, set()).add(at)
        authors = tuple(position)
        words = {word: tuple(sorted(by)) for word, by in users.items()}
    return Share(
        offset=offset,
        minute=minute,
        posts=cell.posts,
        source=source,
        authors=authors,
        strong=flags & STRONG != 0,
        places=cell.places,
        words=words,
        moved=flags & MOVED != 0,
        call=cell.call,
        objects=cell.objects,
    )
