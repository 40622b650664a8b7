"""Beeld: one phenomenon over a day to a year, by place; the same as CSV."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.console import spreadsheet, times, words
from services.notifier.console.chart import Chart, course
from services.notifier.console.rendering import TheActor, TheRoom, card, page, regions
from services.notifier.picture import AMSTERDAM, Cell, Comparison, Picture, Span, before, compare, period
from services.notifier.picture import picture as picture_of
from services.notifier.room import Room
from services.notifier.store import alerts, audit, campaigns, picture
from services.notifier.store.alerts import Case, Filter
from services.notifier.store.campaigns import Campaign

router = APIRouter(include_in_schema=False)
SPANS = {Span.DAY: "Dag", Span.WEEK: "Week", Span.MONTH: "30 dagen", Span.QUARTER: "Kwartaal", Span.YEAR: "Jaar"}
SPAN_OF = {"dag": Span.DAY, "week": Span.WEEK, "maand": Span.MONTH, "kwartaal": Span.QUARTER, "jaar": Span.YEAR}
LEVELS = ((10.0, "zeer veel meer"), (3.0, "veel meer"), (1.5, "meer"))
"""Times what was expected, highest first."""
LEAST_EXPECTED = 1.0
"""Below it a ratio says little: one post where none was expected is no level of its own."""
MOST_ALERTS = 50
MOST_WORDS = 20
COLUMNS = ("plaats", "van", "tot", "berichten", "verwacht", "zicht", "oefening", "bron", "woord")
WHOLE = "alles"
FIRST_DAY, LAST_DAY = datetime.date(2006, 1, 1), datetime.date(2099, 1, 1)
NAME = {code: name for name, code in SPAN_OF.items()}


class Asked(BaseModel):
    """The form's fields as they came; what cannot be understood is left out and said so."""

    model_config = ConfigDict(frozen=True)

    fenomeen: str = ""
    regio: str = ""
    periode: str = "week"
    tot: str = ""
    oefening: str = ""

    @property
    def span(self) -> Span:
        return SPAN_OF.get(self.periode, Span.WEEK)

    def query(self, **more: object) -> str:
        return urlencode({name: value for name, value in (self.model_dump() | more).items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown of one phenomenon, and the period before it."""

    picture: Picture
    earlier: Picture
    compared: Comparison | None
    alerts: list[Case]
    campaigns: list[Campaign]
    last: datetime.date
    wrong: str


def _of_query(
    *,
    fenomeen: Annotated[str, Query(max_length=60)] = "",
    regio: Annotated[str, Query(max_length=8)] = "",
    periode: Annotated[str, Query(max_length=10)] = "week",
    tot: Annotated[str, Query(max_length=20)] = "",
    oefening: Annotated[str, Query(max_length=200)] = "",
) -> Asked:
    plain = (value.replace("\0", "") for value in (fenomeen, regio, periode, tot, oefening))
    return Asked(**dict(zip(Asked.model_fields, plain, strict=True)))


TheAsked = Annotated[Asked, Depends(_of_query)]


@router.get("/beeld")
async def whole(request: Request, the_room: TheRoom, the_actor: TheActor, asked: TheAsked) -> Response:
    phenomena = {one.id: one.label for one in the_room.configuration.phenomena}
    async with the_room.database.reading() as connection:
        played = await picture.exercises(connection, the_actor.reach(Permission.READ_ALERTS))
    phenomenon = asked.fenomeen if asked.fenomeen in phenomena else next(iter(phenomena))
    if asked.oefening not in played:
        asked = asked.model_copy(update={"oefening": ""})
    view = await look(the_room, the_actor, asked.model_copy(update={"fenomeen": phenomenon}), played)
    return await page(
        request,
        the_room,
        "beeld.html",
        asked=asked.model_copy(update={"fenomeen": phenomenon, "tot": view.last.isoformat()}),
        label=phenomena[phenomenon],
        phenomena=phenomena,
        regions={code: name for code, name in regions(the_room).items() if _within(the_actor, code)},
        exercises=list(played),
        spans={NAME[span]: name for span, name in SPANS.items()},
        view=view,
        chart=chart_of(view.picture),
        columns=[when(view.picture, index) for index in range(len(view.picture.period.edges) - 1)],
        levels=LEVELS,
        most_words=MOST_WORDS,
        messages={one.id: one.title for one in the_room.configuration.messages.messages},
        level=level,
        cards=[card(the_room, case, small=True) for case in view.alerts],
        k=the_room.configuration.thresholds.k_anonymity,
        may_export=the_actor.may(Permission.EXPORT_ALERTS),
        previous=(times.local(view.picture.period.start * 60_000).date() - datetime.timedelta(days=1)).isoformat(),
        following=(view.last + _length(view.picture)).isoformat(),
    )


@router.get("/beeld.csv")
async def export(the_room: TheRoom, the_actor: TheActor, asked: TheAsked) -> Response:
    """Semicolons and a byte order mark: what a Dutch spreadsheet opens without questions."""
    return await exported(the_room, the_actor, asked)


async def exported(the_room: Room, the_actor: Actor, asked: Asked) -> Response:
    """As CSV; the API gives the same. Written in the audit log. Raises 404 for what is not watched."""
    known = [one.id for one in the_room.configuration.phenomena]
    asked = asked.model_copy(update={"fenomeen": asked.fenomeen or known[0]})
    if asked.fenomeen not in known:
        raise HTTPException(404, "Dit fenomeen bestaat niet.")
    async with the_room.database.reading() as connection:
        played = await picture.exercises(connection, the_actor.reach(Permission.EXPORT_ALERTS))
    view = await look(the_room, the_actor, asked, played)
    reach = the_actor.reach(Permission.EXPORT_ALERTS)
    async with the_room.database.writing() as connection:
        await audit.append(
            connection,
            at_ms=the_room.now_ms(),
            actor=the_actor.name,
            action="export",
            object_id=f"beeld {asked.fenomeen}",
            result="done",
            origin=the_actor.origin,
            region=reach.one_region,
        )
    k = the_room.configuration.thresholds.k_anonymity
    text = "".join(spreadsheet.line(cells) for cells in _table(view.picture, k, asked.oefening))
    headers = {"Content-Disposition": 'attachment; filename="seinpost-beeld.csv"'}
    return Response(spreadsheet.MARK + text, media_type="text/csv; charset=utf-8", headers=headers)


def _table(found: Picture, k: int, exercise: str) -> Iterator[tuple[str, ...]]:
    """Counts by place and part of the time; then what holds for all of it: posts per source, and each term."""
    yield COLUMNS
    edges = found.period.edges
    for row in (found.whole, *found.rows):
        for index, cell in enumerate(row.cells):
            yield (
                row.name or WHOLE,
                _local(edges[index]),
                _local(edges[index + 1]),
                _told(cell, k),
                words.number(round(cell.expected, 1)),
                "" if cell.coverage is None else words.percent(cell.coverage),
                exercise,
                "",
                "",
            )
    whole = (WHOLE, _local(found.period.start), _local(found.period.end))
    for source, posts in found.sources.items():
        yield (*whole, str(posts), "", "", exercise, source, "")
    for word in found.words[:MOST_WORDS]:
        yield (*whole, "", "", "", exercise, "", word)


async def look(the_room: Room, the_actor: Actor, asked: Asked, played: dict[str, int]) -> View:
    """``played``: exercises with a picture, and where each ends."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    exercise = asked.oefening or None
    now = datetime.datetime.fromtimestamp(the_room.now_ms() / 1000, AMSTERDAM).date()
    last, wrong = now, ""
    if exercise in played:
        last = datetime.datetime.fromtimestamp((played[exercise] - 1) * 60, AMSTERDAM).date()
    if asked.tot:
        try:
            last = min(
                max(datetime.date.fromisoformat(asked.tot), datetime.date(2006, 1, 1)), datetime.date(2099, 1, 1)
            )
        except ValueError:
            wrong = "Schrijf een datum als 2026-11-23."
    this = period(asked.span, last)
    earlier = before(this)
    async with the_room.database.reading() as connection:
        blocks = await picture.blocks(
            connection, reach, asked.fenomeen, start=earlier.start, end=this.end, exercise=exercise
        )
        wanted = Filter(
            phenomenon=asked.fenomeen,
            region=asked.regio or None,
            exercise=exercise is not None,
            opened_from_minute=this.start,
            opened_until_minute=this.end,
        )
        cases, _ = await alerts.page(connection, wanted, reach, limit=MOST_ALERTS, offset=0)
        said = await campaigns.everything(
            connection,
            reach,
            phenomenon=asked.fenomeen,
            since=times.local(this.start * 60_000).date(),
            until=last,
        )
    if asked.regio:
        blocks = [block for block in blocks if block.region == asked.regio]
    shown, past = (
        picture_of(blocks, each, by_gemeente=bool(asked.regio), names=regions(the_room)) for each in (this, earlier)
    )
    return View(
        picture=shown,
        earlier=past,
        compared=compare(shown.whole.total, past.whole.total),
        alerts=[case for case in cases if case.alert.exercise == exercise],
        campaigns=[one for one in said if not exercise and asked.regio in ("", one.region)],
        last=last,
        wrong=wrong,
    )


def chart_of(found: Picture) -> Chart:
    edges = found.period.edges
    return course(
        [(edges[index], cell.posts, cell.expected) for index, cell in enumerate(found.whole.cells)],
        step_minutes=edges[1] - edges[0],
    )


def level(cell: Cell) -> tuple[str, str]:
    """Class of a cell of the heat map, and its words."""
    if not cell.told_minutes:
        return "none", "niets geteld"
    if cell.coverage is not None and cell.coverage < 0.5:
        return "blind", "bronnen zagen minder dan de helft"
    if cell.hidden and round(cell.posts) == 0:
        return "few", "te weinig mensen om te tonen"
    ratio = cell.posts / max(cell.expected, LEAST_EXPECTED)
    for number, (least, name) in enumerate(LEVELS):
        if ratio >= least:
            return str(len(LEVELS) - number), name
    return "0", "gewoon of minder"


def when(found: Picture, index: int) -> str:
    """When a part of the period was, as short as is clear."""
    then = times.local(found.period.edges[index] * 60_000)
    if found.period.span is Span.DAY:
        return f"{then:%H} uur"
    name = f"{times.DAYS[then.weekday()]} {then.day}-{then.month}"
    return f"{name}\n{then:%H} uur" if found.period.span is Span.WEEK else name


def _told(cell: Cell, k: int) -> str:
    if not cell.told_minutes:
        return ""
    return f"< {k} mensen" if cell.hidden and round(cell.posts) == 0 else str(round(cell.posts))


def _length(found: Picture) -> datetime.timedelta:
    return datetime.timedelta(days=round((found.period.end - found.period.start) / 1440))


def _within(the_actor: Actor, region: str) -> bool:
    return the_actor.reach(Permission.READ_ALERTS).covers(region)


def _local(minute: int) -> str:
    return f"{times.local(minute * 60_000):%Y-%m-%d %H:%M}"
