"""A month of talk on two themes, under a mandate that permits it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from configuration.events import DatedEvent, Events
from contracts.theme import Part, ThemeBlock
from tests.configuration.test_mandates import mandate
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE
from tests.notifier.test_themes import block

TODAY = MINUTE // 1440 * 1440 - 60
"""Midnight in Amsterdam, in winter."""
UNTIL = datetime.datetime(2020, 12, 16)
ADVICE = {"by": "functionaris", "on": "2020-11-01", "outcome": "Akkoord, met een evaluatie."}
PERMISSION = {
    "watched": ["opvang", "slavernijverleden"],
    "necessity": "Zonder deze telling ziet de gemeente niet of het gesprek verhardt.",
    "dpo_advice": ADVICE,
}
HAPPENED = DatedEvent(
    what="Besluit over opvang", on=datetime.date(2020, 12, 12), themes=("opvang",), source="raadsbesluit"
)


def permit(served: Served, **changed: Any) -> None:
    """Beside the mandates there are, one that names the themes."""
    fields = {
        "from": datetime.datetime(2020, 12, 1),
        "until": UNTIL,
        "regions": ["*"],
        "decision": {"by": "burgemeester", "on": "2020-11-01", "reference": "B-12"},
        "dpo_advice": ADVICE,
        "themes": PERMISSION,
    }
    there = served.room.configuration
    served.room.configuration = dataclasses.replace(
        there, mandates=(*there.mandates, mandate(**(fields | changed))), events=Events(events=(HAPPENED,))
    )


async def tell(served: Served, *blocks: ThemeBlock) -> None:
    async with served.room.database.writing() as connection:
        await served.intake.put(connection, blocks, served.clock())


def month(served: Served, attacks: int = 12, **changed: Any) -> list[ThemeBlock]:
    """Ordinary days, the last but two with many attacks; the first ten are before the month, for the base rate."""
    method = served.room.configuration.method()
    found = []
    for back in range(40, 0, -1):
        start = TODAY - back * 1440
        many = 90 if back == 2 else attacks
        found.append(block(start, Part.ATTACK, many, method=method, **changed))
        found.append(block(start, Part.OTHER, 300 + 7 * (back % 5), method=method, **changed))
        found.append(block(start, Part.TARGET, many, method=method, **changed))
    return found


async def talk(served: Served) -> None:
    """The page in use: two platforms, a group of few attackers."""
    permit(served)
    few = block(TODAY - 1440, Part.TARGET, None, group="joden", series="theme:opvang/target:joden")
    other = month(served, attacks=30, source="mastodon", series="theme:opvang/m")
    apart = [
        ThemeBlock(**{name: getattr(one, name) for name in one.__struct_fields__} | {"series": f"{one.part}-m"})
        for one in other
        if one.part is not Part.TARGET
    ]
    await tell(served, *month(served), *apart, few)
