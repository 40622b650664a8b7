"""Runs a service as operators do: `python -m services.<name>`, configured by its environment alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from broker.embedded import free_port
from broker.settings import BrokerSettings

REPOSITORY = Path(__file__).parents[2]
READY_PATIENCE_S = 120.0


@dataclass(slots=True)
class RunningService:
    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def metrics(self) -> dict[str, float]:
        """Samples by exposition name, labels included: ``name{label="value"}``; without labels just ``name``."""
        samples = {}
        for family in text_string_to_metric_families(self.exposition().decode()):
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
                samples[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return samples

    def exposition(self) -> bytes:
        """What Prometheus would scrape."""
        return httpx.get(f"{self.url}/metrics", timeout=10, verify=False).content

    def stop(self, patience_s: float = 60.0) -> int:
        """SIGTERM, then the exit code. A service that does not stop in time is killed and fails the test."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not stop in {patience_s} s:\n{self.tail()}") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def environment_of(broker: BrokerSettings, extra: Mapping[str, str]) -> dict[str, str]:
    """A clean environment: nothing of the developer's own ``SEINPOST_`` variables leaks in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEINPOST_")}
    settings = {
        "SEINPOST_BROKER__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "SEINPOST_BROKER__PARTITIONS": str(broker.partitions),
        "SEINPOST_CONFIG": str(REPOSITORY / "config"),
        "PYTHONUNBUFFERED": "1",
    }
    return inherited | settings | dict(extra)


@contextlib.contextmanager
def run_service(
    name: str,
    broker: BrokerSettings,
    log: Path,
    extra: Mapping[str, str] | None = None,
    *,
    wait_ready: bool = True,
    module: str | None = None,
) -> Iterator[RunningService]:
    """Start a service and wait until it is ready; on leaving the context it is stopped, whatever happened. ``module``
    to run, where it is not `services.<name>`."""
    port = free_port()
    environment = environment_of(broker, {"SEINPOST_PORT": str(port), **(extra or {})})
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module or f"services.{name}"],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    service = RunningService(name=name, url=f"http://127.0.0.1:{port}", log=log, process=process)
    try:
        if wait_ready:
            wait_until_ready(service)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def wait_until_ready(service: RunningService) -> None:
    deadline = time.monotonic() + READY_PATIENCE_S
    said = "nothing"
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            raise AssertionError(f"{service.name} ended with {service.process.returncode}:\n{service.tail()}")
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(f"{service.url}/readyz", timeout=2, verify=False)
            said = answer.text
            if answer.status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"{service.name} is not ready after {READY_PATIENCE_S} s ({said}):\n{service.tail()}")
