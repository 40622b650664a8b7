"""What may happen to a running system: how it begins and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.brokers.services import REPOSITORY
from tests.deploy.chaos.feed import Feed
from tests.deploy.chaos.links import Link
from tests.deploy.chaos.workers import NAMES, Broker, Worker

LOAD = 20
CLOCK_S = 600
SMALL_MB = {"room": 24, "kafka": 160}
"""Of the two small disks: that of the notifier's database, that of the broker."""


@dataclass(slots=True, kw_only=True)
class Scene:
    directory: Path
    workers: dict[str, Worker]
    broker: Broker
    links: dict[str, Link]
    feed: Feed
    command: list[bytes]
    """Of the broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    what: str
    hold_s: float
    begin: Callable[[], Any]
    end: Callable[[], Any]
    blinds: bool = False
    """Nothing new can reach the room meanwhile, so its sources or a stage behind them must be shown as blind."""


def stop(scene: Scene) -> list[Act]:
    """SIGSTOP: a process or a machine that hangs."""

    def of(what: str, *names: str) -> Act:
        def send(number: signal.Signals) -> None:
            for name in names:
                (scene.broker if name == "broker" else scene.workers[name]).signal(number)

        return Act(
            what=f"{what} stopped",
            hold_s=60,
            begin=lambda: send(signal.SIGSTOP),
            end=lambda: send(signal.SIGCONT),
            blinds="notifier" not in names,
        )

    single = [of(name, name) for name in ("ingest", "anonymizer", "detector-0", "notifier", "broker")]
    return [*single, of("every detector", "detector-0", "detector-1")]


def link(scene: Scene) -> list[Act]:
    """The way between one worker and Kafka is cut."""
    return [
        Act(
            what=f"link of {name} cut",
            hold_s=60,
            begin=scene.links[name].cut,
            end=scene.links[name].mend,
            blinds=name in ("ingest", "anonymizer", "notifier"),
        )
        for name in ("ingest", "anonymizer", "detector-0", "notifier")
    ]


def disk(scene: Scene) -> list[Act]:
    """A disk is full; what had to end for it is started again once there is room."""

    def empty(name: str) -> None:
        (scene.directory / name / "ballast").unlink(missing_ok=True)
        if scene.broker.find() is None:
            scene.broker.start(scene.command)

    return [
        Act(
            what=f"disk of the {what} full",
            hold_s=45,
            begin=lambda name=name: fill(scene.directory / name / "ballast"),
            end=lambda name=name: empty(name),
            blinds=True,
        )
        for name, what in (("room", "room's database"), ("kafka", "broker"))
    ]


def clock(scene: Scene) -> list[Act]:
    """The clock of one service is put ten minutes ahead, then ten minutes back."""

    def put(service: str, seconds: int) -> None:
        for name in NAMES:
            if name.startswith(service):
                set_clock(scene.directory, name, seconds)

    return [
        Act(
            what=f"clock of {service} {seconds:+d} s",
            hold_s=40,
            begin=lambda service=service, seconds=seconds: put(service, seconds),
            end=lambda service=service: put(service, 0),
        )
        for service in ("ingest", "anonymizer", "detector", "notifier")
        for seconds in (CLOCK_S, -CLOCK_S)
    ]


def load(scene: Scene) -> list[Act]:
    """Twenty times as many posts for five minutes."""
    usual = scene.feed.rate

    def at(rate: float) -> None:
        scene.feed.rate = rate

    return [
        Act(what=f"{LOAD} times the load", hold_s=300, begin=lambda: at(usual * LOAD), end=lambda: at(usual)),
    ]


def upgrade(scene: Scene) -> list[Act]:
    """Every worker from the release before to this one, and all the way back, one at a time while posts stream."""

    def to(name: str, root: Path) -> Act:
        worker, word = scene.workers[name], "to this release" if root == REPOSITORY else "rolled back"
        return Act(
            what=f"{name} {word}",
            hold_s=15,
            begin=lambda: worker.replace(root),
            end=lambda: None,
        )

    before = scene.workers["ingest"].root
    return [to(name, root) for root in (REPOSITORY, before) for name in NAMES]


@contextmanager
def release(directory: Path, name: str) -> Iterator[Path]:
    """The code of a commit beside this one, with the words that were built here."""
    tree = directory / "release"
    git = ["git", "-C", str(REPOSITORY), "worktree"]
    subprocess.run([*git, "add", "--detach", str(tree), name], check=True, capture_output=True)
    try:
        (tree / "build").symlink_to(REPOSITORY / "build")
        yield tree
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=False, capture_output=True)


DISTURBANCES: dict[str, Callable[[Scene], list[Act]]] = {
    "stop": stop, "link": link, "disk": disk, "clock": clock, "load": load, "upgrade": upgrade,
}  # fmt: skip


def fill(file: Path) -> None:
    """To the last byte."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"\0" * 65_536)
        except OSError:
            pass


def clock_environment(directory: Path, name: str) -> dict[str, str]:
    """A clock that `set_clock` can move while the process runs; what only runs (monotonic) stays true."""
    libraries = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not libraries:
        raise SystemExit("faketime is not installed")
    set_clock(directory, name, 0)
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(directory / f"clock-{name}"),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def set_clock(directory: Path, name: str, seconds: int) -> None:
    (directory / f"clock-{name}").write_text(f"{seconds:+d}\n")


@contextmanager
def small_disks(directory: Path, wanted: bool) -> Iterator[None]:
    mounted: list[Path] = []
    try:
        for name, megabytes in SMALL_MB.items():
            (directory / name).mkdir()
            if wanted:
                if os.geteuid() != 0 or shutil.which("mount") is None:
                    raise SystemExit("a small disk can only be made by root")
                command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(directory / name)]
                subprocess.run(command, check=True)
                mounted.append(directory / name)
        yield
    finally:
        for path in mounted:
            subprocess.run(["umount", "-l", str(path)], check=False)
