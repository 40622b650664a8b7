"""What is kept of one series: its counts, and everything needed to explain an alert. One compact value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Final

import msgspec
from msgspec.structs import replace

from contracts.alert import Place, SeriesPoint
from contracts.series_deltas import Share, Subject, bare, earlier
from services.detector.kept import Head, PlaceCount, State, Waiting, Word
from services.detector.matching import about
from services.detector.series import Series
from services.detector.sketch import author_hash

Spell = tuple[int, int, float]
"""From, to (exclusive), share of the view that was lost."""
CHARTS = ((15, 1, 90), (60, 5, 72), (1440, 15, 96), (10**9, 60, 168))
"""By longest window: minutes a bar, bars."""
MAX_PLACES = 20
PLACES_COUNT_MINUTES = 360
MIN_POSTS_AT_PLACE = 3
MAX_CALLERS = 64
"""Enough to know whether a call comes from several people; beyond it the number no longer matters."""
CALLS_COUNT_MINUTES = 1440
MAX_WORDS = 150
WORDS_COUNT_MINUTES = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """When a series was last added to, which minutes wait, and which one is still to be tested in full."""

    subject: Subject
    first_seen: int
    head: int
    ahead: tuple[int, ...]
    open_minute: int | None

    @classmethod
    def of_bytes(cls, value: bytes) -> Glance:
        found = _waiting.decode(value)
        head = _head.decode(found.counts).head
        return cls(
            subject=found.subject,
            first_seen=found.first_seen,
            head=head,
            ahead=tuple(found.ahead),
            open_minute=found.open_minute,
        )

    @classmethod
    def of(cls, state: SeriesState) -> Glance:
        kept = state.kept
        head = state.counts.head
        return cls(
            subject=kept.subject,
            first_seen=kept.first_seen,
            head=head,
            ahead=tuple(kept.ahead),
            open_minute=kept.open_minute,
        )


_NO_PEOPLE: Final[dict[int, int]] = {}
_NO_PLACES: Final[dict[str, PlaceCount]] = {}
_NO_SHARES: Final[dict[int, list[msgspec.Raw]]] = {}
"""Shared by all series that have none, as most do. Never changed."""


def _remembered(people: dict[int, int], authors: Sequence[int], minute: int) -> dict[int, int]:
    if not authors:
        return people
    people = people or {}
    for one in authors:
        people[one] = max(minute, people.get(one, minute))
        if len(people) > MAX_CALLERS:
            del people[min(people, key=lambda person: (people[person], person))]
    return people


def _of_the_day(people: dict[int, int], minute: int) -> int:
    return sum(minute - CALLS_COUNT_MINUTES < at <= minute for at in people.values())


def _may_be(doubtful: Place, certain: Place) -> bool:
    return bool(doubtful.candidates) and certain.gemeente in doubtful.candidates


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)
_share = msgspec.msgpack.Decoder(tuple[Share, dict[str, Place]])
_waiting = msgspec.msgpack.Decoder(Waiting)
_head = msgspec.msgpack.Decoder(Head)


class SeriesState:
    """A series at work: `Series` unpacked, the rest as in `State`."""

    __slots__ = ("counts", "kept")

    def __init__(self, kept: State, counts: Series) -> None:
        self.kept = kept
        self.counts = counts

    @classmethod
    def new(cls, subject: Subject, kind: str, minute: int, named: int = 0) -> SeriesState:
        """A series whose first post is of ``minute``; its subject is of one of minute ``named``."""
        kept = State(
            subject=subject,
            first_seen=minute,
            named_minute=named,
            ahead=_NO_SHARES,
            callers=_NO_PEOPLE,
            places=_NO_PLACES,
            movers=_NO_PEOPLE,
        )
        return cls(kept, Series.empty(kind))

    def name(self, subject: Subject, minute: int) -> None:
        """Of a further record: its subject has the same series, and may call its place by another name."""
        kept = self.kept
        if minute > kept.named_minute:
            return
        said = kept.subject.event
        kept.named_minute, kept.subject = earlier((kept.named_minute, bare(kept.subject)), (minute, bare(subject)))
        if said is not None:
            self.told_of(said.call, said.objects)

    def told_of(self, call: bool, objects: tuple[str, ...]) -> None:
        """A gathering may later be called to, and named with what to bring."""
        event = self.kept.subject.event
        if event is not None and (call > event.call or not set(objects) <= set(event.objects)):
            event = replace(event, call=event.call or call, objects=tuple(sorted({*event.objects, *objects})))
            self.kept.subject = replace(self.kept.subject, event=event)

    def known_empty(self, since: int, minute: int, blind: Iterable[Spell]) -> None:
        """Before its first post is counted, of ``minute``: there was none from ``since`` on, but for these spells."""
        if since < minute:
            self.mark_blind(minute, [spell for spell in blind if spell[1] > since])
            self.counts.advance(since)

    @classmethod
    def from_bytes(cls, value: bytes) -> SeriesState:
        kept = _decoder.decode(value)
        counts = Series.from_bytes(kept.counts)
        kept.counts = b""
        kept.callers, kept.movers = kept.callers or _NO_PEOPLE, kept.movers or _NO_PEOPLE
        kept.places, kept.ahead = kept.places or _NO_PLACES, kept.ahead or _NO_SHARES
        for minute, waiting in kept.ahead.items():
            kept.ahead[minute] = [one.copy() for one in waiting]  # of their own, not a view of all these bytes
        return cls(kept, counts)

    def to_bytes(self) -> bytes:
        self.kept.counts = self.counts.to_bytes()
        value = _encoder.encode(self.kept)
        self.kept.counts = b""
        return value

    def add(self, share: Share, k: int, places: Mapping[str, Place]) -> None:
        """Count one share; its minute has been reached by all partitions."""
        kept, minute, posts = self.kept, share.minute, share.posts
        authors = [author_hash(author) for author in share.authors]
        self.counts.count(minute, posts, share.source, authors)
        kept.first_seen = min(kept.first_seen, minute)
        if posts > 0:
            if authors:
                kept.named += posts
            else:
                kept.unnamed += posts
            if share.strong:
                kept.callers = _remembered(kept.callers, authors, minute)
            if share.moved:
                kept.movers = _remembered(kept.movers, authors, minute)
            if share.call or share.objects:
                self.told_of(share.call, share.objects)
        for word, users in share.words.items():
            self._use(word, [authors[user] for user in users], minute, k)
        for key, naming in share.places.items():
            if key in places:
                self._name(key, naming, places[key], minute)
        if not kept.open_minute or minute > kept.open_minute:
            kept.open_minute = minute

    def wait(self, share: Share, places: Mapping[str, Place]) -> bool:
        """Keep a share until all partitions have reached its minute. True: it is the first of that minute."""
        named = {key: places[key] for key in share.places if key in places} if share.places else share.places
        packed = msgspec.Raw(_encoder.encode((share, named)))
        ahead = self.kept.ahead = self.kept.ahead or {}
        waiting = ahead.get(share.minute)
        if waiting is None:
            ahead[share.minute] = [packed]
            return True
        waiting.append(packed)
        return False

    def waited(self, minute: int) -> Iterator[tuple[Share, dict[str, Place]]]:
        """Shares of a minute that all have reached now; they wait no more."""
        waiting = self.kept.ahead.pop(minute, ())
        if not self.kept.ahead:
            self.kept.ahead = _NO_SHARES  # the old one keeps the room of all that ever waited
        return map(_share.decode, waiting)

    def mark_blind(self, minute: int, spells: Iterable[Spell]) -> None:
        """Take in what the sources could not see, up to and with ``minute``: missing, not empty."""
        start = self.kept.marked
        if start is not None and start >= minute:
            return
        for since, until, share in spells:
            fresh, end = max(since, start or since), min(until, minute + 1)
            if fresh < end:
                self.counts.mark_missing(fresh, end, share)
        self.kept.marked = minute

    def points(self, minute: int, scale: int) -> tuple[SeriesPoint, ...]:
        """The chart that goes with a window of ``scale`` minutes."""
        step, bars = next((step, bars) for longest, step, bars in CHARTS if scale <= longest)
        found = self.counts.points(minute, bars, step)
        return tuple(
            SeriesPoint(minute=start, observed=seen, expected=round(expected, 3)) for start, seen, expected in found
        )

    def _name(self, key: str, posts: int, place: Place, minute: int) -> None:
        places = self.kept.places
        key = about(place) or key
        known = places.get(key)
        if known is None or minute - known.minute > PLACES_COUNT_MINUTES:
            if len(places) >= MAX_PLACES:
                del places[min([(one.posts, one.minute, name) for name, one in places.items()])[2]]
            places = self.kept.places = places or {}
            known = places[key] = PlaceCount(minute, 0, place)
        elif minute > known.minute:
            known.minute = minute
        known.posts += posts
        known.called(place, posts)

    def mainly_at(self, minute: int) -> Place | None:
        """The place that most posts of the last hours name, when it is most of all that name any, and not few."""
        recent = [one for one in self.kept.places.values() if minute - one.minute <= PLACES_COUNT_MINUTES]
        # *Haren* may be any of several towns; beside posts that name one of these it is that one.
        posts = [one.posts + sum(other.posts for other in recent if _may_be(other.place, one.place)) for one in recent]
        most = max(range(len(recent)), key=lambda at: (posts[at], not recent[at].place.candidates), default=None)
        if most is None or posts[most] < MIN_POSTS_AT_PLACE:
            return None
        return recent[most].as_most_say() if 2 * posts[most] > sum(one.posts for one in recent) else None

    def _use(self, word: str, users: Collection[int], minute: int, k: int) -> None:
        words = self.kept.words
        entry = words.get(word)
        if entry is None or minute - entry.minute > WORDS_COUNT_MINUTES:
            if len(words) >= MAX_WORDS:
                del words[min([(len(one.users), one.minute, name) for name, one in words.items()])[2]]
            entry = words[intern(word)] = Word(minute, 0, ())
        elif minute > entry.minute:
            entry.minute = minute
        entry.posts += len(users)
        if len(entry.users) < k:
            for user in users:
                if len(entry.users) < k and user not in entry.users:
                    entry.users = (*entry.users, user)

    def calls(self, minute: int) -> int:
        """Distinct authors of strong calls in the day before ``minute``."""
        return _of_the_day(self.kept.callers, minute)

    def moves(self, minute: int) -> int:
        """Distinct authors who said, in the day before ``minute``, that the gathering was moved here."""
        return _of_the_day(self.kept.movers, minute)

    def context(self, minute: int, k: int, most: int = 8) -> tuple[str, ...]:
        """Words that at least ``k`` distinct authors used within the day before ``minute``, most used first."""
        shared = [
            (-entry.posts, word)
            for word, entry in self.kept.words.items()
            if len(entry.users) >= k and minute - entry.minute < WORDS_COUNT_MINUTES
        ]
        return tuple(word for _, word in sorted(shared)[:most])

    @property
    def authors_unknown(self) -> bool:
        """No post of this series ever named an author."""
        return self.kept.named == 0 and self.kept.unnamed > 0
