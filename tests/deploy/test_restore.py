"""The room comes back from a copy of its database, with the commands of the runbook."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from configuration import load
from runtime.probes import Health
from services.notifier.delivery.outbox import Outbox
from services.notifier.intake import Intake
from services.notifier.store.database import Database
from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import program
from tests.deploy.test_runbooks import BLOCK
from tests.notifier.conftest import _new_postgres, postgres_server  # noqa: F401
from tests.notifier.samples import MINUTE, alert


def _commands() -> list[str]:
    text = (REPOSITORY / "docs/runbooks/restore.md").read_text(encoding="utf-8")
    return [block["code"] for block in BLOCK.finditer(text) if (block["mark"] or "").startswith("run by: ")]


@pytest.mark.postgres
async def test_the_room_is_as_it_was_after_a_restore(postgres_server: str, tmp_path: Path) -> None:  # noqa: F811
    for name in ("pg_dump", "pg_restore", "psql"):
        program(name)
    url = await _new_postgres(postgres_server)
    database = Database(url)
    await database.migrate()
    intake = Intake(
        database=database,
        outbox=Outbox.of(load(REPOSITORY / "config"), "seinpost"),
        producer=None,  # type: ignore[arg-type]
        dead_letters=None,  # type: ignore[arg-type]
        health=Health(),
        stored=lambda: None,
        now_ms=lambda: MINUTE * 60_000,
        mandates=tuple,
    )
    async with database.writing() as connection:
        for number in range(50):
            await intake.put(connection, [alert(id=f"alert-{number}")], MINUTE * 60_000)
    await database.close()
    environment = {**os.environ, "DATABASE_URL": url}

    def run(command: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        # Each dump has a random word of its own, against meddling while it is read back.
        return re.sub(r"^\\(un)?restrict .*$", "", done.stdout, flags=re.MULTILINE)

    before = run('pg_dump "$DATABASE_URL"')
    assert before.count("alert-") >= 50
    copy, restore = _commands()
    run(copy)
    run('psql -q "$DATABASE_URL" -c "DELETE FROM events" -c "DROP TABLE alerts CASCADE"')
    assert run('pg_dump "$DATABASE_URL"') != before
    run(restore)
    assert run('pg_dump "$DATABASE_URL"') == before
    again = Database(url)
    await again.migrate()
    await again.close()
