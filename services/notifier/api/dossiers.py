"""`/v1/dossiers`: open one, add to it, correct it, take it out under seal; and proof of what was deleted."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response

from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.dossier_shapes import (
    Added,
    Choice,
    CorrectionRequest,
    DecisionRequest,
    DeletionPage,
    DossierDetail,
    DossierPage,
    EventRequest,
    ExplanationsRequest,
    Lists,
    MeasuresRequest,
    SealState,
    deletion_shape,
    entry_shape,
    fields,
    summary,
)
from services.notifier.api.paging import Page, link_header
from services.notifier.dossier import course, entering, export, handling, wording
from services.notifier.dossier.export import Form, Unsealable
from services.notifier.dossier.handling import Answer, Refusal, named
from services.notifier.dossier.law import ARTICLES
from services.notifier.dossier.lists import Explanation, Power
from services.notifier.dossier.sealing import NoKey
from services.notifier.room import Room
from services.notifier.store import alerts, dossiers

router = APIRouter(prefix="/v1", tags=["dossiers"])
Identifier = Annotated[str, Path(alias="id", min_length=1, max_length=200)]
STATUS = {Refusal.UNKNOWN: 404, Refusal.DENIED: 403, Refusal.NO_SUCH_PLACE: 400, Refusal.IMPOSSIBLE_TIME: 400}
"""Other refusals are 409."""
DETAIL = {
    Refusal.UNKNOWN: "there is no such alert or dossier",
    Refusal.DENIED: "in this region you may not write dossiers",
    Refusal.NOTHING_NEW: "the dossier holds all of this already",
    Refusal.ALERT_GONE: "the alert of this dossier is gone",
    Refusal.NOT_CORRECTABLE: "there is no such entry, people did not enter it, or it is corrected already",
    Refusal.NO_REPLACEMENT: "what replaces it must be a later entry of the same kind that still stands",
    Refusal.NO_SUCH_PLACE: "this is no gemeente of the region, or no place that the gazetteer knows in it",
    Refusal.IMPOSSIBLE_TIME: "this moment lies in the future, or long before the happening",
    Refusal.FULL: "the dossier is full",
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {export.MEDIA_TYPE: {}}, "description": "JSON lines; the last is the seal."}
}


@router.post("/alerts/{id}/dossier", operation_id="openDossier")
async def open_dossier(alert_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Added:
    """Of an alert, with all it has brought so far. Twice is once."""
    return await _added(the_room, await handling.open_dossier(the_room, _plain(alert_id), the_actor))


@router.get("/dossiers", operation_id="listDossiers")
async def list_dossiers(
    *,
    request: Request,
    response: Response,
    the_room: TheRoom,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
) -> DossierPage:
    """Newest first."""
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_DOSSIERS)
        found, total = await dossiers.page(connection, reach, limit=page.size, offset=page.offset)
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    days = the_room.settings.notifier.dossier_days
    return DossierPage(items=[summary(one, days) for one in found], total=total, page=page.number, page_size=page.size)


@router.get("/dossiers/{id}", operation_id="getDossier")
async def get_dossier(dossier_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> DossierDetail:
    """With every entry. Reading it is written in the audit log."""
    async with the_room.database.reading() as connection:
        found = await dossiers.find(connection, _plain(dossier_id), the_actor.reach(Permission.READ_DOSSIERS))
        entries = await dossiers.entries(connection, found.id) if found else []
        case = await alerts.find(connection, found.id, EVERYTHING) if found else None
        behind = await handling.behind(connection, case, entries)
    if found is None:
        await the_room.audit_missing(the_actor, named(dossier_id))
        raise HTTPException(404, "there is no such dossier")
    await the_room.audit_reading(the_actor, named(found.id), found.region)
    answered = course.explanations(entries)
    return DossierDetail.model_validate(
        fields(found, the_room.settings.notifier.dossier_days)
        | {
            "behind": behind,
            "unanswered": [one for one in Explanation if one not in answered],
            "seal": seal_state(the_room),
            "items": [entry_shape(entry) for entry in entries],
        }
    )


@router.get("/dossiers/{id}/export", operation_id="exportDossier", response_class=Response, responses=FILE)
async def export_dossier(dossier_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Every entry and a seal, for `seinpost dossier verify`. 409 without a key to seal with."""
    try:
        found = await export.sealed(the_room, _plain(dossier_id), the_actor, Form.LINES)
    except (NoKey, Unsealable) as error:
        raise HTTPException(409, str(error)) from None
    if found is None:
        raise HTTPException(404, "there is no such dossier")
    return file(found.content, export.MEDIA_TYPE, export.file_name(found.dossier.id, "jsonl"))


