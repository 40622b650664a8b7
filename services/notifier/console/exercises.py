"""Oefeningen: choose a programme, lead a session, read its report."""

from __future__ import annotations

import asyncio
import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from exercises.log import What, played
from exercises.report import Report, report
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.api.dossiers import file
from services.notifier.api.exercises import address
from services.notifier.api.shapes import OperatorText
from services.notifier.console import exercise_words as say
from services.notifier.console import report_words
from services.notifier.console.rendering import TheActor, TheRoom, page, regions, token_is_right
from services.notifier.console.times import AMSTERDAM, local
from services.notifier.playing import leading, removal
from services.notifier.playing.leading import LINK_DAYS, Refusal, Turn, Wish
from services.notifier.playing.paper import paper
from services.notifier.room import Room
from services.notifier.store import exercises
from services.notifier.store.exercises import Session, State

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Form(max_length=100)]
Field = Annotated[str, Form(max_length=4000)]
SPEEDS = (1, 2, 4, 8, 15, 30, 60, 120)
STATUS = {Refusal.UNKNOWN: 404, Refusal.DENIED: 403}
"""Other refusals are told on the page."""
WHERE = {Refusal.SPEED: "snelheid", Refusal.TIME: "naar", Refusal.ROLE: "aan", Refusal.TEXT: "tekst"}
_text: TypeAdapter[str] = TypeAdapter(OperatorText)


