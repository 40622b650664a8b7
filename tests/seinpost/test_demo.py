"""`seinpost demo`: it finds what was planted, and leaves nothing behind, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.topics import POSTS_RAW
from tests.brokers.services import REPOSITORY
from tests.conftest import ON_APACHE_KAFKA

pytestmark = pytest.mark.broker
COMMAND = (sys.executable, "-c", "from seinpost.cli import app; app()", "demo")
CLEAN_UP_S = 40.0


def processes_of(directory: Path) -> dict[int, str]:
    """Everything that runs with this directory in its environment or its command, by process id."""
    found = {}
    needle = str(directory).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if command and (needle in command or needle in (process / "environ").read_bytes()):
                found[int(process.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def until(done: Callable[[], bool], patience_s: float, what: str) -> None:
    deadline = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@dataclass(slots=True)
class Demo:
    process: subprocess.Popen[bytes]
    directory: Path
    said: Path

    def text(self) -> str:
        return self.said.read_text(errors="replace")

    def until_said(self, words: str) -> None:
        def heard() -> bool:
            assert words in self.text() or self.process.poll() is None, self.text()
            return words in self.text()

        until(heard, 60, f"the demo never said {words!r}: {self.text()}")

    def others(self) -> dict[int, str]:
        running = processes_of(self.directory)
        running.pop(self.process.pid, None)
        return running

    def service(self, name: str) -> int:
        return next(pid for pid, command in self.others().items() if f"services.{name}" in command)

    def leaves_nothing(self) -> None:
        until(lambda: not self.others(), CLEAN_UP_S, f"left behind: {self.others()}")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo of a small exercise, slow enough to be disturbed."""
    said = tmp_path.parent / f"{tmp_path.name}.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "--scenario", "coolsingel-2021", "--seconds", "120"],
            cwd=REPOSITORY,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    running = Demo(process=process, directory=tmp_path, said=said)
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        for pid in running.others():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.embedded
@pytest.mark.parametrize("moment", ["starting ingest", "Console: http"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(demo: Demo, moment: str, number: signal.Signals) -> None:
    demo.until_said(moment)
    demo.process.send_signal(number)
    assert demo.process.wait(CLEAN_UP_S) == 0, demo.text()
    demo.leaves_nothing()
    assert not list(demo.directory.iterdir()), "posts as they were written must not stay"
    assert "Traceback" not in demo.text()


@pytest.mark.embedded
def test_even_a_killed_demo_leaves_no_process(demo: Demo) -> None:
    demo.until_said("Console: http")
    assert len(demo.others()) >= 5  # four services and a broker
    demo.process.kill()
    demo.process.wait()
    demo.leaves_nothing()


@pytest.mark.embedded
def test_a_service_that_dies_is_named_with_its_last_word(demo: Demo) -> None:
    demo.until_said("Console: http")
    os.kill(demo.service("detector"), signal.SIGKILL)
    assert demo.process.wait(CLEAN_UP_S + 5) == 1
    assert "detector ended with code -9:" in demo.text()
    assert "Traceback" not in demo.text()
    demo.leaves_nothing()


@pytest.mark.timeout(300)
def test_the_planted_happening_is_alerted_and_the_quiet_is_not(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    # The demo itself, Haren, is a step of CI by itself; this exercise is a tenth of it.
    command = [*COMMAND, "--headless", "--scenario", "coolsingel-2021", "--seconds", "10"]
    if ON_APACHE_KAFKA:
        command += ["--kafka", request.getfixturevalue("broker").bootstrap_servers]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False)
    assert done.stdout.count("\n") == 1, done.stderr
    summary = json.loads(done.stdout)
    assert done.returncode == 0, summary
    assert summary["posts_read"] == summary["posts_anonymised"] > 6_000
    assert summary["dead_lettered"] == 0
    assert summary["alerts_opened"] >= 1
    assert summary["alerts_delivered"] >= 1
    assert summary["details"]["quiet_alerts"] == 0
    assert summary["details"]["planted_found"]
    assert summary["details"]["planted"][0]["lead_minutes"] > 24 * 60
    assert not processes_of(tmp_path)


def test_a_kafka_that_was_used_before_is_refused(broker: BrokerSettings) -> None:
    async def use() -> None:
        async with AcknowledgedProducer(broker, "test") as producer:
            await producer.send(POSTS_RAW.name, b"{}", key=b"a")
            await producer.flush()

    asyncio.run(use())
    command = [*COMMAND, "--headless", "--scenario", "coolsingel-2021", "--kafka", broker.bootstrap_servers]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 1
    assert "already holds records in posts.raw" in done.stderr
    assert "Traceback" not in done.stderr
