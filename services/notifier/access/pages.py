"""The pages of signing in and out, and the administrator's page of sessions and API tokens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from configuration.access import EVERY, NATIONAL
from services.notifier.access.actor import Means
from services.notifier.access.administration import (
    MAX_DAYS,
    NotWithinReach,
    create_token,
    end_session,
    list_sessions,
    list_tokens,
    revoke_token,
)
from services.notifier.access.entrance import Denied, Entrance
from services.notifier.access.oidc import Refusal, SignInRefused
from services.notifier.access.permissions import SCOPES, Permission
from services.notifier.access.sign_in import SignIn, own_path
from services.notifier.api.access import TokenRequest
from services.notifier.console.rendering import (
    PAGES,
    TheActor,
    TheRoom,
    bare_page,
    may_open,
    page,
    regions,
    token_is_right,
)

router = APIRouter(include_in_schema=False)
FormToken = Annotated[str, Form(max_length=100)]
SAID = {
    Refusal.UNREACHABLE: "De aanmelddienst antwoordt niet. Probeer het zo nog eens, of bel uw beheerder.",
    Refusal.PROVIDER: "De aanmelddienst heeft u niet toegelaten. Probeer het nog eens, of bel uw beheerder.",
    Refusal.INVALID: "Het antwoord van de aanmelddienst klopt niet. Bel uw beheerder.",
    Refusal.STATE: "Dit aanmelden is verlopen of hoort bij een ander venster. Probeer het nog eens.",
    Refusal.NO_ROLE: "Uw account heeft geen rol in Seinpost. Vraag uw beheerder om toegang.",
}


def _entrance(request: Request) -> Entrance:
    found: Entrance = request.app.state.entrance
    return found


def _sign_in(request: Request) -> SignIn:
    found: SignIn | None = request.app.state.sign_in
    if found is None:
        raise HTTPException(404)
    return found


@router.get("/aanmelden")
async def sign_in(request: Request, terug: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    _sign_in(request)
    return await bare_page(request, "aanmelden.html", back=own_path(terug), said="")


@router.get("/aanmelden/start")
async def start(request: Request, terug: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    response = RedirectResponse("/aanmelden", 303)
    try:
        response.headers["location"] = await _sign_in(request).start(response, terug)
    except SignInRefused as refused:
        return await _failed(request, refused.refusal)
    return response


@router.get("/aanmelden/terug")
async def finish(request: Request) -> Response:
    signing, entrance = _sign_in(request), _entrance(request)
    try:
        cookie, actor, back = await signing.finish(request)
    except SignInRefused as refused:
        response = await _failed(request, refused.refusal)
        signing.forget(request, response)
        return response
    # Whoever was signed in here before is not any more: the cookie is always a new one.
    before = await entrance.enter(request.headers, actor.origin, active=False)
    if not isinstance(before, Denied) and before.means is Means.SESSION:
        await entrance.end(before.credential, before, "sign-out")
    if back == "/":
        back = next((path for path, _ in PAGES if may_open(actor, path)), "/")
    response = RedirectResponse(back, 303)
    signing.forget(request, response)
    response.set_cookie(entrance.cookie, cookie, httponly=True, samesite="lax", secure=entrance.secure)
    return response


async def _failed(request: Request, refusal: Refusal) -> Response:
    if refusal is not Refusal.NO_ROLE:  # that one was written under the person's name
        await _entrance(request).note_stranger(request.scope["seinpost.actor"].origin, "sign-in", refusal.value)
    status = 503 if refusal is Refusal.UNREACHABLE else 400
    return await bare_page(request, "aanmelden.html", status=status, back="/", said=SAID[refusal])


@router.post("/afmelden")
async def sign_out(request: Request, the_actor: TheActor, token: FormToken = "") -> Response:
    _checked(request, token)
    entrance = _entrance(request)
    response = RedirectResponse("/afgemeld", 303)
    if the_actor.means is Means.SESSION:
        await entrance.end(the_actor.credential, the_actor, "sign-out")
        response.delete_cookie(entrance.cookie, httponly=True, samesite="lax", secure=entrance.secure)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/afgemeld")
async def signed_out(request: Request) -> Response:
    signing = _sign_in(request)
    base = _entrance(request).room.settings.notifier.public_url.rstrip("/")
    elsewhere = await signing.openid.sign_out_address(f"{base}/afgemeld")
    return await bare_page(request, "afgemeld.html", elsewhere=elsewhere)


@router.get("/toegang")
async def access(request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    return await page(request, the_room, "toegang.html", **await _values(request, the_actor))


@router.post("/toegang/sessies/{id}/beeindigen")
async def end(request: Request, the_actor: TheActor, token: FormToken = "") -> Response:
    _checked(request, token)
    if not await end_session(_entrance(request), request.path_params["id"], the_actor):
        raise HTTPException(404, "Deze sessie is er niet (meer).")
    return RedirectResponse("/toegang", 303)


@router.post("/toegang/sleutels")
async def create(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: FormToken = "",
    naam: Annotated[str, Form()] = "",
    mag: Annotated[list[str] | None, Form()] = None,
    regio: Annotated[list[str] | None, Form()] = None,
    dagen: Annotated[str, Form()] = "",
) -> Response:
    """Answers with the page itself, not with another to go to: the value is shown once."""
    _checked(request, token)
    values = await _values(request, the_actor)
    try:
        wish = TokenRequest.model_validate({"label": naam, "scopes": mag or [], "regions": regio or [], "days": dagen})
        _, value = await create_token(_entrance(request), wish.wish(), the_actor)
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors()}
        said = {
            "label": "Geef de sleutel een naam van 3 tot 60 tekens.",
            "scopes": "Kies wat de sleutel mag.",
            "regions": "Kies minstens een regio.",
            "days": f"Kies 1 tot {MAX_DAYS} dagen.",
        }
        errors = {field: text for field, text in said.items() if field in wrong}
        return await page(request, the_room, "toegang.html", status=400, **values | {"errors": errors, "typed": naam})
    except NotWithinReach:
        errors = {"regions": "Dit gaat verder dan wat u zelf mag. Landelijke cijfers kunnen alleen met alle regio’s."}
        return await page(request, the_room, "toegang.html", status=403, **values | {"errors": errors, "typed": naam})
    values = await _values(request, the_actor)
    return await page(request, the_room, "toegang.html", **values | {"value": value})


@router.post("/toegang/sleutels/{id}/intrekken")
async def revoke(request: Request, the_actor: TheActor, token: FormToken = "") -> Response:
    _checked(request, token)
    if not await revoke_token(_entrance(request), request.path_params["id"], the_actor):
        raise HTTPException(404, "Deze sleutel is er niet.")
    return RedirectResponse("/toegang", 303)


async def _values(request: Request, the_actor: TheActor) -> dict[str, Any]:
    entrance = _entrance(request)
    reach = the_actor.reach(Permission.MANAGE_TOKENS)
    choices = [(EVERY, "Alle regio’s en landelijk")] if reach.regions is None and reach.national else []
    choices += [(code, f"{code} {name}") for code, name in regions(entrance.room).items() if reach.covers(code)]
    choices += [(NATIONAL, "Landelijk: meldingen zonder regio")] if reach.national else []
    return {
        "sessions": await list_sessions(entrance, the_actor),
        "tokens": await list_tokens(entrance, the_actor),
        "own": the_actor.credential,
        "scopes": sorted(SCOPES),
        "choices": choices,
        "max_days": MAX_DAYS,
        "value": "",
        "errors": {},
        "typed": "",
    }


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
