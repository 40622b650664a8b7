"""What a service says of itself stands above everything, in Dutch, until it is over."""

from __future__ import annotations

import time

import msgspec
import pytest

from contracts.notice import FORGOTTEN_MS, About, Notice
from services.notifier.store import events
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.samples import MINUTE, alert

REFUSED = Notice(
    service="detector",
    about=About.CONFIGURATION,
    active=True,
    since_ms=(MINUTE - 5) * 60_000,
    at_ms=(MINUTE - 5) * 60_000,
    count=2,
    places=("phenomena/rellen.yaml:4", "thresholds.yaml:9"),
    version="0123456789ab",
)
OVER = msgspec.structs.replace(REFUSED, active=False, count=0, places=(), at_ms=MINUTE * 60_000)


@pytest.mark.parametrize("path", ["/", "/bronnen", "/dienstoverdracht"])
async def test_a_refused_configuration_is_told_until_it_is_mended(served: Served, path: str) -> None:
    await served.arrives(alert())
    assert "klopt niet" not in await page(served, path)
    await served.arrives(REFUSED)
    shown = await page(served, path)
    for said in ("De detectie", "klopt niet en is niet overgenomen", "2 fouten", "phenomena/rellen.yaml:4", "19:35"):
        assert said in shown
    await served.arrives(OVER)
    assert "klopt niet" not in await page(served, path)


async def test_two_services_are_told_apart(served: Served) -> None:
    await served.arrives(REFUSED, msgspec.structs.replace(REFUSED, service="anonymizer"))
    assert "De anonimisering" in await page(served)
    await served.arrives(OVER)
    shown = await page(served)
    assert "De anonimisering" in shown
    assert "De detectie" not in shown


async def test_open_consoles_hear_of_a_change_and_of_nothing_else(served: Served) -> None:
    again = msgspec.structs.replace(REFUSED, at_ms=REFUSED.at_ms + 2000)
    moved = msgspec.structs.replace(again, places=("thresholds.yaml:9",), count=1)
    await served.arrives(OVER, REFUSED, again, moved, OVER, OVER)
    async with served.room.database.reading() as connection:
        kinds = [event.kind for event in await events.after(connection, 0)]
    assert kinds == ["notice"] * 3


def at_replica(notice: Notice, replica: str, ago_ms: int = 0) -> Notice:
    return msgspec.structs.replace(notice, replica=replica, at_ms=time.time_ns() // 1_000_000 - ago_ms)


async def test_one_replica_takes_nothing_back_for_another(served: Served) -> None:
    await served.arrives(at_replica(REFUSED, "a"), at_replica(REFUSED, "b"), at_replica(OVER, "b"))
    assert (await page(served)).count("klopt niet en is niet overgenomen") == 1
    await served.arrives(at_replica(OVER, "a"))
    assert "klopt niet" not in await page(served)


async def test_a_replica_that_is_gone_says_nothing_any_more(served: Served) -> None:
    await served.arrives(at_replica(REFUSED, "a", ago_ms=FORGOTTEN_MS + 1000))
    assert "klopt niet" not in await page(served)


async def test_two_replicas_that_say_the_same_are_one_notice(served: Served) -> None:
    await served.arrives(at_replica(REFUSED, "a"), at_replica(REFUSED, "b"))
    assert (await page(served)).count("klopt niet en is niet overgenomen") == 1
