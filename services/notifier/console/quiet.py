"""What is withheld: the page Dempingen with its preview, a digest, and the cards on Nu that tell of both."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from contracts.alert import Severity
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.api.shapes import MAX_TEXT, OperatorText
from services.notifier.budget import Shift
from services.notifier.console.present import Card
from services.notifier.console.rendering import TheActor, TheRoom, card, page, regions, token_is_right
from services.notifier.handling import Command, handle
from services.notifier.life import UNSEEN, Action, Verdict
from services.notifier.room import Room
from services.notifier.silencing import HOUR_MS, Decision, Wish, end, notice, silence, with_region
from services.notifier.store import alerts, held, silences
from services.notifier.store.held import Digest
from services.notifier.store.silences import Silence
from services.notifier.withholding import Held, Matcher

router = APIRouter(include_in_schema=False)
HOURS = (1, 2, 4, 8, 12, 24, 72, 168)
PAGE_SIZE = 100
ENDED_SHOWN_MS = 7 * 24 * HOUR_MS
WRONG = {
    Decision.TOO_WIDE: ("gemeente", "Kies een gemeente, een regio of een fenomeen. Alles dempen kan niet."),
    Decision.OVER: ("uren", "Kies hoe lang de demping duurt."),
    Decision.TOO_LONG: ("uren", "Zo lang mag een demping niet duren."),
    Decision.DENIED: ("regio", "Dit gaat over meer regio’s dan u behandelt."),
}
_text: TypeAdapter[str] = TypeAdapter(OperatorText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The fields of the form as they came."""

    gemeente: str = ""
    regio: str = ""
    fenomeen: str = ""
    ernst: str = Severity.MEDIUM.value
    uren: str = "4"
    reden: str = ""

    @property
    def shown(self) -> str:
        """Stands in the form once its preview was shown: nothing is saved that was not looked at first."""
        looked_at = "\n".join((self.gemeente, self.regio, self.fenomeen, self.ernst, self.uren))
        return hashlib.sha256(looked_at.encode()).hexdigest()[:16]


@dataclass(slots=True)
class Read:
    """What the form asks for, as far as it can be understood."""

    matcher: Matcher | None
    hours: int
    errors: dict[str, str] = field(default_factory=dict)


def _read(typed: Typed, the_room: Room) -> Read:
    errors: dict[str, str] = {}
    if typed.ernst not in set(Severity):
        errors["ernst"] = "Kies tot en met welke ernst."
    hours = int(typed.uren) if typed.uren in {str(number) for number in HOURS} else 0
    if not hours:
        errors["uren"] = "Kies hoe lang de demping duurt."
    known = {phenomenon.id for phenomenon in the_room.configuration.phenomena}
    if typed.fenomeen and typed.fenomeen not in known:
        errors["fenomeen"] = "Dit fenomeen bestaat niet."
    if typed.regio and typed.regio not in regions(the_room):
        errors["regio"] = "Deze regio bestaat niet."
    if not (typed.gemeente or typed.regio or typed.fenomeen):
        errors["gemeente"] = WRONG[Decision.TOO_WIDE][1]
    if errors:
        return Read(matcher=None, hours=hours, errors=errors)
    asked = Matcher(
        gemeente=typed.gemeente or None,
        region=typed.regio or None,
        phenomenon=typed.fenomeen or None,
        max_severity=Severity(typed.ernst),
    )
    matcher = with_region(asked, the_room.configuration.gazetteer)
    if matcher is None:
        errors["gemeente"] = "Deze gemeente is niet bekend, of ligt niet in deze regio."
    return Read(matcher=matcher, hours=hours, errors=errors)


def _of_query(
    gemeente: Annotated[str, Query(max_length=80)] = "",
    regio: Annotated[str, Query(max_length=8)] = "",
    fenomeen: Annotated[str, Query(max_length=60)] = "",
) -> Typed:
    plain = [value.replace("\0", "").strip() for value in (gemeente, regio, fenomeen)]
    return Typed(gemeente=plain[0], regio=plain[1], fenomeen=plain[2])


@router.get("/dempingen")
async def overview(
    request: Request, the_room: TheRoom, the_actor: TheActor, typed: Annotated[Typed, Depends(_of_query)]
) -> Response:
    return await _page(request, the_room, the_actor, typed, {})


