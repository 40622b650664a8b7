"""Services as children: a readable end, a clean stop, nothing that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seinpost import tether
from seinpost.children import Child, ServiceFailed, start, stopping, wait_until_ready

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEINPOST_")}


def test_a_service_that_cannot_start_is_named_with_its_reason(tmp_path: Path) -> None:
    children: list[Child] = []
    with stopping(children):
        children.append(start("notifier", {**ENVIRONMENT, "SEINPOST_NOTIFIER__GRUOP": "x"}, tmp_path))
        with pytest.raises(ServiceFailed) as failed:
            wait_until_ready(children)
    assert str(failed.value).startswith("notifier ended with code 2:")
    assert "SEINPOST_NOTIFIER__GRUOP" in str(failed.value)


def test_a_stubborn_process_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seinpost.children.STOP_PATIENCE_S", 0.5)
    log = tmp_path / "deaf.log"
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", deaf], stdout=output, start_new_session=True)
    with stopping([Child(name="deaf", url="", log=log, process=process)]):
        deadline = time.monotonic() + 10
        while "deaf" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")
def test_a_tethered_process_dies_with_its_parent(tmp_path: Path) -> None:
    number = tmp_path / "child"
    parent = (
        "import os, subprocess, sys, time\nfrom seinpost import tether\n"
        "child = subprocess.Popen([*tether.prefix(), sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(number)!r}, 'w').write(str(child.pid))\ntime.sleep(0.5)\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", parent], check=False, cwd=Path(tether.__file__).parents[1])
    child = Path(f"/proc/{number.read_text()}/stat")
    deadline = time.monotonic() + 5
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline, "it lived on"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ("", "it said nothing"),
        ('{"event":"ready","level":"info"}\ncannot start: port taken\n', "cannot start: port taken"),
        (
            '{"event":"failed","level":"error","timestamp":"t"}\n{"event":"stopped","level":"info"}\n',
            "event=failed level=error",
        ),
        ('{"event":"stopped","level":"info"}\n', '{"event":"stopped","level":"info"}'),
    ],
)
def test_the_last_word_is_the_one_that_matters(tmp_path: Path, lines: str, last: str) -> None:
    log = tmp_path / "service.log"
    log.write_text(lines)
    child = Child(name="service", url="", log=log, process=None)  # type: ignore[arg-type]
    assert child.last_line() == last
