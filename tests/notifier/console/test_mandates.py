"""Which mandates there are, until when, and on which article they rest, stands on the settings page."""

from __future__ import annotations

import dataclasses
import datetime

from configuration.mandates import Mandate
from services.notifier.console.words import mandate_state
from tests.configuration.test_mandates import END, mandate
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page


def ms(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1000)


async def test_the_settings_page_accounts_for_each_mandate(served: Served) -> None:
    one: Mandate = mandate()
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=(one,))
    shown = await page(served, "/instellingen")
    for said in (one.title, one.reason, one.ground.article, "nagelezen op 01-11-2026", "kenmerk B-12", "VR01"):
        assert said in shown
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=())
    assert "Er is geen mandaat. Seinpost telt nu alleen oefeningen." in await page(served, "/instellingen")


def test_a_mandate_says_how_long_it_lasts() -> None:
    one = mandate()
    assert mandate_state(one, ms(END) - 1_000) == "tot 01-12-2026 00:00 (minder dan een dag)"
    assert mandate_state(one, ms(END) - 2 * 86_400_000) == "tot 01-12-2026 00:00 (nog 2 dagen)"
    assert mandate_state(one, ms(END)) == "afgelopen op 01-12-2026 00:00"
    assert mandate_state(one, ms(END) - 300 * 86_400_000) == "vanaf 01-07-2026 00:00"
