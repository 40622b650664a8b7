"""`make chaos KILLS=20 SEED=1`: all services on Apache Kafka, a planted stream, SIGKILL at random; what was lost?

Runs the same stream twice: undisturbed, and with kills of ingest, anonymizer, two detectors, notifier and the broker. A
supervisor starts what ended again, as a cluster would. Prints one JSON object; exit code 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from broker.embedded import free_port
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.alert import Alert, Change
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder
from contracts.raw_post import RawRecord
from contracts.topics import ALERTS, POSTS_ANONYMOUS, POSTS_RAW
from seinpost.webhook_receiver import Received, webhook_receiver
from tests.brokers.apache_kafka import apache_kafka
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY, environment_of

SECONDS_A_KILL = 24.0
"""Of the stream, for each kill: the time a killed worker needs to be missed and replaced, and some work after it."""
MINUTES_A_KILL = 4
"""Of event time: ten times faster than life."""
BACK_PATIENCE_S = 300.0
PLACES = (
    "Utrecht", "Groningen", "Eindhoven", "Tilburg", "Breda", "Nijmegen", "Apeldoorn", "Haarlem", "Arnhem", "Enschede",
    "Zwolle", "Leiden", "Dordrecht", "Ede", "Deventer", "Delft", "Venlo", "Leeuwarden", "Helmond", "Assen",
)  # fmt: skip
TALK = ("mooi weer in {}", "file bij {}", "koffie drinken in {}", "markt in {} vandaag", "trein naar {} vertraagd")
READ = "seinpost_ingest_posts_total"
WORKING = {
    "ingest": ("seinpost_ingest_posts_total",),
    "anonymizer": ("seinpost_anonymizer_records_total",),
    "detector": ("seinpost_detector_records_total",),
    "notifier": ("seinpost_notifier_source_health_total", "seinpost_notifier_alerts_total"),
}
"""Counters that rise only when a process has done its own work since it started."""


def write_stream(file: Path, bursts: int, minutes: int, seed: int) -> int:
    """Chatter of two posts a second of real time, and ``bursts`` calls to riot, each in a town of its own."""
    rng = random.Random(seed)
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes + 10)
    said: list[tuple[float, str, str]] = []
    for minute in range(minutes):
        for _ in range(24):
            town = rng.choice(PLACES)
            said.append((minute * 60 + rng.random() * 60, rng.choice(TALK).format(town), f"praat-{rng.random()}"))
    for burst in range(bursts):
        begins = (minutes - 12) * 60 * (burst + 0.5) / bursts + 300
        for number in range(60):
            text = f"vanavond rellen in {PLACES[burst]}, kom allemaal"
            said.append((begins + number * 4 + rng.random(), text, f"roep-{burst}-{number}"))
    with file.open("w", encoding="utf-8") as lines:
        for number, (at, text, author) in enumerate(sorted(said)):
            created = start + datetime.timedelta(seconds=at)
            post = {"id": str(number), "created_at": created.isoformat(), "text": text, "author": author, "lang": "nl"}
            lines.write(json.dumps(post) + "\n")
    return len(said)


@dataclass(slots=True)
class Worker:
    name: str
    service: str
    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    ended_by_itself: int = 0

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.service}"],
                cwd=REPOSITORY,
                env={**self.environment, "SEINPOST_PORT": str(self.port)},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def revive(self) -> None:
        """Starts again what ended, whoever ended it."""
        if self.process is not None and self.process.poll() is not None:
            self.ended_by_itself += self.process.returncode != -signal.SIGKILL
            self.start()

    def metrics(self) -> dict[str, float]:
        """Sums by metric; nothing while it does not answer."""
        found: dict[str, float] = {}
        with contextlib.suppress(httpx.HTTPError, ValueError):
            text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=5, trust_env=False).text
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    found[sample.name] = found.get(sample.name, 0) + sample.value
                    if sample.labels.get("status") == "ended":
                        found["ended"] = sample.value
        return found

    def working(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            ready = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5, trust_env=False).status_code == 200
            found = self.metrics()
            return ready and any(found.get(name, 0) > 0 for name in WORKING[self.service])
        return False


@dataclass(slots=True)
class Broker:
    """The broker's own process, found by its configuration file, so that it can be killed and started as it was."""

    directory: Path
    again: subprocess.Popen[bytes] | None = None

    def kill_and_start(self) -> None:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                    if command[0].endswith(b"java") and str(self.directory / "server.properties").encode() in command:
                        os.kill(int(entry.name), signal.SIGKILL)
                        if self.again is not None:
                            self.again.wait()
                        with (self.directory / "broker.log").open("ab") as log:
                            self.again = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
                        return
        raise RuntimeError("the broker was not found")


