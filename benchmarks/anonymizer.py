"""Anonymizer on one core: decode, project, hash, encode. `python -m benchmarks.anonymizer [--posts N] [--service]`.

Prints posts a second, and the ratio to plain orjson decode and encode and to the de-identifiers DEDUCE and (where
`make bench` installed it) Presidio, all on the same posts in the same run, as a table. With ``--service`` also posts a
second of the running service from topic to topic, on the embedded broker and on Apache Kafka (needs Java 17 and Maven).

Sets of posts. *Made*: words drawn by their frequency in Dutch, so that rare words, names and misspellings occur as
often as in Dutch text, and around them the mentions, links, figures, places and watch terms of posts; long ones of 24
to 49 words, longer than posts are, and short ones of 6 to 19, as recorded posts have. *Of exercises*: shorter than
posts are, and their words repeat more. ``--texts FILE``: recorded posts, one JSON object with ``text`` a line.

What is compiled is measured by `make bench-anonymizer`; by itself this runs the inner loop as Python.

Times are processor time in blocks of 200 posts; the median block counts, so that a neighbour on the machine does not.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import logging
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import orjson
from wordfreq import get_frequency_dict

import configuration
from broker.embedded import embedded_broker, free_port
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import Decoder, encode
from contracts.raw_post import RawPost, RawRecord, key
from contracts.topics import POSTS_RAW
from exercises.generator import posts as generated
from exercises.scenario import ids as scenarios
from exercises.scenario import load as load_scenario
from runtime.compiled import is_compiled
from services.anonymizer import projection
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import load
from services.anonymizer.memory import settle
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings
from tests.brokers.apache_kafka import apache_kafka, jars
from tests.brokers.maven import Unavailable
from tests.brokers.services import environment_of

CREATED_MS = 1_637_272_800_000
BATCH = 200
LONG, SHORT = (24, 50), (6, 20)
"""Words of a made post, at least and below: longer than posts are, and as long as recorded ones are in the middle."""
PEERS = Path("build/bench/bin/python")
OURS = "anonymizer"


def posts(number: int, seed: int = 1, words_each: tuple[int, int] = LONG) -> list[RawPost]:
    rng = random.Random(seed)
    words = get_frequency_dict("nl", wordlist="large")
    # wordfreq writes every figure as zeros; figures are put in below, as they are in posts.
    words = {word: share for word, share in words.items() if not any(letter.isdigit() for letter in word)}
    vocabulary, weights = list(words), list(itertools.accumulate(words.values()))
    made = []
    for index in range(number):
        chunks = rng.choices(vocabulary, cum_weights=weights, k=rng.randrange(*words_each))
        chunks[0] = chunks[0].capitalize()
        for share, thing in (
            (0.30, lambda: f"@{rng.choice(vocabulary)}{rng.randrange(1000)}"),
            (0.25, lambda: f"https://t.co/{rng.randrange(36**8):x}"),
            (0.20, lambda: f"#{rng.choice(vocabulary)}"),
            (0.15, lambda: rng.choice(("rellen", "vuurwerk", "vrwerk", "plunderen", "demonstratie", "politie"))),
            (0.20, lambda: rng.choice(("Utrecht", "Rotterdam", "Coolsingel", "Haren", "Den Haag", "Groningn"))),
            (
                0.20,
                lambda: rng.choice(("20:00", "19.30", "om 8 uur", "21 november", "2 keer", "100 euro", "3", "2021")),
            ),
            (0.15, lambda: rng.choice(("😂", "🔥🔥", "❤️"))),
            (0.02, lambda: f"06{rng.randrange(10**8):08}"),
        ):
            if rng.random() < share:
                chunks.insert(rng.randrange(len(chunks)), thing())
        made.append(
            RawPost(
                source="bench",
                id=f"post-{index}",
                created_ms=CREATED_MS + index,
                received_ms=CREATED_MS + index,
                text=" ".join(chunks),
                author=f"did:plc:author{rng.randrange(number // 4 + 1)}",
                langs=("nl",),
            )
        )
    return made


def rate(work: Callable[[Sequence[Any]], object], items: Sequence[Any], block: int = BATCH) -> float:
    """Items a second of processor time, in the median block."""
    seconds = []
    for start in range(0, len(items) - block + 1, block):
        part = items[start : start + block]
        started = time.process_time()
        work(part)
        seconds.append(time.process_time() - started)
    return block / statistics.median(seconds)


def projecting(projector: Projector, settings: AnonymizerSettings) -> Callable[[Sequence[bytes]], object]:
    """Bytes of raw posts in, bytes of one batch out, with the service's own classes."""
    anonymizer = Anonymizer(projector, settings, k=10, now_ms=CREATED_MS)
    decoder: Decoder[RawRecord] = Decoder(RawRecord)
    offsets = itertools.count()

    def work(payloads: Sequence[bytes]) -> bytes:
        batch: list[AnonymousPost] = []
        for payload in payloads:
            raw = decoder.decode(payload)
            assert isinstance(raw, RawPost)
            batch += anonymizer.post(raw, partition=0, offset=next(offsets)).posts
        return encode(AnonymousBatch(partition=0, posts=tuple(batch)))

    return work


def plain(payloads: Sequence[bytes]) -> None:
    for payload in payloads:
        orjson.dumps(orjson.loads(payload))


def deduce() -> Callable[[Sequence[str]], object]:
    from deduce import Deduce  # noqa: PLC0415 (takes a minute to load)

    model = Deduce()
    logging.getLogger().setLevel(logging.WARNING)  # it opens the root logger for everything
    return lambda texts: [model.deidentify(text) for text in texts]


