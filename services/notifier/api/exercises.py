"""`/v1/exercises`: what a leader does, and the reports; the clock is also for the player of the stream."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response

from exercises.report import Report, report
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.dossiers import file
from services.notifier.api.exercise_shapes import (
    ClockShape,
    DrillList,
    LeaderMessage,
    LessonRequest,
    LinkRequest,
    LinkShape,
    ReportList,
    ReportShape,
    SessionDetail,
    SessionList,
    SessionRequest,
    SessionShape,
    TurnRequest,
    clock_shape,
    drill_shape,
    kept_shape,
    report_shape,
    session_detail,
    session_shape,
)
from services.notifier.playing import leading, removal
from services.notifier.playing.leading import Refusal, Wish
from services.notifier.playing.paper import paper
from services.notifier.representation import at_ms
from services.notifier.room import Room
from services.notifier.store import exercises
from services.notifier.store.exercises import Session

router = APIRouter(prefix="/v1/exercises", tags=["exercises"])
Identifier = Annotated[str, Path(alias="id", min_length=1, max_length=200)]
STATUS = {Refusal.UNKNOWN: 404, Refusal.DENIED: 403, Refusal.STATE: 409}
"""Other refusals are 400."""
DETAIL = {
    Refusal.UNKNOWN: "there is no such session or report",
    Refusal.NO_SUCH_DRILL: "there is no such drill, or its gemeente is not known",
    Refusal.DENIED: "in this region you may not lead exercises",
    Refusal.STATE: "not possible in this state of the session",
    Refusal.SPEED: "this speed is not possible",
    Refusal.TIME: "this moment lies outside of the programme",
    Refusal.ROLE: "there is no such role in this exercise",
    Refusal.TEXT: "the text holds a name, a number or an address",
}


@router.get("/drills", operation_id="listDrills")
async def list_drills() -> DrillList:
    """Programmes that can be played."""
    return DrillList(items=[drill_shape(drill) for drill in await asyncio.to_thread(leading.programmes)])


@router.get("/sessions", operation_id="listExerciseSessions")
async def list_sessions(the_room: TheRoom, the_actor: TheActor) -> SessionList:
    """Newest first."""
    async with the_room.database.reading() as connection:
        found = await exercises.everything(connection, the_actor.reach(Permission.READ_EXERCISES))
    return SessionList(items=[session_shape(session, the_room.now_ms()) for session in found])


@router.post("/sessions", operation_id="makeExerciseSession", status_code=201)
async def make_session(request: SessionRequest, the_room: TheRoom, the_actor: TheActor) -> SessionShape:
    """Of the region of the leading gemeente. It begins when its clock is started."""
    return _shape(the_room, await leading.make(the_room, the_actor, request.drill, request.seed))


@router.get("/sessions/{id}", operation_id="getExerciseSession")
async def get_session(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> SessionDetail:
    """With every seat and everything that happened."""
    session = await found(the_room, session_id, the_actor)
    async with the_room.database.reading() as connection:
        links = await exercises.links(connection, session.id)
        lines = await exercises.lines(connection, session.id)
    return session_detail(session, links, lines, the_room.now_ms())


@router.get("/sessions/{id}/clock", operation_id="getExerciseClock")
async def get_clock(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> ClockShape:
    """To be asked for as often as once a second: by the player of the stream, with the scope `exercises:read`."""
    return clock_shape(await found(the_room, session_id, the_actor), the_room.now_ms())


@router.post("/sessions/{id}/clock", operation_id="turnExerciseClock")
async def turn_clock(
    session_id: Identifier, request: TurnRequest, the_room: TheRoom, the_actor: TheActor
) -> SessionShape:
    """Start, pause, another speed, or a jump."""
    if request.to is not None and request.to.tzinfo is None:
        raise HTTPException(400, "the moment needs an offset")
    to_ms = int(request.to.timestamp() * 1000) if request.to is not None else None
    wish = Wish(turn=request.turn, speed=request.speed, to_ms=to_ms)
    return _shape(the_room, await leading.turn(the_room, the_actor, _plain(session_id), wish))


@router.post("/sessions/{id}/links", operation_id="linkExerciseRole", status_code=201)
async def make_link(
    *, session_id: Identifier, request: Request, wanted: LinkRequest, the_room: TheRoom, the_actor: TheActor
) -> LinkShape:
    """The link by which somebody comes in with a role; an earlier one of that role opens nothing any more."""
    made = await leading.hand_out(the_room, the_actor, _plain(session_id), wanted.role, wanted.days)
    if isinstance(made, Refusal):
        raise refusal(made)
    link, code = made
    return LinkShape(
        role=link.role, address=address(the_room, request, code), code=code, expires=at_ms(link.expires_ms)
    )


@router.post("/sessions/{id}/messages", operation_id="sayInExercise", status_code=201)
async def say(session_id: Identifier, request: LeaderMessage, the_room: TheRoom, the_actor: TheActor) -> SessionShape:
    """A message that stands in no file."""
    answer = await leading.say(
        the_room, the_actor, _plain(session_id), to=request.to, sender=request.sender, text=request.text
    )
    return _shape(the_room, answer)


@router.post("/sessions/{id}/lessons", operation_id="learnFromExercise", status_code=201)
async def learn(session_id: Identifier, request: LessonRequest, the_room: TheRoom, the_actor: TheActor) -> SessionShape:
    """For the report."""
    return _shape(the_room, await leading.learn(the_room, the_actor, _plain(session_id), request.text))


@router.post("/sessions/{id}/end", operation_id="endExerciseSession")
async def end(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> SessionShape:
    """The play is over. Lessons may still be written."""
    return _shape(the_room, await leading.end(the_room, the_actor, _plain(session_id)))


@router.delete("/sessions/{id}", operation_id="removeExerciseSession")
async def remove(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> ReportShape:
    """With its alerts, picture and all that was typed; its report stays. Only once it has ended."""
    kept = await removal.remove(the_room, the_actor, _plain(session_id))
    if isinstance(kept, Refusal):
        raise refusal(kept)
    return report_shape(kept)


@router.get("/reports", operation_id="listExerciseReports")
async def list_reports(the_room: TheRoom, the_actor: TheActor) -> ReportList:
    """Of sessions that are removed, newest first. A session that has ended has its report under its own number too."""
    async with the_room.database.reading() as connection:
        kept = await exercises.reports(connection, the_actor.reach(Permission.READ_EXERCISES))
    return ReportList(items=[kept_shape(one) for one in kept])


@router.get("/reports/{id}", operation_id="getExerciseReport")
async def get_report(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> ReportShape:
    """Timeline, decisions against expectation, times to see, decide and inform, lessons."""
    return report_shape(await the_report(the_room, session_id, the_actor))


@router.get(
    "/reports/{id}/pdf",
    operation_id="printExerciseReport",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The same on paper."}},
)
async def print_report(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Response:
    content = await asyncio.to_thread(paper, await the_report(the_room, session_id, the_actor))
    return file(content, "application/pdf", f"oefenverslag-{_plain(session_id)}.pdf")


@router.delete("/reports/{id}", operation_id="removeExerciseReport", status_code=204)
async def remove_report(session_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> Response:
    """Of a session that is removed."""
    answer = await removal.remove_report(the_room, the_actor, _plain(session_id))
    if answer is not None:
        raise refusal(answer)
    return Response(status_code=204)


async def found(the_room: Room, session_id: str, the_actor: TheActor) -> Session:
    """Raises 404."""
    async with the_room.database.reading() as connection:
        session = await exercises.find(connection, _plain(session_id), the_actor.reach(Permission.READ_EXERCISES))
    if session is None:
        raise refusal(Refusal.UNKNOWN)
    return session


async def the_report(the_room: Room, session_id: str, the_actor: TheActor) -> Report:
    """Of a session that has ended or is removed. Raises 404 or 409."""
    reach = the_actor.reach(Permission.READ_EXERCISES)
    async with the_room.database.reading() as connection:
        kept = await exercises.report(connection, _plain(session_id), reach)
        if kept is not None:
            return kept[0]
        session = await exercises.find(connection, _plain(session_id), reach)
        if session is None:
            raise refusal(Refusal.UNKNOWN)
        if session.ended_ms is None:
            raise refusal(Refusal.STATE)
        return report(session.id, session.drill, await exercises.lines(connection, session.id))


def address(the_room: Room, request: Request, code: str) -> str:
    """Where a participant comes in."""
    base = the_room.settings.notifier.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/meedoen?code={code}"


def refusal(why: Refusal) -> HTTPException:
    return HTTPException(STATUS.get(why, 400), DETAIL[why])


def _shape(the_room: Room, answer: Session | Refusal) -> SessionShape:
    if isinstance(answer, Refusal):
        raise refusal(answer)
    return session_shape(answer, the_room.now_ms())


def _plain(identifier: str) -> str:
    """PostgreSQL refuses NUL in text; no session has one in its id."""
    return identifier.replace("\0", "")
