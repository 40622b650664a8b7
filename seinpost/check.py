"""`seinpost check CONFIG`: everything that is wrong in a configuration, at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from configuration import InvalidConfiguration, Problem, load
from configuration.document import line_of, read
from configuration.persons import known_names
from configuration.phenomena import Phenomenon
from configuration.wording import nearest
from exercises.scenario import LOCAL

NAME_LISTS = Path("build/lexicon/words.gz")
"""What `python -m lexicon` builds, from the directory of Seinpost; without it only the best-known names are refused."""
READ = frozenset(
    {
        "access.yaml", "alarms.yaml", "attack.yaml", "calendar.yaml", "events.yaml", "guidance.yaml",
        "kustomization.yaml", "mandates", "messages.yaml", "phenomena", "places", "platforms.yaml", "receivers.yaml",
        "sources.yaml", "themes", "thresholds.yaml",
    }
)  # fmt: skip
SOON_DAYS = 30


def check(config: Annotated[Path, typer.Argument(help="Configuration directory.")] = Path("config")) -> None:
    """Check a configuration directory and show every problem with file, line, reason and suggestion."""
    names = known_names(NAME_LISTS)
    problems: list[Problem] = []
    configuration = None
    try:
        configuration = load(config, names)
    except InvalidConfiguration as error:
        problems += error.problems
    today = datetime.datetime.now(LOCAL).date()
    if config.is_dir():
        problems += [*_not_read(config), *_ended(config, today)]
    if problems or configuration is None:
        for problem in sorted(set(problems)):
            typer.echo(str(problem), err=True)
        typer.echo(f"{config}: {_counted(len(set(problems)), 'problem')}", err=True)
        raise typer.Exit(1)
    typer.echo(
        f"{config}: in order. {_counted(len(configuration.phenomena), 'phenomenon', 'phenomena')}, "
        f"{_counted(len(configuration.gazetteer.names), 'place name')}, "
        f"{_counted(len(configuration.calendar.events), 'planned event')}; version {configuration.version}"
    )
    for phenomenon in configuration.phenomena:
        if (phenomenon.expires - today).days <= SOON_DAYS:
            typer.echo(f"Ends soon: {phenomenon.id}, on {phenomenon.expires}.")
    if names is None:
        typer.echo(f"Names of persons were checked by a short list only: {NAME_LISTS} is missing (python -m lexicon).")


def _not_read(config: Path) -> Iterator[Problem]:
    """A misspelt file name would leave the defaults in force, and nobody would know."""
    for entry in sorted(config.iterdir()):
        if entry.name in READ or entry.name.startswith(".") or entry.suffix == ".md":
            continue
        yield Problem(file=str(entry), line=0, reason="is not read", suggestion=nearest(entry.name, sorted(READ)))


def _ended(config: Path, today: datetime.date) -> Iterator[Problem]:
    """No mistake for a running service, which lets a watch end by itself; but somebody should know."""
    for file in sorted((config / "phenomena").glob("*.yaml")):
        try:
            phenomenon = read(file, Phenomenon)
        except InvalidConfiguration:
            continue
        if phenomenon.expires < today:
            yield Problem(
                file=str(file),
                line=line_of(file, "expires"),
                reason=f"this watch ended on {phenomenon.expires}",
                suggestion="give a new day if it is still needed, else remove the file",
            )


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
