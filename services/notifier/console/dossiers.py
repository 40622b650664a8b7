"""Dossiers: the list, one dossier with its picture, checklist and seal, and what leaves of it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from configuration.places import Gazetteer
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.api.dossiers import file, seal_state
from services.notifier.console.rendering import TheActor, TheRoom, page, regions
from services.notifier.console.times import MINUTE_MS, local
from services.notifier.dossier import course, entering, export, handling, law, lists, wording
from services.notifier.dossier.bodies import Correlation, read
from services.notifier.dossier.export import Form, Unsealable
from services.notifier.dossier.handling import named
from services.notifier.dossier.lists import ENTERED, Kind
from services.notifier.dossier.record import Entry, NotAnEntry, ms_of
from services.notifier.dossier.sealing import NoKey
from services.notifier.dossier.timeline import picture
from services.notifier.room import Room
from services.notifier.store import alerts, dossiers
from services.notifier.store.dossiers import Dossier

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
DELETIONS = 50
"""Shown; all of them are in the API."""
GONE = "Dit dossier bestaat niet."
NO_KEY = (
    "Er is geen sleutel om dit dossier mee te verzegelen, en zonder zegel gaat er niets naar buiten. Uw beheerder "
    "maakt de sleutel met de opdracht: seinpost dossier key."
)
NOT_WHOLE = (
    "Wat is opgeslagen, is niet wat is geschreven: het dossier is buiten Seinpost om veranderd. Het krijgt geen zegel. "
    "Waarschuw uw beheerder."
)


@router.get("/dossiers")
async def overview(
    request: Request, the_room: TheRoom, the_actor: TheActor, pagina: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    reach = the_actor.reach(Permission.READ_DOSSIERS)
    async with the_room.database.reading() as connection:
        found, total = await dossiers.page(connection, reach, limit=PAGE_SIZE, offset=(pagina - 1) * PAGE_SIZE)
        gone, _ = await dossiers.deletions(connection, reach, limit=DELETIONS, offset=0)
    return await page(
        request,
        the_room,
        "dossiers.html",
        dossiers=found,
        total=total,
        number=pagina,
        last=max(1, -(-total // PAGE_SIZE)),
        deletions=gone,
        days=the_room.settings.notifier.dossier_days,
        regions=regions(the_room),
        seal=seal_state(the_room),
        frame=law.FRAME,
    )


@router.get("/dossiers/{dossier_id}")
async def dossier(dossier_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    values = await dossier_values(the_room, the_actor, dossier_id)
    await the_room.audit_reading(the_actor, named(dossier_id), values["dossier"].region)
    return await page(request, the_room, "dossier.html", **values)


@router.get("/dossiers/{dossier_id}/dossier.jsonl")
async def lines(dossier_id: str, the_room: TheRoom, the_actor: TheActor) -> Response:
    found = await _sealed(the_room, dossier_id, the_actor, Form.LINES)
    return file(found.content, export.MEDIA_TYPE, export.file_name(found.dossier.id, "jsonl"))


@router.get("/dossiers/{dossier_id}/dossier.pdf")
async def on_paper(dossier_id: str, the_room: TheRoom, the_actor: TheActor) -> Response:
    found = await _sealed(the_room, dossier_id, the_actor, Form.PAPER)
    content = await asyncio.to_thread(export.on_paper, found)
    return file(content, "application/pdf", export.file_name(found.dossier.id, "pdf"))


@router.get("/verwijderde-dossiers/{id}")
async def certificate(id: str, the_room: TheRoom, the_actor: TheActor) -> Response:
    try:
        found = await export.certificate(the_room, id.replace("\0", ""), the_actor)
    except NoKey:
        raise HTTPException(409, NO_KEY) from None
    if found is None:
        raise HTTPException(404, "Dit bewijs bestaat niet.")
    return file(found[1], export.MEDIA_TYPE, export.file_name(f"{found[0].dossier}-verwijderd", "jsonl"))


async def dossier_values(the_room: Room, the_actor: Actor, dossier_id: str) -> dict[str, Any]:
    """What the page of one dossier shows. Raises 404."""
    plain = dossier_id.replace("\0", "")
    async with the_room.database.reading() as connection:
        found = await dossiers.find(connection, plain, the_actor.reach(Permission.READ_DOSSIERS))
        entries = await _entries(connection, plain) if found else []
        case = await alerts.find(connection, plain, EVERYTHING) if found else None
        behind = await handling.behind(connection, case, entries)
    if found is None:
        await the_room.audit_missing(the_actor, named(dossier_id))
        raise HTTPException(404, GONE)
    return (
        _shown(found, entries)
        | {
            "has_alert": case is not None,
            "behind": behind,
            "may_write": the_actor.reach(Permission.WRITE_DOSSIERS).covers(found.region),
            "days": the_room.settings.notifier.dossier_days,
            "region": regions(the_room).get(found.region or "", "Landelijk"),
            "seal": seal_state(the_room),
            "errors": {},
            "typed": {},
        }
        | _choices(found, entries, the_room.configuration.gazetteer)
    )


def _shown(found: Dossier, entries: list[Entry]) -> dict[str, Any]:
    line = course.course(entries)
    computed = [entry for entry in entries if entry.kind is Kind.CORRELATION]
    return {
        "dossier": found,
        "entries": entries,
        "wrong": course.corrections(entries),
        "picture": picture(entries),
        "bars": [(local(bar.minute * MINUTE_MS), bar) for bar in line.bars] if line else [],
        "standing": course.standing(entries),
        "explained": course.explanations(entries),
        "lighter": course.lighter_measures(entries),
        "correlation": wording.correlation(read(computed[-1].body, Correlation)) if computed else [],
        "correlated": computed[-1] if computed else None,
        "say": wording,
        "articles": law.ARTICLES,
        "proportionate": law.PROPORTIONATE,
    }


def _choices(found: Dossier, entries: list[Entry], gazetteer: Gazetteer) -> dict[str, Any]:
    described = [entry.body for entry in entries if entry.kind is Kind.HAPPENING]
    code = described[-1]["place"]["gemeente_code"] if described else None
    opened = ms_of(described[-1]["opened"]) if described else found.opened_ms
    wrong = course.corrections(entries)
    return {
        "lists": lists,
        "gemeenten": entering.gemeenten(gazetteer, found.region),
        "gemeente": code or "",
        "places": entering.places(gazetteer, frozenset({code})) if code else [],
        "moment": f"{local(opened):%Y-%m-%dT%H:%M}",
        "correctable": [entry for entry in entries if entry.kind in ENTERED and entry.number not in wrong],
    }


async def _entries(connection: Any, dossier_id: str) -> list[Entry]:
    try:
        return await dossiers.entries(connection, dossier_id)
    except NotAnEntry:
        raise HTTPException(409, NOT_WHOLE) from None


async def _sealed(the_room: Room, dossier_id: str, the_actor: Actor, form: Form) -> export.Sealed:
    try:
        found = await export.sealed(the_room, dossier_id.replace("\0", ""), the_actor, form)
    except NoKey:
        raise HTTPException(409, NO_KEY) from None
    except Unsealable:
        raise HTTPException(409, NOT_WHOLE) from None
    if found is None:
        raise HTTPException(404, GONE)
    return found