def presidio(texts: Sequence[str]) -> float | str:
    """Its patterns alone, in the environment of the peers: no package index holds an official copy of its model."""
    if not PEERS.exists():
        return "skipped: `make bench` installs it"
    script = Path(__file__).parent / "peers" / "presidio_patterns.py"
    told = subprocess.run([PEERS, script], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return float(told.stdout)


def measured(made: Sequence[RawPost], projector: Projector, settings: AnonymizerSettings) -> dict[str, float | str]:
    """Posts a second by what did the work, or why it was not measured."""
    payloads = [encode(post) for post in made]
    texts = [post.text for post in made]
    half = len(payloads) // 2
    work = projecting(projector, settings)
    projector.forget()
    found: dict[str, float | str] = {"anonymizer, first half: caches empty at the start": rate(work, payloads[:half])}
    found[OURS] = rate(work, payloads[half:])
    found["plain orjson decode and encode"] = rate(plain, payloads)
    found["DEDUCE"] = rate(deduce(), texts[:1_000], 100)
    found["Presidio, its patterns alone"] = presidio(texts[:1_000])
    return found


def practised(number: int) -> list[RawPost]:
    """Posts of all exercises, shuffled: natural Dutch of the length of posts, whose words repeat more than in life."""
    made = [post for name in scenarios() for post in generated(load_scenario(name), seed=1)]
    random.Random(1).shuffle(made)
    return [
        RawPost(
            source="bench", id=f"{index}", created_ms=CREATED_MS, received_ms=CREATED_MS, text=post.text,
            author=post.author, langs=("nl",),
        )
        for index, post in enumerate(made[:number])
    ]  # fmt: skip


def recorded(files: Sequence[Path]) -> list[RawPost]:
    """Each recorded text once, in an order of its own."""
    texts = {json.loads(line)["text"]: None for file in files for line in file.read_text("utf-8").splitlines()}
    made = [
        RawPost(
            source="bench", id=f"{number}", created_ms=CREATED_MS, received_ms=CREATED_MS, text=text,
            author=f"did:plc:author{number % 9_973}", langs=("en",),
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    random.Random(1).shuffle(made)
    return made


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--posts", type=int, default=60_000)
    arguments.add_argument("--texts", type=Path, nargs="*", default=[], help="recorded posts, JSON lines with text")
    arguments.add_argument("--service", action="store_true", help="also from topic to topic, on both brokers")
    options = arguments.parse_args()
    settings = AnonymizerSettings()
    projector = Projector(configuration.load(Path("config")), load(settings.lexicon), settings.fold_cutoff)
    settle()  # as the service does
    sys.stdout.write(f"inner loop: {'compiled' if is_compiled(projection) else 'Python'}\n")
    made = posts(options.posts)
    sets = (
        ("long made posts", made),
        ("short made posts", posts(options.posts, words_each=SHORT)),
        ("posts of exercises", practised(options.posts)),
        ("recorded posts", recorded(options.texts)),
    )
    settle()  # nor does a service have all posts in memory for its garbage collector to look through
    for title, some in sets:
        if not some:
            continue
        size = sum(len(post.text.encode()) for post in some) / len(some)
        tell(f"{len(some):,} {title}, {size:.0f} bytes of text each", measured(some, projector, settings))
    if options.service:
        rows = {"embedded broker": asyncio.run(service(embedded_broker, made))}
        try:
            jars()
            rows["Apache Kafka"] = asyncio.run(service(apache_kafka, made))
        except Unavailable as error:
            rows["Apache Kafka"] = f"skipped: {error}"
        tell("Whole service, topic to topic", rows)


def tell(title: str, found: Mapping[str, float | str]) -> None:
    ours = found.get(OURS)
    sys.stdout.write(f"\n{title}\n\n| | posts/s | the anonymizer is |\n|---|---|---|\n")
    for name, value in found.items():
        if isinstance(value, str):
            sys.stdout.write(f"| {name} | {value} | |\n")
            continue
        ratio = f"{ours / value:.3g} × as fast" if isinstance(ours, float) and "anonymizer" not in name else ""
        sys.stdout.write(f"| {name} | {value:,.0f} | {ratio} |\n")
    sys.stdout.flush()


async def service(run: Callable[[Path], AbstractContextManager[str]], made: Sequence[RawPost]) -> float | str:
    """Posts a second of wall time: from when the service has read its first batch of a full topic to its last."""
    with tempfile.TemporaryDirectory() as directory, run(Path(directory) / "broker") as address:
        settings = BrokerSettings(bootstrap_servers=address)
        await ensure_topics(settings)
        async with AcknowledgedProducer(settings, "benchmark") as producer:
            for post in made:
                await producer.send(POSTS_RAW.name, encode(post), key=key(post))
            await producer.flush()
        port = free_port()
        environment = environment_of(settings, {"SEINPOST_PORT": str(port)})
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.anonymizer", env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        first = started = done = 0.0
        try:
            async with httpx.AsyncClient() as client:
                while done < len(made):
                    if process.returncode is not None:
                        return f"the service ended with {process.returncode}"
                    await asyncio.sleep(0.05)
                    done = await _read_so_far(client, port)
                    if done and not started:
                        started, first = time.perf_counter(), done
            return (done - first) / (time.perf_counter() - started)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _read_so_far(client: httpx.AsyncClient, port: int) -> float:
    try:
        lines = (await client.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
    except httpx.HTTPError:
        return 0.0
    records = [line for line in lines if line.startswith("seinpost_anonymizer_records_total")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in records)


if __name__ == "__main__":
    main()
