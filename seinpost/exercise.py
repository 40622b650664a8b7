"""`seinpost exercise`: what can be practised, and the posts of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

exercise = typer.Typer(no_args_is_help=True, help="Exercises: list them, or write the posts of one.")


@exercise.command("list")
def list_exercises() -> None:
    """Show every exercise with its title, days and what must be found."""
    from exercises.scenario import ids, load  # noqa: PLC0415 - keeps `seinpost --help` fast

    for name in ids():
        scenario = load(name)
        planted = ", ".join(f"{each.phenomenon} in {each.gemeente}" for each in scenario.planted) or "geen melding"
        days = f"{scenario.from_:%d-%m-%Y} – {scenario.until:%d-%m-%Y}"
        typer.echo(f"{name:<26} {days}  {scenario.title} → {planted}")


@exercise.command()
def generate(
    scenario: Annotated[str, typer.Argument(help="Id of an exercise, or a scenario file (.yaml).")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same posts.")] = 1,
    output: Annotated[Path | None, typer.Option(help="File to write; absent: stdout.")] = None,
) -> None:
    """Write the posts of an exercise as JSON lines, oldest first."""
    import msgspec  # noqa: PLC0415

    from configuration import InvalidConfiguration  # noqa: PLC0415
    from exercises.generator import posts, write  # noqa: PLC0415
    from exercises.scenario import load  # noqa: PLC0415

    try:
        chosen = load(scenario)
    except InvalidConfiguration as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if output is not None:
        typer.echo(f"{write(chosen, seed, output)} posts", err=True)
        return
    for post in posts(chosen, seed):
        sys.stdout.buffer.write(msgspec.json.encode(post) + b"\n")
