"""`seinpost scenarios`: every exercise through the code of live, in one table. What `make scenarios` prints."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

import configuration
from configuration import InvalidConfiguration
from contracts.alert import Alert
from exercises.generator import write
from exercises.scenario import Scenario, ids, load
from exercises.verdict import Opened, Verdict, judge
from seinpost.backtest import run
from seinpost.replay import SETTINGS
from services.anonymizer.lexicon import LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon


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


def rows(names: Sequence[str], config: Path, lexicon: Path, seed: int, console: Console) -> list[Row]:
    """Raises `InvalidConfiguration` or `LexiconMissing`."""
    words, whole = load_lexicon(lexicon), configuration.load(config)
    found = []
    scenarios = [load(name) for name in names]
    with tempfile.TemporaryDirectory(prefix="seinpost-") as directory:
        file = Path(directory) / "posts.jsonl"
        for scenario in track(scenarios, "exercises", console=console, disable=not console.is_terminal):
            write(scenario, seed, file)
            result = run(file, whole, words)
            alerts = tuple(_opened(alert) for alert in result.alerts)
            found.append(Row(scenario=scenario, posts=result.posts, alerts=alerts, verdict=judge(scenario, alerts)))
    return found


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
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = SETTINGS.lexicon,
    seed: Annotated[int, typer.Option(help="The same seed gives the same posts.")] = 1,
    alerts: Annotated[bool, typer.Option(help="Show every alert under the table.")] = False,
) -> None:
    """Run exercises through the code of live; say what was found, how early, and what was false. Exit 1 on a miss."""
    console = Console(stderr=True)
    try:
        found = rows(names or ids(), config, lexicon, seed, console)
    except (InvalidConfiguration, LexiconMissing) as error:
        typer.echo(f"the exercises cannot be run: {error}", err=True)
        raise typer.Exit(2) from None
    shown = Table(
        Column("exercise", no_wrap=True, min_width=max(len(row.scenario.id) for row in found)),
        "posts",
        "found",
        "lead",
        "broke quiet",
        "others",
        "false/day",
    )
    for row in found:
        shown.add_row(*_cells(row))
    Console().print(shown)
    for row in found if alerts else ():
        for alert in row.alerts:
            mark = "!" if alert in row.verdict.broke_quiet else " "
            where = alert.gemeente or "onbekend"
            typer.echo(
                f"{mark} {row.scenario.id}  {alert.at:%d-%m %H:%M}Z  {alert.phenomenon} in {where}: {alert.reason}"
            )
    raise typer.Exit(0 if all(row.verdict.passed for row in found) else 1)


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
    )
