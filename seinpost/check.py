"""`seinpost check CONFIG`: everything that is wrong in a configuration, at once."""

from __future__ import annotations

from pathlib import Path

import typer

from configuration import InvalidConfiguration, load
from configuration.persons import read_name_lists

NAME_LISTS = Path("build/lexicon/words.gz")
"""What `python -m lexicon` builds, from the directory of Seinpost; without it only the best-known names are refused."""


def check(config: Path) -> None:
    """Check a configuration directory and show every problem with file, line, reason and suggestion."""
    names = read_name_lists(NAME_LISTS) if NAME_LISTS.exists() else None
    try:
        configuration = load(config, names)
    except InvalidConfiguration as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        typer.echo(f"{config}: {_counted(len(error.problems), 'problem')}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{config}: in order. {_counted(len(configuration.phenomena), 'phenomenon', 'phenomena')}, "
        f"{_counted(len(configuration.gazetteer.names), 'place name')}, "
        f"{_counted(len(configuration.calendar.events), 'planned event')}; version {configuration.version}"
    )
    if names is None:
        typer.echo(f"Names of persons were checked by a short list only: {NAME_LISTS} is missing (python -m lexicon).")


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
