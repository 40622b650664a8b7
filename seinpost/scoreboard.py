"""`seinpost scenarios`: every exercise through the code of live, in one table. What `make scenarios` prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

import configuration
from configuration import InvalidConfiguration
from contracts.alert import Alert
from exercises.scenario import Scenario, ids, load
from exercises.verdict import Opened, Verdict, judge
from seinpost.plot import svg
from seinpost.recording import Recording, record
from seinpost.replay import SETTINGS, projector_of
from services.anonymizer.lexicon import LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon

COLUMNS = ("exercise", "posts", "found", "lead", "broke quiet", "others", "per day", "placed")
WIDE = 110
"""Columns of the table where no terminal says how wide it is."""
PAGE, IMAGES = Path("reference/exercises.md"), Path("images/exercises")
"""Within the directory of documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    scenario: Scenario
    posts: int
    alerts: tuple[Opened, ...]
    verdict: Verdict

    @property
    def beside_per_day(self) -> float:
        """Alerts that announce nothing planted, per day of the exercise."""
        days = len(self.scenario.minutes) / 1440
        return (len(self.verdict.broke_quiet) + len(self.verdict.beside)) / days

    @property
    def placed(self) -> tuple[int, int, int]:
        """Alerts in a gemeente that the exercise speaks of, in another one, and in none."""
        told = (*self.scenario.facts, *(sentence for said in self.scenario.says.values() for sentence in said))
        here = {happening.gemeente for happening in self.scenario.planted}
        here |= {gathering.gemeente for gathering in self.scenario.gatherings.values()}
        here |= {
            alert.gemeente for alert in self.alerts if alert.gemeente and any(alert.gemeente in one for one in told)
        }
        right = sum(alert.gemeente in here for alert in self.alerts)
        unknown = sum(alert.gemeente is None for alert in self.alerts)
        return right, len(self.alerts) - right - unknown, unknown


def row_of(recording: Recording) -> Row:
    alerts = tuple(_opened(alert) for alert in recording.alerts)
    verdict = judge(recording.scenario, alerts)
    return Row(scenario=recording.scenario, posts=recording.posts, alerts=alerts, verdict=verdict)


def recordings(names: Sequence[str], config: Path, lexicon: Path, seed: int, console: Console) -> list[Recording]:
    """Raises `InvalidConfiguration` or `LexiconMissing`."""
    whole = configuration.load(config)
    projector = projector_of(whole, load_lexicon(lexicon))
    scenarios = [load(name) for name in names]
    running = track(scenarios, "exercises", console=console, disable=not console.is_terminal, transient=True)
    return [record(scenario, seed, whole, projector) for scenario in running]


def _opened(alert: Alert) -> Opened:
    return Opened(
        id=alert.id,
        phenomenon=alert.phenomenon,
        gemeente=alert.place.gemeente,
        minute=alert.opened_minute,
        label=alert.label,
        reason=alert.reason,
    )


def table(
    names: Annotated[list[str] | None, typer.Argument(help="Ids of exercises; none: all.")] = None,
    *,
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = SETTINGS.lexicon,
    seed: Annotated[int, typer.Option(help="The same seed gives the same posts.")] = 1,
    alerts: Annotated[bool, typer.Option(help="Show every alert under the table.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Directory of the documentation: renew these rows and plots there.")
    ] = None,
) -> None:
    """Run exercises through the code of live; say what was found, how early, and what was false. Exit 1 on a miss."""
    console = Console(stderr=True)
    try:
        recorded = recordings(names or ids(), config, lexicon, seed, console)
    except (InvalidConfiguration, LexiconMissing) as error:
        typer.echo(f"the exercises cannot be run: {error}", err=True)
        raise typer.Exit(2) from None
    found = [row_of(recording) for recording in recorded]
    if write is not None:
        renew(write, recorded)
    widest = max(len(row.scenario.id) for row in found)
    shown = Table(Column(COLUMNS[0], no_wrap=True, min_width=widest), *COLUMNS[1:], box=SIMPLE_HEAD, padding=(0, 1))
    for row in found:
        shown.add_row(*_cells(row))
    out = Console()
    (out if out.is_terminal else Console(width=WIDE)).print(shown)
    for row in found if alerts else ():
        for alert in row.alerts:
            mark = "!" if alert in row.verdict.broke_quiet else " "
            where = alert.gemeente or "onbekend"
            typer.echo(
                f"{mark} {row.scenario.id}  {alert.at:%d-%m %H:%M}Z  {alert.phenomenon} in {where}: {alert.reason}"
            )
    raise typer.Exit(0 if all(row.verdict.passed for row in found) else 1)


def renew(docs: Path, recorded: Sequence[Recording]) -> None:
    """Put the rows and plots of these exercises in the documentation; the other rows stay as they are."""
    page = docs / PAGE
    text = page.read_text(encoding="utf-8")
    for recording in recorded:
        name = recording.scenario.id
        line = f"| {' | '.join(_cells(row_of(recording)))} |"
        text, count = re.subn(rf"^\| {re.escape(name)} \|.*$", line, text, count=1, flags=re.MULTILINE)
        if not count:
            rule = f"|{'---|' * len(COLUMNS)}\n"
            text = text.replace(rule, f"{rule}{line}\n", 1)
        picture = docs / IMAGES / f"{name}.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(svg(recording), encoding="utf-8")
    page.write_text(text, encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    planted = row.verdict.found
    hits = [each for each in planted if each.alert is not None]
    leads = [f"{each.lead_minutes / 60:.1f} h" for each in hits if each.lead_minutes is not None]
    return (
        row.scenario.id,
        str(row.posts),
        f"{len(hits)} of {len(planted)}" if planted else "–",
        ", ".join(leads) or "–",
        str(len(row.verdict.broke_quiet)),
        str(len(row.verdict.beside)),
        f"{row.beside_per_day:.2f}",
        _placed(row),
    )


def _placed(row: Row) -> str:
    right, wrong, unknown = row.placed
    if not row.alerts:
        return "–"
    return f"{right} of {right + wrong}" + (f", {unknown} unknown" if unknown else "")
