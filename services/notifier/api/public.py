"""`/v1/messages` and `/v1/campaigns`: what the page Voorlichting does, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field

from configuration.guidance import Phase
from configuration.messages import EVERY
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.shapes import AsWritten
from services.notifier.campaigning import Measured, measured, register, withdraw
from services.notifier.effect import Effect
from services.notifier.representation import Shape
from services.notifier.store import campaigns
from services.notifier.store.campaigns import Campaign, new_id

router = APIRouter(prefix="/v1", tags=["public"])
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]


class MessageShape(Shape):
    id: str
    title: str
    theme: str
    channels: list[str]
    text: str
    blanks: list[str] = Field(description="To be filled in, written as `{name}` in the text.")


class MessageList(Shape):
    items: list[MessageShape]


class CampaignRequest(Shape):
    message: Name
    phenomenon: Name
    region: str = Field(pattern=r"^VR\d\d$")
    gemeenten: list[Name] = Field(min_length=1, max_length=60)
    first_day: Annotated[datetime.date, AsWritten]
    last_day: Annotated[datetime.date, AsWritten] = Field(description="Inclusive.")


class EffectShape(Shape):
    ratio: float = Field(description="Posts with the campaign over posts without it.")
    low: float = Field(description="Of a 95 % interval.")
    high: float
    shown: bool = Field(description="False: no effect shown.")


class CampaignShape(CampaignRequest):
    id: str
    effect: EffectShape | None = Field(description="Null: too little to say anything; see `too_little`.")
    too_little: str | None


class CampaignList(Shape):
    items: list[CampaignShape]


@router.get("/messages", operation_id="listMessages")
async def list_messages(
    the_room: TheRoom,
    phenomenon: Annotated[
        str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Absent: what may be said of any.")
    ] = None,
    phase: Annotated[Phase, Query()] = Phase.BEFORE,
) -> MessageList:
    """What may be said about a phenomenon."""
    return MessageList(
        items=[
            MessageShape(
                id=one.id,
                title=one.title,
                theme=one.theme.value,
                channels=list(one.channels),
                text=one.text,
                blanks=list(one.blanks),
            )
            for one in the_room.configuration.messages.about(phenomenon or EVERY, phase)
        ]
    )


@router.get("/campaigns", operation_id="listCampaigns")
async def list_campaigns(the_room: TheRoom, the_actor: TheActor) -> CampaignList:
    """Newest first, each with what it changed."""
    async with the_room.database.reading() as connection:
        found = await campaigns.everything(connection, the_actor.reach(Permission.READ_ALERTS))
    return CampaignList(items=[_shape(await measured(the_room, the_actor, one)) for one in found])


@router.post("/campaigns", operation_id="addCampaign", status_code=201)
async def add_campaign(request: CampaignRequest, the_room: TheRoom, the_actor: TheActor) -> CampaignShape:
    campaign = Campaign(
        id=new_id(),
        message=request.message,
        phenomenon=request.phenomenon,
        region=request.region,
        gemeenten=tuple(dict.fromkeys(request.gemeenten)),
        first_day=request.first_day,
        last_day=request.last_day,
        created_ms=the_room.now_ms(),
    )
    if refusal := await register(the_room, the_actor, campaign):
        raise HTTPException(400, f"the {refusal.value} of this campaign is not known, not yours or not possible")
    return _shape(await measured(the_room, the_actor, campaign))


@router.delete("/campaigns/{id}", operation_id="removeCampaign", status_code=204)
async def remove_campaign(id: str, the_room: TheRoom, the_actor: TheActor) -> Response:
    """One that was registered by mistake."""
    if not await withdraw(the_room, the_actor, id.replace("\0", "")):
        raise HTTPException(404, "there is no such campaign")
    return Response(status_code=204)


def _shape(one: Measured) -> CampaignShape:
    found = one.found
    return CampaignShape(
        id=one.campaign.id,
        message=one.campaign.message,
        phenomenon=one.campaign.phenomenon,
        region=one.campaign.region,
        gemeenten=list(one.campaign.gemeenten),
        first_day=one.campaign.first_day,
        last_day=one.campaign.last_day,
        effect=EffectShape(ratio=found.ratio, low=found.low, high=found.high, shown=found.shown)
        if isinstance(found, Effect)
        else None,
        too_little=None if isinstance(found, Effect) else found.value,
    )
