"""What the pages' forms send. Each answers with a page to go to (303), so that reloading repeats nothing."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from services.notifier.access.actor import Actor
from services.notifier.access.sign_in import own_path
from services.notifier.api.shapes import MAX_TEXT, OperatorText
from services.notifier.console.pages import alert_values
from services.notifier.console.rendering import THEME_COOKIE, THEMES, TheActor, TheRoom, page, token_is_right
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Outcome, Verdict
from services.notifier.room import Room, actor

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form()]
YEAR_S = 365 * 86_400
_text: TypeAdapter[str] = TypeAdapter(OperatorText)


@router.post("/meldingen/{alert_id}/gezien")
async def seen(
    *, alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", terug: Text = ""
) -> Response:
    _checked(request, token)
    return await _do(the_room, alert_id, Command(action=Action.ACKNOWLEDGE), the_actor, terug)


@router.post("/meldingen/{alert_id}/oppakken")
async def take(
    *, alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", terug: Text = ""
) -> Response:
    _checked(request, token)
    return await _do(the_room, alert_id, Command(action=Action.TAKE), the_actor, terug)


@router.post("/meldingen/{alert_id}/afsluiten")
async def close(
    *,
    alert_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    uitkomst: Text = "",
    reden: Text = "",
) -> Response:
    _checked(request, token)
    errors = {}
    if uitkomst not in set(Outcome):
        errors["uitkomst"] = "Kies wat deze melding was."
    text = _typed(reden, errors, "reden", "Schrijf in een paar woorden waarom.")
    if errors or text is None:
        return await _again(request, the_room, alert_id, errors, {"uitkomst": uitkomst, "reden": reden})
    command = Command(action=Action.CLOSE, outcome=Outcome(uitkomst), text=text)
    return await _do(the_room, alert_id, command, the_actor)


@router.post("/meldingen/{alert_id}/heropenen")
async def reopen(
    *, alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", reden: Text = ""
) -> Response:
    _checked(request, token)
    errors: dict[str, str] = {}
    text = _typed(reden, errors, "reden", "Schrijf in een paar woorden waarom.")
    if text is None:
        return await _again(request, the_room, alert_id, errors, {"reden": reden})
    return await _do(the_room, alert_id, Command(action=Action.REOPEN, text=text), the_actor)


@router.post("/meldingen/{alert_id}/notitie")
async def note(
    *, alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = "", notitie: Text = ""
) -> Response:
    _checked(request, token)
    errors: dict[str, str] = {}
    text = _typed(notitie, errors, "notitie", "Schrijf eerst een notitie.")
    if text is None:
        return await _again(request, the_room, alert_id, errors, {"notitie": notitie})
    return await _do(the_room, alert_id, Command(action=Action.NOTE, text=text), the_actor)


@router.post("/weergave")
async def theme(
    *, request: Request, the_room: TheRoom, token: Token = "", thema: Text = "", terug: Text = ""
) -> Response:
    _checked(request, token)
    response = RedirectResponse(own_path(terug), 303)
    if thema in THEMES:
        secure = the_room.settings.notifier.public_url.startswith("https://")
        response.set_cookie(THEME_COOKIE, thema, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)
    return response


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")


def _typed(text: str, errors: dict[str, str], field: str, missing: str) -> str | None:
    try:
        return _text.validate_python(text)
    except ValidationError:
        errors[field] = f"Dit mag niet langer zijn dan {MAX_TEXT} tekens." if len(text) > MAX_TEXT else missing
        return None


async def _do(the_room: Room, alert_id: str, command: Command, the_actor: Actor, back: str = "") -> Response:
    step = await handle(the_room.database, alert_id.replace("\0", ""), command, the_actor, the_room.now_ms())
    if step is None:
        raise HTTPException(404, "Deze melding bestaat niet.")
    if step.verdict is Verdict.DENIED:
        raise HTTPException(403, "In deze regio mag u meldingen lezen, niet behandelen.")
    if step.verdict is Verdict.REFUSED:
        raise HTTPException(409, "Dit kan niet meer: iemand anders was u voor. Ga terug en laad de pagina opnieuw.")
    the_room.acted()
    return RedirectResponse(own_path(back) if back else f"/meldingen/{quote(alert_id, safe='')}", 303)


async def _again(
    request: Request, the_room: Room, alert_id: str, errors: dict[str, str], typed: dict[str, str]
) -> Response:
    """The page again, with what was typed and what is wrong with it."""
    values = await alert_values(the_room, actor(request), alert_id) | {"errors": errors, "typed": typed}
    return await page(request, the_room, "melding.html", status=400, **values)
