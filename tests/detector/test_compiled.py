"""The compiled detector tells and keeps what the Python does that it is made of. On what make test-compiled makes."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from benchmarks.detector_posts import START, Workload, batches
from configuration import load
from contracts.anonymous_posts import GAP, AnonymousBatch, AnonymousPost
from contracts.codec import encode
from services.detector import detection, events
from services.detector.events import Reader
from services.detector.pipeline import Pipeline
from tests.brokers.services import REPOSITORY
from tests.compiled import of_the_source, only_compiled

pytestmark = only_compiled
FLUSH_EACH = 7
BLIND = ((START + 100, START + 130, 0.3), (START + 400, START + 410, 1.0), (START + 900, 2**31, 0.05))
PARTITIONS = 2
WORDS = """
    morgen vanavond vrijdag zaterdag volgende week om 8 half 9 20:00 21.30u 12/11 3 mei tot t/m en over twee uur 's
    avonds nu straks niet ipv verplaatst naar in uit vanaf bij Haren haren Utrecht Coolsingel Den-Haag Groningen
    Stationsweg kom allemaal neem vuurwerk mee blijf thuis rellen afgelast gaat door . ! de het ook
    """.split()  # noqa: SIM905


def everything_kept() -> str:
    """A hash of all alerts and of every byte of every series, of posts with crowds, gatherings, retractions and blind
    spells; and of all that is read in 30,000 rows of words that rules know."""
    configuration = load(REPOSITORY / "config")
    pipeline = Pipeline(configuration, partitions=PARTITIONS, blindness=lambda _: BLIND)
    said = hashlib.sha256()
    workload = Workload(posts=60_000, series=3_000, matching=0.3, speed=2_000.0, partitions=PARTITIONS)
    told = 0
    for number, batch in enumerate(batches(workload, configuration)):
        made = batch if number % 5 else _crowded(batch, number)
        pipeline.add(made, batch.partition, number // PARTITIONS)
        if number % FLUSH_EACH == 0:
            for source in range(PARTITIONS):
                for alert in pipeline.flush(source):
                    told += 1
                    said.update(encode(alert))
    for alert in pipeline.finish():
        told += 1
        said.update(encode(alert))
    series = 0
    for store in pipeline.series:
        for name in sorted(store.names()):
            state = store.get(name)
            assert state is not None
            series += 1
            said.update(name.encode() + state.to_bytes())
    assert told > 20
    assert series > 1_000
    return f"{said.hexdigest()} {told} {series} {_readings(Reader(configuration))}"


def _crowded(batch: AnonymousBatch, number: int) -> AnonymousBatch:
    """Half of its posts from a crowd that calls to one place, some of them counted back or of no author."""
    rng = random.Random(number)
    call = ("kom allemaal", "morgen", f"{10 + number % 12}:00", "naar", "Coolsingel", "rellen", "vuurwerk")
    posts = [
        AnonymousPost(
            offset=post.offset,
            minute=post.minute,
            source=rng.choice(("bluesky", "mastodon")),
            tokens=call,
            author=f"{rng.getrandbits(64):016x}" if rng.random() < 0.9 else None,
            retract=rng.random() < 0.05,
        )
        if at % 2
        else post
        for at, post in enumerate(batch.posts)
    ]
    return AnonymousBatch(partition=batch.partition, posts=tuple(posts))


def _readings(reader: Reader) -> str:
    rng = random.Random(3)
    said = hashlib.sha256()
    for number in range(30_000):
        tokens = tuple(rng.choice(WORDS) if rng.random() < 0.95 else GAP for _ in range(rng.randrange(3, 14)))
        read = reader.read(tokens, 27_000_000 + 617 * number)
        when = [[one.start, one.end, list(one.span), one.now, one.rolled] for one in read.when]
        where = [[encode(one.place).decode(), one.reason.value, list(one.span), one.going] for one in read.places]
        told = [read.starts, read.event_key, read.calls, read.urge, read.objects, read.moved, read.rolled]
        said.update(json.dumps([when, where, told, int(read.strength)]).encode())
    return said.hexdigest()


def test_what_is_compiled_is_what_runs() -> None:
    assert detection.__file__.endswith(".so")
    assert events.__file__.endswith(".so")


@pytest.mark.timeout(180)
def test_it_keeps_and_tells_what_its_source_does() -> None:
    source = of_the_source(
        "services.detector.detection",
        "from tests.detector.test_compiled import everything_kept; print(everything_kept())",
    )
    assert source == everything_kept()
