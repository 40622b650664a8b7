"""The button that tests a receiver."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request
from starlette.responses import RedirectResponse, Response

from services.notifier.console.rendering import TheActor, TheRoom, token_is_right

router = APIRouter(include_in_schema=False)


@router.post("/instellingen/ontvangers/{id}/test")
async def try_out(
    *,
    receiver_id: Annotated[str, Path(alias="id", max_length=60)],
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")
    trial = await the_room.trials.test(receiver_id, the_actor)
    if trial is None:
        raise HTTPException(404, "Deze ontvanger bestaat niet.")
    return RedirectResponse(f"/instellingen#ontvanger-{trial.receiver}", 303)
