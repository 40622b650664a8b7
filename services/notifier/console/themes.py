"""Thema's: how many posts on a theme attacked a group, how good that count is, and what rises fell together with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from configuration.attack import Group, Measured
from configuration.events import DatedEvent
from configuration.mandates import cover
from configuration.themes import Theme
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import Reach
from services.notifier.console import spreadsheet, times, words
from services.notifier.console.chart import Chart, course
from services.notifier.console.picture import FIRST_DAY, LAST_DAY, NAME, SPAN_OF, SPANS
from services.notifier.console.rendering import TheActor, TheRoom, page, regions
from services.notifier.picture import AMSTERDAM, Period, Span, period
from services.notifier.room import Room
from services.notifier.store import audit, themes
from services.notifier.themes import Beside, Cell, Rise, Share, ThemeView, base_rates, rises, views

router = APIRouter(include_in_schema=False)
LANGUAGE = "nl"
"""Of the posts that are judged, and so of the test set whose figure is shown."""
COLUMNS = (
    "thema", "regio", "van", "tot", "berichten", "aanvallen", "aandeel", "laag", "hoog", "macro_f1", "basis", "methode",
)  # fmt: skip
BASE_DAYS = 91
"""The base rate of a platform is that of so many days before the period that is shown."""
KIND = {"share": "groter aandeel aanvallen", "number": "meer berichten"}


class Asked(BaseModel):
    """The form's fields as they came; what cannot be understood is left out and said so."""

    model_config = ConfigDict(frozen=True)

    thema: str = ""
    regio: str = ""
    periode: str = "maand"
    tot: str = ""

    @property
    def span(self) -> Span:
        return SPAN_OF.get(self.periode, Span.MONTH)

    def query(self, **more: object) -> str:
        return urlencode({name: value for name, value in (self.model_dump() | more).items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is shown: every theme that is permitted now, one of them in full."""

    asked: Asked
    period: Period
    permitted: tuple[Theme, ...]
    all_of_them: dict[str, ThemeView]
    base: dict[str, Share | None]
    measured: Measured | None
    method: str
    rises: list[Rise]
    beside: Beside
    events: tuple[DatedEvent, ...]
    last: datetime.date
    wrong: str
    k: int

    @property
    def theme(self) -> Theme | None:
        return next((theme for theme in self.permitted if theme.id == self.asked.thema), None)

    @property
    def chosen(self) -> ThemeView:
        return self.all_of_them[self.asked.thema]


def _of_query(
    *,
    thema: Annotated[str, Query(max_length=60)] = "",
    regio: Annotated[str, Query(max_length=8)] = "",
    periode: Annotated[str, Query(max_length=10)] = "maand",
    tot: Annotated[str, Query(max_length=20)] = "",
) -> Asked:
    plain = (value.replace("\0", "") for value in (thema, regio, periode, tot))
    return Asked(**dict(zip(Asked.model_fields, plain, strict=True)))


TheAsked = Annotated[Asked, Depends(_of_query)]


@router.get("/themas")
async def whole(request: Request, the_room: TheRoom, the_actor: TheActor, asked: TheAsked) -> Response:
    view = await look(the_room, the_actor, asked)
    attack = the_room.configuration.attack
    named = {code: name for code, name in regions(the_room).items() if _reach(the_actor).covers(code)}
    return await page(
        request,
        the_room,
        "themas.html",
        view=view,
        asked=view.asked,
        attack=attack,
        targets=targets(view, the_room) if view.theme is not None else [],
        regions=({"": "Heel het land"} if _reach(the_actor).covers(None) else {}) | named,
        spans={NAME[span]: name for span, name in SPANS.items()},
        rows=rows(view) if view.theme is not None else [],
        chart=chart_of(view) if view.theme is not None else None,
        kinds=KIND,
        when=when,
        worth=worth,
        may_export=the_actor.may(Permission.EXPORT_ALERTS),
        previous=(times.local(view.period.start * 60_000).date() - datetime.timedelta(days=1)).isoformat(),
        following=(view.last + (view.last - times.local(view.period.start * 60_000).date())).isoformat(),
    )


@router.get("/themas.csv")
async def export(the_room: TheRoom, the_actor: TheActor, asked: TheAsked) -> Response:
    return await exported(the_room, the_actor, asked)


async def exported(the_room: Room, the_actor: Actor, asked: Asked) -> Response:
    """As CSV, with what the count is worth on every line; the API gives the same. Written in the audit log. Raises 404
    for what no mandate permits."""
    view = await look(the_room, the_actor, asked)
    if view.theme is None or (asked.thema and asked.thema != view.asked.thema):
        raise HTTPException(404, "Dit thema staat in geen geldig mandaat.")
    async with the_room.database.writing() as connection:
        await audit.append(
            connection,
            at_ms=the_room.now_ms(),
            actor=the_actor.name,
            action="export",
            object_id=f"thema {view.asked.thema}",
            result="done",
            origin=the_actor.origin,
            region=the_actor.reach(Permission.EXPORT_ALERTS).one_region,
        )
    worth_of = (macro_f1(view.measured), rates(view.base), ",".join(sorted(view.chosen.methods)))
    where = view.asked.thema, view.asked.regio or "heel het land"
    table: list[tuple[str, ...]] = [COLUMNS]
    table += [(*where, _local(start), _local(end), *_said(cell), *worth_of) for start, end, cell in rows(view)]
    text = spreadsheet.MARK + "".join(map(spreadsheet.line, table))
    headers = {"Content-Disposition": 'attachment; filename="seinpost-themas.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


async def look(the_room: Room, the_actor: Actor, asked: Asked) -> View:
    """Only of themes that a mandate in force names for this place; none: it is off."""
    configuration, reach = the_room.configuration, _reach(the_actor)
    now = datetime.datetime.fromtimestamp(the_room.now_ms() / 1000, AMSTERDAM)
    region = _region(the_room, the_actor, asked)
    allowed = cover(configuration.mandates, now)
    permitted = tuple(theme for theme in configuration.themes if allowed.watches(None, region, theme.id))
    named = [theme.id for theme in permitted]
    theme = asked.thema if asked.thema in named else next(iter(named), "")
    last, wrong = now.date(), ""
    if asked.tot:
        try:
            last = min(max(datetime.date.fromisoformat(asked.tot), FIRST_DAY), LAST_DAY)
        except ValueError:
            wrong = "Schrijf een datum als 2026-11-23."
    this = period(asked.span, last)
    earlier = Period(span=this.span, edges=(this.start - BASE_DAYS * 1440, this.start))
    async with the_room.database.reading() as connection:
        blocks = await themes.blocks(connection, reach, region=region, start=earlier.start, end=this.end)
    found = views(blocks, this, named)
    about = tuple(event for event in configuration.events.events if theme in event.themes)
    events = tuple(event for event in about if event.region in (None, region) or region is None)
    risen, beside = rises(found[theme], this, events) if theme else ([], Beside.none())
    return View(
        asked=asked.model_copy(update={"thema": theme, "regio": region or "", "tot": last.isoformat()}),
        period=this,
        permitted=permitted,
        all_of_them=found,
        base=base_rates(blocks, earlier, named, _sources(the_room, found)),
        measured=configuration.attack.measured_in(LANGUAGE) if configuration.attack is not None else None,
        method=configuration.method(),
        rises=risen,
        beside=beside,
        events=_within(events, this),
        last=last,
        wrong=wrong,
        k=configuration.thresholds.k_anonymity,
    )


def _sources(the_room: Room, found: dict[str, ThemeView]) -> Sequence[str]:
    configured = [source.id for source in the_room.configuration.sources.sources]
    return [*configured, *(source for view in found.values() for source in view.sources)]


def _region(the_room: Room, the_actor: Actor, asked: Asked) -> str | None:
    """What was asked, where it may be seen; else the whole country, else the first region within reach."""
    reach = _reach(the_actor)
    if asked.regio in regions(the_room) and reach.covers(asked.regio):
        return asked.regio
    if reach.covers(None):
        return None
    return next((code for code in regions(the_room) if reach.covers(code)), None)


def _reach(the_actor: Actor) -> Reach:
    return the_actor.reach(Permission.READ_ALERTS)


def _within(events: Sequence[DatedEvent], this: Period) -> tuple[DatedEvent, ...]:
    first = datetime.datetime.fromtimestamp(this.start * 60, AMSTERDAM).date()
    last = datetime.datetime.fromtimestamp(this.end * 60 - 1, AMSTERDAM).date()
    return tuple(event for event in events if event.on <= last and event.last >= first)


def rows(view: View) -> list[tuple[int, int, Cell | None]]:
    """First minute, end and what is told, of each part of the period."""
    edges = view.period.edges
    return [(edges[index], edges[index + 1], cell) for index, cell in enumerate(view.chosen.cells())]


def targets(view: View, the_room: Room) -> list[tuple[Group, int | None]]:
    """Groups that were attacked, in order of name. None: by too few people to tell."""
    attack, told = the_room.configuration.attack, view.chosen.targets
    groups = sorted(attack.groups, key=lambda group: group.label.lower()) if attack is not None else []
    return [
        (group, round(told[group.id]) if told.get(group.id, 0) >= view.k else None)
        for group in groups
        if group.id in told or group.id in view.chosen.few
    ]


def chart_of(view: View) -> Chart:
    """The share in per cent; the line is that of the whole period."""
    usual = view.chosen.total.share
    points = [
        (start, cell.share.value * 100 if cell is not None and cell.share else 0.0, usual.value * 100 if usual else 0.0)
        for start, _, cell in rows(view)
    ]
    return course(points, step_minutes=view.period.edges[1] - view.period.edges[0])


def when(view: View, index: int) -> str:
    """When a part of the period was, as short as is clear."""
    then = times.local(view.period.edges[index] * 60_000)
    day = f"{times.DAYS[then.weekday()]} {then.day}-{then.month}"
    if view.period.span is Span.DAY:
        return f"{then:%H} uur"
    if view.period.span is Span.WEEK:
        return f"{day} {then:%H} uur"
    return day if view.period.span is Span.MONTH else f"week vanaf {day}"


def macro_f1(measured: Measured | None) -> str:
    return "niet gemeten" if measured is None else words.hundredth(measured.scores.macro_f1)


def rates(base: dict[str, Share | None]) -> str:
    """The base rate of each platform."""
    return "; ".join(f"{source} {words.tenth(one.value) if one else 'niet gemeten'}" for source, one in base.items())


def worth(view: View) -> str:
    """What stands beside every figure."""
    return f"macro-F1 {macro_f1(view.measured)} · basis: {rates(view.base) or 'niet gemeten'}"


def _said(cell: Cell | None) -> tuple[str, ...]:
    found = cell.share if cell is not None else None
    if cell is None or found is None:
        return ("", "", "", "", "")
    return (
        str(round(cell.posts)),
        str(round(cell.attacks)),
        *(words.tenth(number) for number in (found.value, found.low, found.high)),
    )


def _local(minute: int) -> str:
    return f"{times.local(minute * 60_000):%Y-%m-%d %H:%M}"
