"""`seinpost backtest POSTS.jsonl --config DIR [--against DIR2]`: what would have been alerted, by the code of live."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import rich.progress
import typer
from rich.console import Console

import configuration
from configuration import Configuration, InvalidConfiguration
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousPost
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.feedback import Feedback
from seinpost.hindsight import (
    Happening,
    Span,
    against_feedback,
    against_happenings,
    compare,
    differences,
    moment,
    per_day,
)
from seinpost.replay import SETTINGS, Replay, projector_of
from services.anonymizer.lexicon import Lexicon, LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon

BATCH_POSTS = 200
SHOWN_BAD_LINES = 20
LineT = TypeVar("LineT")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that live would set aside. Never what stands there: it may be a person's."""

    line: int
    reason: Reason
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.line}: {self.reason.value}" + (f" at {self.field}" if self.field else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    alerts: tuple[Alert, ...]
    """The last state of each, by opening and id."""
    posts: int
    bad: tuple[BadLine, ...]
    span: Span
    seconds: float


def backtest(
    posts: Annotated[Path, typer.Argument(help="JSONL: id, created_at, text and, when known, author, lang, source.")],
    *,
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    against: Annotated[Path | None, typer.Option(help="Second configuration: tell what it would change.")] = None,
    happenings: Annotated[
        Path | None, typer.Option(help="JSONL of what happened: label, starts, ends, phenomenon, gemeente.")
    ] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="JSONL of `seinpost feedback export`: what operators said of alerts.")
    ] = None,
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = SETTINGS.lexicon,
) -> None:
    """Tell what would have been alerted in a file of posts: alerts as JSON lines, a summary on stderr.

    The summary is text on a terminal, else one line of JSON, the last of stderr. A line that cannot be read is told,
    counted and passed by. Exit 2: it could not be run.
    """
    console = Console(stderr=True)
    try:
        words = load_lexicon(lexicon)
        first = configuration.load(config)
        second = configuration.load(against) if against else None
        known = _lines(happenings, Happening) if happenings else None
        said = _lines(feedback, Feedback) if feedback else None
        result = run(posts, first, words, console=console)
        other = run(posts, second, words, console=console) if second else None
    except (InvalidConfiguration, LexiconMissing, OSError) as error:
        why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
        typer.echo(f"backtest cannot run: {why}", err=True)
        raise typer.Exit(2) from None
    for bad in result.bad[:SHOWN_BAD_LINES]:
        typer.echo(f"{posts}:{bad}", err=True)
    if len(result.bad) > SHOWN_BAD_LINES:
        typer.echo(f"{posts}: and {len(result.bad) - SHOWN_BAD_LINES} more lines that cannot be read", err=True)
    for alert in result.alerts:
        sys.stdout.write(line_of(alert) + "\n")
    sys.stdout.flush()
    summary = summarise(result, known, said)
    if other is not None:
        summary["against"] = _against(result, other, known, said)
    if sys.stderr.isatty():
        from seinpost.summary import lines_of  # noqa: PLC0415

        typer.echo("\n".join(lines_of(summary)), err=True)
    else:
        typer.echo(msgspec.json.encode(summary).decode(), err=True)


def run(file: Path, config: Configuration, words: Lexicon, *, console: Console | None = None) -> Result:
    """Project and detect a whole file in this process. Raises OSError."""
    started = time.perf_counter()
    replay = Replay(config, projector_of(config, words))
    latest: dict[str, Alert] = {}
    bad: list[BadLine] = []
    posts, first, last = 0, 2**62, 0
    for batch in _batches(_project(file, replay, bad, console)):
        posts += len(batch)
        first = min(first, *(post.minute for post in batch))
        last = max(last, *(post.minute for post in batch))
        latest |= {alert.id: alert for alert in replay.take(batch)}
    latest |= {alert.id: alert for alert in replay.finish()}
    return Result(
        alerts=tuple(sorted(latest.values(), key=lambda alert: (alert.opened_minute, alert.id))),
        posts=posts,
        bad=tuple(bad),
        span=Span(first=min(first, last), last=last),
        seconds=time.perf_counter() - started,
    )


def _project(file: Path, replay: Replay, bad: list[BadLine], console: Console | None) -> Iterator[AnonymousPost]:
    now_ms = time.time_ns() // 1_000_000
    hidden = console is None or not console.is_terminal
    with rich.progress.open(
        file, "rb", description=file.name, console=console, disable=hidden, transient=True
    ) as lines:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            try:
                yield from replay.project(line, number, received_ms=now_ms)
            except Malformed as problem:
                bad.append(BadLine(line=number, reason=problem.reason, field=problem.field))


def _batches(posts: Iterator[AnonymousPost]) -> Iterator[list[AnonymousPost]]:
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


def summarise(
    result: Result, happenings: list[Happening] | None = None, feedback: list[Feedback] | None = None
) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "posts": result.posts,
        "set_aside": len(result.bad),
        "set_aside_by_reason": dict(sorted(Counter(bad.reason.value for bad in result.bad).items())),
        "days": round(result.span.days, 2),
        "alerts": len(result.alerts),
        "alerts_per_day": per_day(result.alerts, result.span),
        "seconds": round(result.seconds, 2),
        "posts_per_second": round(result.posts / max(result.seconds, 1e-9)),
    }
    if happenings is not None:
        summary |= against_happenings(happenings, result.alerts)
    if feedback is not None:
        summary["feedback"] = against_feedback(feedback, result.alerts, result.span)
    return summary


def _against(
    first: Result, second: Result, happenings: list[Happening] | None, feedback: list[Feedback] | None
) -> dict[str, Any]:
    """What the second configuration would change."""
    whole = summarise(second, happenings, feedback)
    change = compare(first.alerts, second.alerts)
    kept = {name: whole[name] for name in ("alerts", "alerts_per_day", "found", "missed", "feedback") if name in whole}
    return kept | {
        "same": len(change.same),
        "changed": [
            {"id": one.id, "label": one.label, "changes": differences(one, other)} for one, other in change.changed
        ],
        "moved": [
            {
                "id": one.id,
                "label": one.label,
                "becomes": other.id,
                "becomes_label": other.label,
                "later_minutes": other.opened_minute - one.opened_minute,
                "changes": differences(one, other),
            }
            for one, other in change.moved
        ],
        "appears": [_brief(alert) for alert in change.appeared],
        "disappears": [_brief(alert) for alert in change.disappeared],
    }


def _brief(alert: Alert) -> dict[str, str]:
    return {
        "id": alert.id,
        "label": alert.label,
        "opened_at": moment(alert.opened_minute),
        "reason": alert.reason,
    }


def _lines(file: Path, kind: type[LineT]) -> list[LineT]:
    """Every line that can be read; the others are told."""
    decoder = msgspec.json.Decoder(kind)
    found = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            typer.echo(f"{file}:{number}: not used: {error}", err=True)
    return found
