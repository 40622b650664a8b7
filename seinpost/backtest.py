"""`seinpost backtest POSTS.jsonl --config DIR [--against DIR2]`: what would have been alerted, by the code of live."""

from __future__ import annotations

import datetime
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import rich.progress
import typer
from rich.console import Console

import configuration
from configuration import Configuration, InvalidConfiguration
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import Malformed
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import Lexicon, LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings
from services.detector.pipeline import Pipeline
from services.ingest.supplied import read_line

BATCH_POSTS = 200
NATIONAL = "landelijk"
SETTINGS = AnonymizerSettings()


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file with what happened: found when an alert that fits opens between ``starts`` and ``ends``."""

    label: str
    starts: datetime.datetime
    ends: datetime.datetime
    phenomenon: str | None = None
    gemeente: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    alerts: tuple[Alert, ...]
    """The last state of each, by opening and id."""
    posts: int
    set_aside: int
    days: float
    """Between the first and the last post."""
    seconds: float


def backtest(
    posts: Annotated[Path, typer.Argument(help="JSONL: id, created_at, text and, when known, author, lang, source.")],
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    against: Annotated[Path | None, typer.Option(help="Second configuration: tell what it would change.")] = None,
    happenings: Annotated[
        Path | None, typer.Option(help="JSONL of what happened: label, starts, ends, gemeente.")
    ] = None,
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = SETTINGS.lexicon,
) -> None:
    """Tell what would have been alerted in a file of posts: alerts as JSON lines, a summary on stderr."""
    console = Console(stderr=True)
    try:
        words = load_lexicon(lexicon)
        first = configuration.load(config)
        second = configuration.load(against) if against else None
        known = _happenings(happenings) if happenings else []
        result = run(posts, first, words, console=console)
        other = run(posts, second, words, console=console) if second else None
    except (InvalidConfiguration, LexiconMissing, OSError, msgspec.MsgspecError) as error:
        typer.echo(f"backtest cannot run: {error}", err=True)
        raise typer.Exit(2) from None
    for alert in result.alerts:
        sys.stdout.write(line_of(alert) + "\n")
    sys.stdout.flush()
    summary = summarise(result, known)
    if other is not None:
        summary["against"] = compare(result, other)
    typer.echo(msgspec.json.encode(summary).decode(), err=True)


def run(file: Path, config: Configuration, words: Lexicon, *, console: Console | None = None) -> Result:
    """Project and detect a whole file in this process. Raises OSError."""
    started = time.perf_counter()
    projector = Projector(config, words, SETTINGS.fold_cutoff)
    anonymizer = Anonymizer(projector, SETTINGS, k=config.thresholds.k_anonymity, now_ms=0)
    pipeline = Pipeline(config)
    latest: dict[str, Alert] = {}
    read = Counter[str]()
    minutes: list[int] = []
    number = 0
    for number, batch in enumerate(_batches(_project(file, anonymizer, read, console))):
        minutes += (min(post.minute for post in batch), max(post.minute for post in batch))
        pipeline.add(AnonymousBatch(partition=0, posts=tuple(batch)), 0, number)
        latest |= {alert.id: alert for alert in pipeline.flush(0)}
    latest |= {alert.id: alert for alert in pipeline.finish()}
    return Result(
        alerts=tuple(sorted(latest.values(), key=lambda alert: (alert.opened_minute, alert.id))),
        posts=read["posts"],
        set_aside=read["set_aside"],
        days=(max(minutes) - min(minutes)) / 1440 if minutes else 0.0,
        seconds=time.perf_counter() - started,
    )


def _project(
    file: Path, anonymizer: Anonymizer, read: Counter[str], console: Console | None
) -> Iterator[AnonymousPost]:
    now_ms = time.time_ns() // 1_000_000
    hidden = console is None or not console.is_terminal
    with rich.progress.open(file, "rb", description=file.name, console=console, disable=hidden) as lines:
        for offset, line in enumerate(lines):
            if line.isspace():
                continue
            try:
                outcome = anonymizer.post(
                    read_line(line, source="backtest", received_ms=now_ms), partition=0, offset=offset
                )
            except Malformed:
                read["set_aside"] += 1
                continue
            read["posts"] += 1
            yield from outcome.posts


def _batches(posts: Iterable[AnonymousPost]) -> Iterator[list[AnonymousPost]]:
    batch: list[AnonymousPost] = []
    for post in posts:
        # Posts of one record stay together, as in the anonymizer.
        if len(batch) >= BATCH_POSTS and post.offset != batch[-1].offset:
            yield batch
            batch = []
        batch.append(post)
    if batch:
        yield batch


def line_of(alert: Alert) -> str:
    """One alert as a line of JSON: everything that a replay must repeat to the byte."""
    return msgspec.json.encode(
        {
            "id": alert.id,
            "kind": alert.kind.value,
            "label": alert.label,
            "gemeente": alert.place.gemeente,
            "region": alert.place.region,
            "opened_at": moment(alert.opened_minute),
            "updated_at": moment(alert.updated_minute),
            "closed_at": None if alert.closed_minute is None else moment(alert.closed_minute),
            "scale": alert.observation.scale_minutes,
            "observed": alert.observation.observed,
            "expected": alert.observation.expected,
            "probability": alert.observation.probability,
            "authors": alert.observation.authors,
            "event_reference": alert.event,
            "reason": alert.reason,
        }
    ).decode()


def moment(minute: int) -> str:
    """Minutes since the epoch as ISO 8601 in UTC."""
    return datetime.datetime.fromtimestamp(minute * 60, datetime.UTC).isoformat().replace("+00:00", "Z")


def summarise(result: Result, happenings: list[Happening]) -> dict[str, Any]:
    regions = Counter(alert.place.region or NATIONAL for alert in result.alerts)
    days = max(result.days, 1.0)
    summary: dict[str, Any] = {
        "posts": result.posts,
        "set_aside": result.set_aside,
        "days": round(result.days, 2),
        "alerts": len(result.alerts),
        "alerts_per_day": {region: round(number / days, 3) for region, number in sorted(regions.items())},
        "seconds": round(result.seconds, 2),
        "posts_per_second": round(result.posts / max(result.seconds, 1e-9)),
    }
    if happenings:
        found = [(happening, _first(happening, result.alerts)) for happening in happenings]
        summary["found"] = [
            {"label": happening.label, "alert": alert.id, "lead_minutes": _lead(happening, alert)}
            for happening, alert in found
            if alert is not None
        ]
        summary["missed"] = [happening.label for happening, alert in found if alert is None]
    return summary


def _first(happening: Happening, alerts: Iterable[Alert]) -> Alert | None:
    for alert in alerts:
        fits = happening.phenomenon in (None, alert.phenomenon) and happening.gemeente in (None, alert.place.gemeente)
        if fits and happening.starts.timestamp() <= alert.opened_minute * 60 <= happening.ends.timestamp():
            return alert
    return None


def _lead(happening: Happening, alert: Alert) -> int:
    """Minutes between the alert and the end of the span: the moment it was on the street."""
    return round((happening.ends.timestamp() - alert.opened_minute * 60) / 60)


def _happenings(file: Path) -> list[Happening]:
    decoder = msgspec.json.Decoder(Happening)
    return [decoder.decode(line) for line in file.read_bytes().splitlines() if line.strip()]


def compare(first: Result, second: Result) -> dict[str, Any]:
    """What the second configuration changes: alerts it adds, drops, or opens at another time."""
    a, b = (
        {(alert.phenomenon, alert.place.gemeente, alert.opened_minute): alert for alert in one.alerts}
        for one in (first, second)
    )
    return {
        "alerts": len(second.alerts),
        "only_first": [a[key].id for key in sorted(a.keys() - b.keys(), key=str)],
        "only_second": [line_of(b[key]) for key in sorted(b.keys() - a.keys(), key=str)],
        "same": len(a.keys() & b.keys()),
    }
