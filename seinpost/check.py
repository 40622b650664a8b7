"""`seinpost check CONFIG`: everything that is wrong in a configuration, at once."""

from __future__ import annotations

from pathlib import Path

import typer

from configuration import InvalidConfiguration, load


def check(config: Path) -> None:
    """Check a configuration directory and show every problem with file, line, reason and suggestion."""
    try:
        configuration = load(config)
    except InvalidConfiguration as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{config}: in order ({len(configuration.phenomena)} phenomena, version {configuration.version})")
