"""`seinpost exercise`: what can be practised, the posts of it, and whether the programmes are in order."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

exercise = typer.Typer(no_args_is_help=True, help="Exercises: list them, write the posts of one, or check a programme.")


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


@exercise.command()
def check(
    drill: Annotated[str, typer.Argument(help="Id of a drill, or a file (.yaml); absent: all that are shipped.")] = "",
    config: Annotated[Path, typer.Option(help="Configuration directory, for phenomena and gemeenten.")] = Path(
        "config"
    ),
) -> None:
    """Check the programme of an exercise and show every problem with file, line, reason and suggestion."""
    from configuration import InvalidConfiguration, Problem  # noqa: PLC0415
    from configuration import load as load_configuration  # noqa: PLC0415
    from exercises.drill import DIRECTORY, ids, load, unknown_names  # noqa: PLC0415

    problems: list[Problem] = []
    try:
        known = load_configuration(config)
    except InvalidConfiguration as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    phenomena = [phenomenon.id for phenomenon in known.phenomena]
    gemeenten = [gemeente.name for gemeente in known.gazetteer.gemeenten.values()]
    for name in [drill] if drill else ids():
        file = Path(name) if name.endswith(".yaml") else DIRECTORY / f"{name}.yaml"
        try:
            found = load(name)
        except InvalidConfiguration as error:
            problems += error.problems
            continue
        problems += unknown_names(file, found, phenomena, gemeenten)
        questions = sum(inject.question is not None for inject in found.injects)
        typer.echo(f"{name}: {len(found.roles)} roles, {len(found.injects)} injects, {questions} questions")
    for problem in sorted(set(problems)):
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)


@exercise.command()
def play(
    session: Annotated[str, typer.Argument(help="Id of a session, as the console shows it.")],
    notifier: Annotated[str, typer.Option(help="Address of the notifier.")] = "http://127.0.0.1:8083",
    push: Annotated[str, typer.Option(help="Address of ingest with the path of the push source of exercises.")] = (
        "http://127.0.0.1:8080/v1/oefening"
    ),
    position: Annotated[
        Path | None, typer.Option(help="File that keeps how far it was played; absent: one of the session's own.")
    ] = None,
) -> None:
    """Send the posts of a session as its clock goes, until it ends.

    The tokens stand in EXERCISE_CLOCK_TOKEN and EXERCISE_PUSH_TOKEN, or in files that these names with _FILE name.
    """
    import httpx  # noqa: PLC0415

    from configuration import InvalidConfiguration  # noqa: PLC0415
    from seinpost.play import Doors, Player, Refused, secret  # noqa: PLC0415

    _must_be_an_id(session)
    file = position or _position(session)
    try:
        doors = Doors(
            notifier=notifier.rstrip("/"),
            notifier_token=secret("EXERCISE_CLOCK_TOKEN"),
            push=push.rstrip("/"),
            push_token=secret("EXERCISE_PUSH_TOKEN"),
        )
        with httpx.Client(timeout=30, trust_env=False) as http:
            player = Player(
                session=session, doors=doors, file=file, http=http, tell=lambda line: typer.echo(line, err=True)
            )
            typer.echo(f"{player.run()} posts", err=True)
    except (Refused, InvalidConfiguration) as error:
        typer.echo(f"seinpost exercise play: {error}", err=True)
        raise typer.Exit(1) from None


@exercise.command()
def remove(
    session: Annotated[str, typer.Argument(help="Id of a session that has ended.")],
    notifier: Annotated[str, typer.Option(help="Address of the notifier.")] = "http://127.0.0.1:8083",
) -> None:
    """Remove a session with all that came of it; its report and the lines of the audit log stay.

    The token stands in EXERCISE_LEAD_TOKEN, or in the file that EXERCISE_LEAD_TOKEN_FILE names.
    """
    import httpx  # noqa: PLC0415

    from seinpost.play import Refused, secret  # noqa: PLC0415

    _must_be_an_id(session)
    try:
        answer = httpx.delete(
            f"{notifier.rstrip('/')}/v1/exercises/sessions/{session}",
            headers={"Authorization": f"Bearer {secret('EXERCISE_LEAD_TOKEN')}"},
            timeout=30,
            trust_env=False,
        )
    except (Refused, httpx.TransportError) as error:
        reason = str(error) if isinstance(error, Refused) else type(error).__name__
        typer.echo(f"seinpost exercise remove: {reason}", err=True)
        raise typer.Exit(2) from None
    if answer.status_code != httpx.codes.OK:
        typer.echo(f"not removed: the notifier answers {answer.status_code}", err=True)
        raise typer.Exit(1)
    _position(session).unlink(missing_ok=True)
    typer.echo(f"removed; its report is /v1/exercises/reports/{session}", err=True)


def _must_be_an_id(session: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", session):
        typer.echo("the id of a session is letters, digits, '.', '_' and '-'", err=True)
        raise typer.Exit(1)


def _position(session: str) -> Path:
    """Where the player keeps how far it came."""
    return Path(typer.get_app_dir("seinpost")) / f"{session}.json"
