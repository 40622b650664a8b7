"""Platformmeldingen: from an alert through triage and route to text, answers and deletion."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.api.case_shapes import ContentShape, LongText, TriageRequest
from services.notifier.cases.content import Field
from services.notifier.cases.desk import CaseDesk, Means, Result, Verdict
from services.notifier.cases.letter import Letter
from services.notifier.cases.opening import Off
from services.notifier.cases.progress import Status
from services.notifier.cases.store import PlatformCase
from services.notifier.cases.triage import DESK, Nature
from services.notifier.cases.vault import Sealed
from services.notifier.console import case_words
from services.notifier.console.case_page import case_page, opened
from services.notifier.console.rendering import TheActor, TheRoom, page, regions, token_is_right
from services.notifier.room import Room, room
from services.notifier.store import alerts

router = APIRouter(include_in_schema=False)
FormToken = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form()]
HERE = "/platformmeldingen"
PAGE_SIZE = 50
_text: TypeAdapter[str] = TypeAdapter(LongText)


def open_desk_of(the_room: Annotated[Room, Depends(room)]) -> CaseDesk:
    if isinstance(the_room.cases, Off):
        raise HTTPException(503, case_words.OFF[the_room.cases])
    return the_room.cases


TheDesk = Annotated[CaseDesk, Depends(open_desk_of)]


@router.get(HERE)
async def overview(
    request: Request, the_room: TheRoom, the_actor: TheActor, bladzijde: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Also when it is off: then it says why."""
    desk = the_room.cases
    if isinstance(desk, Off):
        return await page(request, the_room, "platformmeldingen.html", off=case_words.OFF[desk], case_words=case_words)
    found, total = await desk.page(the_actor, limit=PAGE_SIZE, offset=(bladzijde - 1) * PAGE_SIZE)
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_ALERTS)
        titles = await alerts.titles(connection, {case.alert for case in found}, reach)
    return await page(
        request,
        the_room,
        "platformmeldingen.html",
        off="",
        cases=found,
        total=total,
        number=bladzijde,
        more=bladzijde * PAGE_SIZE < total,
        titles={alert_id: alert.label for alert_id, alert in titles.items()},
        desk=desk,
        times_taken=await desk.response_times(),
        organisations=desk.platforms.organisations,
        regions=regions(the_room),
        case_words=case_words,
    )


@router.post(HERE)
async def begin(
    *, request: Request, the_desk: TheDesk, the_actor: TheActor, token: FormToken = "", melding: Text = ""
) -> Response:
    _checked(request, token)
    if not melding.strip():
        raise HTTPException(400, "Begin een platformmelding op de pagina van een melding.")
    result = await the_desk.begin(melding.replace("\0", ""), the_actor)
    if result.verdict is Verdict.UNKNOWN:
        raise HTTPException(404, "Deze melding bestaat niet.")
    return _to(_done(result))


@router.get(HERE + "/{id}")
async def one(
    request: Request,
    the_room: TheRoom,
    the_desk: TheDesk,
    the_actor: TheActor,
    stap: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    return await case_page(request, the_room, the_desk, the_actor, step=stap)


@router.post(HERE + "/{id}/beoordeling")
async def judge(
    *,
    request: Request,
    the_room: TheRoom,
    the_desk: TheDesk,
    the_actor: TheActor,
    token: FormToken = "",
    aard: Text = "",
    weg: Text = "",
    platform: Text = "",
) -> Response:
    _checked(request, token)
    try:
        wanted = TriageRequest.model_validate({"nature": aard, "route": weg or None, "platform": platform or None})
    except ValidationError:
        errors = {"weg" if aard in set(Nature) else "aard": "Maak eerst een keuze."}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, status=400)
    if wanted.route in DESK and not wanted.platform:
        errors = {"platform": "Kies het platform waar het bericht staat."}
        typed = {"weg": weg}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, typed=typed, status=400)
    return _to(await _changed(the_desk.judge(_id(request), wanted.nature, wanted.route, wanted.platform, the_actor)))


@router.post(HERE + "/{id}/inhoud")
async def write(request: Request, the_room: TheRoom, the_desk: TheDesk, the_actor: TheActor) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}
    _checked(request, form.get("token", ""))
    typed = {field.value: form.get(field.value, "") for field in case_words.FIELD}
    typed[Field.GOOD_FAITH.value] = "ja" if form.get(Field.GOOD_FAITH.value) else ""
    values: dict[str, Any] = typed | {
        "urls": [line for line in typed["urls"].splitlines() if line.strip()],
        "goodFaith": bool(typed["goodFaith"]),
    }
    try:
        content = ContentShape.model_validate(values).content()
    except ValidationError as error:
        wrong = [Field(str(found["loc"][0])) for found in error.errors()]
        errors = {field.value: case_words.WRONG.get(field, case_words.TOO_LONG) for field in wrong}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, typed=typed, status=400)
    return _to(await _changed(the_desk.write(_id(request), content, the_actor)), "#tekst")


