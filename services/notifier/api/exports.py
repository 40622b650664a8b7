"""`/v1/exports/alerts` and `/v1/handover`: what the pages Archief and Dienstoverdracht show, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.responses import Response

from contracts.alert import State
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.shapes import AsWritten, DeedShape
from services.notifier.console.archive import archived
from services.notifier.life import Status
from services.notifier.representation import AlertSummary, Shape, at_ms, summary
from services.notifier.store import alerts
from services.notifier.store.alerts import Filter

router = APIRouter(prefix="/v1", tags=["alerts"])
HOUR_MS = 3_600_000
Moment = Annotated[datetime.datetime | None, AsWritten, Query(description="RFC 3339.")]


class HandoverDeed(DeedShape):
    alert_id: str


class Handover(Shape):
    since: datetime.datetime
    open: list[AlertSummary] = Field(description="At most 200, unseen first.")
    actions: list[HandoverDeed] = Field(description="What operators did since, oldest first.")


@router.get(
    "/exports/alerts",
    operation_id="exportAlerts",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "Semicolons, with a byte order mark."}},
)
async def export_alerts(
    *,
    the_room: TheRoom,
    the_actor: TheActor,
    state: Annotated[State | None, Query(description="Of the happening.")] = None,
    status: Annotated[list[Status] | None, Query(description="Of the handling; may be given more than once.")] = None,
    region: Annotated[str | None, Query(pattern=r"^VR\d\d$")] = None,
    phenomenon: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$")] = None,
    exercise: Annotated[bool | None, Query()] = None,
    text: Annotated[str | None, Query(max_length=100, description="Part of label, place or terms.")] = None,
    opened_from: Annotated[Moment, Query(alias="openedFrom")] = None,
    opened_until: Annotated[Moment, Query(alias="openedUntil")] = None,
) -> StreamingResponse:
    """The archive as one table, newest happening first. Written in the audit log."""
    wanted = Filter(
        state=state,
        status=tuple(status or ()),
        region=region,
        phenomenon=phenomenon,
        exercise=exercise,
        text=(text or "").replace("\0", ""),
        opened_from_minute=_minute(opened_from),
        opened_until_minute=_minute(opened_until),
    )
    return await archived(the_room, the_actor, wanted)


@router.get("/handover", operation_id="getHandover")
async def get_handover(
    the_room: TheRoom, the_actor: TheActor, hours: Annotated[int, Query(ge=1, le=72)] = 8
) -> Handover:
    """What waits, and what was done in the last hours."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    since = the_room.now_ms() - hours * HOUR_MS
    async with the_room.database.reading() as connection:
        waiting = await alerts.to_handle(connection, reach)
        deeds = await alerts.deeds_since(connection, since, reach)
    return Handover(
        since=at_ms(since),
        open=[summary(case) for case in waiting],
        actions=[
            HandoverDeed(
                alert_id=alert_id,
                action=deed.action,
                outcome=deed.outcome,
                text=deed.text,
                actor=deed.actor,
                at=at_ms(deed.at_ms),
            )
            for alert_id, deed in deeds
        ],
    )


def _minute(moment: datetime.datetime | None) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0, min(int(moment.timestamp()) // 60, 2**40))
