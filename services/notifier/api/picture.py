"""`/v1/picture` and `/v1/exports/picture`: what the page Beeld shows, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field
from starlette.responses import Response

from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.shapes import AsWritten
from services.notifier.console.picture import NAME, Asked, exported, look
from services.notifier.picture import Cell, Row, Span
from services.notifier.representation import Shape, at_minute
from services.notifier.store import picture

router = APIRouter(prefix="/v1", tags=["picture"])
Phenomenon = Annotated[
    str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Absent: the first of the configuration.")
]
Region = Annotated[str | None, Query(pattern=r"^VR\d\d$", description="Then rows are its gemeenten, else regions.")]
Last = Annotated[datetime.date | None, AsWritten, Query(description="Last day of the period; absent: today.")]
Exercise = Annotated[
    str | None, Query(max_length=200, description="The picture of an exercise instead of what is real.")
]


class CellShape(Shape):
    start: datetime.datetime
    end: datetime.datetime
    posts: int = Field(description="Of at least k people together; blocks longer than a part are spread over it.")
    more: bool = Field(description="There were more, by too few people to tell.")
    expected: float
    coverage: float | None = Field(description="Share of what is told in which the sources saw; null: nothing is told.")


class RowShape(Shape):
    name: str = Field(description="Gemeente or region; empty: all of it.")
    cells: list[CellShape]


class ComparisonShape(Shape):
    ratio: float = Field(description="Posts of this period over those of the one before.")
    low: float = Field(description="Of a 95 % interval.")
    high: float


class PictureShape(Shape):
    phenomenon: str
    whole: RowShape
    rows: list[RowShape] = Field(description="In order of name.")
    sources: dict[str, int] = Field(description="Posts per source, where each source had at least k of them.")
    words: list[str] = Field(description="Used by at least k people.")
    alerts: list[str] = Field(description="Ids of alerts that opened in this period, newest first; at most 50.")
    before: ComparisonShape | None = Field(description="Null when one of the two periods is empty.")


@router.get("/picture", operation_id="getPicture")
async def get_picture(
    *,
    the_room: TheRoom,
    the_actor: TheActor,
    phenomenon: Phenomenon = None,
    region: Region = None,
    span: Annotated[Span, Query()] = Span.WEEK,
    last: Last = None,
    exercise: Exercise = None,
) -> PictureShape:
    """Counts against expectation of one phenomenon, by place and part of the time."""
    known = [one.id for one in the_room.configuration.phenomena]
    asked = _asked(phenomenon or known[0], region, span, last, exercise)
    if asked.fenomeen not in known:
        raise HTTPException(404, "there is no such phenomenon")
    async with the_room.database.reading() as connection:
        played = await picture.exercises(connection, the_actor.reach(Permission.READ_ALERTS))
    view = await look(the_room, the_actor, asked, played)
    edges, compared = view.picture.period.edges, view.compared
    return PictureShape(
        phenomenon=asked.fenomeen,
        whole=_row(view.picture.whole, edges),
        rows=[_row(row, edges) for row in view.picture.rows],
        sources=view.picture.sources,
        words=list(view.picture.words),
        alerts=[case.alert.id for case in view.alerts],
        before=compared and ComparisonShape(ratio=compared.ratio, low=compared.low, high=compared.high),
    )


@router.get(
    "/exports/picture",
    operation_id="exportPicture",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "Semicolons, with a byte order mark."}},
)
async def export_picture(
    *,
    the_room: TheRoom,
    the_actor: TheActor,
    phenomenon: Phenomenon = None,
    region: Region = None,
    span: Annotated[Span, Query()] = Span.WEEK,
    last: Last = None,
    exercise: Exercise = None,
) -> Response:
    """Counts by place and part of the time, then posts per source and terms, as one table. In the audit log."""
    return await exported(the_room, the_actor, _asked(phenomenon or "", region, span, last, exercise))


def _asked(phenomenon: str, region: str | None, span: Span, last: datetime.date | None, exercise: str | None) -> Asked:
    return Asked(
        fenomeen=phenomenon,
        regio=region or "",
        periode=NAME[span],
        tot=last.isoformat() if last is not None else "",
        oefening=(exercise or "").replace("\0", ""),
    )


def _row(row: Row, edges: tuple[int, ...]) -> RowShape:
    return RowShape(
        name=row.name, cells=[_cell(cell, edges[index], edges[index + 1]) for index, cell in enumerate(row.cells)]
    )


def _cell(cell: Cell, start: int, end: int) -> CellShape:
    return CellShape(
        start=at_minute(start),
        end=at_minute(end),
        posts=round(cell.posts),
        more=cell.hidden,
        expected=round(cell.expected, 2),
        coverage=cell.coverage,
    )
