"""`seinpost demo`: everything on this machine, an exercise replayed, alerts as they appear, and an honest summary."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer
from rich.console import Console

from broker.embedded import EmbeddedBrokerFailed
from broker.topics import BrokerUnreachable
from configuration import InvalidConfiguration
from exercises.generator import posts as posts_of
from exercises.scenario import LOCAL, Scenario, load
from exercises.verdict import Opened, Verdict, judge
from seinpost import interruption
from seinpost.children import ServiceFailed
from seinpost.interruption import Interrupted, signals_heard
from seinpost.observation import Counts, Observer
from seinpost.progress import EVERY, Progress
from seinpost.stack import BrokerInUse, Replay, running, write_configuration
from seinpost.webhook_receiver import Received, webhook_receiver

LOOK_S = 1.0
"""Time between two looks at the services."""

DRAIN_PATIENCE_S = 150.0
"""After the last post was read; beyond it the summary says what is still waiting, and the run has failed."""

STEADY_S = 3.5
"""So long without any counter moving counts as the end: the detector waits 2 s before it closes the last minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    counts: Counts
    alerts: list[Opened]
    waiting: str | None
    """What the pipeline had still to do when we stopped waiting."""
    seconds: float
    cpu_seconds: dict[str, float]


def demo(
    *,
    headless: Annotated[bool, typer.Option(help="End by itself and print one JSON summary on stdout.")] = False,
    scenario: Annotated[str, typer.Option(help="Id of an exercise (see: seinpost exercise list).")] = "haren-2012",
    seed: Annotated[int, typer.Option(help="The same seed gives the same posts.")] = 1,
    kafka: Annotated[
        str | None, typer.Option(envvar="KAFKA", help="HOST:PORT of an empty Kafka; absent: the embedded broker.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long the replay should take.")] = 25.0,
    speed: Annotated[float | None, typer.Option(min=1, help="Times faster than life; wins over --seconds.")] = None,
) -> None:
    """Start everything on this machine and replay an exercise; Ctrl-C stops it and leaves nothing behind."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        chosen = load(scenario)
        with signals_heard():
            passed = _run(console, chosen, seed, kafka, speed or _length_s(chosen) / seconds, headless=headless)
    except (ServiceFailed, EmbeddedBrokerFailed, BrokerUnreachable, BrokerInUse, InvalidConfiguration) as error:
        console.print(f"seinpost demo: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except Interrupted:
        console.print("stopped", markup=False)
        raise typer.Exit(130 if headless else 0) from None
    raise typer.Exit(0 if passed else 1)


def _run(console: Console, scenario: Scenario, seed: int, kafka: str | None, speed: float, *, headless: bool) -> bool:
    began = time.monotonic()
    with _directory(console) as directory, webhook_receiver() as received, Progress(console, scenario) as progress:
        posts = directory / "posts.jsonl"
        progress.tell(f"writing the posts of {scenario.title}")
        total, times = _write(scenario, seed, posts)
        write_configuration(directory / "config", Replay(exercise=scenario.id, posts=posts, speed=speed), received)
        with running(directory, kafka, progress.tell) as stack:
            progress.begin(total, times, stack.console)
            observer = Observer(stack)
            try:
                outcome = _follow(observer, progress, began)
                verdict = judge(scenario, outcome.alerts)
                progress.end(verdict)
                if not headless:
                    progress.stay(stack.console)
                    while True:
                        interruption.check()
                        stack.check()
                        time.sleep(LOOK_S)
            finally:
                observer.close()
        passed, summary = _summary(outcome, verdict, received)
        if not passed:
            kept = Path(tempfile.mkdtemp(prefix="seinpost-failed-"))
            shutil.copytree(
                directory, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("broker", "secrets", "posts.jsonl")
            )
            console.print(f"not passed; logs are kept in {kept}", style="red", markup=False)
        sys.stdout.write(orjson.dumps(summary).decode() + "\n")
        sys.stdout.flush()
        return passed


def _write(scenario: Scenario, seed: int, file: Path) -> tuple[int, list[int]]:
    """Write the posts; how many, and the time of every `EVERY`th."""
    encoder = msgspec.json.Encoder()
    times: list[int] = []
    number = 0
    with file.open("wb") as lines:
        for post in posts_of(scenario, seed):
            if number % EVERY == 0:
                interruption.check()
                times.append(int(datetime.datetime.fromisoformat(post.created_at).timestamp()))
            lines.write(encoder.encode(post) + b"\n")
            number += 1
    return number, times


def _follow(observer: Observer, progress: Progress, began: float) -> Outcome:
    """Look until the pipeline is drained, showing what happens."""
    before: Counts | None = None
    ended_s = moved_s = time.monotonic()
    while True:
        interruption.check()
        counts = observer.counts()
        alerts = observer.alerts() if before is None or counts.opened != before.opened else None
        progress.show(counts, alerts)
        waiting = counts.unfinished()
        now_s = time.monotonic()
        if counts != before or waiting is not None:
            moved_s = now_s
        if not counts.ended:
            ended_s = now_s
        steady = now_s - moved_s >= STEADY_S
        if steady or now_s - ended_s >= DRAIN_PATIENCE_S:
            return Outcome(
                counts=counts,
                alerts=observer.alerts(),
                waiting=waiting or (None if steady else "something is worked on still"),
                seconds=now_s - began,
                cpu_seconds=observer.cpu_seconds(),
            )
        before = counts
        time.sleep(LOOK_S)


def _summary(outcome: Outcome, verdict: Verdict, received: Received) -> tuple[bool, dict[str, Any]]:
    first = min(outcome.alerts, key=lambda alert: alert.minute, default=None)
    failures = _failures(outcome, verdict, received)
    return not failures, {
        "posts_read": outcome.counts.read,
        "posts_anonymised": outcome.counts.anonymised,
        "dead_lettered": outcome.counts.dead,
        "alerts_opened": outcome.counts.opened,
        "alerts_delivered": len(received.alerts),
        "seconds": round(outcome.seconds, 1),
        "details": {
            "passed": not failures,
            "failures": failures,
            "planted_found": all(each.alert is not None for each in verdict.found),
            "planted": [
                {
                    "phenomenon": each.happening.phenomenon,
                    "gemeente": each.happening.gemeente,
                    "alert_at": each.alert and _local(each.alert),
                    "lead_minutes": each.lead_minutes,
                    "reason": each.alert and each.alert.reason,
                }
                for each in verdict.found
            ],
            "first_alert_at": first and _local(first),
            "quiet_alerts": len(verdict.broke_quiet),
            "other_alerts": len(verdict.beside),
            "deliveries": len(received.deliveries),
            "signatures_refused": received.refused,
            "cpu_seconds": outcome.cpu_seconds,
            "dead_letters": outcome.counts.dead_by_reason,
            "versions": {
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in ("seinpost", "faust-streaming", "aiokafka")},
            },
        },
    }


def _failures(outcome: Outcome, verdict: Verdict, received: Received) -> list[str]:
    """Everything that keeps a run from passing, for a person."""
    found = [f"the pipeline was not drained: {outcome.waiting}"] if outcome.waiting else []
    for each in verdict.found:
        name = f"{each.happening.phenomenon} in {each.happening.gemeente}"
        if each.alert is None:
            found.append(f"not alerted: {name}")
        elif each.alert.id not in received.alerts:
            found.append(f"not delivered to the webhook: {name}")
    found += [f"alert in a quiet time: {alert.label} at {_local(alert)}" for alert in verdict.broke_quiet]
    if received.refused:
        found.append(f"{received.refused} deliveries had a wrong signature")
    return found


def _local(alert: Opened) -> str:
    return alert.at.astimezone(LOCAL).isoformat(timespec="minutes")


def _length_s(scenario: Scenario) -> float:
    return len(scenario.minutes) * 60.0


@contextlib.contextmanager
def _directory(console: Console) -> Iterator[Path]:
    """A directory for the run. Posts as they were written stand in it, so it goes; logs of a crash are kept."""
    directory = Path(tempfile.mkdtemp(prefix="seinpost-"))
    try:
        yield directory
    except ServiceFailed:
        kept = Path(tempfile.mkdtemp(prefix="seinpost-failed-"))
        for log in directory.glob("*.log"):
            shutil.copy(log, kept)
        console.print(f"logs are kept in {kept}", markup=False)
        raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)
