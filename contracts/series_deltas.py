"""`series.deltas`: what some records of `posts.anonymous` add to the series of one partition. Detector to detector.

One record per flush, source partition and target partition, so that the cost of state grows with active series and not
with posts. Within it every contribution names the source record it came from: a series skips what it has applied, so
kills, rebalances and replays count nothing twice.
"""

from __future__ import annotations

import zlib

import msgspec
from msgspec.structs import replace

from contracts.alert import EventReference, Place
from contracts.theme import Part


class Share(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What one source record adds to one series, in one minute, from one source of posts."""

    offset: int
    """Offset of the source record in `posts.anonymous`."""
    minute: int
    """Event time, minutes since the epoch."""
    posts: int
    """Negative: posts that were counted before and are counted back."""
    source: str
    authors: tuple[str, ...] = ()
    """Author tokens of these posts, each once; none where the source names no authors (such posts have a share of their
    own)."""
    strong: bool = False
    """These posts call people to a place and a time."""
    words: dict[str, tuple[int, ...]] = {}
    """Other permitted words of these posts, each with who used it (positions in ``authors``); only for watched series.
    Never shown before k distinct authors share a word."""
    places: dict[str, int] = {}
    """Posts by the place they name (key of ``SeriesDeltas.places``); only for series without a place of their own."""
    moved: bool = False
    """These posts say themselves that place or time of a gathering changed."""
    call: bool = False
    """Of the series of a gathering: these posts call people to it."""
    objects: tuple[str, ...] = ()
    """And these tell them to bring this (canonical watch terms), in order of the alphabet."""


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a series is about, so that its alert can be explained without looking anything up."""

    phenomenon: str | None = None
    term: str | None = None
    place: Place | None = None
    event: EventReference | None = None
    planned: str | None = None
    """Planned event these posts are about, as `services.detector.calendar` names it."""
    theme: str | None = None
    """A theme instead of a phenomenon: counted for `contracts.theme` alone, never tested for a burst."""
    part: Part | None = None
    source: str | None = None
    group: str | None = None
    """Of a theme: what `contracts.theme.ThemeBlock` says of them."""


class SeriesDelta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    series: str
    """As in `contracts.alert.Observation.series`."""
    subject: Subject
    """Of a gathering without what single posts say of it: that is in the shares."""
    named: int = 0
    """Minute of the post that the subject is of."""
    shares: tuple[Share, ...]
    """In offset order."""


class SeriesDeltas(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="series-deltas.v1", omit_defaults=True
):
    source: int
    """Partition of `posts.anonymous` that was folded."""
    sources: int
    """Number of partitions of `posts.anonymous`."""
    upto: int
    """Offset of the last source record that is in this delta or in an earlier one; -1: none yet."""
    watermark: int | None = None
    """Event time this source partition has reached, minutes since the epoch; absent before its first post."""
    first: int | None = None
    """Event time of the first posts that were read of it since its reader started, minutes since the epoch."""
    idle: bool = False
    """Nothing is waiting in this source partition: others need not wait for its event time."""
    exercise: str | None = None
    deltas: tuple[SeriesDelta, ...] = ()
    places: dict[str, Place] = {}
    """The places that shares name: ``<as in the name of a series>/<name that posts use>/<certainty>``."""
    newest_ms: int | None = None
    """Creation of the newest post behind this record, when at least ten posts share the figure."""


def bare(subject: Subject) -> Subject:
    """Without what single posts say of a gathering: the subject of a series is the same, whichever of them names it."""
    event = subject.event
    if event is None or not (event.call or event.objects):
        return subject
    return replace(subject, event=replace(event, call=False, objects=()))


def earlier(one: tuple[int, Subject], other: tuple[int, Subject]) -> tuple[int, Subject]:
    """Of two (minute, subject) of a series the one that names it: one gemeente has many names, and the order in which
    posts are read must not choose between them."""
    return one if one[0] < other[0] or (one[0] == other[0] and _in_order(one[1], other[1])) else other


def _in_order(one: Subject, other: Subject) -> bool:
    return one == other or msgspec.json.encode(one) <= msgspec.json.encode(other)


def partition_for(series: str, partitions: int) -> int:
    """Partition of `series.deltas` that owns a series; the same in every process and every version."""
    return zlib.crc32(series.encode()) % partitions
