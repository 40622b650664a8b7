"""Archief: search, filter, and the same as CSV."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.console import spreadsheet, words
from services.notifier.console.rendering import TheActor, TheRoom, card, page, regions
from services.notifier.console.times import AMSTERDAM
from services.notifier.life import Status
from services.notifier.representation import at_minute, at_ms
from services.notifier.room import Room
from services.notifier.store import alerts, audit
from services.notifier.store.alerts import Case, Filter

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
EXPORT_STEP = 500


class Search(BaseModel):
    """The form's fields as they came; what cannot be understood is left out and said so."""

    model_config = ConfigDict(frozen=True)

    zoek: str = ""
    fenomeen: str = ""
    regio: str = ""
    status: str = ""
    soort: str = ""
    van: str = ""
    tot: str = ""

    def filter(self) -> tuple[Filter, str]:
        """The filter, and what is wrong with the dates (empty: nothing)."""
        wrong = ""
        first = last = None
        try:
            first = _midnight(self.van)
            last = _midnight(self.tot)
        except ValueError:
            wrong = "Schrijf een datum als 2026-11-23."
        known = self.status in set(Status)
        return Filter(
            status=(Status(self.status),) if known else (),
            region=self.regio or None,
            phenomenon=self.fenomeen or None,
            exercise={"echt": False, "oefening": True}.get(self.soort),
            text=self.zoek.replace("\0", "").strip() or None,
            opened_from_minute=first,
            opened_until_minute=None if last is None else last + 1440,
        ), wrong

    def query(self, **more: object) -> str:
        return urlencode({name: value for name, value in (self.model_dump() | more).items() if value})


def _of_query(
    *,
    zoek: Annotated[str, Query(max_length=100)] = "",
    fenomeen: Annotated[str, Query(max_length=60)] = "",
    regio: Annotated[str, Query(max_length=8)] = "",
    status: Annotated[str, Query(max_length=16)] = "",
    soort: Annotated[str, Query(max_length=16)] = "",
    van: Annotated[str, Query(max_length=20)] = "",
    tot: Annotated[str, Query(max_length=20)] = "",
) -> Search:
    plain = (value.replace("\0", "") for value in (zoek, fenomeen, regio, status, soort, van, tot))
    return Search(**dict(zip(Search.model_fields, plain, strict=True)))


TheSearch = Annotated[Search, Depends(_of_query)]


@router.get("/archief")
async def archive(
    *,
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    search: TheSearch,
    pagina: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    wanted, wrong = search.filter()
    async with the_room.database.reading() as connection:
        reach = the_actor.reach(Permission.READ_ALERTS)
        cases, total = await alerts.page(connection, wanted, reach, limit=PAGE_SIZE, offset=(pagina - 1) * PAGE_SIZE)
    return await page(
        request,
        the_room,
        "archief.html",
        cards=[card(the_room, case, small=True) for case in cases],
        total=total,
        search=search,
        wrong=wrong,
        number=pagina,
        last=max(1, -(-total // PAGE_SIZE)),
        regions=regions(the_room),
        phenomena={phenomenon.id: phenomenon.label for phenomenon in the_room.configuration.phenomena},
    )


@router.get("/archief.csv")
async def export(the_room: TheRoom, the_actor: TheActor, search: TheSearch) -> Response:
    """Semicolons and a byte order mark: what a Dutch spreadsheet opens without questions."""
    wanted, _ = search.filter()
    return await archived(the_room, the_actor, wanted)


async def archived(the_room: Room, the_actor: Actor, wanted: Filter) -> StreamingResponse:
    """As CSV; the API gives the same. Written in the audit log."""
    reach = the_actor.reach(Permission.EXPORT_ALERTS)
    async with the_room.database.writing() as connection:
        await audit.append(
            connection,
            at_ms=the_room.now_ms(),
            actor=the_actor.name,
            action="export",
            object_id="archief",
            result="done",
            origin=the_actor.origin,
            region=reach.one_region,
        )

    async def lines() -> AsyncIterator[str]:
        yield spreadsheet.MARK + spreadsheet.line(COLUMNS)
        offset = 0
        while True:
            async with the_room.database.reading() as connection:
                cases, _ = await alerts.page(connection, wanted, reach, limit=EXPORT_STEP, offset=offset)
            yield "".join(spreadsheet.line(_row(case)) for case in cases)
            if len(cases) < EXPORT_STEP:
                return
            offset += EXPORT_STEP

    headers = {"Content-Disposition": 'attachment; filename="seinpost-archief.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


COLUMNS = (
    "melding", "titel", "fenomeen", "ernst", "regio", "gemeente", "plaats", "geopend", "voorbij", "ontvangen", "status",
    "uitkomst", "waargenomen", "verwacht", "schrijvers", "oefening",
)  # fmt: skip


def _row(case: Case) -> tuple[str, ...]:
    alert = case.alert
    return (
        alert.id,
        alert.label,
        alert.phenomenon,
        words.SEVERITY[alert.severity],
        alert.place.region or "",
        alert.place.gemeente or "",
        alert.place.name or "",
        _local(at_minute(alert.opened_minute)),
        "" if alert.closed_minute is None else _local(at_minute(alert.closed_minute)),
        _local(at_ms(case.received_ms)),
        words.STATUS[case.status],
        words.OUTCOME[case.outcome] if case.outcome else "",
        str(alert.observation.observed),
        words.number(alert.observation.expected),
        words.number(round(alert.observation.authors)),
        alert.exercise or "",
    )


def _local(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def _midnight(text: str) -> int | None:
    """Minute at which this day begins in the Netherlands. Raises ValueError."""
    if not text:
        return None
    day = datetime.date.fromisoformat(text)
    return int(datetime.datetime.combine(day, datetime.time(), AMSTERDAM).timestamp()) // 60
