"""A service that cannot start says so in one line; one that runs answers its probes and stops when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from runtime.probes import Health, probes_only
from runtime.process import EXIT_CANNOT_START, EXIT_FAILED, CannotStart, serving
from runtime.settings import ServiceSettings

PROGRAM = """
import asyncio
from runtime.process import CannotStart, run
from runtime.settings import ServiceSettings

async def main(settings, stop):
    {body}

run("test", ServiceSettings, main)
"""


def _program(body: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("SEINPOST_")} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_cannot_start_says_why_in_one_line() -> None:
    process = _program('raise CannotStart("the lexicon is missing")')
    _, said = process.communicate(timeout=30)
    assert process.returncode == EXIT_CANNOT_START
    assert said == "test cannot start: the lexicon is missing\n"


def test_a_wrong_setting_is_a_start_failure() -> None:
    process = _program("pass", SEINPOST_LOG_LEVEL="loud")
    _, said = process.communicate(timeout=30)
    assert process.returncode == EXIT_CANNOT_START
    assert "SEINPOST_LOG_LEVEL" in said


def test_a_crash_is_not_quoted() -> None:
    process = _program('raise RuntimeError("bij @piet")')
    _, said = process.communicate(timeout=30)
    assert process.returncode == EXIT_FAILED
    assert "RuntimeError" in said
    assert "piet" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly(number: signal.Signals) -> None:
    process = _program('import sys; sys.stderr.write("up\\n"); sys.stderr.flush(); await stop.wait()')
    assert process.stderr is not None
    assert process.stderr.readline() == "up\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert '"stopped"' in said


async def test_probes_follow_the_health_of_the_process() -> None:
    health = Health(stalled_after_s=0.2)
    async with (
        serving(probes_only(health), ServiceSettings()) as port,
        httpx.AsyncClient(verify=False) as client,
    ):
        url = f"http://127.0.0.1:{port}"
        health.beat()
        assert (await client.get(f"{url}/healthz")).status_code == 200
        assert (await client.get(f"{url}/readyz")).status_code == 503
        health.mark_ready()
        assert (await client.get(f"{url}/readyz")).text == "ready\n"
        assert "python_info" in (await client.get(f"{url}/metrics")).text
        await asyncio.sleep(0.3)
        assert (await client.get(f"{url}/healthz")).status_code == 503, "no beat: stalled"


async def test_a_taken_port_is_a_start_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = ServiceSettings(port=taken.getsockname()[1])
        with pytest.raises(CannotStart, match="cannot be listened on"):
            async with serving(FastAPI(), settings):
                pass
