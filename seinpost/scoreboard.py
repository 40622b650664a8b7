"""`seinpost scenarios`: every exercise through the code of live, in one table. What `make scenarios` prints."""

from __future__ import annotations

from collections.abc import Sequence
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
from exercises.scenario import ids, load
from exercises.verdict import Opened, judge
from seinpost.plot import svg
from seinpost.recording import Recording, record
from seinpost.replay import SETTINGS, projector_of
from seinpost.standing import COLUMNS, TOGETHER, Row, Together
from services.anonymizer.lexicon import LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon

WIDE = 130
"""Columns of the table where no terminal says how wide it is."""
PAGE, IMAGES = Path("reference/exercises.md"), Path("images/exercises")
"""Within the directory of documentation."""


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
    """Run exercises through the code of live; say what was found, how early, and what was false. Exit 1 on a miss.

    Also when an alert opened in a quiet time, or under 95% of the placed alerts are in the right gemeente.
    """
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
        shown.add_row(*row.cells)
    together = Together(rows=tuple(found))
    if len(found) > 1:
        shown.add_section()
        shown.add_row(*together.cells)
    out = Console()
    (out if out.is_terminal else Console(width=WIDE)).print(shown)
    for row in found if alerts else ():
        for alert in row.alerts:
            mark = "!" if alert in row.verdict.broke_quiet else "=" if alert in row.verdict.repeats else " "
            where = alert.gemeente or "onbekend"
            typer.echo(
                f"{mark} {row.scenario.id}  {alert.at:%d-%m %H:%M}Z  {alert.phenomenon} in {where}: {alert.reason}"
            )
    if not together.well_placed:
        typer.echo(f"too few alerts are in the right gemeente: {together.placed}", err=True)
    raise typer.Exit(0 if together.passed else 1)


def renew(docs: Path, recorded: Sequence[Recording]) -> None:
    """Put the rows and plots of these exercises in the documentation; the other rows stay as they are.

    The row of all together is renewed only by a run of every exercise in the table.
    """
    page = docs / PAGE
    text = page.read_text(encoding="utf-8")
    head, rule, rest = text.partition(f"|{'---|' * len(COLUMNS)}\n")
    body, end, tail = rest.partition("\n\n")
    lines = {line.split(" | ")[0].strip("| "): line for line in body.splitlines()}
    last = lines.pop(TOGETHER, None)
    rows = {recording.scenario.id: row_of(recording) for recording in recorded}
    lines |= {name: _line(row.cells) for name, row in rows.items()}
    if lines.keys() == rows.keys():
        last = _line(Together(rows=tuple(rows.values())).cells)
    body = "\n".join([*lines.values(), *([last] if last else [])])
    page.write_text(f"{head}{rule}{body}{end or chr(10)}{tail}", encoding="utf-8")
    for recording in recorded:
        picture = docs / IMAGES / f"{recording.scenario.id}.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(svg(recording), encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
