"""Voorlichting: what may be said to the public, filled in and ready to copy; and what campaigns changed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from configuration import readability
from configuration.guidance import Phase
from configuration.messages import BLANKS, Message
from configuration.readability import Readability
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.campaigning import Refusal, measured, register, withdraw
from services.notifier.console.rendering import TheActor, TheRoom, page, regions, token_is_right
from services.notifier.effect import TooLittle
from services.notifier.room import Room
from services.notifier.store import campaigns
from services.notifier.store.campaigns import Campaign, new_id

router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=2000)]
WRONG = {
    Refusal.MESSAGE: ("boodschap", "Kies een boodschap."),
    Refusal.PHENOMENON: ("fenomeen", "Kies een fenomeen."),
    Refusal.REGION: ("regio", "Kies een regio waarin u meldingen behandelt."),
    Refusal.GEMEENTE: ("gemeenten", "Schrijf gemeenten van deze regio, met een komma ertussen."),
    Refusal.DAYS: ("van", "Schrijf een eerste en een laatste dag, hooguit een jaar uit elkaar."),
}
TOO_LITTLE = {
    TooLittle.DAYS_BEFORE: "Er zijn nog te weinig dagen van vóór de campagne om iets te zeggen (14 zijn nodig).",
    TooLittle.DAYS_DURING: "De campagne loopt nog te kort om iets te zeggen (7 dagen zijn nodig).",
    TooLittle.POSTS: "Er werd vooraf te weinig over geschreven om iets te zeggen.",
    TooLittle.COMPARISON: "Er zijn te weinig andere gemeenten waar vooraf ongeveer even veel over werd geschreven. "
    "Daarom is er niets om mee te vergelijken.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    message: Message
    text: str
    reading: Readability


@router.get("/voorlichting")
async def programme(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    fenomeen: Annotated[str, Query(max_length=60)] = "",
    fase: Annotated[str, Query(max_length=10)] = "voor",
    gemeente: Typed = "",
    plek: Typed = "",
    dag: Typed = "",
    tijd: Typed = "",
    telefoon: Typed = "",
    feit: Typed = "",
    gerucht: Typed = "",
) -> Response:
    """What is filled in goes into the texts of this answer and is kept nowhere."""
    typed = dict(zip(BLANKS, (gemeente, plek, dag, tijd, telefoon, feit, gerucht), strict=True))
    return await _page(request, the_room, the_actor, fenomeen, fase, typed, {}, {})


@router.post("/voorlichting/campagnes")
async def start(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Annotated[str, Form(max_length=100)] = "",
    boodschap: Field = "",
    fenomeen: Field = "",
    regio: Field = "",
    gemeenten: Field = "",
    van: Field = "",
    tot: Field = "",
) -> Response:
    _checked(request, token)
    asked = {"boodschap": boodschap, "regio": regio, "gemeenten": gemeenten, "van": van, "tot": tot}
    campaign = _read(fenomeen, asked, the_room.now_ms())
    refusal = Refusal.DAYS if campaign is None else await register(the_room, the_actor, campaign)
    if refusal is not None:
        errors = dict([WRONG[refusal]])
        return await _page(request, the_room, the_actor, fenomeen, "voor", dict.fromkeys(BLANKS, ""), errors, asked)
    return RedirectResponse(f"/voorlichting?{urlencode({'fenomeen': fenomeen})}#campagnes", 303)


@router.post("/voorlichting/campagnes/{id}/verwijderen")
async def remove(
    id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    _checked(request, token)
    if not await withdraw(the_room, the_actor, id.replace("\0", "")):
        raise HTTPException(404, "Deze campagne bestaat niet.")
    return RedirectResponse("/voorlichting#campagnes", 303)


def _read(phenomenon: str, asked: dict[str, str], now_ms: int) -> Campaign | None:
    """None: the days cannot be read."""
    try:
        first, last = datetime.date.fromisoformat(asked["van"]), datetime.date.fromisoformat(asked["tot"])
    except ValueError:
        return None
    return Campaign(
        id=new_id(),
        message=asked["boodschap"],
        phenomenon=phenomenon,
        region=asked["regio"],
        gemeenten=tuple(dict.fromkeys(name.strip() for name in asked["gemeenten"].split(",") if name.strip())),
        first_day=first,
        last_day=last,
        created_ms=now_ms,
    )


async def _page(  # noqa: PLR0917 (what one page is made of)
    request: Request,
    the_room: Room,
    the_actor: Actor,
    phenomenon: str,
    phase: str,
    typed: dict[str, str],
    errors: dict[str, str],
    asked: dict[str, str],
) -> Response:
    configuration = the_room.configuration
    phenomena = {one.id: one.label for one in configuration.phenomena}
    chosen = phenomenon if phenomenon in phenomena else next(iter(phenomena))
    when = Phase(phase) if phase in set(Phase) else Phase.BEFORE
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        known = await campaigns.everything(connection, reach, phenomenon=chosen)
    messages = configuration.messages.about(chosen, when)
    texts = [(message, message.filled(typed)) for message in messages]
    handled = the_actor.reach(Permission.HANDLE_ALERTS)
    return await page(
        request,
        the_room,
        "voorlichting.html",
        status=400 if errors else 200,
        phenomenon=chosen,
        phenomena=phenomena,
        phase=when.value,
        typed=typed,
        blanks=BLANKS,
        ready=[Ready(message=message, text=text, reading=readability.read(text)) for message, text in texts],
        messages={message.id: message.title for message in configuration.messages.messages},
        campaigns=[await measured(the_room, the_actor, campaign) for campaign in known],
        too_little=TOO_LITTLE,
        regions={code: name for code, name in regions(the_room).items() if handled.covers(code)},
        may_handle=the_actor.may(Permission.HANDLE_ALERTS),
        errors=errors,
        asked=asked,
    )


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
