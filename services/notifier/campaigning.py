"""Registering a campaign, and what it changed: its gemeenten against others of the picture without a campaign."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.picture import PictureBlock
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.effect import Effect, TooLittle, effect
from services.notifier.picture import AMSTERDAM, Period, Span, picture
from services.notifier.room import Room
from services.notifier.store import audit, campaigns
from services.notifier.store import picture as stored
from services.notifier.store.campaigns import Campaign

DAYS_BEFORE = 56
LONGEST_DAYS = 366
COMPARABLE = 3.0
"""Times as many posts before the campaign, or as few."""


class Refusal(StrEnum):
    MESSAGE = "message"
    PHENOMENON = "phenomenon"
    REGION = "region"
    """Unknown, or not one that this actor handles."""
    GEMEENTE = "gemeente"
    """None, or one that does not lie in the region."""
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    campaign: Campaign
    found: Effect | TooLittle


def check(room: Room, actor: Actor, campaign: Campaign) -> Refusal | None:
    gemeenten = {one.name: one.region for one in room.configuration.gazetteer.gemeenten.values()}
    if campaign.message not in {one.id for one in room.configuration.messages.messages}:
        return Refusal.MESSAGE
    if campaign.phenomenon not in {one.id for one in room.configuration.phenomena}:
        return Refusal.PHENOMENON
    if campaign.region not in set(gemeenten.values()) or not actor.reach(Permission.HANDLE_ALERTS).covers(
        campaign.region
    ):
        return Refusal.REGION
    if not campaign.gemeenten or any(gemeenten.get(name) != campaign.region for name in campaign.gemeenten):
        return Refusal.GEMEENTE
    if not 0 <= (campaign.last_day - campaign.first_day).days < LONGEST_DAYS:
        return Refusal.DAYS
    return None


async def register(room: Room, actor: Actor, campaign: Campaign) -> Refusal | None:
    """Stored and written in the audit log, unless refused."""
    if refusal := check(room, actor, campaign):
        return refusal
    async with room.database.writing() as connection:
        await campaigns.add(connection, campaign)
        await _audited(connection, room, actor, action="campaign", object_id=campaign.id, region=campaign.region)
    return None


async def withdraw(room: Room, actor: Actor, campaign_id: str) -> bool:
    """One that was registered by mistake. False: there is none within reach."""
    async with room.database.writing() as connection:
        region = await campaigns.remove(connection, campaign_id, actor.reach(Permission.HANDLE_ALERTS))
        if region is None:
            return False
        await _audited(connection, room, actor, action="end-campaign", object_id=campaign_id, region=region)
    return True


async def measured(room: Room, actor: Actor, campaign: Campaign) -> Measured:
    """Of whole days until yesterday. To compare with: other gemeenten where before it about as much was written, as a
    total without names."""
    today = datetime.datetime.fromtimestamp(room.now_ms() / 1000, AMSTERDAM).date()
    last = min(campaign.last_day, today - datetime.timedelta(days=1))
    days = _days(campaign.first_day - datetime.timedelta(days=DAYS_BEFORE), last)
    if days is None:
        return Measured(campaign=campaign, found=TooLittle.DAYS_DURING)
    async with room.database.reading() as connection:
        blocks = await stored.blocks(
            connection, EVERYTHING, campaign.phenomenon, start=days.start, end=days.end, exercise=None
        )
        others = await campaigns.everything(
            connection,
            EVERYTHING,
            phenomenon=campaign.phenomenon,
            since=campaign.first_day - datetime.timedelta(days=DAYS_BEFORE),
            until=last,
        )
    own = {(campaign.region, name) for name in campaign.gemeenten}
    busy = {(other.region, name) for other in others for name in other.gemeenten} | own
    mine = [block for block in blocks if (block.region, block.gemeente) in own]
    rest = [block for block in blocks if block.region is not None and (block.region, block.gemeente) not in busy]
    rest = _comparable(rest, mine, until=days.edges[DAYS_BEFORE], of=len(own))
    treated, compared = (
        [cell.posts for cell in picture(some, days, by_gemeente=True, names={}).whole.cells] for some in (mine, rest)
    )
    if mine and not rest:
        return Measured(campaign=campaign, found=TooLittle.COMPARISON)
    # Before the first block of either nothing was counted: those days say nothing.
    begins = (
        min((block.start for block in mine), default=days.end),
        min((block.start for block in rest), default=days.end),
    )
    skip = sum(edge < max(begins) for edge in days.edges[:-1])
    first = DAYS_BEFORE - skip
    found = effect(treated[skip:], compared[skip:], first) if first >= 0 else TooLittle.DAYS_BEFORE
    return Measured(campaign=campaign, found=found)


def _comparable(
    rest: Sequence[PictureBlock], mine: Sequence[PictureBlock], *, until: int, of: int
) -> list[PictureBlock]:
    """Blocks of gemeenten that before the campaign had between a third and three times the posts of those with it.

    A few large towns would otherwise be all that a village is compared with. ``of``: gemeenten with the campaign.
    """
    usual = sum(block.posts or 0 for block in mine if block.start < until) / max(1, of)
    before: Counter[tuple[str | None, str | None]] = Counter()
    for block in rest:
        before[block.region, block.gemeente] += (block.posts or 0) if block.start < until else 0
    return [block for block in rest if usual / COMPARABLE <= before[block.region, block.gemeente] <= usual * COMPARABLE]


def _days(first: datetime.date, last: datetime.date) -> Period | None:
    if last < first:
        return None
    number = (last - first).days + 2
    walls = [
        datetime.datetime.combine(first, datetime.time(), AMSTERDAM) + datetime.timedelta(days=day)
        for day in range(number)
    ]
    return Period(span=Span.DAY, edges=tuple(int(wall.timestamp()) // 60 for wall in walls))


async def _audited(
    connection: AsyncConnection, room: Room, actor: Actor, *, action: str, object_id: str, region: str
) -> None:
    await audit.append(
        connection,
        at_ms=room.now_ms(),
        actor=actor.name,
        action=action,
        object_id=object_id,
        result="done",
        origin=actor.origin,
        region=region,
    )
