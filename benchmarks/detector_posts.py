"""Anonymous posts for the benchmarks of the detector: made, so many series active, so fast event time, always the same.

A post that counts names what happens and where, or calls people to a place and an hour; on average it adds to about
three series. The rest is ordinary talk without a watch term. The words are permitted Dutch words; posts are about as
long as recorded ones after the anonymizer (190 bytes).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from configuration import Configuration
from configuration.phenomena import Role
from contracts.anonymous_posts import GAP, AnonymousBatch, AnonymousPost
from services.anonymizer.settings import AnonymizerSettings
from services.detector.vocabulary import ENOUGH_WEIGHT

START = 29_903_760
"""Monday 9 November 2026, 12:00 UTC, in minutes since the epoch."""
BATCH = AnonymizerSettings().batch_posts
COUNTING = 0.03
"""Share of posts that count, on an ordinary day; docs/performance.md says what recorded posts show."""
CHATTY = 7
"""People of each town who write all its posts that count: one too few for an alert, as on an ordinary day."""
SOURCES = ("bluesky", "mastodon", "rss")
TALK = (
    *("ik", "vind", "het", "weer", "mooi", "vandaag", "maar", "morgen", "gaat", "regenen", "en", "dan", "blijf"),
    *("thuis", "met", "koffie", "een", "boek", "over", "de", "geschiedenis", "van", "water", "wind", "licht"),
    *("brood", "fiets", "trein", "straat", "huis", "tuin", "hond", "kat", "boom", "werk", "school", "kind"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    posts: int
    series: int = 10_000
    """Active: each about as often, so that few of them fire."""
    matching: float = COUNTING
    """Share of posts that count for some series."""
    speed: float = 60.0
    """Event time against life, at `pace` posts a second of processing: a minute of it has 100,000 posts."""
    pace: int = 100_000
    partitions: int = 1
    authors: bool = True
    """Whether posts name their author; the same posts otherwise."""
    seed: int = 1

    def minute(self, number: int) -> int:
        """Event time of the post of this number."""
        return START + int(number / self.pace * self.speed) // 60


def batches(workload: Workload, configuration: Configuration) -> Iterator[AnonymousBatch]:
    """Records of one raw partition after another in turn, `BATCH` posts each, in order of event time."""
    rng = random.Random(workload.seed)
    said = _said(configuration, workload.series)
    authors = [f"{rng.getrandbits(64):016x}" for _ in range(200_000)]
    talk = [tuple(rng.choices((*TALK, GAP, GAP), k=rng.randrange(6, 15))) for _ in range(5_000)]
    offsets = [0] * workload.partitions
    for turn, start in enumerate(range(0, workload.posts, BATCH)):
        partition = turn % workload.partitions
        number = min(BATCH, workload.posts - start)
        counting = rng.choices(said, k=number)
        posts = []
        drawn = (rng.choices(some, k=number) for some in (authors, SOURCES, talk))
        for at, (anybody, source, idle) in enumerate(zip(*drawn, strict=True)):
            tokens, writer = idle, anybody
            if rng.random() < workload.matching:
                tokens, town = counting[at][0] + idle[:4], counting[at][1]
                writer = authors[town * CHATTY + at % CHATTY]
            posts.append(
                AnonymousPost(
                    offset=offsets[partition] + at,
                    minute=workload.minute(start + at),
                    source=source,
                    tokens=tokens,
                    author=writer if workload.authors else None,
                    post=writer[::-1],
                    lang="nl",
                )
            )
        offsets[partition] += number
        yield AnonymousBatch(partition=partition, posts=tuple(posts))


def terms(configuration: Configuration) -> list[str]:
    """Terms that name a phenomenon by themselves: what posts that count speak of."""
    return [term for of in _by_phenomenon(configuration) for term in of]


def _by_phenomenon(configuration: Configuration) -> list[list[str]]:
    found = [
        [term.term for term in phenomenon.terms if term.role is Role.TOPIC and term.weight >= ENOUGH_WEIGHT]
        for phenomenon in configuration.phenomena
        if not phenomenon.watch_places
    ]
    return [some for some in found if some]


def expected_counts(workload: Workload, configuration: Configuration) -> dict[str, int]:
    """Posts per term and minute, as ``term|minute``, counted by the simplest code there is."""
    watched, counts = frozenset(terms(configuration)), Counter[str]()
    for batch in batches(workload, configuration):
        counts.update(f"{token}|{post.minute}" for post in batch.posts for token in post.tokens if token in watched)
    return dict(counts)


def _said(configuration: Configuration, series: int) -> list[tuple[tuple[str, ...], int]]:
    """As many things to say, each about a town, as make about that many series: topics at places, then gatherings."""
    towns = sorted(gemeente.name for gemeente in configuration.gazetteer.gemeenten.values() if " " not in gemeente.name)
    topics = _by_phenomenon(configuration)
    found: list[tuple[tuple[str, ...], int]] = [
        ((of[number % len(of)], "in", town), number) for number, town in enumerate(towns) for of in topics
    ]
    found += [
        (("kom allemaal", "morgen", f"{hour}:{minute:02}", "naar", town, "rellen"), number)
        for hour in range(10, 24)
        for minute in (0, 15, 30, 45)
        for number, town in enumerate(towns)
    ]
    return found[: max(1, series - len(towns) - len(topics) - sum(map(len, topics)))]