@router.get("/oefeningen")
async def overview(request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    return await _overview(request, the_room, the_actor)


@router.post("/oefeningen")
async def make(
    *, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", programma: Field = ""
) -> Response:
    _checked(request, token)
    made = await leading.make(the_room, the_actor, programma, seed=1)
    if isinstance(made, Refusal):
        if made in STATUS:
            raise HTTPException(STATUS[made], say.LEADING[made])
        return await _overview(request, the_room, the_actor, {"programma": say.LEADING[made]})
    return RedirectResponse(f"/oefeningen/{made.id}", 303)


@router.get("/oefeningen/{session_id}")
async def session(session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    return await _session(request, the_room, the_actor, session_id)


@router.post("/oefeningen/{session_id}/klok")
async def turn(
    *,
    session_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    doe: Field = "",
    snelheid: Field = "",
    naar: Field = "",
) -> Response:
    _checked(request, token)
    if doe not in set(Turn):
        raise HTTPException(400, "Dit kan de klok niet.")
    wish = Wish(turn=Turn(doe), speed=_number(snelheid), to_ms=_moment(naar))
    return await _after(request, the_room, the_actor, await leading.turn(the_room, the_actor, session_id, wish))


@router.post("/oefeningen/{session_id}/link")
async def link(
    *, session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", rol: Field = ""
) -> Response:
    """Answers with the page itself, not with another to go to: the link is shown once."""
    _checked(request, token)
    made = await leading.hand_out(the_room, the_actor, session_id, rol, LINK_DAYS)
    if isinstance(made, Refusal):
        return await _after(request, the_room, the_actor, made)
    where = address(the_room, request, made[1])
    return await _session(request, the_room, the_actor, session_id, made=(rol, where))


@router.post("/oefeningen/{session_id}/bericht")
async def message(
    *,
    session_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    aan: Annotated[list[str] | None, Form()] = None,
    van: Field = "",
    tekst: Field = "",
) -> Response:
    _checked(request, token)
    typed = {"van": van, "tekst": tekst, "aan": aan or []}
    errors = {} if _clean(tekst) else {"tekst": "Schrijf eerst een bericht, van hooguit 2.000 tekens."}
    if not 2 <= len(van.strip()) <= 80:
        errors["van"] = "Schrijf van welke functie het bericht komt."
    if errors:
        return await _session(request, the_room, the_actor, session_id, errors=errors, typed=typed)
    said = await leading.say(
        the_room, the_actor, session_id, to=aan or [], sender=van.strip(), text=_clean(tekst) or ""
    )
    return await _after(request, the_room, the_actor, said, typed=typed)


@router.post("/oefeningen/{session_id}/les")
async def lesson(
    *, session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", les: Field = ""
) -> Response:
    _checked(request, token)
    text = _clean(les)
    if text is None:
        errors = {"les": "Schrijf in een paar woorden wat u leerde."}
        return await _session(request, the_room, the_actor, session_id, errors=errors)
    return await _after(request, the_room, the_actor, await leading.learn(the_room, the_actor, session_id, text))


@router.post("/oefeningen/{session_id}/afsluiten")
async def end(
    *, session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    return await _after(request, the_room, the_actor, await leading.end(the_room, the_actor, session_id))


@router.post("/oefeningen/{session_id}/verwijderen")
async def remove(
    *, session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    kept = await removal.remove(the_room, the_actor, session_id)
    if isinstance(kept, Refusal):
        raise HTTPException(STATUS.get(kept, 409), say.LEADING[kept])
    return RedirectResponse(f"/oefenverslagen/{session_id}", 303)


@router.get("/oefenverslagen/{session_id}")
async def the_report(session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    found, region, removed = await _report(the_room, the_actor, session_id)
    return await page(
        request,
        the_room,
        "oefenverslag.html",
        report=found,
        removed=removed,
        region=regions(the_room).get(region, region),
        may_lead=the_actor.reach(Permission.LEAD_EXERCISES).covers(region),
        say=say,
        told=report_words,
    )


@router.get("/oefenverslagen/{session_id}/verslag.pdf")
async def on_paper(session_id: str, the_room: TheRoom, the_actor: TheActor) -> Response:
    found, _, _ = await _report(the_room, the_actor, session_id)
    return file(await asyncio.to_thread(paper, found), "application/pdf", f"oefenverslag-{found.session}.pdf")


@router.post("/oefenverslagen/{session_id}/verwijderen")
async def remove_report(
    *, session_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    refused = await removal.remove_report(the_room, the_actor, session_id.replace("\0", ""))
    if refused is not None:
        raise HTTPException(STATUS.get(refused, 409), say.LEADING[refused])
    return RedirectResponse("/oefeningen", 303)


async def _overview(
    request: Request, the_room: Room, the_actor: Actor, errors: dict[str, str] | None = None
) -> Response:
    reach = the_actor.reach(Permission.READ_EXERCISES)
    async with the_room.database.reading() as connection:
        sessions = await exercises.everything(connection, reach)
        reports = await exercises.reports(connection, reach)
    leads = the_actor.reach(Permission.LEAD_EXERCISES)
    drills = await asyncio.to_thread(leading.programmes)
    where = {drill.id: leading.region_of(the_room, drill) for drill in drills}
    return await page(
        request,
        the_room,
        "oefeningen.html",
        status=400 if errors else 200,
        sessions=sessions,
        reports=reports,
        drills=drills,
        possible={name for name, region in where.items() if region and leads.covers(region)},
        regions=regions(the_room),
        may_lead=the_actor.may(Permission.LEAD_EXERCISES),
        errors=errors or {},
        say=say,
    )


async def _session(
    request: Request,
    the_room: Room,
    the_actor: Actor,
    session_id: str,
    *,
    made: tuple[str, str] | None = None,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    async with the_room.database.reading() as connection:
        plain = session_id.replace("\0", "")
        found = await exercises.find(connection, plain, the_actor.reach(Permission.READ_EXERCISES))
        links = await exercises.links(connection, found.id) if found else {}
        lines = await exercises.lines(connection, found.id) if found else []
    if found is None:
        raise HTTPException(404, say.LEADING[Refusal.UNKNOWN])
    now = the_room.now_ms()
    sent = {line.item for line in lines if line.what is What.INJECT}
    return await page(
        request,
        the_room,
        "oefening.html",
        status=400 if errors else 200,
        session=found,
        drill=found.drill,
        state=found.state,
        states=State,
        event_ms=found.clock.at(now),
        links={role: one for role, one in links.items() if now < one.expires_ms},
        there=played(lines),
        lines=list(reversed(lines)),
        number=lines[-1].number if lines else 0,
        coming=[inject for inject in found.drill.injects if inject.id not in sent],
        region=regions(the_room).get(found.region, found.region),
        may_lead=the_actor.reach(Permission.LEAD_EXERCISES).covers(found.region),
        speeds=sorted({*SPEEDS, found.clock.speed, found.drill.speed}),
        here=f"{local(found.clock.at(now)):%Y-%m-%dT%H:%M}",
        made=made,
        keep_days=the_room.settings.notifier.exercise_days,
        errors=errors or {},
        typed=typed or {"van": "", "tekst": "", "aan": []},
        say=say,
    )


async def _after(
    request: Request,
    the_room: Room,
    the_actor: Actor,
    answer: Session | Refusal,
    *,
    typed: dict[str, Any] | None = None,
) -> Response:
    """To the page of the session, or the page again with what is wrong."""
    if not isinstance(answer, Refusal):
        return RedirectResponse(f"/oefeningen/{answer.id}", 303)
    if answer in STATUS or answer is Refusal.STATE:
        raise HTTPException(STATUS.get(answer, 409), say.LEADING[answer])
    errors = {WHERE.get(answer, "inhoud"): say.LEADING[answer]}
    session_id = request.path_params["session_id"]
    return await _session(request, the_room, the_actor, session_id, errors=errors, typed=typed)


async def _report(the_room: Room, the_actor: Actor, session_id: str) -> tuple[Report, str, bool]:
    """With its region, and whether its session is removed. Raises 404 or 409."""
    reach, plain = the_actor.reach(Permission.READ_EXERCISES), session_id.replace("\0", "")
    async with the_room.database.reading() as connection:
        kept = await exercises.report(connection, plain, reach)
        if kept is not None:
            return *kept, True
        found = await exercises.find(connection, plain, reach)
        if found is None:
            raise HTTPException(404, say.LEADING[Refusal.UNKNOWN])
        if found.state is not State.ENDED:
            raise HTTPException(409, "Het verslag is er als de oefening is afgelopen.")
        return report(found.id, found.drill, await exercises.lines(connection, found.id)), found.region, False


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _moment(text: str) -> int | None:
    """Local wall time, as a browser sends it."""
    try:
        return int(datetime.datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _clean(text: str) -> str | None:
    try:
        return _text.validate_python(text)
    except ValidationError:
        return None


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