@dataclass(slots=True, kw_only=True)
class Outcome:
    alerts: dict[str, Alert]
    """Last record of each id."""
    opened: list[str]
    """``gemeente`` of each opening, replays of the same id counted once."""
    received: dict[str, str]
    """Alert id → gemeente, as the webhook got it."""
    back_s: list[tuple[str, float]]
    ended_by_themselves: int
    idle: int
    """Kills after the stream had run out: they prove less."""
    waiting: dict[str, float | None]
    """Records that services still say to wait for at the end."""
    posts_read: int
    """Different posts that the detector could read."""
    posts_repeated: int
    """Posts that ingest wrote again after a kill."""
    seconds: float


@contextlib.contextmanager
def _workers(directory: Path, broker: BrokerSettings, received: Received, speed: float) -> Iterator[list[Worker]]:
    config = directory / "config"
    shutil.copytree(REPOSITORY / "config", config)
    source = {
        "id": "proef",
        "kind": "file",
        "path": str(directory / "posts.jsonl"),
        "speed": speed,
    }
    receiver = {"id": "proef", "kind": "webhook", "url": received.url, "secret": "proef", "exercises": True}
    YAML().dump({"sources": [source]}, config / "sources.yaml")
    YAML().dump({"receivers": [receiver]}, config / "receivers.yaml")
    (directory / "secrets").mkdir()
    (directory / "secrets/proef").write_text(received.secret)
    settings = {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{directory}/notifier.sqlite3",
        "SEINPOST_NOTIFIER__SECRETS_DIR": str(directory / "secrets"),
    }
    workers = []
    for name in ("notifier", "detector-0", "detector-1", "anonymizer", "ingest"):
        own = settings | {"SEINPOST_DETECTOR__DATA_DIR": str(directory / name)}
        service = name.partition("-")[0]
        workers.append(Worker(name, service, environment_of(broker, own), directory / f"{name}.log"))
    try:
        for worker in workers:
            worker.start()
            if worker.service != "ingest":
                _until(lambda worker=worker: _ready(worker), workers, 120, f"{worker.name} is not ready")
        yield workers
    finally:
        for worker in workers:
            worker.kill()


def _ready(worker: Worker) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{worker.port}/readyz", timeout=5, trust_env=False).status_code == 200
    return False


