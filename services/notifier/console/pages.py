"""The pages: Nu, Melding, Bronnen, Dienstoverdracht, Instellingen."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request
from starlette.responses import Response

from configuration.guidance import Phase
from contracts.raw_post import PROBE
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.console import case_words, words
from services.notifier.console.case_page import reports_on
from services.notifier.console.maps import spot
from services.notifier.console.quiet import grouped, withheld
from services.notifier.console.rendering import TheActor, TheRoom, answer, card, page, regions, render, theme_of
from services.notifier.life import Outcome
from services.notifier.room import Room
from services.notifier.sight import CHAIN
from services.notifier.store import alerts, audit, deliveries, dossiers, feedback, housekeeping, trials

router = APIRouter(include_in_schema=False)
HOUR_MS = 3_600_000
SHIFTS = (8, 12, 24)
DEEDS = 200
"""Lines of what was done in a shift; who needs more has the archive."""
MAX_CARDS = 40
"""More than a person can oversee; the rest is one card that says how many."""


@router.get("/")
async def now(
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    gezien: Annotated[int | None, Header(alias="Seinpost-Seen", ge=0, le=2**62)] = None,
) -> Response:
    """Many consoles ask for this page at once when an alert comes; those that may see the same share one rendering."""
    shared = the_room.rendered
    key = (theme_of(request), the_actor.means, the_actor.grants)
    async with shared.lock(key):
        html = shared.get(key, gezien)
        if html is None:
            await shared.apart(key)
            generation, seq = shared.generation, the_room.stream.seq
            html = shared.put(key, await _now(request, the_room, the_actor), seq=seq, generation=generation)
    return answer(request, the_room, html)


async def _now(request: Request, the_room: Room, the_actor: Actor) -> str:
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        cases = await alerts.to_handle(connection, reach, MAX_CARDS)
        waiting = await alerts.waiting(connection, reach)
    cards = [card(the_room, case) for case in cases]
    still = await withheld(the_room, the_actor, [shown.alert.id for shown in cards])
    return await render(
        request,
        the_room,
        "nu.html",
        cards=grouped([shown for shown in cards if shown.alert.exercise is None], still.under),
        exercises=grouped([shown for shown in cards if shown.alert.exercise is not None], still.under),
        withheld=still,
        regions=regions(the_room),
        phenomena={phenomenon.id: phenomenon.label for phenomenon in the_room.configuration.phenomena},
        waiting=waiting,
        hidden=waiting[False] + waiting[True] - len(cards),
    )


@router.get("/meldingen/{alert_id}")
async def alert(alert_id: str, request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    values = await alert_values(the_room, the_actor, alert_id)
    await the_room.audit_reading(the_actor, alert_id, values["card"].alert.place.region)
    return await page(request, the_room, "melding.html", **values)


async def alert_values(the_room: Room, the_actor: Actor, alert_id: str) -> dict[str, Any]:
    """What the page of one alert shows. Raises 404."""
    plain = alert_id.replace("\0", "")
    async with the_room.database.reading() as connection:
        case = await alerts.find(connection, plain, the_actor.reach(Permission.READ_ALERTS))
        revisions, deeds = await alerts.history(connection, plain)
        sent, _ = await deliveries.page(
            connection, the_actor.reach(Permission.READ_DELIVERIES), alert=plain, state=None, limit=50, offset=0
        )
        has_dossier = await dossiers.find(connection, plain, the_actor.reach(Permission.READ_DOSSIERS)) is not None
    if case is None:
        await the_room.audit_missing(the_actor, alert_id)
        raise HTTPException(404, "Deze melding bestaat niet.")
    shown = card(the_room, case)
    reports = await reports_on(the_room, the_actor, plain)
    advice = {phase: the_room.configuration.guidance.advice(case.alert.phenomenon, phase) for phase in Phase}
    # One line of time: what was measured and what people did, newest first.
    history = [("revision", revision.stored_ms, revision) for revision in revisions]
    history += [("deed", deed.at_ms, deed) for deed in deeds]  # type: ignore[misc]
    return {
        "card": shown,
        "reports": reports,
        "reports_shown": the_actor.may(Permission.READ_CASES),
        "has_dossier": has_dossier,
        "may_open_dossier": the_actor.reach(Permission.WRITE_DOSSIERS).covers(case.alert.place.region),
        "may_report": the_actor.reach(Permission.WRITE_CASES).covers(case.alert.place.region),
        "case_words": case_words,
        "spot": spot(case.alert, regions(the_room), the_room.configuration.gazetteer),
        "history": sorted(history, key=lambda item: item[1], reverse=True),
        "deliveries": sent,
        "advice": advice,
        "outcomes": [outcome.value for outcome in Outcome],
        "errors": {},
        "typed": {},
    }


@router.get("/bronnen")
async def all_sources(request: Request, the_room: TheRoom) -> Response:
    labels = {source.id: source.label or source.id for source in the_room.configuration.sources.sources}
    labels |= {CHAIN: "Seinpost zelf: een proefbericht door alle stappen"}
    labels |= {source: f"Seinpost zelf: {stage}" for source, stage in words.STAGE.items()}
    return await page(request, the_room, "bronnen.html", labels=labels, probe=PROBE)


@router.get("/dienstoverdracht")
async def handover(
    request: Request, the_room: TheRoom, the_actor: TheActor, uren: Annotated[int, Query(ge=1, le=72)] = 8
) -> Response:
    reach = the_actor.reach(Permission.READ_ALERTS)
    since = the_room.now_ms() - uren * HOUR_MS
    async with the_room.database.reading() as connection:
        waiting = await alerts.to_handle(connection, reach)
        open_ = await alerts.waiting(connection, reach)
        newest, done = await alerts.newest_deeds(connection, since, reach, DEEDS)
        sent = await deliveries.counts(connection, reach, exercise=False)
        titles = await alerts.titles(connection, {deed[0] for deed in newest}, reach)
        said = await feedback.counts(connection, reach, since_ms=since)
    still = await withheld(the_room, the_actor, [case.alert.id for case in waiting])
    return await page(
        request,
        the_room,
        "dienstoverdracht.html",
        cards=[card(the_room, case, small=True) for case in waiting],
        open_=open_,
        deeds=newest,
        done=done,
        titles=titles,
        sent={state.value: number for state, number in sent.items()},
        hours=uren,
        shifts=SHIFTS,
        since_ms=since,
        until_ms=the_room.now_ms() + uren * HOUR_MS,
        withheld=still,
        feedback={label.value: number for label, number in said.items()},
        regions=regions(the_room),
        phenomena={phenomenon.id: phenomenon.label for phenomenon in the_room.configuration.phenomena},
    )


@router.get("/instellingen")
async def settings(request: Request, the_room: TheRoom, the_actor: TheActor) -> Response:
    configuration = the_room.configuration
    async with the_room.database.reading() as connection:
        tried = await trials.newest(connection)
        kept = await housekeeping.everything(connection)
        newest = await audit.page(connection, the_actor.reach(Permission.READ_AUDIT), before=None, limit=50)
    return await page(
        request,
        the_room,
        "instellingen.html",
        configuration=configuration,
        receivers=configuration.receivers.receivers,
        tried=tried,
        may_test=the_actor.may(Permission.TEST_RECEIVERS),
        regions=regions(the_room),
        settings=the_room.settings,
        database="SQLite" if the_room.database.is_sqlite else "PostgreSQL",
        audit=newest,
        kept=kept,
    )
