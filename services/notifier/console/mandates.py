"""Mandaat: one mandate in the order of the step plan, with what it gave. Meant to be printed for the council."""

from __future__ import annotations

import datetime

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from configuration.mandates import Basis
from services.notifier.access.permissions import Permission
from services.notifier.console.rendering import TheActor, TheRoom, page, regions
from services.notifier.store import accounts

router = APIRouter(include_in_schema=False)
GROUND = {Basis.GENERAL_PICTURE: "algemeen beeld", Basis.NAMED_POWER: "een bevoegdheid die in de wet staat"}


@router.get("/mandaten/{id}")
async def mandate(id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Raises 404."""
    found = next((one for one in the_room.configuration.mandates if one.id == id), None)
    if found is None:
        raise HTTPException(404, "Dit mandaat bestaat niet.")
    async with the_room.database.reading() as connection:
        gave = await accounts.account(connection, found, the_actor.reach(Permission.READ_CONFIGURATION))
    return await page(
        request,
        the_room,
        "mandaat.html",
        mandate=found,
        ground=GROUND[found.ground.kind],
        gave=gave,
        ended=found.ended(datetime.datetime.fromtimestamp(the_room.now_ms() / 1000, datetime.UTC)),
        regions=regions(the_room),
        phenomena={one.id: one.label for one in the_room.configuration.phenomena},
        titles={one.id: one.title for one in the_room.configuration.themes},
    )