def _until(condition, workers: list[Worker], patience_s: float, problem: str) -> float:
    """Tends the workers until the condition holds; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience_s:
            told = "\n".join(
                f"{worker.name}: {_lags(worker.metrics())} {worker.log.read_text()[-600:]}" for worker in workers
            )
            raise TimeoutError(f"{problem}\n{told}")
        for worker in workers:
            worker.revive()
        time.sleep(0.2)
    return time.monotonic() - began


def run(directory: Path, posts: Path, *, kills: int, seed: int, speed: float, with_broker: bool) -> Outcome:
    """One run of the whole stream; ``kills`` 0 is the undisturbed one."""
    rng = random.Random(seed)
    directory.mkdir()
    shutil.copy(posts, directory / "posts.jsonl")
    began = time.monotonic()
    back: list[tuple[str, float]] = []
    idle = 0
    with apache_kafka(directory / "kafka") as address, webhook_receiver() as received:
        broker, settings = Broker(directory / "kafka"), BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        try:
            with _workers(directory, settings, received, speed) as workers:
                for number in range(kills):
                    time.sleep(rng.uniform(0.5, 4.0))
                    if with_broker and number % 10 == 7:
                        before = workers[-1].metrics().get(READ, 0)
                        broker.kill_and_start()
                        name = "broker"
                        took = _until(
                            lambda before=before: workers[-1].metrics().get(READ, 0) > before or _ended(workers),
                            workers,
                            BACK_PATIENCE_S,
                            "nothing is read after the broker came back",
                        )
                    else:
                        victim = rng.choice(workers)
                        name = victim.name
                        victim.kill()
                        took = _until(
                            lambda victim=victim: victim.working() or (_ready(victim) and _ended(workers)),
                            workers,
                            BACK_PATIENCE_S,
                            f"{name} is not back at work",
                        )
                    idle += _ended(workers)
                    back.append((name, round(took, 1)))
                    sys.stderr.write(f"kill {number + 1}/{kills}: {name} back at work in {took:.1f} s\n")
                _until(lambda: _ended(workers), workers, 600, "the stream is not read to its end")
                _until(_Steady(workers, received), workers, 300, "it does not come to rest")
                waiting = {worker.name: _waiting(worker) for worker in workers}
                ended = sum(worker.ended_by_itself for worker in workers)
                records = asyncio.run(read_topic(settings, ALERTS.name))
                posts_read, posts_repeated = asyncio.run(_accounted(settings))
        finally:
            if broker.again is not None:
                broker.again.kill()
                broker.again.wait()
    decoder: Decoder[Alert] = Decoder(Alert)
    alerts = [decoder.decode(record.value) for record in records]
    openings = {alert.id: alert.place.gemeente or "" for alert in alerts if alert.change is Change.OPENED}
    return Outcome(
        alerts={alert.id: alert for alert in alerts},
        opened=list(openings.values()),
        received={name: openings.get(name, "") for name in received.alerts},
        back_s=back,
        ended_by_themselves=ended,
        idle=idle,
        waiting={name: number for name, number in waiting.items() if number},
        posts_read=posts_read,
        posts_repeated=posts_repeated,
        seconds=round(time.monotonic() - began, 1),
    )


async def _accounted(settings: BrokerSettings) -> tuple[int, int]:
    """Follows every post from posts.raw to posts.anonymous by partition and offset."""
    raw: Decoder[RawRecord] = Decoder(RawRecord)
    anonymous: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
    written = {
        (record.partition, record.offset): raw.decode(record.value).id
        for record in await read_topic(settings, POSTS_RAW.name)
    }
    passed = {
        (record.partition, post.offset)
        for record in await read_topic(settings, POSTS_ANONYMOUS.name)
        for post in anonymous.decode(record.value).posts
    }
    ids = list(written.values())
    return len({written[place] for place in passed}), len(ids) - len(set(ids))


def _ended(workers: list[Worker]) -> bool:
    """The file was read to its end."""
    return workers[-1].metrics().get("ended", 0) == 1


def _waiting(worker: Worker) -> float | None:
    """Records that a service says it has still to read; None while it does not answer."""
    found = worker.metrics()
    return found.get(f"seinpost_{worker.service}_lag_records", 0) if found else None


class _Steady:
    """True once all answer and for fifteen seconds nothing was read and nothing delivered."""

    def __init__(self, workers: list[Worker], received: Received) -> None:
        self._workers, self._received, self._seen, self._since = workers, received, (), time.monotonic()

    def __call__(self) -> bool:
        waiting = [_waiting(worker) for worker in self._workers]
        seen = (*waiting, len(self._received.deliveries))
        if seen != self._seen or None in waiting:
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since > 15


def _lags(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if "lag" in name or name == "ended"}


def _later(calm: Outcome, disturbed: Outcome, town: str) -> int | None:
    """Minutes of event time by which a happening was told later; None: not in both runs."""
    found = [
        [alert.opened_minute for alert in run.alerts.values() if alert.place.gemeente == town]
        for run in (calm, disturbed)
    ]
    return min(found[1]) - min(found[0]) if all(found) else None


def compare(calm: Outcome, disturbed: Outcome, bursts: int) -> dict[str, object]:
    planted = set(PLACES[:bursts])
    got = list(disturbed.received.values())
    last = {alert.place.gemeente: alert.observation.observed for alert in disturbed.alerts.values()}
    expected = {alert.place.gemeente: alert.observation.observed for alert in calm.alerts.values()}
    seconds = sorted(took for _, took in disturbed.back_s)
    lost = sorted(planted - set(got))
    twice = sorted({town for town in got if town in planted and got.count(town) > 1})
    return {
        "kills": len(disturbed.back_s),
        "planted": bursts,
        "undisturbed_found": len(planted & set(calm.received.values())),
        "received": len(planted & set(got)),
        "lost": lost,
        "alerted_under_two_ids": twice,
        "opened_but_not_received": sorted(set(disturbed.opened) - set(got)),
        "alerts_beyond_planted": sorted(set(got) - planted),
        "posts_read": [calm.posts_read, disturbed.posts_read],
        "posts_repeated": disturbed.posts_repeated,
        "waiting_at_the_end": disturbed.waiting,
        "same_ids": sum(name in calm.alerts for name in disturbed.alerts),
        "observed_as_undisturbed": sum(last.get(town) == expected.get(town) for town in planted),
        "observed_otherwise": {
            town: [expected.get(town), last.get(town)]
            for town in sorted(planted)
            if last.get(town) != expected.get(town)
        },
        "opened_otherwise_minutes": {
            town: minutes for town in sorted(planted) if (minutes := _later(calm, disturbed, town)) != 0
        },
        "back_at_work_s": {
            "median": seconds[len(seconds) // 2] if seconds else None,
            "worst": seconds[-1] if seconds else None,
        },
        "kills_after_the_stream": disturbed.idle,
        "ended_by_themselves": disturbed.ended_by_themselves,
        "seconds": [calm.seconds, disturbed.seconds],
    }


def chaos(
    directory: Path, *, kills: int, seed: int, with_broker: bool = True, seconds_a_kill: float = SECONDS_A_KILL
) -> dict[str, object]:
    bursts = min(len(PLACES), max(4, kills // 2))
    minutes = max(30, kills * MINUTES_A_KILL)
    speed = minutes * 60 / (kills * seconds_a_kill)
    posts = directory / "posts.jsonl"
    total = write_stream(posts, bursts, minutes, seed)
    calm = run(directory / "calm", posts, kills=0, seed=seed, speed=speed * 3, with_broker=False)
    disturbed = run(directory / "disturbed", posts, kills=kills, seed=seed, speed=speed, with_broker=with_broker)
    return {"posts": total} | compare(calm, disturbed, bursts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.chaos")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seinpost-chaos-", ignore_cleanup_errors=True) as directory:
        found = chaos(Path(directory), kills=asked.kills, seed=asked.seed)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.exit(1 if found["lost"] or found["alerted_under_two_ids"] or found["opened_but_not_received"] else 0)


if __name__ == "__main__":
    main()
