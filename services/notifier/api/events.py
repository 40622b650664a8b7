"""`/v1/events`: what changes, as it changes (server-sent events)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from services.notifier.access.actor import Actor
from services.notifier.access.entrance import Entrance
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import Reach, together
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.room import Room
from services.notifier.store.events import FOR_ALL, Event, Kind

router = APIRouter(prefix="/v1", tags=["events"])
ASK_AGAIN_S = 2.0
"""On a busy stream, how long one may still read after one's session was ended."""
KINDS = ", ".join(f"`{kind.value}`" for kind in Kind) + ", `heartbeat`."
Number = Annotated[
    int | None, Query(alias="lastEventId", ge=0, le=2**62, description="As the header, for a first request.")
]


@router.get(
    "/events",
    operation_id="streamEvents",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": KINDS,
        }
    },
)
async def stream_events(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62, description="Go on after this number.")] = None,
    from_query: Number = None,
) -> StreamingResponse:
    """Events with a number, by kind; a `heartbeat` without number when nothing happens.

    After a cut the reader sends the last number it had (`Last-Event-ID`; browsers do so by themselves) and misses none.
    """
    last = last_event_id if last_event_id is not None else from_query
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _lines(the_room, request.app.state.entrance, the_actor, last), media_type="text/event-stream", headers=headers
    )


async def _lines(the_room: Room, entrance: Entrance, the_actor: Actor, last: int | None) -> AsyncIterator[bytes]:
    # Browsers wait this long before they connect again.
    yield b"retry: 2000\n" + heartbeat(the_room)
    of_alerts, of_exercises = (the_actor.reach(right) for right in (Permission.READ_ALERTS, Permission.READ_EXERCISES))
    reach, asked = together((of_alerts, of_exercises)), time.monotonic()
    async for found in the_room.stream.listen(last, the_room.settings.notifier.heartbeat_s, reach):
        if not found or time.monotonic() - asked > ASK_AGAIN_S:
            # Ended, expired or with other grants: the reader must come in again.
            if not await entrance.still(the_actor):
                return
            asked = time.monotonic()
        shown = [event for event in found if _may_see(the_actor, event, of_alerts, of_exercises)]
        # Those that came together go out together: each write costs more than what is in it.
        yield b"".join(map(line, shown)) if shown else heartbeat(the_room)


def _may_see(the_actor: Actor, event: Event, of_alerts: Reach, of_exercises: Reach) -> bool:
    if event.region == FOR_ALL:
        return the_actor.may(Permission.READ_SOURCES)
    return (of_exercises if event.kind == Kind.EXERCISE else of_alerts).covers(event.region)


def line(event: Event) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), event.data)


def heartbeat(the_room: Room) -> bytes:
    return b"event: heartbeat\ndata: %s\n\n" % orjson.dumps({"atMs": the_room.now_ms()})
