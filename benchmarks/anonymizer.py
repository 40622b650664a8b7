"""Anonymizer on one core: decode, project, hash, encode. `python -m benchmarks.anonymizer [--posts N] [--service]`.

Reports posts a second and the ratio to plain orjson decode and encode, and to the de-identifiers DEDUCE and (where it
is installed) Presidio, all on the same posts in the same run. With ``--service`` also posts a second of the running
service from topic to topic, on the embedded broker or the one given with ``--kafka host:port``.

The posts are made: words drawn by their frequency in Dutch, so that rare words, names and misspellings occur as often
as in Dutch text, and around them the mentions, links, figures, places and watch terms of posts.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import itertools
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import orjson
from wordfreq import get_frequency_dict

import configuration
from broker.embedded import embedded_broker
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder, encode
from contracts.raw_post import RawPost, RawRecord, key
from contracts.topics import POSTS_RAW
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import load
from services.anonymizer.memory import settle
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings

CREATED_MS = 1_637_272_800_000
BATCH = 200


def posts(number: int, seed: int = 1) -> list[RawPost]:
    rng = random.Random(seed)
    words = get_frequency_dict("nl", wordlist="large")
    # wordfreq writes every figure as zeros; figures are put in below, as they are in posts.
    words = {word: share for word, share in words.items() if not any(letter.isdigit() for letter in word)}
    vocabulary, weights = list(words), list(itertools.accumulate(words.values()))
    made = []
    for index in range(number):
        chunks = rng.choices(vocabulary, cum_weights=weights, k=rng.randrange(24, 50))
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


def projection(payloads: Sequence[bytes], anonymizer: Anonymizer) -> None:
    decoder: Decoder[RawRecord] = Decoder(RawRecord)
    batch = []
    for offset, payload in enumerate(payloads):
        raw = decoder.decode(payload)
        assert isinstance(raw, RawPost)
        batch += anonymizer.post(raw, partition=0, offset=offset).posts
        if len(batch) >= BATCH:
            encode(AnonymousBatch(partition=0, posts=tuple(batch)))
            batch.clear()


def plain(payloads: Sequence[bytes]) -> None:
    for payload in payloads:
        orjson.dumps(orjson.loads(payload))


def rate(work: Callable[[], None], number: int) -> float:
    """Posts a second of processor time, so that a busy machine does not count against it."""
    started = time.process_time()
    work()
    return number / (time.process_time() - started)


def deduce(texts: Sequence[str]) -> None:
    from deduce import Deduce  # noqa: PLC0415 (takes a minute to load)

    model = Deduce()
    logging.getLogger().setLevel(logging.WARNING)  # it opens the root logger for everything
    deduce.rate = rate(lambda: [model.deidentify(text) for text in texts] and None, len(texts))  # type: ignore[attr-defined]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--posts", type=int, default=60_000)
    arguments.add_argument("--service", action="store_true")
    arguments.add_argument("--kafka", help="host:port of another broker")
    options = arguments.parse_args()
    made = posts(options.posts)
    payloads = [encode(post) for post in made]
    size = sum(map(len, (post.text.encode() for post in made))) / len(made)
    settings = AnonymizerSettings()
    whole = configuration.load(Path("config"))
    projector = Projector(whole, load(settings.lexicon), settings.fold_cutoff)
    half = len(payloads) // 2
    settle()  # as the service does

    def fresh() -> Anonymizer:
        return Anonymizer(projector, settings, k=10, now_ms=CREATED_MS)

    rows: dict[str, object] = {"posts": len(made), "bytes of text a post": round(size)}
    rows["anonymizer, caches empty"] = rate(lambda: projection(payloads[:half], fresh()), half)
    rows["anonymizer"] = rate(lambda: projection(payloads[half:], fresh()), len(payloads) - half)
    rows["orjson decode and encode"] = rate(lambda: plain(payloads), len(payloads))
    if importlib.util.find_spec("deduce"):
        deduce([post.text for post in made[:2_000]])
        rows["DEDUCE"] = deduce.rate  # type: ignore[attr-defined]
    else:
        rows["DEDUCE"] = "skipped: not installed"
    if importlib.util.find_spec("presidio_analyzer"):
        from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415 (not always there)

        engine = AnalyzerEngine()
        rows["Presidio"] = rate(lambda: [engine.analyze(post.text, "en") for post in made[:200]] and None, 200)
    else:
        rows["Presidio"] = "skipped: presidio-analyzer is not installed"
    for name in ("orjson decode and encode", "DEDUCE", "Presidio"):
        if isinstance(rows[name], float):
            rows[f"ratio to {name}"] = round(rows["anonymizer"] / rows[name], 3)  # type: ignore[operator]
    if options.service:
        rows["service, topic to topic"] = asyncio.run(service(payloads, made, options.kafka))
    json.dump(
        {name: round(row) if isinstance(row, float) and row > 10 else row for name, row in rows.items()},
        sys.stdout,
        indent=2,
    )
    sys.stdout.write("\n")


async def service(payloads: Sequence[bytes], made: Sequence[RawPost], kafka: str | None) -> float:
    """Posts a second of wall time, from the first acknowledged batch of a full topic to the last."""
    with tempfile.TemporaryDirectory() as directory:
        broker = embedded_broker(Path(directory) / "broker") if kafka is None else _given(kafka)
        with broker as address:
            settings = BrokerSettings(bootstrap_servers=address)
            await ensure_topics(settings)
            async with AcknowledgedProducer(settings, "benchmark") as producer:
                for payload, post in zip(payloads, made, strict=True):
                    await producer.send(POSTS_RAW.name, payload, key=key(post))
                await producer.flush()
            port = 18_931
            environment = os.environ | {"SEINPOST_BROKER__BOOTSTRAP_SERVERS": address, "SEINPOST_PORT": str(port)}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.anonymizer", env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            started = done = 0.0
            try:
                async with httpx.AsyncClient() as client:
                    while done < len(payloads):
                        await asyncio.sleep(0.05)
                        try:
                            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                        except httpx.HTTPError:
                            continue
                        done = sum(
                            float(line.rsplit(" ", 1)[1])
                            for line in text.splitlines()
                            if line.startswith("seinpost_anonymizer_records_total")
                        )
                        if done and not started:
                            started, first = time.perf_counter(), done
                return (done - first) / (time.perf_counter() - started)
            finally:
                process.terminate()
                await process.wait()


class _given:
    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> str:
        return self._address

    def __exit__(self, *_: object) -> None:
        return None


if __name__ == "__main__":
    main()
