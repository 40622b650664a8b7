"""`/v1/themes` and `/v1/exports/themes`: what the page Thema's shows, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field
from starlette.responses import Response

from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.shapes import AsWritten
from services.notifier.console.picture import NAME
from services.notifier.console.themes import Asked, View, exported, look, rows, targets
from services.notifier.picture import Span
from services.notifier.representation import Shape, at_minute
from services.notifier.themes import Cell, Share

router = APIRouter(prefix="/v1", tags=["themes"])
Theme = Annotated[
    str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Absent: the first that a mandate in force names.")
]
Region = Annotated[
    str | None, Query(pattern=r"^VR\d\d$", description="Absent: the whole country, where you may see it.")
]
Last = Annotated[datetime.date | None, AsWritten, Query(description="Last day of the period; absent: today.")]


class ShareShape(Shape):
    value: float
    low: float = Field(description="Of a 95 % interval (Wilson), as if posts were independent.")
    high: float


class WorthShape(Shape):
    """Stands with every figure, so that none travels without it."""

    macro_f1: float | None = Field(description="On a public test set in the language of the posts; null: not measured.")
    base_rates: dict[str, ShareShape | None] = Field(
        description="By platform, of all permitted themes in the 91 days before; null: not measured."
    )


class PartShape(Shape):
    start: datetime.datetime
    end: datetime.datetime
    posts: int | None = Field(description="Null: not told in full, for want of k people or of time. Not nought.")
    attacks: int | None
    share: ShareShape | None
    worth: WorthShape


class TargetShape(Shape):
    group: str = Field(description="Id of `config/attack.yaml`.")
    ground: str
    posts: int | None = Field(description="Null: by fewer than k people.")
    worth: WorthShape


class RiseShape(Shape):
    start: datetime.datetime
    kind: str = Field(description="`share` or `number`.")
    together_with: list[str] = Field(description="Events on those days or the two before: coincidence, never a cause.")
    worth: WorthShape


class ThemesShape(Shape):
    theme: str
    region: str | None
    permitted: list[str] = Field(description="Themes that a mandate in force names for this place.")
    method: str = Field(description="Of the lists in force; figures of two methods are not the same measure.")
    methods: list[str] = Field(description="Of the lists that what is shown was judged by.")
    share: ShareShape | None = Field(description="Over the parts that are told in full.")
    worth: WorthShape
    parts: list[PartShape]
    targets: list[TargetShape] = Field(description="In order of name.")
    rises: list[RiseShape]


@router.get("/themes", operation_id="getThemes")
async def get_themes(
    *,
    the_room: TheRoom,
    the_actor: TheActor,
    theme: Theme = None,
    region: Region = None,
    span: Annotated[Span, Query()] = Span.MONTH,
    last: Last = None,
) -> ThemesShape:
    """The share of posts on a theme that attack a group. 404 when no mandate in force names it."""
    view = await look(the_room, the_actor, _asked(theme, region, span, last))
    if view.theme is None or theme not in (None, view.theme.id) or region not in (None, view.asked.regio):
        raise HTTPException(404, "no mandate in force names this theme for this place")
    worth = _worth(view)
    return ThemesShape(
        theme=view.theme.id,
        region=view.asked.regio or None,
        permitted=[one.id for one in view.permitted],
        method=view.method,
        methods=sorted(view.chosen.methods),
        share=_share(view.chosen.total.share),
        worth=worth,
        parts=[_part(start, end, cell, worth) for start, end, cell in rows(view)],
        targets=[
            TargetShape(group=group.id, ground=group.ground.value, posts=posts, worth=worth)
            for group, posts in targets(view, the_room)
        ],
        rises=[
            RiseShape(
                start=at_minute(view.period.edges[rise.part]),
                kind=rise.kind.value,
                together_with=[event.what for event in rise.events],
                worth=worth,
            )
            for rise in view.rises
        ],
    )


@router.get(
    "/exports/themes",
    operation_id="exportThemes",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "Semicolons, with a byte order mark."}},
)
async def export_themes(
    *,
    the_room: TheRoom,
    the_actor: TheActor,
    theme: Theme = None,
    region: Region = None,
    span: Annotated[Span, Query()] = Span.MONTH,
    last: Last = None,
) -> Response:
    """The same as one table. Written in the audit log."""
    return await exported(the_room, the_actor, _asked(theme, region, span, last))


def _asked(theme: str | None, region: str | None, span: Span, last: datetime.date | None) -> Asked:
    return Asked(
        thema=theme or "",
        regio=region or "",
        periode=NAME[span],
        tot=last.isoformat() if last is not None else "",
    )


def _part(start: int, end: int, cell: Cell | None, worth: WorthShape) -> PartShape:
    return PartShape(
        start=at_minute(start),
        end=at_minute(end),
        posts=round(cell.posts) if cell is not None else None,
        attacks=round(cell.attacks) if cell is not None else None,
        share=_share(cell.share) if cell is not None else None,
        worth=worth,
    )


def _share(found: Share | None) -> ShareShape | None:
    return ShareShape(value=found.value, low=found.low, high=found.high) if found is not None else None


def _worth(view: View) -> WorthShape:
    return WorthShape(
        macro_f1=view.measured.scores.macro_f1 if view.measured is not None else None,
        base_rates={source: _share(one) for source, one in view.base.items()},
    )
