"""`/v1/participation`: what a participant of an exercise sees and does. The code of the link is the bearer token."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.notifier.access.actor import Actor
from services.notifier.access.entrance import Entrance
from services.notifier.access.reach import Reach
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.events import heartbeat, line
from services.notifier.api.exercise_shapes import (
    AnswerRequest,
    DecideRequest,
    LessonRequest,
    ParticipationShape,
    RoleMessage,
    SeenRequest,
    participation,
)
from services.notifier.playing import taking_part
from services.notifier.playing.taking_part import Refusal, View
from services.notifier.room import Room
from services.notifier.store.events import Event, Kind

router = APIRouter(prefix="/v1/participation", tags=["participation"])
STATUS = {Refusal.GONE: 401, Refusal.STATE: 409, Refusal.TWICE: 409}
"""Other refusals are 400."""
DETAIL = {
    Refusal.GONE: "this link opens nothing any more",
    Refusal.STATE: "not possible before the exercise has begun or after it is over",
    Refusal.UNKNOWN: "nothing with this number came to this role",
    Refusal.TWICE: "done already",
    Refusal.OPTION: "this cannot be chosen by this role",
    Refusal.ROLE: "there is no such other role",
    Refusal.TEXT: "the text holds a name, a number or an address",
}
Number = Annotated[int | None, Query(alias="lastEventId", ge=0, le=2**62)]


@router.get("", operation_id="getParticipation")
async def get_participation(the_room: TheRoom, the_actor: TheActor) -> ParticipationShape:
    """What this role received, and what it may decide; nothing of another role."""
    return participation(await the_view(the_room, the_actor), the_room.now_ms())


@router.post("/seen", operation_id="seeInExercise", status_code=204)
async def see(request: SeenRequest, the_room: TheRoom, the_actor: TheActor) -> Response:
    return _done(await taking_part.see(the_room, the_actor, request.number))


@router.post("/answers", operation_id="answerInExercise", status_code=204)
async def answer(request: AnswerRequest, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Once, with a reason."""
    return _done(await taking_part.answer(the_room, the_actor, request.number, request.option, request.reason))


@router.post("/decisions", operation_id="decideInExercise", status_code=204)
async def decide(request: DecideRequest, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Of one's own accord, with a reason."""
    return _done(await taking_part.decide(the_room, the_actor, request.decision, request.reason))


@router.post("/messages", operation_id="writeInExercise", status_code=204)
async def write(request: RoleMessage, the_room: TheRoom, the_actor: TheActor) -> Response:
    """To other roles, of one's own gemeente or the other."""
    return _done(await taking_part.say(the_room, the_actor, request.to, request.text))


@router.post("/lessons", operation_id="addLessonInExercise", status_code=204)
async def learn(request: LessonRequest, the_room: TheRoom, the_actor: TheActor) -> Response:
    return _done(await taking_part.learn(the_room, the_actor, request.text))


@router.get(
    "/events",
    operation_id="streamParticipation",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "`exercise`, `heartbeat`."}},
)
async def stream_participation(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    from_query: Number = None,
) -> StreamingResponse:
    """That something changed in the session, without what; a `heartbeat` when nothing happens."""
    return await streamed(request, the_room, the_actor, last_event_id if last_event_id is not None else from_query)


async def streamed(request: Request, the_room: Room, the_actor: Actor, last: int | None) -> StreamingResponse:
    session = (await the_view(the_room, the_actor)).seat.session
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    reach = Reach(regions=frozenset({session.region}))
    told = _told(the_room, request.app.state.entrance, the_actor, session.id, reach, last)
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


async def _told(  # noqa: PLR0917 (what one stream is made of)
    the_room: Room, entrance: Entrance, the_actor: Actor, session_id: str, reach: Reach, last: int | None
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n" + heartbeat(the_room)
    every_s = the_room.settings.notifier.heartbeat_s
    spoken = time.monotonic()
    async for found in the_room.stream.listen(last, every_s, reach):
        mine = [event for event in found if _of(event, session_id)]
        # What happens elsewhere in the region neither shows itself here nor delays a heartbeat.
        if not mine and time.monotonic() - spoken < every_s:
            continue
        if not await entrance.still(the_actor):
            return
        yield b"".join(map(line, mine)) or heartbeat(the_room)
        spoken = time.monotonic()


def _of(event: Event, session_id: str) -> bool:
    return event.kind == Kind.EXERCISE and orjson.loads(event.data)["sessionId"] == session_id


async def the_view(the_room: Room, the_actor: Actor) -> View:
    """Raises 401 when the link is gone since the door let it in."""
    async with the_room.database.reading() as connection:
        seat = await taking_part.seat(connection, the_actor.credential, the_room.now_ms())
        if seat is None:
            raise HTTPException(401, DETAIL[Refusal.GONE])
        return await taking_part.view(connection, seat)


def _done(refused: Refusal | None) -> Response:
    if refused is not None:
        raise HTTPException(STATUS.get(refused, 400), DETAIL[refused])
    return Response(status_code=204)
