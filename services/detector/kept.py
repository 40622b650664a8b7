"""What is kept of one series as bytes, and what of it a worker must know when it starts."""

from __future__ import annotations

import msgspec

from contracts.alert import Certainty, Place
from contracts.series_deltas import Subject

MAX_NAMES = 12
"""Of one gemeente; a name that makes room takes no posts from it."""
CERTAINTIES = tuple(Certainty)
"""Surest first."""


def _by_certainty(place: Place) -> tuple[int, bytes]:
    return CERTAINTIES.index(place.certainty), msgspec.json.encode(place)


class Word(msgspec.Struct, array_like=True, gc=False):
    """Who used a word, up to k of them: more is never asked."""

    minute: int
    posts: int
    users: tuple[int, ...]
    """Each once. Few: a set would take ten times the memory."""


class PlaceCount(msgspec.Struct, array_like=True):
    """One gemeente, or a name that is no gemeente."""

    minute: int
    posts: int
    place: Place
    names: dict[str, tuple[int, Place]] = {}
    """What people call it: posts, and the place as the surest of them have it."""

    def called(self, place: Place, posts: int) -> None:
        name = place.name or ""
        known = self.names.get(name)
        if known is None:
            if len(self.names) >= MAX_NAMES:
                del self.names[min([(one[0], called) for called, one in self.names.items()])[1]]
            self.names[name] = posts, place
        else:
            self.names[name] = known[0] + posts, min(known[1], place, key=_by_certainty)

    def as_most_say(self) -> Place:
        """By the name that most use, of two as many use by the first in the alphabet."""
        if not self.names:
            return self.place
        return min(self.names.items(), key=lambda one: (-one[1][0], one[0]))[1][1]


class State(msgspec.Struct, array_like=True):
    """The durable value of one series, apart from its counts."""

    subject: Subject
    first_seen: int
    counts: bytes = b""
    applied: dict[int, int] = {}
    """Last applied offset by partition of `posts.anonymous`: a share at or below it was counted before."""
    ahead: dict[int, list[msgspec.Raw]] = {}
    """Shares of minutes that not all partitions have reached, by minute: each packed, with the places it names."""
    open_minute: int | None = None
    """A minute that was added to and not yet tested in full."""
    fired_minute: int | None = None
    callers: dict[int, int] = {}
    """Hash of an author token to the last minute of a strong call."""
    named: int = 0
    unnamed: int = 0
    """Posts with and without an author."""
    words: dict[str, Word] = {}
    places: dict[str, PlaceCount] = {}
    """Places that posts of a series without a place name."""
    told: tuple[int, int] | None = None
    """Minute and observed count of the last signal: news is only sent when it is news."""
    marked: int | None = None
    """Minute up to which blind spells of the sources were taken in."""
    untold: int | None = None
    """First minute of the hours with posts that are not in the picture yet, for want of k people."""
    pictured: int | None = None
    """Where the last block of the picture ended."""
    movers: dict[int, int] = {}
    """Hash of an author token to the last minute in which it said that the gathering was moved here."""
    named_minute: int = 0
    """Of the post that the subject is of."""


class Waiting(msgspec.Struct, array_like=True):
    """The beginning of `State`: what a worker must know of each series when it starts, without unpacking all of it."""

    subject: Subject
    first_seen: int
    counts: bytes
    applied: msgspec.Raw
    ahead: dict[int, msgspec.Raw]
    open_minute: int | None


class Head(msgspec.Struct, array_like=True):
    """The beginning of the bytes of a `Series`."""

    version: int
    kind: str
    first_seen: int
    head: int
