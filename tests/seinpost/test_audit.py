"""`seinpost audit`: a log tampered with in every way that one row can be, in a database and in a copy."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner

from contracts.codec import Decoder
from contracts.feedback import Feedback, Label
from seinpost.cli import app
from services.notifier import chain
from services.notifier.chain import GENESIS, Fault, Head, breaks, digest
from services.notifier.store import audit, feedback
from services.notifier.store.database import Database
from services.notifier.store.tables import audit as table
from tests.notifier.samples import alert

ROWS = 40
COLUMNS = [name for name in chain.FIELDS if name != "seq"]


def chained(number: int = ROWS) -> list[dict[str, Any]]:
    rows, previous = [], GENESIS
    for seq in range(1, number + 1):
        row = {
            "seq": seq, "at_ms": seq * 1000, "actor": "operator", "action": "close", "object": f"melding-{seq}",
            "result": "done", "origin": "127.0.0.1", "region": "VR17" if seq % 2 else None, "previous": previous,
        }  # fmt: skip
        previous = digest(row)
        rows.append(row | {"digest": previous})
    return rows


def other(value: Any) -> Any:
    if value is None:
        return "VR01"
    return value + 1 if isinstance(value, int) else f"{value[:-1]}{'x' if value[-1] != 'x' else 'y'}"


def test_a_whole_log_has_no_break() -> None:
    assert breaks(chained()) == []
    assert breaks([]) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_every_row_is_sealed(column: str) -> None:
    for index in range(ROWS):
        rows = chained()
        rows[index][column] = other(rows[index][column])
        assert breaks(rows)[0].seq == index + 1, f"row {index + 1}"
        assert breaks(rows)[0].fault is Fault.CHANGED


def test_a_region_taken_away_is_found() -> None:
    rows = chained()
    rows[0]["region"] = None
    assert [broken.seq for broken in breaks(rows)] == [1]


def test_all_changed_rows_are_found_not_only_the_first() -> None:
    rows = chained()
    changed = sorted(random.Random(7).sample(range(ROWS), 9))
    for index in changed:
        rows[index]["actor"] = "ander"
    assert [broken.seq for broken in breaks(rows)] == [index + 1 for index in changed]


def test_rows_that_are_gone_are_named() -> None:
    rows = chained()
    gone = rows[:4] + rows[7:20] + rows[21:]
    found = [(broken.seq, broken.until) for broken in breaks(gone) if broken.fault is Fault.MISSING]
    assert found == [(5, 7), (21, 21)]


@pytest.mark.parametrize("index", [0, 5, ROWS - 2])
def test_rows_that_changed_places_are_found(index: int) -> None:
    rows = chained()
    rows[index], rows[index + 1] = rows[index + 1], rows[index]
    assert Fault.OUT_OF_ORDER in {broken.fault for broken in breaks(rows)}


def test_a_row_resealed_by_who_knows_the_method_breaks_the_next() -> None:
    rows = chained()
    rows[9]["actor"] = "ander"
    rows[9]["digest"] = digest(rows[9])
    assert [(broken.seq, broken.fault) for broken in breaks(rows)] == [(11, Fault.NOT_FOLLOWING)]


def test_a_cut_or_rewritten_end_shows_against_a_head_kept_elsewhere() -> None:
    rows = chained()
    known = Head(seq=ROWS, digest=rows[-1]["digest"])
    assert breaks(rows, [known]) == []
    assert breaks(rows[:-3]) == []
    assert [broken.fault for broken in breaks(rows[:-3], [known])] == [Fault.HEAD]
    rewritten, previous = chained(), rows[29]["digest"]
    for row in rewritten[30:]:
        row |= {"actor": "ander", "previous": previous}
        row["digest"] = previous = digest(row)
    assert breaks(rewritten) == []
    assert [broken.fault for broken in breaks(rewritten, [known])] == [Fault.HEAD]


@pytest.fixture
def log(tmp_path: Path) -> str:
    """Address of a database with a log of some rows."""
    url = f"sqlite:///{tmp_path}/n.sqlite3"

    async def write() -> None:
        database = Database(url)
        await database.migrate()
        async with database.writing() as connection:
            for number in range(8):
                await audit.append(
                    connection, at_ms=number, actor="operator", action="read", object_id=f"m{number}", result="done",
                    origin="::1", region="VR17",
                )  # fmt: skip
            await feedback.say(connection, alert(), "niet-terecht", 5)
        await database.close()

    asyncio.run(write())
    return url


def tamper(url: str, statement: Any) -> None:
    async def run() -> None:
        database = Database(url)
        async with database.writing() as connection:
            await connection.execute(statement)
        await database.close()

    asyncio.run(run())


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_command_finds_what_was_done_to_the_database(log: str) -> None:
    code, output = said("audit", "verify", "--database", log)
    assert (code, "8 rows, no breaks" in output) == (0, True)
    head = output.rsplit("newest ", 1)[1].strip()
    tamper(log, update(table).where(table.c.seq == 3).values(result="refused"))
    tamper(log, delete(table).where(table.c.seq == 6))
    code, output = said("audit", "verify", "--database", log)
    assert code == 1
    assert "row 3 is not what was written" in output
    assert "rows 6 to 6 are gone" in output
    tamper(log, delete(table).where(table.c.seq >= 5))
    tamper(log, update(table).where(table.c.seq == 3).values(result="done"))
    assert said("audit", "verify", "--database", log)[0] == 0, "a cut end does not show by itself"
    code, output = said("audit", "verify", "--database", log, "--head", head)
    assert (code, "cut off or rewritten" in output) == (1, True)


def test_a_copy_is_checked_like_the_database(log: str, tmp_path: Path) -> None:
    copy = tmp_path / "audit.jsonl"
    assert said("audit", "export", str(copy), "--database", log)[0] == 0
    assert said("audit", "verify", "--file", str(copy))[0] == 0
    lines = copy.read_bytes().splitlines()
    row = json.loads(lines[1]) | {"actor": "ander"}
    copy.write_bytes(b"\n".join([lines[0], orjson.dumps(row), *lines[2:]]) + b"\n")
    code, output = said("audit", "verify", "--file", str(copy))
    assert (code, "row 2 is not what was written" in output) == (1, True)
    copy.write_bytes(b"\n".join([*lines[:3], *reversed(lines[3:])]))
    assert "stands in the wrong place" in said("audit", "verify", "--file", str(copy))[1]


def test_what_cannot_be_read_is_never_called_whole(tmp_path: Path, log: str) -> None:
    assert said("audit", "verify", "--database", f"sqlite:///{tmp_path}/none.sqlite3")[0] == 2
    assert not (tmp_path / "none.sqlite3").exists()
    assert said("audit", "verify", "--file", str(tmp_path / "none"))[0] == 2
    (tmp_path / "half").write_text('{"seq": 1, "actor": "geheim"\n')
    code, output = said("audit", "verify", "--file", str(tmp_path / "half"))
    assert code == 2
    assert "line 1" in output
    assert "geheim" not in output
    assert said("audit", "verify", "--database", log, "--head", "8:nonsense")[0] == 2


def test_feedback_is_written_as_backtest_reads_it(log: str, tmp_path: Path) -> None:
    out = tmp_path / "feedback.jsonl"
    assert said("feedback", "export", str(out), "--database", log)[0] == 0
    (word,) = [Decoder(Feedback).decode(line) for line in out.read_bytes().splitlines()]
    assert (word.alert, word.label, word.gemeente, word.region) == ("a1b2c3", Label.WRONG, "Rotterdam", "VR17")
    assert said("feedback", "export", str(out), "--database", log, "--since", "2020-01-01")[0] == 0
    assert out.read_bytes() == b""


def test_the_fields_are_those_of_the_table() -> None:
    assert set(chain.FIELDS) == {column.name for column in table.columns}
    assert {item.name for item in dataclasses.fields(audit.Entry)} == set(chain.FIELDS)
