"""Services as processes of this one: started ready to be stopped, watched, and never left behind."""

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
import orjson

from broker.embedded import free_port
from seinpost import interruption, tether

REPOSITORY = Path(__file__).parents[1]
READY_PATIENCE_S = 60.0
STOP_PATIENCE_S = 6.0
END_PATIENCE_S = 1.0
"""A killed process drops its connections before its end can be seen."""


class ServiceFailed(Exception):
    """A service ended or did not become ready. One line that names it and gives its last word."""


@dataclass(slots=True)
class Child:
    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Raises `ServiceFailed` when it has ended."""
        if (code := self.process.poll()) is not None:
            raise ServiceFailed(f"{self.name} ended with code {code}: {self.last_line()}")

    def silent(self, error: Exception) -> ServiceFailed:
        """Why it gave no answer, or only ``error``: its end, which may be seen a moment later, goes first."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_PATIENCE_S)
        try:
            self.check()
        except ServiceFailed as ended:
            return ended
        return ServiceFailed(f"{self.name} does not answer ({type(error).__name__}): {self.last_line()}")

    def last_line(self) -> str:
        """What it said last that was no routine, as text for a person."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        if not lines:
            return "it said nothing"
        for line in reversed(lines):
            if not line.startswith("{"):
                return line
            with contextlib.suppress(orjson.JSONDecodeError):
                said = orjson.loads(line)
                if said.get("level") in ("error", "critical", "warning"):
                    return " ".join(f"{name}={value}" for name, value in said.items() if name != "timestamp")
        return lines[-1]

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start(name: str, environment: Mapping[str, str], directory: Path) -> Child:
    """Start ``services.<name>`` in a process group of its own, on a free loopback port."""
    port = free_port()
    log = directory / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own services
            [*tether.prefix(), sys.executable, "-m", f"services.{name}"],
            cwd=REPOSITORY,
            env={**environment, "SEINPOST_HOST": "127.0.0.1", "SEINPOST_PORT": str(port)},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Child(name=name, url=f"http://127.0.0.1:{port}", log=log, process=process)


@contextlib.contextmanager
def stopping(children: list[Child]) -> Iterator[None]:
    """On leaving, whatever the reason, all of the (growing) list are stopped: politely, then not."""
    try:
        yield
    finally:
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE_S
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.process.wait()


def wait_until_ready(children: list[Child]) -> None:
    """Raises `ServiceFailed`, of the first that ends or is not ready in time."""
    deadline = time.monotonic() + READY_PATIENCE_S
    waiting = list(children)
    said = ""
    # One for all: each new one reads the certificates of the system again, which takes longer than the waiting.
    with httpx.Client(timeout=2, trust_env=False) as http:
        while waiting:
            interruption.check()
            for child in children:
                child.check()
            with contextlib.suppress(httpx.HTTPError):
                answer = http.get(f"{waiting[0].url}/readyz")
                said = answer.text.strip()
                if answer.status_code == 200:
                    waiting.pop(0)
                    continue
            if time.monotonic() > deadline:
                name = waiting[0].name
                reason = f"{name} is not ready after {READY_PATIENCE_S:.0f} s ({said or 'no answer'})"
                raise ServiceFailed(f"{reason}: {waiting[0].last_line()}")
            time.sleep(0.1)
