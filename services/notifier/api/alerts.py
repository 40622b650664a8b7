"""`/v1/alerts`: read them, act on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from configuration.guidance import Guidance, Phase
from contracts.alert import State
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.api.paging import Page, link_header
from services.notifier.api.shapes import (
    AdviceShape,
    AlertDetail,
    AlertPage,
    CloseRequest,
    DeedShape,
    NoteRequest,
    ReopenRequest,
    RevisionShape,
)
from services.notifier.cap import MEDIA_TYPE, Reference, cap
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Status, Verdict
from services.notifier.representation import AlertSummary, PointShape, at_minute, at_ms, body, handling, summary
from services.notifier.room import Room, actor, room
from services.notifier.store import alerts
from services.notifier.store.alerts import Case, Deed, Filter, Revision

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
AlertId = Annotated[str, Path(alias="id", min_length=1, max_length=200)]
TheRoom = Annotated[Room, Depends(room)]
TheActor = Annotated[Actor, Depends(actor)]


@router.get("", operation_id="listAlerts")
async def list_alerts(
    *,
    request: Request,
    response: Response,
    the_room: TheRoom,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
    state: Annotated[State | None, Query(description="Of the happening.")] = None,
    status: Annotated[list[Status] | None, Query(description="Of the handling; may be given more than once.")] = None,
    region: Annotated[str | None, Query(pattern=r"^VR\d\d$")] = None,
    phenomenon: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$")] = None,
    exercise: Annotated[bool | None, Query()] = None,
    text: Annotated[str | None, Query(max_length=100, description="Part of label, place or terms.")] = None,
) -> AlertPage:
    """Newest happening first."""
    wanted = Filter(
        state=state,
        status=tuple(status or ()),
        region=region,
        phenomenon=phenomenon,
        exercise=exercise,
        text=(text or "").replace("\0", ""),
    )
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_ALERTS)
        cases, total = await alerts.page(connection, wanted, reach, limit=page.size, offset=page.offset)
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    return AlertPage(items=[summary(case) for case in cases], total=total, page=page.number, page_size=page.size)


@router.get("/{id}", operation_id="getAlert")
async def get_alert(alert_id: AlertId, the_room: TheRoom, the_actor: TheActor) -> AlertDetail:
    """One alert with course, history and guidance. Reading it is written in the audit log."""
    async with the_room.database.reading() as connection:
        case = await alerts.find(connection, _plain(alert_id), the_actor.reach(Permission.READ_ALERTS))
        revisions, deeds = await alerts.history(connection, _plain(alert_id))
    if case is None:
        await the_room.audit_missing(the_actor, alert_id)
        raise HTTPException(404, "there is no such alert")
    await the_room.audit_reading(the_actor, case.alert.id, case.alert.place.region)
    return _detail(case, revisions, deeds, the_room.configuration.guidance)


@router.get(
    "/{id}/cap",
    operation_id="getAlertAsCap",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "CAP 1.2."}},
)
async def get_alert_as_cap(alert_id: AlertId, the_room: TheRoom, the_actor: TheActor) -> Response:
    """One alert in the Common Alerting Protocol, scope Restricted; an exercise has status Exercise."""
    async with the_room.database.reading() as connection:
        case = await alerts.find(connection, _plain(alert_id), the_actor.reach(Permission.READ_ALERTS))
        revisions, _ = await alerts.history(connection, _plain(alert_id))
    if case is None:
        await the_room.audit_missing(the_actor, alert_id)
        raise HTTPException(404, "there is no such alert")
    await the_room.audit_reading(the_actor, case.alert.id, case.alert.place.region)
    first = [Reference(alert=case.alert.id, revision=found.revision, minute=found.minute) for found in revisions[:1]]
    return Response(cap(case.alert, first, the_room.settings.notifier.cap_sender), media_type=MEDIA_TYPE)


@router.post("/{id}/acknowledge", operation_id="acknowledgeAlert")
async def acknowledge(alert_id: AlertId, the_room: TheRoom, the_actor: TheActor) -> AlertSummary:
    """Somebody has seen it. Twice is once."""
    return await _do(the_room, alert_id, Command(action=Action.ACKNOWLEDGE), the_actor)


@router.post("/{id}/take", operation_id="takeAlert")
async def take(alert_id: AlertId, the_room: TheRoom, the_actor: TheActor) -> AlertSummary:
    """I handle it from here."""
    return await _do(the_room, alert_id, Command(action=Action.TAKE), the_actor)


@router.post("/{id}/close", operation_id="closeAlert")
async def close(alert_id: AlertId, request: CloseRequest, the_room: TheRoom, the_actor: TheActor) -> AlertSummary:
    command = Command(action=Action.CLOSE, outcome=request.outcome, text=request.reason)
    return await _do(the_room, alert_id, command, the_actor)


@router.post("/{id}/reopen", operation_id="reopenAlert")
async def reopen(alert_id: AlertId, request: ReopenRequest, the_room: TheRoom, the_actor: TheActor) -> AlertSummary:
    return await _do(the_room, alert_id, Command(action=Action.REOPEN, text=request.reason), the_actor)


@router.post("/{id}/notes", operation_id="addNote")
async def add_note(alert_id: AlertId, request: NoteRequest, the_room: TheRoom, the_actor: TheActor) -> AlertSummary:
    return await _do(the_room, alert_id, Command(action=Action.NOTE, text=request.text), the_actor)


async def _do(the_room: Room, alert_id: str, command: Command, the_actor: Actor) -> AlertSummary:
    step = await handle(the_room.database, _plain(alert_id), command, the_actor, the_room.now_ms())
    if step is None:
        raise HTTPException(404, "there is no such alert")
    if step.verdict is Verdict.DENIED:
        raise HTTPException(403, "in this region you may read, not handle")
    if step.verdict is Verdict.REFUSED:
        raise HTTPException(409, f"not possible while the status is {step.status.value}")
    the_room.acted()
    async with the_room.database.reading() as connection:
        case = await alerts.find(connection, _plain(alert_id), the_actor.reach(Permission.READ_ALERTS))
    if case is None:
        raise HTTPException(404, "there is no such alert")
    return summary(case)


def _plain(alert_id: str) -> str:
    """PostgreSQL refuses NUL in text; no alert has one in its id."""
    return alert_id.replace("\0", "")


def _detail(case: Case, revisions: list[Revision], deeds: list[Deed], guidance: Guidance) -> AlertDetail:
    found = [(phase, guidance.advice(case.alert.phenomenon, phase)) for phase in Phase]
    return AlertDetail.model_validate(
        body(case.alert)
        | handling(case)
        | {
            "series": [
                PointShape(start=at_minute(point.minute), observed=point.observed, expected=point.expected)
                for point in case.alert.series
            ],
            "revisions": [_revision(revision) for revision in revisions],
            "actions": [
                DeedShape(
                    action=deed.action, outcome=deed.outcome, text=deed.text, actor=deed.actor, at=at_ms(deed.at_ms)
                )
                for deed in deeds
            ],
            "guidance": [
                AdviceShape(
                    phase=phase.value,
                    what_is=list(advice.what_is),
                    what_if=list(advice.what_if),
                    options=list(advice.options),
                )
                for phase, advice in found
                if advice is not None
            ],
        }
    )


def _revision(revision: Revision) -> RevisionShape:
    return RevisionShape(
        revision=revision.revision,
        change=revision.change.value,
        severity=revision.severity,
        at=at_minute(revision.minute),
        observed=revision.observed,
        expected=revision.expected,
        place=revision.place,
        stored_at=at_ms(revision.stored_ms),
    )
