"""Meedoen: a participant comes in by a link, and sees and does what belongs to one role."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from services.notifier.access.actor import Actor
from services.notifier.access.entrance import Denial, Denied, Entrance
from services.notifier.api.participation import Number, streamed, the_view
from services.notifier.api.shapes import OperatorText
from services.notifier.console import exercise_words as say
from services.notifier.console.rendering import TheActor, TheRoom, bare_page, token_is_right, token_of
from services.notifier.playing import taking_part
from services.notifier.playing.taking_part import Refusal
from services.notifier.room import Room, newest_event
from services.notifier.store.exercises import State

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Form(max_length=100)]
Field = Annotated[str, Form(max_length=4000)]
_text: TypeAdapter[str] = TypeAdapter(OperatorText)


@router.get("/meedoen")
async def invitation(request: Request, code: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Opening the link does nothing yet: programs that look at links in mail open it too."""
    return await bare_page(request, "meedoen.html", code=code, said="")


@router.post("/meedoen")
async def join(*, request: Request, the_room: TheRoom, the_actor: TheActor, code: Field = "") -> Response:
    """From our own page alone: the door refuses other sites."""
    entrance: Entrance = request.app.state.entrance
    found = await entrance.join(code.strip(), the_actor.origin)
    if isinstance(found, Denied) or await taking_part.come_in(the_room, found) is None:
        busy = isinstance(found, Denied) and found.denial is Denial.TOO_OFTEN
        said = "Te veel pogingen. Wacht even." if busy else say.TAKING_PART[Refusal.GONE]
        return await bare_page(request, "meedoen.html", status=429 if busy else 403, code="", said=said)
    response = RedirectResponse("/deelname", 303)
    response.set_cookie(entrance.seat_cookie, code.strip(), httponly=True, samesite="lax", secure=entrance.secure)
    return response


@router.get("/deelname")
async def seat(request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    return await _page(request, the_room, the_actor)


@router.get("/deelname/live")
async def live(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    from_query: Number = None,
) -> StreamingResponse:
    return await streamed(request, the_room, the_actor, last_event_id if last_event_id is not None else from_query)


@router.post("/deelname/gezien")
async def seen(
    *, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", nummer: Field = ""
) -> Response:
    _checked(request, token)
    refused = await taking_part.see(the_room, the_actor, _number(nummer))
    return await _after(request, the_room, the_actor, refused, f"bericht-{_number(nummer)}")


@router.post("/deelname/antwoord")
async def answer(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    nummer: Field = "",
    keuze: Field = "",
    reden: Field = "",
) -> Response:
    _checked(request, token)
    place, text = f"bericht-{_number(nummer)}", _clean(reden)
    typed = {"nummer": _number(nummer), "keuze": keuze, "reden": reden}
    errors = {} if keuze else {f"keuze-{_number(nummer)}": say.TAKING_PART[Refusal.OPTION]}
    if text is None:
        errors[f"reden-{_number(nummer)}"] = say.SHORT
    if errors or text is None:
        return await _page(request, the_room, the_actor, errors=errors, typed=typed)
    refused = await taking_part.answer(the_room, the_actor, _number(nummer), keuze, text)
    return await _after(request, the_room, the_actor, refused, place, typed=typed, field=f"reden-{_number(nummer)}")


@router.post("/deelname/besluit")
async def decide(
    *, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", besluit: Field = "",
    waarom: Field = "",
) -> Response:  # fmt: skip
    _checked(request, token)
    text, typed = _clean(waarom), {"besluit": besluit, "waarom": waarom}
    errors = {} if besluit else {"besluit": "Kies een besluit."}
    if text is None:
        errors["waarom"] = say.SHORT
    if errors or text is None:
        return await _page(request, the_room, the_actor, errors=errors, typed=typed)
    refused = await taking_part.decide(the_room, the_actor, besluit, text)
    return await _after(request, the_room, the_actor, refused, "gedaan", typed=typed, field="waarom")


@router.post("/deelname/bericht")
async def message(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    aan: Annotated[list[str] | None, Form()] = None,
    tekst: Field = "",
) -> Response:
    _checked(request, token)
    text, typed = _clean(tekst), {"aan": aan or [], "tekst": tekst}
    errors = {} if aan else {"aan": say.TAKING_PART[Refusal.ROLE]}
    if text is None:
        errors["tekst"] = "Schrijf eerst een bericht."
    if errors or text is None:
        return await _page(request, the_room, the_actor, errors=errors, typed=typed)
    refused = await taking_part.say(the_room, the_actor, aan or [], text)
    return await _after(request, the_room, the_actor, refused, "gedaan", typed=typed, field="tekst")


@router.post("/deelname/les")
async def lesson(
    *, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", les: Field = ""
) -> Response:
    _checked(request, token)
    text = _clean(les)
    if text is None:
        errors = {"les": "Schrijf in een paar woorden wat u leerde."}
        return await _page(request, the_room, the_actor, errors=errors, typed={"les": les})
    refused = await taking_part.learn(the_room, the_actor, text)
    return await _after(request, the_room, the_actor, refused, "lessen", typed={"les": les}, field="les")


@router.post("/deelname/verlaten")
async def leave(*, request: Request, token: Token = "") -> Response:
    """On this device. The link goes on to open."""
    _checked(request, token)
    entrance: Entrance = request.app.state.entrance
    response = RedirectResponse("/meedoen", 303)
    response.delete_cookie(entrance.seat_cookie, httponly=True, samesite="lax", secure=entrance.secure)
    return response


async def _page(
    request: Request,
    the_room: Room,
    the_actor: Actor,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    shown = await the_view(the_room, the_actor)
    session = shown.seat.session
    now = the_room.now_ms()
    return await bare_page(
        request,
        "deelname.html",
        status=400 if errors else 200,
        view=shown,
        session=session,
        drill=session.drill,
        part=shown.seat.part,
        state=session.state,
        states=State,
        event_ms=session.clock.at(now),
        unseen=sum(one.seen is None for one in shown.received),
        now_ms=now,
        seq=newest_event(request),
        token=token_of(request),
        errors=errors or {},
        typed=typed or {},
        say=say,
    )


async def _after(
    request: Request,
    the_room: Room,
    the_actor: Actor,
    refused: Refusal | None,
    place: str,
    *,
    typed: dict[str, Any] | None = None,
    field: str = "inhoud",
) -> Response:
    if refused is None:
        return RedirectResponse(f"/deelname#{place}", 303)
    if refused in (Refusal.TEXT, Refusal.OPTION, Refusal.ROLE):
        return await _page(request, the_room, the_actor, errors={field: say.TAKING_PART[refused]}, typed=typed)
    raise HTTPException({Refusal.GONE: 401, Refusal.UNKNOWN: 404}.get(refused, 409), say.TAKING_PART[refused])


def _number(text: str) -> int:
    """0: no number of a line."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _clean(text: str) -> str | None:
    try:
        return _text.validate_python(text)
    except ValidationError:
        return None


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
