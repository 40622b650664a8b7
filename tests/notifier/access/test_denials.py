"""Denials of people not known: all in the audit log, as rows or as a number; a flood fills nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.access.denials import ATTEMPTS, KINDS, Denials, network_of
from services.notifier.access.reach import EVERYTHING
from services.notifier.store import audit
from services.notifier.store.audit import Entry
from services.notifier.store.database import Database
from tests.notifier.access.conftest import Guarded, early_in_a_minute
from tests.notifier.conftest import Clock

MINUTE_MS = 60_000


def number(entries: list[Entry]) -> int:
    """How many denials these rows tell of."""
    counted = [re.fullmatch(r"count:(\d+)", entry.object) for entry in entries]
    return sum(int(found[1]) if found else 1 for found in counted)


async def rows(database: Database) -> list[Entry]:
    async with database.reading() as connection:
        assert await audit.first_break(connection) is None
        return await audit.page(connection, EVERYTHING, before=None, limit=10_000)


@pytest.mark.parametrize(
    ("origin", "network"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:198.51.100.77", "198.51.100.0/24"),
        ("unknown", "*"),
    ],
)
def test_a_class_of_addresses_is_no_household(origin: str, network: str) -> None:
    assert network_of(origin) == network


async def test_a_flood_fills_nothing_and_nothing_goes_uncounted(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/denials.sqlite3")
    await database.migrate()
    clock = Clock()
    denials = Denials(database=database, now_ms=clock)
    for index in range(600):
        await denials.note(f"10.{index % 100}.0.{index % 7}", "access", "not-signed-in")
        await denials.note("192.0.2.9", "token", "wrong-token", exact=True)
    found = await rows(database)
    assert len(found) <= ATTEMPTS + 2 * KINDS
    clock.ms += MINUTE_MS
    await denials.note("192.0.2.9", "access", "not-signed-in")
    found = await rows(database)
    assert len(found) <= ATTEMPTS + 4 * KINDS + 1
    assert number([entry for entry in found if entry.result == "wrong-token"]) == 600
    assert number([entry for entry in found if entry.result == "not-signed-in"]) == 601
    asked = {entry.origin for entry in found if entry.action == "access"}
    assert all(origin == "*" or origin.endswith(".0/24") for origin in asked), "no address of who only asked"
    await database.close()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.booleans(), st.integers(0, 40_000)), max_size=40))
async def test_rows_and_numbers_always_add_up(asked: list[tuple[str, bool, int]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/denials.sqlite3")
        await database.migrate()
        clock = Clock()
        denials = Denials(database=database, now_ms=clock)
        for name, exact, wait in asked:
            clock.ms += wait
            await denials.note(f"10.0.{ord(name)}.1", "access", name, exact=exact)
        await denials.flush()
        assert number(await rows(database)) == len(asked)
        await database.close()


async def test_every_401_and_429_is_in_the_log(guarded: Guarded) -> None:
    stranger = guarded.browser(headers={"accept": "application/json"})
    assert (await stranger.get("/v1/alerts")).status_code == 401
    (first,) = [entry for entry in await guarded.audited() if entry.result == "not-signed-in"]
    assert (first.actor, first.action, first.origin) == ("onbekend", "access", "127.0.0.0/24")
    assert first.object == "-", "what a stranger typed is not for the log"
    for path in ("/v1/alerts", "/v1/events", "/archief", "/metrics"):
        assert (await stranger.get(path)).status_code == 401
    ended = guarded.browser(cookies={"seinpost": "x" * 43}, headers={"accept": "application/json"})
    assert (await ended.get("/v1/me")).status_code == 401
    reader = await guarded.signed_in("lezer-vr17")
    rates = guarded.app.state.entrance.rates
    await early_in_a_minute()
    rates.settings = rates.settings.model_copy(update={"requests_per_minute": 1})
    assert [(await reader.get("/v1/me")).status_code for _ in range(3)] == [200, 429, 429]
    await guarded.room.denials.flush()
    found = await guarded.audited()
    counted = {
        result: number([entry for entry in found if entry.result == result])
        for result in ("not-signed-in", "session-over", "too-often")
    }
    assert counted == {"not-signed-in": 5, "session-over": 1, "too-often": 2}
    assert all("/" not in entry.object for entry in found if entry.actor == "onbekend")


async def test_a_wrong_token_is_told_once(guarded: Guarded) -> None:
    stranger = guarded.browser(headers={"authorization": "Bearer seinpost_x_y", "accept": "application/json"})
    assert (await stranger.get("/v1/alerts")).status_code == 401
    await guarded.room.denials.flush()
    told = [(entry.action, entry.result, entry.origin) for entry in await guarded.audited()]
    assert told == [("token", "wrong-token", "127.0.0.1")]