@router.get(
    "/dossiers/{id}/pdf",
    operation_id="printDossier",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The same on paper."}},
)
async def print_dossier(dossier_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Response:
    """The same content to read, with the last hash and the fingerprint of the key on each page."""
    try:
        found = await export.sealed(the_room, _plain(dossier_id), the_actor, Form.PAPER)
    except (NoKey, Unsealable) as error:
        raise HTTPException(409, str(error)) from None
    if found is None:
        raise HTTPException(404, "there is no such dossier")
    content = await asyncio.to_thread(export.on_paper, found)
    return file(content, "application/pdf", export.file_name(found.dossier.id, "pdf"))


@router.post("/dossiers/{id}/update", operation_id="updateDossier")
async def update_dossier(dossier_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Added:
    """Add what the alert has brought since."""
    return await _added(the_room, await handling.update(the_room, _plain(dossier_id), the_actor))


@router.post("/dossiers/{id}/events", operation_id="addPhysicalEvent")
async def add_event(dossier_id: Identifier, request: EventRequest, the_room: TheRoom, the_actor: TheActor) -> Added:
    """Something that happened on the street."""
    wish = entering.EventWish(
        at_ms=_ms(request.at),
        happened=request.happened,
        gemeente=request.gemeente,
        place=request.place,
        size=request.size,
        witness=request.witness,
    )
    make = entering.event(wish, the_room.configuration.gazetteer, the_room.now_ms())
    return await _added(the_room, await handling.add(the_room, _plain(dossier_id), the_actor, make))


@router.post("/dossiers/{id}/explanations", operation_id="weighExplanations")
async def weigh_explanations(
    dossier_id: Identifier, request: ExplanationsRequest, the_room: TheRoom, the_actor: TheActor
) -> Added:
    """What else played a part. Only answers that changed are added."""
    make = entering.explanations(request.answers)
    return await _added(the_room, await handling.add(the_room, _plain(dossier_id), the_actor, make))


@router.post("/dossiers/{id}/measures", operation_id="addLighterMeasures")
async def add_measures(
    dossier_id: Identifier, request: MeasuresRequest, the_room: TheRoom, the_actor: TheActor
) -> Added:
    """What was considered before an order. Only answers that changed are added."""
    make = entering.measures(request.answers)
    return await _added(the_room, await handling.add(the_room, _plain(dossier_id), the_actor, make))


@router.post("/dossiers/{id}/decisions", operation_id="addDecision")
async def add_decision(
    dossier_id: Identifier, request: DecisionRequest, the_room: TheRoom, the_actor: TheActor
) -> Added:
    """What was decided, by which office; the article of law is added."""
    make = entering.decision(request.power, request.authority, _ms(request.at), the_room.now_ms())
    return await _added(the_room, await handling.add(the_room, _plain(dossier_id), the_actor, make))


@router.post("/dossiers/{id}/corrections", operation_id="correctEntry")
async def correct_entry(
    dossier_id: Identifier, request: CorrectionRequest, the_room: TheRoom, the_actor: TheActor
) -> Added:
    """Say that an earlier entry is wrong. It stays."""
    make = handling.correction(request.number, request.mistake, request.replaced_by)
    return await _added(the_room, await handling.add(the_room, _plain(dossier_id), the_actor, make))


@router.post("/dossiers/{id}/correlation", operation_id="correlateDossier")
async def correlate_dossier(dossier_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Added:
    """Whether posts and events went together, as an entry. Correlation; never cause."""
    return await _added(the_room, await handling.correlated(the_room, _plain(dossier_id), the_actor))


@router.get("/dossier-deletions", operation_id="listDossierDeletions")
async def list_deletions(
    *,
    request: Request,
    response: Response,
    the_room: TheRoom,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
) -> DeletionPage:
    """What was deleted when its term was over; newest first."""
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_DOSSIERS)
        found, total = await dossiers.deletions(connection, reach, limit=page.size, offset=page.offset)
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    items = [deletion_shape(one) for one in found]
    return DeletionPage(items=items, total=total, page=page.number, page_size=page.size)


@router.get(
    "/dossier-deletions/{id}",
    operation_id="getDeletionCertificate",
    response_class=Response,
    responses=FILE,
)
async def get_certificate(deletion_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Signed proof that a dossier was deleted, for `seinpost dossier verify`. 409 without a key to sign with."""
    try:
        found = await export.certificate(the_room, _plain(deletion_id), the_actor)
    except NoKey as error:
        raise HTTPException(409, str(error)) from None
    if found is None:
        raise HTTPException(404, "there is no such deletion")
    return file(found[1], export.MEDIA_TYPE, export.file_name(f"{found[0].dossier}-verwijderd", "jsonl"))


@router.get("/dossier-lists", operation_id="getDossierLists")
async def get_lists() -> Lists:
    """All that can be chosen, in Dutch words; powers with their article of law."""
    return Lists(
        happened=_choices(wording.HAPPENED),
        size=_choices(wording.SIZE),
        witness=_choices(wording.WITNESS),
        explanation=_choices(wording.EXPLANATION),
        played_part=_choices(wording.PLAYED_PART),
        measure=_choices(wording.MEASURE),
        considered=_choices(wording.CONSIDERED),
        power=[_power(power) for power in Power],
        authority=_choices(wording.AUTHORITY),
        mistake=_choices(wording.MISTAKE),
    )


def seal_state(the_room: Room) -> SealState:
    try:
        key = export.key_of(the_room)
    except NoKey as error:
        return SealState(available=False, reason=str(error), fingerprint=None, public_key=None)
    pem = key.public_pem.decode("ascii")
    return SealState(available=True, reason=None, fingerprint=key.fingerprint, public_key=pem)


def file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _added(the_room: Room, answer: Answer) -> Added:
    if answer.refusal is not None:
        raise HTTPException(STATUS.get(answer.refusal, 409), DETAIL[answer.refusal])
    the_room.acted()
    async with the_room.database.reading() as connection:
        found = await dossiers.find(connection, answer.dossier, EVERYTHING)
    if found is None:
        raise HTTPException(404, "there is no such dossier")
    return Added(
        dossier=summary(found, the_room.settings.notifier.dossier_days),
        items=[entry_shape(entry) for entry in answer.added],
    )


def _choices(texts: Mapping[Any, str]) -> list[Choice]:
    return [Choice(value=str(value), text=text) for value, text in texts.items()]


def _power(power: StrEnum) -> Choice:
    article = ARTICLES.get(Power(power))
    if article is None:
        return Choice(value=power.value, text=wording.POWER[Power(power)])
    return Choice(
        value=power.value,
        text=wording.POWER[Power(power)],
        article=article.cited,
        says=article.says,
        checked=article.checked,
    )


def _ms(at: datetime.datetime) -> int:
    if at.tzinfo is None:
        raise HTTPException(400, "the moment needs an offset")
    return int(at.timestamp() * 1000)


def _plain(identifier: str) -> str:
    """PostgreSQL refuses NUL in text; no dossier has one in its id."""
    return identifier.replace("\0", "")