@router.post("/dempingen")
async def ask(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    token: Annotated[str, Form(max_length=100)] = "",
    gemeente: Annotated[str, Form(max_length=80)] = "",
    regio: Annotated[str, Form(max_length=8)] = "",
    fenomeen: Annotated[str, Form(max_length=60)] = "",
    ernst: Annotated[str, Form(max_length=8)] = "",
    uren: Annotated[str, Form(max_length=4)] = "",
    reden: Annotated[str, Form()] = "",
    gezien: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """First the preview; saved only when what is sent is what was previewed, and a reason is given."""
    _checked(request, token)
    typed = Typed(
        gemeente=gemeente.replace("\0", "").strip(), regio=regio, fenomeen=fenomeen, ernst=ernst, uren=uren, reden=reden
    )
    found = _read(typed, the_room)
    if found.matcher is None:
        return await _page(request, the_room, the_actor, typed, found.errors, status=400)
    if gezien != typed.shown:
        return await _page(request, the_room, the_actor, typed, {}, matcher=found.matcher)
    try:
        reason = _text.validate_python(reden)
    except ValidationError:
        too_long = len(reden) > MAX_TEXT
        wrong = (
            f"Dit mag niet langer zijn dan {MAX_TEXT} tekens." if too_long else "Schrijf in een paar woorden waarom."
        )
        return await _page(request, the_room, the_actor, typed, {"reden": wrong}, matcher=found.matcher, status=400)
    now = the_room.now_ms()
    wish = Wish(matcher=found.matcher, reason=reason, ends_ms=now + found.hours * HOUR_MS)
    answer = await silence(the_room.database, wish, the_actor, the_room.configuration.alarms, now)
    if answer.silence is None:
        name, wrong = WRONG[answer.decision]
        return await _page(request, the_room, the_actor, typed, {name: wrong}, matcher=found.matcher, status=400)
    the_room.acted()
    return RedirectResponse("/dempingen", 303)


@router.post("/dempingen/{id}/beeindigen")
async def stop(
    *, id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Annotated[str, Form()] = ""
) -> Response:
    _checked(request, token)
    return _after(the_room, await end(the_room.database, id, the_actor, the_room.now_ms()), "/dempingen")


@router.post("/dempingen/{id}/gezien")
async def seen(
    *, id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Annotated[str, Form()] = ""
) -> Response:
    _checked(request, token)
    return _after(the_room, await notice(the_room.database, id, the_actor, the_room.now_ms()), "/")


@router.get("/verzamelingen/{id}")
async def digest(
    *, id: str, request: Request, the_room: TheRoom, the_actor: TheActor,
    pagina: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:  # fmt: skip
    """A digest, or what stands under the alert of an event."""
    shift = Shift.of_digest(id)
    async with the_room.database.reading() as connection:
        above = None
        if shift is None:
            above = await alerts.find(connection, id.replace("\0", ""), the_actor.reach(Permission.READ_ALERTS))
        cases, total = await held.withheld_by(
            connection,
            id.replace("\0", ""),
            the_actor.reach(Permission.READ_ALERTS),
            limit=PAGE_SIZE,
            offset=(pagina - 1) * PAGE_SIZE,
        )
    reached = shift is not None and the_actor.reach(Permission.READ_ALERTS).covers(shift.region)
    if above is None and not reached:
        raise HTTPException(404, "Deze verzameling bestaat niet.")
    return await page(
        request,
        the_room,
        "verzameling.html",
        digest_id=id,
        cards=[card(the_room, case) for case in cases],
        total=total,
        above=card(the_room, above) if above else None,
        shift=shift,
        region=region_name(the_room, shift.region if shift else None),
        number=pagina,
        last=max(1, -(-total // PAGE_SIZE)),
    )


@router.post("/verzamelingen/{id}/gezien")
async def digest_seen(
    *, id: str, request: Request, the_room: TheRoom, the_actor: TheActor, token: Annotated[str, Form()] = ""
) -> Response:
    """Every alert in it is seen by this one; each stands in the audit log by itself."""
    _checked(request, token)
    reach = the_actor.reach(Permission.HANDLE_ALERTS)
    async with the_room.database.reading() as connection:
        cases, _ = await held.withheld_by(connection, id.replace("\0", ""), reach, limit=1000)
    for case in cases:
        if case.status in UNSEEN:
            await handle(
                the_room.database, case.alert.id, Command(action=Action.ACKNOWLEDGE), the_actor, the_room.now_ms()
            )
    the_room.acted()
    return RedirectResponse(f"/verzamelingen/{quote(id, safe='')}", 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCard:
    digest: Digest
    region: str
    began_ms: int
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """For Nu and Dienstoverdracht: everything that has no card of its own, counted."""

    digests: tuple[DigestCard, ...]
    over: tuple[Silence, ...]
    """Silences whose time was up, and nobody has seen that."""
    silences: tuple[Silence, ...]
    places: dict[Held, int]
    under: dict[str, int]
    """By id of the alert above them."""

    @property
    def silenced(self) -> int:
        return self.places[Held.SILENCED]

    @property
    def version(self) -> str:
        counted = "-".join(str(number) for number in self.places.values())
        return f"{counted}-{len(self.over)}-{sum(card.digest.unseen for card in self.digests)}"


async def withheld(the_room: Room, the_actor: Actor, shown: list[str]) -> Withheld:
    """``shown``: ids of the cards on the page."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        digests = await held.digests(connection, reach)
        over = await silences.unnoticed(connection, reach)
        active = await silences.active(connection, reach)
        places = await held.places(connection, reach, only_open=True)
        under = await held.under(connection, shown, reach) if places[Held.INHIBITED] else {}
    found = [(one, Shift.of_digest(one.id)) for one in digests]
    return Withheld(
        digests=tuple(
            DigestCard(
                digest=one, region=region_name(the_room, one.region), began_ms=shift.began_ms, exercise=shift.exercise
            )
            for one, shift in found
            if shift is not None
        ),
        over=tuple(over),
        silences=tuple(active),
        places=places,
        under=under,
    )


def grouped(cards: list[Card], under: dict[str, int]) -> list[Card]:
    """One card per happening: alerts of the same gathering stand on the card of the first."""
    first: dict[str, Card] = {}
    more: dict[str, list[Card]] = {}
    for shown in cards:
        group = shown.case.happening or shown.alert.id
        if group in first:
            more.setdefault(group, []).append(shown)
        else:
            first[group] = shown
    return [
        dataclasses.replace(head, companions=tuple(more.get(group, ())), under=under.get(head.alert.id, 0))
        for group, head in first.items()
    ]


def region_name(the_room: Room, region: str | None) -> str:
    return regions(the_room).get(region, region) if region else "Landelijk, nog geen regio"


async def _page(
    request: Request,
    the_room: Room,
    the_actor: Actor,
    typed: Typed,
    errors: dict[str, str],
    *,
    matcher: Matcher | None = None,
    status: int = 200,
) -> Response:
    reach = the_actor.reach(Permission.READ_ALERTS)
    now = the_room.now_ms()
    async with the_room.database.reading() as connection:
        preview = await silences.preview(connection, matcher, reach, now) if matcher else None
        active = await silences.active(connection, reach)
        ended = await silences.ended(connection, reach, since_ms=now - ENDED_SHOWN_MS)
        places = await held.places(connection, reach, only_open=True)
    longest = the_room.configuration.alarms.silences.longest_hours
    values: dict[str, Any] = {
        "typed": typed,
        "errors": errors,
        "preview": preview,
        "open_cards": [card(the_room, case) for case in preview.open] if preview else [],
        "active": active,
        "ended": ended,
        "places": places,
        "may_handle": the_actor.may(Permission.HANDLE_ALERTS),
        "hours": [number for number in HOURS if number <= longest],
        "regions": {code: name for code, name in regions(the_room).items() if reach.covers(code)},
        "gemeenten": sorted(
            gemeente.name
            for gemeente in the_room.configuration.gazetteer.gemeenten.values()
            if reach.covers(gemeente.region)
        ),
        "phenomena": {phenomenon.id: phenomenon.label for phenomenon in the_room.configuration.phenomena},
    }
    return await page(request, the_room, "dempingen.html", status=status, **values)


def _checked(request: Request, token: str) -> None:
    if not token_is_right(request, token):
        raise HTTPException(403, "Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.")


def _after(the_room: Room, verdict: Verdict | None, address: str) -> Response:
    if verdict is None:
        raise HTTPException(404, "Deze demping bestaat niet.")
    if verdict is Verdict.DENIED:
        raise HTTPException(403, "Deze demping gaat over een regio waar u geen meldingen behandelt.")
    if verdict is Verdict.REFUSED:
        raise HTTPException(409, "Deze demping is nog niet afgelopen.")
    the_room.acted()
    return RedirectResponse(address, 303)
