"""What the forms of a dossier send. Each answers with the page to go to (303), or with the page and what is wrong."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.notifier.access.actor import Actor
from services.notifier.console.dossiers import GONE, dossier_values
from services.notifier.console.rendering import TheActor, TheRoom, page, token_is_right
from services.notifier.dossier import entering, handling, lists
from services.notifier.dossier.handling import Answer, Make, Refusal
from services.notifier.room import Room, actor

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form(max_length=200)]
ChoiceT = TypeVar("ChoiceT", bound=StrEnum)
AnswerT = TypeVar("AnswerT", bound=StrEnum)
SAID = {
    Refusal.UNKNOWN: GONE,
    Refusal.DENIED: "In deze regio mag u dit dossier lezen, niet aanvullen.",
    Refusal.ALERT_GONE: "De melding van dit dossier is er niet meer.",
    Refusal.FULL: "Dit dossier is vol.",
}
"""What ends in a page of its own; the rest is said beside the field."""
TIME = "Kies een tijdstip dat voorbij is, en niet meer dan 30 dagen voor de eerste berichten."
CHOOSE = "Maak een keuze."


@router.post("/meldingen/{alert_id}/dossier")
async def open_dossier(
    *, alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    answer = await handling.open_dossier(the_room, alert_id.replace("\0", ""), the_actor)
    if answer.refusal is Refusal.UNKNOWN:
        raise HTTPException(404, "Deze melding bestaat niet.")
    return _onward(the_room, answer, alert_id, "")


@router.post("/dossiers/{dossier_id}/bijwerken")
async def bring_up_to_date(
    *, dossier_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    answer = await handling.update(the_room, dossier_id.replace("\0", ""), the_actor)
    return _onward(the_room, answer, dossier_id, "regels")


@router.post("/dossiers/{dossier_id}/gebeurtenis")
async def add_event(
    *,
    dossier_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    tijd: Text = "",
    soort: Text = "",
    gemeente: Text = "",
    plaats: Text = "",
    grootte: Text = "",
    bron: Text = "",
) -> Response:
    _checked(request, token)
    typed = {
        "tijd": tijd, "soort": soort, "gemeente": gemeente, "plaats": plaats, "grootte": grootte, "bron": bron,
    }  # fmt: skip
    happened, size, witness = (
        _choice(lists.Happened, soort),
        _choice(lists.Size, grootte),
        _choice(lists.Witness, bron),
    )
    at_ms = entering.wall_ms(tijd)
    errors = {
        "tijd": TIME if at_ms is None else "",
        "soort": "" if happened else CHOOSE,
        "gemeente": "" if gemeente else CHOOSE,
        "grootte": "" if size else CHOOSE,
        "bron": "" if witness else CHOOSE,
    }
    if at_ms is None or happened is None or size is None or witness is None or not gemeente:
        return await _again(request, the_room, dossier_id, errors, typed)
    wish = entering.EventWish(
        at_ms=at_ms, happened=happened, gemeente=gemeente, place=plaats, size=size, witness=witness
    )
    make = entering.event(wish, the_room.configuration.gazetteer, the_room.now_ms())
    answer = await _add(the_room, dossier_id, the_actor, make)
    if answer.refusal is Refusal.NO_SUCH_PLACE:
        errors["plaats"] = (
            "Deze plaats staat niet in de plaatsenlijst van deze gemeente. Kies een andere, of laat leeg."
        )
        return await _again(request, the_room, dossier_id, errors, typed)
    if answer.refusal is Refusal.IMPOSSIBLE_TIME:
        return await _again(request, the_room, dossier_id, errors | {"tijd": TIME}, typed)
    return _onward(the_room, answer, dossier_id, "gebeurtenissen")


@router.post("/dossiers/{dossier_id}/verklaringen")
async def weigh(dossier_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    form = await request.form()
    _checked(request, str(form.get("token", "")))
    make = entering.explanations(_answers(form, lists.Explanation, lists.PlayedPart))
    return _onward(the_room, await _add(the_room, dossier_id, the_actor, make), dossier_id, "verklaringen")


@router.post("/dossiers/{dossier_id}/middelen")
async def consider(dossier_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    form = await request.form()
    _checked(request, str(form.get("token", "")))
    make = entering.measures(_answers(form, lists.Measure, lists.Considered))
    return _onward(the_room, await _add(the_room, dossier_id, the_actor, make), dossier_id, "middelen")


@router.post("/dossiers/{dossier_id}/besluit")
async def decide(
    *,
    dossier_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    maatregel: Text = "",
    gezag: Text = "",
    besluittijd: Text = "",
) -> Response:
    _checked(request, token)
    typed = {"maatregel": maatregel, "gezag": gezag, "besluittijd": besluittijd}
    power, authority = _choice(lists.Power, maatregel), _choice(lists.Authority, gezag)
    at_ms = entering.wall_ms(besluittijd)
    errors = {
        "maatregel": "" if power else CHOOSE,
        "gezag": "" if authority else CHOOSE,
        "besluittijd": TIME if at_ms is None else "",
    }
    if power is None or authority is None or at_ms is None:
        return await _again(request, the_room, dossier_id, errors, typed)
    answer = await _add(the_room, dossier_id, the_actor, entering.decision(power, authority, at_ms, the_room.now_ms()))
    if answer.refusal is Refusal.IMPOSSIBLE_TIME:
        return await _again(request, the_room, dossier_id, errors | {"besluittijd": TIME}, typed)
    return _onward(the_room, answer, dossier_id, "besluiten")


@router.post("/dossiers/{dossier_id}/verbetering")
async def correct(
    *,
    dossier_id: str,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Token = "",
    regel: Text = "",
    fout: Text = "",
    vervangen: Text = "",
) -> Response:
    _checked(request, token)
    typed = {"regel": regel, "fout": fout, "vervangen": vervangen}
    mistake = _choice(lists.Mistake, fout)
    number, instead = _number(regel), _number(vervangen)
    errors = {"regel": "" if number else CHOOSE, "fout": "" if mistake else CHOOSE}
    if number is None or mistake is None:
        return await _again(request, the_room, dossier_id, errors, typed)
    answer = await _add(the_room, dossier_id, the_actor, handling.correction(number, mistake, instead))
    if answer.refusal is Refusal.NOT_CORRECTABLE:
        return await _again(request, the_room, dossier_id, {"regel": "Deze regel is al verbeterd."}, typed)
    if answer.refusal is Refusal.NO_REPLACEMENT:
        wrong = "Kies een latere regel van dezelfde soort, of geen."
        return await _again(request, the_room, dossier_id, {"vervangen": wrong}, typed)
    return _onward(the_room, answer, dossier_id, "regels")


@router.post("/dossiers/{dossier_id}/samenhang")
async def correlate(
    *, dossier_id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Token = ""
) -> Response:
    _checked(request, token)
    answer = await handling.correlated(the_room, dossier_id.replace("\0", ""), the_actor)
    return _onward(the_room, answer, dossier_id, "samenhang")


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")


async def _add(the_room: Room, dossier_id: str, the_actor: Actor, make: Make) -> Answer:
    return await handling.add(the_room, dossier_id.replace("\0", ""), the_actor, make)


def _onward(the_room: Room, answer: Answer, dossier_id: str, part: str) -> Response:
    """Nothing new to add is no mistake of whoever pressed the button."""
    if answer.refusal is not None and answer.refusal is not Refusal.NOTHING_NEW:
        status = {Refusal.UNKNOWN: 404, Refusal.DENIED: 403}.get(answer.refusal, 409)
        raise HTTPException(status, SAID[answer.refusal])
    the_room.acted()
    return RedirectResponse(f"/dossiers/{quote(dossier_id, safe='')}" + (f"#{part}" if part else ""), 303)


async def _again(
    request: Request, the_room: Room, dossier_id: str, errors: dict[str, str], typed: dict[str, str]
) -> Response:
    """The page again, with what was chosen and what is wrong with it."""
    values = await dossier_values(the_room, actor(request), dossier_id)
    if not values["may_write"]:
        raise HTTPException(403, SAID[Refusal.DENIED])
    values |= {"errors": {name: text for name, text in errors.items() if text}, "typed": typed}
    return await page(request, the_room, "dossier.html", status=400, **values)


def _choice(of: type[ChoiceT], given: str) -> ChoiceT | None:
    return of(given) if given in set(of) else None


def _answers(form: FormData, asked: type[ChoiceT], answer: type[AnswerT]) -> dict[ChoiceT, AnswerT]:
    found = {one: _choice(answer, str(form.get(one.value, ""))) for one in asked}
    return {one: chosen for one, chosen in found.items() if chosen is not None}


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdecimal() and 0 < len(given) < 8 else None
