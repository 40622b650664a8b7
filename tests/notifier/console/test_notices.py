"""What a service says of itself stands above everything, in Dutch, until it is over."""

from __future__ import annotations

import msgspec
import pytest

from contracts.notice import About, Notice
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
