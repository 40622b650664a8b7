"""What each mandate gave: posts told in the picture, and alerts with what they turned out to be."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.mandates import EVERY, Mandate
from services.notifier.access.reach import Reach
from services.notifier.life import Outcome
from services.notifier.store import picture
from services.notifier.store.tables import alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What two mandates cover is in the account of both. Exercises are in none."""

    posts: int
    """At least: what too few people wrote has no number. Gone when the mandate ended."""
    alerts: int
    right: int
    wrong: int


async def account(connection: AsyncConnection, mandate: Mandate, reach: Reach) -> Account:
    """Of what is within reach and still kept."""
    conditions = [
        alerts.c.exercise.is_(None),
        alerts.c.opened_minute >= picture.minute_of(mandate.starts),
        alerts.c.opened_minute < picture.minute_of(mandate.until),
        reach.where(alerts.c.region),
    ]
    if EVERY not in mandate.regions:
        conditions.append(alerts.c.region.in_(mandate.regions))
    if EVERY not in mandate.phenomena:
        conditions.append(alerts.c.phenomenon.in_(mandate.phenomena))
    query = select(alerts.c.outcome, func.count()).where(*conditions).group_by(alerts.c.outcome)
    found = {row[0]: int(row[1]) for row in await connection.execute(query)}
    return Account(
        posts=await picture.seen_under(connection, mandate, reach),
        alerts=sum(found.values()),
        right=found.get(Outcome.RIGHT.value, 0),
        wrong=found.get(Outcome.WRONG.value, 0),
    )
