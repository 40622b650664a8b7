"""`seinpost feedback export FILE`: what operators said of alerts, as labels that `seinpost backtest` reads."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.codec import encode
from seinpost.store import DEFAULT_URL, DatabaseUrl, read
from services.notifier.access.reach import EVERYTHING
from services.notifier.store import feedback as store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What operators said of alerts.")


@app.callback()
def _group() -> None:
    """What operators said of alerts."""


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: JSON lines, contract feedback.v1.")],
    database: DatabaseUrl = DEFAULT_URL,
    since: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only words from this day on (UTC).")
    ] = None,
) -> None:
    """Write one line for each alert that was closed as right, not right or exercise."""
    since_ms = int(since.replace(tzinfo=datetime.UTC).timestamp() * 1000) if since else 0

    async def copy(connection: AsyncConnection) -> int:
        number = 0
        with out.open("wb") as lines:
            async for word in store.everything(connection, EVERYTHING, since_ms=since_ms):
                lines.write(encode(word) + b"\n")
                number += 1
        return number

    typer.echo(f"{read(database, copy)} lines written to {out}", err=True)
