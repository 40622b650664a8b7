"""The services as processes, and a supervisor that starts again what ended, as a cluster would."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from broker.embedded import free_port
from broker.settings import BrokerSettings
from seinpost.webhook_receiver import Received
from tests.brokers.services import REPOSITORY, environment_of

NAMES = ("notifier", "detector-0", "detector-1", "anonymizer", "ingest")
START_PATIENCE_S = 900.0
STOP_PATIENCE_S = 60.0
ACKNOWLEDGED = "seinpost_ingest_cursor_saved_timestamp_seconds"
"""When the broker last acknowledged posts and the place they end at."""
WORKING = {
    "ingest": ("seinpost_ingest_posts_total",),
    "anonymizer": ("seinpost_anonymizer_records_total",),
    "detector": ("seinpost_detector_records_total",),
    "notifier": ("seinpost_notifier_source_health_total", "seinpost_notifier_alerts_total"),
}
"""Counters that rise only when a process has done its own work since it started."""


@dataclass(slots=True)
class Worker:
    name: str
    environment: dict[str, str]
    log: Path
    root: Path = REPOSITORY
    """Whose code it runs."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    ended_by_itself: int = 0

    @property
    def service(self) -> str:
        return self.name.partition("-")[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.service}"],
                cwd=self.root,
                env={**self.environment, "SEINPOST_PORT": str(self.port)},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def replace(self, root: Path) -> None:
        """By another release: asked to stop, as a cluster does."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self.root = root
        self.start()

    def revive(self) -> None:
        """Starts again what ended, whoever ended it."""
        if self.process is not None and self.process.poll() is not None:
            self.ended_by_itself += self.process.returncode != -signal.SIGKILL
            self.start()

    def metrics(self) -> dict[str, float]:
        """Sums by metric; nothing while it does not answer."""
        found: dict[str, float] = {}
        with contextlib.suppress(httpx.HTTPError, ValueError):
            text = httpx.get(f"{self.url}/metrics", timeout=5, trust_env=False, verify=False).text
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    found[sample.name] = found.get(sample.name, 0) + sample.value
                    if sample.labels.get("status") == "ended":
                        found["ended"] = sample.value
        return found

    def ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False, verify=False).status_code == 200
        return False

    def alive(self) -> bool:
        """As the cluster asks before it kills what hangs."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False, verify=False).status_code == 200
        return False

    def working(self) -> bool:
        found = self.metrics()
        return any(found.get(name, 0) > 0 for name in WORKING[self.service]) and self.ready()

    def waiting(self) -> float | None:
        """Records that it says it has still to read; None while it does not answer."""
        found = self.metrics()
        return found.get(f"seinpost_{self.service}_lag_records", 0) if found else None


@contextlib.contextmanager
def running(
    directory: Path,
    brokers: Callable[[str], BrokerSettings],
    received: Received,
    source: Mapping[str, Any],
    extra: Callable[[str], Mapping[str, str]] = lambda _: {},
    secrets: Mapping[str, str] | None = None,
    root: Path = REPOSITORY,
) -> Iterator[list[Worker]]:
    """All workers, ingest last; ``brokers`` and ``extra`` (environment) by name of the worker."""
    config = directory / "config"
    shutil.copytree(root / "config", config)
    receiver = {"id": "proef", "kind": "webhook", "url": received.url, "secret": "proef", "exercises": True}
    YAML().dump({"sources": [dict(source)]}, config / "sources.yaml")
    YAML().dump({"receivers": [receiver]}, config / "receivers.yaml")
    (directory / "secrets").mkdir()
    for name, secret in {"proef": received.secret, **(secrets or {})}.items():
        (directory / "secrets" / name).write_text(secret)
    settings = {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{directory}/notifier.sqlite3",
        "SEINPOST_NOTIFIER__SECRETS_DIR": str(directory / "secrets"),
        "SEINPOST_INGEST__SECRETS_DIR": str(directory / "secrets"),
    }
    workers: list[Worker] = []
    for name in NAMES:
        own = settings | {"SEINPOST_DETECTOR__DATA_DIR": str(directory / name)} | dict(extra(name))
        workers.append(Worker(name, environment_of(brokers(name), own), directory / f"{name}.log", root))
    try:
        for worker in workers[:-1]:
            worker.start()
        until(lambda: all(worker.ready() for worker in workers[:-1]), workers, START_PATIENCE_S, "not all are ready")
        workers[-1].start()
        yield workers
    finally:
        for worker in workers:
            worker.signal(signal.SIGCONT)
            worker.kill()


def until(condition: Callable[[], bool], workers: Sequence[Worker], patience_s: float, problem: str) -> float:
    """Tends the workers until the condition holds; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience_s:
            told = "\n".join(
                f"{one.name}: waiting {one.waiting()} {one.log.read_text(errors='replace')[-600:]}" for one in workers
            )
            raise TimeoutError(f"{problem}\n{told}")
        for worker in workers:
            worker.revive()
        time.sleep(0.5)
    return time.monotonic() - began


class Steady:
    """True once all answer and for fifteen seconds nothing was read and nothing delivered."""

    def __init__(self, workers: Sequence[Worker], received: Received) -> None:
        self._workers, self._received, self._seen, self._since = workers, received, (), time.monotonic()

    def __call__(self) -> bool:
        waiting = [worker.waiting() for worker in self._workers]
        seen = (*waiting, len(self._received.deliveries))
        if seen != self._seen or None in waiting:
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since > 15


def ended(workers: Sequence[Worker]) -> bool:
    """The file was read to its end."""
    return workers[-1].metrics().get("ended", 0) == 1


@dataclass(slots=True)
class Broker:
    """The broker's own process, found by its configuration file, so that it can be killed and started as it was."""

    directory: Path
    again: subprocess.Popen[bytes] | None = None

    def find(self) -> tuple[int, list[bytes]] | None:
        """Process and command; None while it does not run."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                    if command[0].endswith(b"java") and str(self.directory / "server.properties").encode() in command:
                        return int(entry.name), command
        return None

    def signal(self, number: signal.Signals) -> None:
        if (found := self.find()) is not None:
            os.kill(found[0], number)

    def kill_and_start(self) -> None:
        found = self.find()
        if found is None:
            raise RuntimeError("the broker was not found")
        os.kill(found[0], signal.SIGKILL)
        if self.again is not None:
            self.again.wait()
        self.start(found[1])

    def start(self, command: Sequence[bytes]) -> None:
        with (self.directory / "broker.log").open("ab") as log:
            self.again = subprocess.Popen(list(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        """Only what was started here; the first one belongs to who made it."""
        if self.again is not None:
            self.again.kill()
            self.again.wait()
