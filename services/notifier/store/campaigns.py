"""Campaigns: what was said to the public, about what, in which gemeenten, from when until when. No typed text."""

from __future__ import annotations

import datetime
import json
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.store.tables import campaigns


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    id: str
    message: str
    """Id of config/messages.yaml."""
    phenomenon: str
    region: str
    gemeenten: tuple[str, ...]
    first_day: datetime.date
    last_day: datetime.date
    """Inclusive."""
    created_ms: int


def new_id() -> str:
    return f"cam_{secrets.token_hex(8)}"


async def add(connection: AsyncConnection, campaign: Campaign) -> None:
    await connection.execute(
        insert(campaigns).values(
            id=campaign.id,
            message=campaign.message,
            phenomenon=campaign.phenomenon,
            region=campaign.region,
            gemeenten=json.dumps(campaign.gemeenten),
            first_day=campaign.first_day.isoformat(),
            last_day=campaign.last_day.isoformat(),
            created_ms=campaign.created_ms,
        )
    )


async def remove(connection: AsyncConnection, campaign_id: str, reach: Reach) -> str | None:
    """The region of what went; None: there is no such campaign within reach."""
    found = (await connection.execute(select(campaigns.c.region).where(campaigns.c.id == campaign_id))).scalar()
    if found is None or not reach.covers(found):
        return None
    await connection.execute(delete(campaigns).where(campaigns.c.id == campaign_id))
    return str(found)


async def everything(
    connection: AsyncConnection,
    reach: Reach,
    *,
    phenomenon: str | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> list[Campaign]:
    """Newest first; those that lie in [since, until] for a part at least."""
    query = select(campaigns).where(reach.where(campaigns.c.region))
    if phenomenon is not None:
        query = query.where(campaigns.c.phenomenon == phenomenon)
    if since is not None:
        query = query.where(campaigns.c.last_day >= since.isoformat())
    if until is not None:
        query = query.where(campaigns.c.first_day <= until.isoformat())
    rows = await connection.execute(query.order_by(campaigns.c.first_day.desc(), campaigns.c.id))
    return [
        Campaign(
            id=row.id,
            message=row.message,
            phenomenon=row.phenomenon,
            region=row.region,
            gemeenten=tuple(json.loads(row.gemeenten)),
            first_day=datetime.date.fromisoformat(row.first_day),
            last_day=datetime.date.fromisoformat(row.last_day),
            created_ms=row.created_ms,
        )
        for row in rows
    ]