@router.post(HERE + "/{id}/verzenden")
async def send(
    *,
    request: Request,
    the_room: TheRoom,
    the_desk: TheDesk,
    the_actor: TheActor,
    token: FormToken = "",
    wijze: Text = "",
) -> Response:
    _checked(request, token)
    if wijze not in set(Means):
        raise HTTPException(400, "Kies hoe u verzendt.")
    result = await _sealed(the_desk.send(_id(request), Means(wijze), the_actor))
    if result.verdict in case_words.MAIL or result.verdict is Verdict.INCOMPLETE:
        said = [case_words.GAP[field] for field in result.missing] or [case_words.MAIL[result.verdict]]
        errors = {"tekst": " ".join(said)}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, status=409)
    return _to(_done(result), "#verloop")


@router.post(HERE + "/{id}/stand")
async def follow(
    *,
    request: Request,
    the_room: TheRoom,
    the_desk: TheDesk,
    the_actor: TheActor,
    token: FormToken = "",
    stand: Text = "",
    tekst: Text = "",
) -> Response:
    _checked(request, token)
    errors = {} if stand in set(case_words.NEXT) else {"stand": "Kies wat er gebeurde."}
    try:
        text = _text.validate_python(tekst)
    except ValidationError:
        errors["antwoord"] = case_words.TOO_LONG
    if errors:
        typed = {"antwoord": tekst}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, typed=typed, status=400)
    result = await _sealed(the_desk.advance(_id(request), Status(stand), text, the_actor))
    if result.verdict is Verdict.INCOMPLETE:
        errors = {field.value: case_words.GAP[field] for field in result.missing}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, status=409)
    return _to(_done(result), "#verloop")


@router.post(HERE + "/{id}/verwijderen")
async def delete(
    *,
    request: Request,
    the_room: TheRoom,
    the_desk: TheDesk,
    the_actor: TheActor,
    token: FormToken = "",
    zeker: Text = "",
) -> Response:
    _checked(request, token)
    if zeker != "ja":
        errors = {"zeker": "Zet eerst het vinkje: verwijderen is voorgoed."}
        return await case_page(request, the_room, the_desk, the_actor, errors=errors, status=400)
    _done(await the_desk.delete(_id(request), the_actor))
    return RedirectResponse(HERE, 303)


@router.get(HERE + "/{id}/tekst.txt")
async def text_file(request: Request, the_desk: TheDesk, the_actor: TheActor) -> Response:
    letter = await _letter(request, the_desk, the_actor)
    return Response(letter.text, media_type="text/plain", headers=_as_file(letter, "txt"))


@router.get(HERE + "/{id}/tekst.json")
async def json_file(request: Request, the_desk: TheDesk, the_actor: TheActor) -> Response:
    letter = await _letter(request, the_desk, the_actor)
    return JSONResponse(letter.record, headers=_as_file(letter, "json"))


async def _letter(request: Request, the_desk: CaseDesk, the_actor: Actor) -> Letter:
    letter = the_desk.letter(await opened(request, the_desk, the_actor, "case-export"))
    if letter is None:
        raise HTTPException(409, "Er ontbreekt nog iets aan deze platformmelding.")
    return letter


def _as_file(letter: Letter, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="platformmelding-{letter.reference}.{suffix}"'}


async def _changed(changing: Awaitable[Result]) -> PlatformCase:
    return _done(await _sealed(changing))


async def _sealed(changing: Awaitable[Result]) -> Result:
    try:
        return await changing
    except Sealed:
        raise HTTPException(503, case_words.SEALED) from None


def _done(result: Result) -> PlatformCase:
    if result.verdict is Verdict.UNKNOWN:
        raise HTTPException(404, "Deze platformmelding bestaat niet.")
    if result.verdict is Verdict.DENIED:
        raise HTTPException(403, "Uw rol laat dit niet toe, voor deze regio of voor deze weg.")
    if result.verdict is not Verdict.DONE or result.case is None:
        raise HTTPException(409, "Dit kan niet (meer). Ga terug en laad de pagina opnieuw.")
    return result.case


def _to(case: PlatformCase, where: str = "") -> Response:
    return RedirectResponse(f"{HERE}/{case.id}{where}", 303)


def _id(request: Request) -> str:
    return str(request.path_params["id"]).replace("\0", "")


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
