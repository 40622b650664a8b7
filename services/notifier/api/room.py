"""`/v1/sources`, `/v1/deliveries`, `/v1/audit`, `/v1/summary`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from contracts.source_health import SourceHealth
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.paging import Page, link_header
from services.notifier.api.shapes import (
    AttemptShape,
    AuditPage,
    AuditShape,
    DeliveryPage,
    DeliveryShape,
    SourceList,
    SourceShape,
    Summary,
    SummaryOfExercises,
)
from services.notifier.representation import at_ms
from services.notifier.store import alerts, audit, deliveries
from services.notifier.store.deliveries import DeliveryRow, DeliveryState

router = APIRouter(prefix="/v1")


@router.get("/sources", operation_id="listSources", tags=["sources"])
async def list_sources(the_room: TheRoom) -> SourceList:
    """What every source last said of itself; blind, once it stopped saying anything. After them, with the kind `stage`,
    whether what they bring is worked off."""
    async with the_room.database.reading() as connection:
        found = await the_room.sources(connection)
    return SourceList(items=[_source(health) for health in found])


@router.get("/deliveries", operation_id="listDeliveries", tags=["deliveries"])
async def list_deliveries(
    *,
    request: Request,
    response: Response,
    the_room: TheRoom,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
    alert_id: Annotated[str | None, Query(alias="alertId", max_length=200)] = None,
    state: Annotated[DeliveryState | None, Query()] = None,
) -> DeliveryPage:
    """Newest first, each with the proof of its attempts."""
    async with the_room.database.reading() as connection:
        rows, total = await deliveries.page(
            connection,
            the_actor.reach(Permission.READ_DELIVERIES),
            alert=alert_id.replace("\0", "") if alert_id else None,
            state=state.value if state else None,
            limit=page.size,
            offset=page.offset,
        )
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    return DeliveryPage(items=[_delivery(row) for row in rows], total=total, page=page.number, page_size=page.size)


@router.get("/audit", operation_id="listAudit", tags=["audit"])
async def list_audit(
    the_room: TheRoom,
    the_actor: TheActor,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="Only rows with a smaller number.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    verify: Annotated[bool, Query(description="Check the whole chain of digests too.")] = False,
) -> AuditPage:
    """Newest first."""
    async with the_room.database.reading() as connection:
        entries = await audit.page(connection, the_actor.reach(Permission.READ_AUDIT), before=before, limit=limit)
        broken = await audit.first_break(connection) if verify else None
    items = [
        AuditShape(
            seq=entry.seq,
            at=at_ms(entry.at_ms),
            actor=entry.actor,
            action=entry.action,
            object=entry.object,
            result=entry.result,
            origin=entry.origin,
            previous=entry.previous,
            digest=entry.digest,
        )
        for entry in entries
    ]
    return AuditPage(items=items, whole=broken is None if verify else None, first_break=broken)


@router.get("/summary", operation_id="getSummary", tags=["alerts"])
async def get_summary(the_room: TheRoom, the_actor: TheActor) -> Summary:
    """Counts of everything stored that you may see."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        real = await alerts.counts(connection, reach, exercise=False)
        exercised = await alerts.counts(connection, reach, exercise=True)
        sent = await deliveries.counts(connection, reach, exercise=False)
        practised = await deliveries.counts(connection, reach, exercise=True)
    return Summary(
        alerts_opened=real.opened,
        alerts_closed=real.closed,
        unseen=real.unseen,
        delivered=sent[DeliveryState.DELIVERED],
        pending=sent[DeliveryState.PENDING],
        failed=sent[DeliveryState.EXPIRED],
        exercises=SummaryOfExercises(
            alerts_opened=exercised.opened,
            alerts_closed=exercised.closed,
            unseen=exercised.unseen,
            delivered=practised[DeliveryState.DELIVERED],
            pending=practised[DeliveryState.PENDING],
            failed=practised[DeliveryState.EXPIRED],
        ),
    )


def _source(health: SourceHealth) -> SourceShape:
    return SourceShape(
        source=health.source,
        kind=health.kind,
        status=health.status.value,
        reason=health.reason.value,
        since=at_ms(health.since_ms),
        at=at_ms(health.at_ms),
        last_post_at=None if health.last_post_ms is None else at_ms(health.last_post_ms),
        expected_gap_seconds=health.expected_gap_s,
        exercise=health.exercise,
    )


def _delivery(row: DeliveryRow) -> DeliveryShape:
    return DeliveryShape(
        id=row.id,
        alert_id=row.alert,
        revision=row.revision,
        receiver=row.receiver,
        occasion=row.occasion,
        digest=row.digest,
        state=row.state,
        created_at=at_ms(row.created_ms),
        finished_at=None if row.finished_ms is None else at_ms(row.finished_ms),
        next_attempt_at=at_ms(row.next_ms) if row.state == DeliveryState.PENDING else None,
        expires_at=at_ms(row.expires_ms),
        attempts=[
            AttemptShape(
                at=at_ms(attempt.at_ms),
                outcome=attempt.outcome,
                status_code=attempt.status_code,
                duration_ms=attempt.duration_ms,
            )
            for attempt in row.attempts
        ],
    )
