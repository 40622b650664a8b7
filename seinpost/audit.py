"""`seinpost audit`: check the audit log of a notifier, or a copy of it, and make such a copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from seinpost.store import DEFAULT_URL, DatabaseUrl, read
from services.notifier.chain import FIELDS, Break, Chain, Fault, Head
from services.notifier.store import audit as store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check the audit log, or copy it.")
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
SAID = {
    Fault.CHANGED: "row {seq} is not what was written",
    Fault.MISSING: "rows {seq} to {until} are gone",
    Fault.OUT_OF_ORDER: "row {seq} stands in the wrong place, or twice",
    Fault.NOT_FOLLOWING: "row {seq} was not written after the row before it",
    Fault.HEAD: "row {seq} is not the one that was known: the end was cut off or rewritten",
}
File = Annotated[Path | None, typer.Option("--file", help="A copy made by `seinpost audit export`, instead.")]
Heads = Annotated[
    list[str] | None,
    typer.Option("--head", help="NUMBER:DIGEST of a newest row kept elsewhere. Without one, a cut end does not show."),
]


class NotACopy(Exception):
    """A line of the file is no row of an audit log. Quotes nothing of it."""


@app.command()
def verify(database: DatabaseUrl = DEFAULT_URL, file: File = None, head: Heads = None) -> None:
    """Find every row that was changed, removed, put in between or moved. Exit code 1 when there is one."""
    chain = Chain([_head(text) for text in head or ()])
    try:
        found = _of_file(file, chain) if file else read(database, lambda connection: _of_database(connection, chain))
    except (NotACopy, OSError) as error:
        typer.echo(f"cannot verify: {error if isinstance(error, NotACopy) else type(error).__name__}", err=True)
        raise typer.Exit(2) from None
    for broken in found:
        typer.echo(SAID[broken.fault].format(seq=broken.seq, until=broken.until))
    typer.echo(
        f"{chain.rows} rows, {len(found) or 'no'} {'break' if len(found) == 1 else 'breaks'}; "
        f"newest {chain.head.seq}:{chain.head.digest}"
    )
    if found:
        raise typer.Exit(1)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: JSON lines, oldest row first.")],
    database: DatabaseUrl = DEFAULT_URL,
) -> None:
    """Copy the audit log, to be kept or checked elsewhere."""

    async def copy(connection: AsyncConnection) -> int:
        number = 0
        with out.open("wb") as lines:
            async for row in store.rows(connection):
                lines.write(orjson.dumps(row) + b"\n")
                number += 1
        return number

    typer.echo(f"{read(database, copy)} rows written to {out}", err=True)


async def _of_database(connection: AsyncConnection, chain: Chain) -> list[Break]:
    found = [broken async for row in store.rows(connection) for broken in chain.add(row)]
    return found + list(chain.finish())


def _of_file(file: Path, chain: Chain) -> list[Break]:
    found = [broken for row in _rows(file) for broken in chain.add(row)]
    return found + list(chain.finish())


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    seq: int
    at_ms: int
    actor: str
    action: str
    object: str
    result: str
    origin: str
    previous: str
    digest: str
    region: str | None = None


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    decoder = msgspec.json.Decoder(_Row)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise NotACopy(f"line {number} of {file} is no row of an audit log") from None
            yield {name: getattr(row, name) for name in FIELDS}


def _head(text: str) -> Head:
    parts = HEAD.fullmatch(text.strip())
    if parts is None:
        raise typer.BadParameter("write NUMBER:DIGEST", param_hint="--head")
    return Head(seq=int(parts[1]), digest=parts[2])
