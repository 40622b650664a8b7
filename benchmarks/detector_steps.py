"""Microseconds a post by step of the detector, in this process without a broker, beside the floor of each step.

Processor time, so that a busy machine counts little; what Kafka and Faust cost is in the other parts.
"""

from __future__ import annotations

import datetime
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import ahocorasick_rs
import orjson

from benchmarks.detector_posts import BATCH, COUNTING, START, Workload, batches
from benchmarks.rig import machine, whole
from configuration import Configuration
from configuration.mandates import cover
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder, encode
from contracts.series_deltas import SeriesDeltas, Subject
from services.detector.matching import Matcher
from services.detector.pipeline import Pipeline
from services.detector.sketch import AuthorSketch
from services.detector.state import Glance, SeriesState
from services.detector.vocabulary import Vocabulary

POSTS_A_FLUSH = 50_000
"""Half a second of 100,000 posts a second."""


def steps(*, short: bool) -> Iterator[dict[str, Any]]:
    config = whole()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the service does
    posts = 2_000 if short else 200_000
    for series, matching in ((1_000, 0.1),) if short else (
        (10_000, COUNTING), (10_000, 0.1), (10_000, 1.0), (500, COUNTING), (1_000, COUNTING), (3_000, COUNTING),
        (17_000, COUNTING),
    ):  # fmt: skip
        workload = Workload(posts=posts if matching < 1 else posts // 4, series=series, matching=matching)
        yield {"part": "steps"} | _steps(workload, config) | machine()
    yield {"part": "floors"} | _floors(config, 400 if short else 20_000) | machine()


def _steps(workload: Workload, config: Configuration) -> dict[str, object]:
    records = [encode(batch) for batch in batches(workload, config)]
    pipeline = Pipeline(config)
    fold, detection, states = pipeline.folds[0], pipeline.detections[0], pipeline.series[0]
    posts_decoder: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
    deltas_decoder: Decoder[SeriesDeltas] = Decoder(SeriesDeltas)
    spent = dict.fromkeys(("decode", "fold", "flush", "deltas to bytes and back", "detect", "series to bytes"), 0.0)
    written = 0
    clock = time.process_time()

    def took(step: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[step] += now - clock
        clock = now

    flush_each = max(1, POSTS_A_FLUSH // BATCH)
    for offset, record in enumerate(records):
        clock = time.process_time()
        batch = posts_decoder.decode(record)
        took("decode")
        fold.add(batch, offset)
        took("fold")
        if offset % flush_each != flush_each - 1 and offset != len(records) - 1:
            continue
        out = [record for some in fold.flush().values() for record in some]
        took("flush")
        values = [deltas_decoder.decode(encode(record)) for record in out]
        took("deltas to bytes and back")
        for value in values:
            detection.apply(value)
        took("detect")
        for name in {delta.series for value in values for delta in value.deltas}:
            state = states.get(f"/{name}")
            written += len(state.to_bytes()) if state is not None else 0
        took("series to bytes")
    total = sum(spent.values())
    return {
        "posts": workload.posts,
        "matching": workload.matching,
        "series": len(states),
        "posts_per_cpu_s": round(workload.posts / total),
        "us_a_post": {step: round(seconds / workload.posts * 1e6, 2) for step, seconds in spent.items()},
        "state_bytes_a_post_if_written_each_flush": round(written / workload.posts),
    }


def _floors(config: Configuration, number: int) -> dict[str, float]:
    """The same work by the library that does only that, and our step that rests on it."""
    records = [encode(batch) for batch in batches(Workload(posts=number), config)]
    decoder: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
    posts = [post for record in records for post in decoder.decode(record).posts]
    terms = ahocorasick_rs.AhoCorasick([term.term for phenomenon in config.phenomena for term in phenomenon.terms])
    texts = [" ".join(post.tokens) for post in posts]
    vocabulary = Vocabulary(config)
    matcher = Matcher(config, cover(config.mandates, datetime.datetime.now(datetime.UTC)))
    counting = [post for post in posts if vocabulary.find(post.tokens, post.minute)]
    authors = [post.author or "" for post in posts]
    state = SeriesState.new(Subject(phenomenon="rellen"), "watch", START)
    for minute, author in enumerate(authors[:300]):
        state.counts.add(START + minute, 1, [author], {"bluesky": 1})
    value = state.to_bytes()
    return {
        "orjson decode, a post": _us(lambda: [orjson.loads(record) for record in records], len(posts)),
        "msgspec decode to records, a post": _us(lambda: [decoder.decode(record) for record in records], len(posts)),
        "ahocorasick-rs, a post": _us(lambda: [terms.find_matches_as_indexes(text) for text in texts], len(posts)),
        "Vocabulary.find, a post": _us(
            lambda: [vocabulary.find(post.tokens, post.minute) for post in posts], len(posts)
        ),
        "Matcher.match, a post that counts": _us(lambda: [matcher.match(post) for post in counting], len(counting)),
        "BLAKE2b, an author": _us(
            lambda: [blake2b(author.encode(), digest_size=8).digest() for author in authors], len(authors)
        ),
        "sketch update, an author": _us(lambda: _sketch(authors), len(authors)),
        "series to bytes": _us(lambda: [state.to_bytes() for _ in range(100)], 100),
        "series from bytes": _us(lambda: [SeriesState.from_bytes(value) for _ in range(100)], 100),
        "glance at a series": _us(lambda: [Glance.of_bytes(value) for _ in range(100)], 100),
    }


def _sketch(authors: Sequence[str]) -> None:
    sketch = AuthorSketch()
    for number, author in enumerate(authors):
        sketch.add_one(START + number // 100, author)


def _us(work: Callable[[], object], number: int) -> float:
    """Best of five: what is above the least was somebody else."""
    least = float("inf")
    for _ in range(5):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return round(least / max(number, 1) * 1e6, 2)
