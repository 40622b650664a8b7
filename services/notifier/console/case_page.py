"""The page of one platformmelding: what stands on it at each step."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from runtime.logs import log
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.cases import law
from services.notifier.cases.content import ELEMENTS, Content, Field, needed
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import Off
from services.notifier.cases.progress import Status, after
from services.notifier.cases.store import Opened, PlatformCase
from services.notifier.cases.triage import DESK, ROUTES, Nature, Route
from services.notifier.cases.vault import Sealed
from services.notifier.console import case_words
from services.notifier.console.rendering import page
from services.notifier.room import Room
from services.notifier.store import alerts

OPTIONAL = {Route.NOTICE: (Field.ACCOUNT, Field.SEEN_AT), Route.ORDER: (Field.ACCOUNT, Field.SEEN_AT)}
"""May be filled in: DSA art. 16(2)(b) and 9(2)(a)(iv) speak of further information that helps to find it."""


async def opened(request: Request, the_desk: CaseDesk, the_actor: Actor, action: str = "case-read") -> Opened:
    """Raises 404, 503."""
    case_id = str(request.path_params["id"]).replace("\0", "")
    try:
        found = await the_desk.read(case_id, the_actor, action=action)
    except Sealed:
        raise HTTPException(503, case_words.SEALED) from None
    if found is None:
        raise HTTPException(404, "Deze platformmelding bestaat niet.")
    return found


async def case_page(
    request: Request,
    the_room: Room,
    the_desk: CaseDesk,
    the_actor: Actor,
    *,
    step: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """``typed``: what came back with mistakes in it. Reading is audited, as each time."""
    found = await opened(request, the_desk, the_actor)
    case = found.case
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_ALERTS)
        titles = await alerts.titles(connection, {case.alert}, reach)
    draft = case.status is Status.DRAFT
    gaps = the_desk.missing(found)
    letter = the_desk.letter(found)
    return await page(
        request,
        the_room,
        "platformmelding.html",
        status=status,
        case=case,
        title=titles[case.alert].label if case.alert in titles else None,
        content=_shown(found.content) | (typed or {}),
        steps=list(reversed(found.steps)),
        step=_step(case, step),
        may_write=the_desk.may_write(the_actor, case),
        draft=draft,
        natures={nature: case_words.NATURE[nature] for nature in Nature},
        routes=_routes(case.nature, the_desk, the_actor, case),
        desks={route.value for route in DESK},
        platforms=the_desk.platforms.platforms,
        platform=the_desk.platform(case),
        point=the_desk.point(case),
        fields=_fields(case, the_desk),
        gaps={field: case_words.GAP[field] for field in gaps},
        law=law,
        elements=ELEMENTS.get(case.route, {}) if case.route else {},
        waiting=law.waiting(case.route, case.status),
        letter=letter,
        mail=the_desk.mails(case),
        mail_words=case_words.MAIL,
        following=[status for status in after(case.status, case.route) if status is not Status.SENT],
        deleted_ms=the_desk.delete_ms(case),
        kept_days=the_desk.days,
        case_words=case_words,
        errors=errors or {},
        typed=typed or {},
    )


async def reports_on(the_room: Room, the_actor: Actor, alert_id: str) -> list[PlatformCase]:
    """For the page of an alert, which must open whatever becomes of this store."""
    if isinstance(the_room.cases, Off) or not the_actor.may(Permission.READ_CASES):
        return []
    try:
        found, _ = await the_room.cases.page(the_actor, alert=alert_id, limit=20, offset=0)
    except (SQLAlchemyError, OSError) as error:
        log().error("cases_unavailable", error=type(error).__name__)
        return []
    return found


def _step(case: PlatformCase, asked: str) -> str:
    """The first that is not done, or an earlier one that somebody goes back to."""
    if case.status is not Status.DRAFT:
        return "tekst"
    reached = "aard" if case.nature is None else "weg" if case.route is None else "inhoud"
    order = ("aard", "weg", "inhoud")
    return asked if asked in order and order.index(asked) < order.index(reached) else reached


def _routes(
    nature: Nature | None, the_desk: CaseDesk, the_actor: Actor, case: PlatformCase
) -> list[tuple[Route, case_words.Explained, bool]]:
    """Each with whether this one may take it."""
    return [
        (route, case_words.ROUTE[route], the_desk.may_write(the_actor, case, route))
        for route in (ROUTES[nature] if nature else ())
    ]


def _fields(case: PlatformCase, the_desk: CaseDesk) -> list[tuple[Field, case_words.Asked, bool]]:
    """To fill in by this route, in order, each with whether it is needed."""
    if case.route is None:
        return []
    asked = needed(case.route, the_desk.platform(case))
    shown = [*asked, *(field for field in OPTIONAL.get(case.route, ()) if field not in asked)]
    return [(field, case_words.FIELD[field], field in asked) for field in shown if field in case_words.FIELD]


def _shown(content: Content) -> dict[str, str]:
    values: dict[str, Any] = {
        "urls": "\n".join(content.urls),
        "reasons": content.reasons,
        "rule": content.rule,
        "account": content.account,
        "seenAt": content.seen_at,
        "goodFaith": "ja" if content.good_faith else "",
        "legalBasis": content.legal_basis,
        "authority": content.authority,
        "redress": content.redress,
        "territory": content.territory,
        "language": content.language,
    }
    return values
