"""Projected posts for tests: short to write, in order, each with its own raw offset."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import configuration
from configuration import Configuration
from contracts.alert import Alert, Change
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from services.detector.pipeline import Pipeline

REPOSITORY = Path(__file__).parents[2]
MONDAY_NOON = 29_903_760
"""Monday 9 November 2026, 12:00 UTC, in minutes since the epoch."""


def whole() -> Configuration:
    return configuration.load(REPOSITORY / "config")


def post(
    minute: int, text: str, author: str | None = None, *, source: str = "bluesky", retract: bool = False
) -> AnonymousPost:
    """``text`` is tokens, with ``_`` for a space within one (``deel_dit_massaal``)."""
    tokens = tuple(token.replace("_", " ") for token in text.split())
    return AnonymousPost(offset=0, minute=minute, source=source, tokens=tokens, author=author, retract=retract)


def crowd(start: int, text: str, number: int, *, minutes: int = 10, authors: int | None = None) -> list[AnonymousPost]:
    """``number`` posts spread over ``minutes``, by as many authors unless said otherwise."""
    return [
        post(start + index * minutes // number, text, f"author-{index % (authors or number)}-{start}")
        for index in range(number)
    ]


TOWNS = ("Rotterdam", "Utrecht", "Groningen", "Eindhoven", "Breda")
SAID = ("mooi weer in {}", "file bij {}", "koffie drinken in {}", "beelden van rellen in {} gezien")


def chatter(start: int, minutes: int, seed: int = 1) -> list[AnonymousPost]:
    """Ordinary posts of many towns, a few of which hold a watch term, so that event time moves and baselines learn."""
    rng = random.Random(seed)
    return [
        post(start + minute, rng.choices(SAID, (400, 400, 200, 1))[0].format(rng.choice(TOWNS)), f"chat-{rng.random()}")
        for minute in range(minutes)
        for _ in range(2)
    ]


def batches(
    posts: Iterable[AnonymousPost], partitions: int = 1, size: int = 20, exercise: str | None = None
) -> list[list[AnonymousBatch]]:
    """Posts in time order, spread over partitions by author as ingest does; per partition a list of records."""
    numbers = itertools.count()
    spread: list[list[AnonymousPost]] = [[] for _ in range(partitions)]
    for one in sorted(posts, key=lambda one: one.minute):
        numbered = AnonymousPost(
            offset=next(numbers),
            minute=one.minute,
            source=one.source,
            tokens=one.tokens,
            author=one.author,
            retract=one.retract,
        )
        spread[hash_of(one.author) % partitions].append(numbered)
    return [
        [
            AnonymousBatch(partition=partition, posts=tuple(mine[start : start + size]), exercise=exercise)
            for start in range(0, len(mine), size)
        ]
        for partition, mine in enumerate(spread)
    ]


def hash_of(author: str | None) -> int:
    return sum(map(ord, author or ""))


def replay(
    config: Configuration,
    records: Sequence[Sequence[AnonymousBatch]],
    *,
    seed: int = 0,
    flush_each: int = 1,
    pipeline: Pipeline | None = None,
) -> list[Alert]:
    """Feed records to a pipeline, the partitions interleaved by chance; returns every alert record."""
    rng = random.Random(seed)
    pipeline = pipeline or Pipeline(config, partitions=len(records))
    waiting = [(source, list(enumerate(mine))) for source, mine in enumerate(records) if mine]
    empty = [source for source, mine in enumerate(records) if not mine]
    alerts = [alert for source in empty for alert in pipeline.flush(source, idle=True)]
    taken = 0
    while waiting:
        source, mine = rng.choice(waiting)
        offset, batch = mine.pop(0)
        pipeline.add(batch, source, offset)
        taken += 1
        if taken % flush_each == 0:
            alerts += pipeline.flush(source)
        if not mine:
            alerts += pipeline.flush(source, idle=True)
            waiting.remove((source, mine))
    return alerts + pipeline.finish()


def opened(alerts: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.change is Change.OPENED]


def last(alerts: Iterable[Alert]) -> dict[str, Alert]:
    return {alert.id: alert for alert in alerts}
