"""Kaart: where alerts wait, as a picture and as an equal table; and the picture on the page of one alert."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from configuration.places import Gazetteer
from contracts.alert import Alert, Severity
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import Reach
from services.notifier.console import words
from services.notifier.console.geography import Frame, Shape, around, country, geography
from services.notifier.console.rendering import TheActor, TheRoom, page, regions
from services.notifier.life import RANK
from services.notifier.store import areas
from services.notifier.store.areas import Waiting

router = APIRouter(include_in_schema=False)
LETTER_WIDTH, LINE_HEIGHT, DISC = 1.55, 2.9, 2.2
"""Of labels on the map, in its units: about what the letters take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A region or a gemeente, with what waits there."""

    code: str
    name: str
    shape: Shape | None
    open: int
    unseen: int
    severity: str | None
    """Highest of the open ones; exercises apart."""
    exercises: int
    within_reach: bool
    address: str

    @property
    def said(self) -> str:
        """The whole of it in words."""
        if not self.within_reach:
            return f"{self.name}: niet in uw bereik"
        parts = [f"{words.count(self.open, 'open melding', 'open meldingen') if self.open else 'geen open meldingen'}"]
        if self.unseen:
            parts.append(f"{self.unseen} ongezien")
        if self.severity:
            parts.append(f"hoogste ernst {words.SEVERITY[self.severity].lower()}")
        if self.exercises:
            parts.append(f"oefening: {self.exercises}")
        return f"{self.name}: {', '.join(parts)}"

    @property
    def looks(self) -> str:
        """How it is drawn."""
        if not self.within_reach:
            return "beyond"
        if self.severity:
            return self.severity
        return "exercise" if self.exercises else "none"


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The number of an area, and its name where there is room for it."""

    area: Area
    at: tuple[int, int]
    name_at: tuple[float, float]
    anchor: str
    named: bool
    box: Box
    """Of the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where one alert is: its gemeente within its region."""

    frame: Frame
    region: Shape
    gemeente: Shape | None
    neighbours: tuple[Shape, ...]
    """Gemeenten of the same region."""
    around: tuple[Shape, ...]
    """The other regions."""
    said: str


@router.get("/kaart")
async def whole_map(
    request: Request, the_room: TheRoom, the_actor: TheActor, regio: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    frame = around(regio) if regio else country()
    if frame is None:
        raise HTTPException(404, "Deze regio bestaat niet.")
    reach = the_actor.reach(Permission.READ_ALERTS)
    if regio and not reach.covers(regio):
        raise HTTPException(404, "Deze regio is niet in uw bereik.")
    async with the_room.database.reading() as connection:
        waiting = await areas.waiting(connection, reach)
    names = regions(the_room)
    gazetteer = the_room.configuration.gazetteer
    shown = of_gemeenten(waiting, gazetteer, regio) if regio else of_regions(waiting, names, reach)
    of_here = [found for found in waiting if not regio or found.region == regio]
    return await page(
        request,
        the_room,
        "kaart.html",
        frame=frame,
        areas=shown,
        labels=placed(shown, frame.unit),
        outline=geography().regions[regio] if regio else None,
        around=[shape for code, shape in geography().regions.items() if code != regio] if regio else [],
        region=names.get(regio, ""),
        elsewhere=_no_place(of_here, regio),
        total=sum(found.open for found in of_here if not found.exercise),
        version=f"{zlib.crc32(repr(of_here).encode()):08x}",
    )


def of_regions(waiting: Iterable[Waiting], names: dict[str, str], reach: Reach) -> list[Area]:
    """All 25, what asks for attention first."""
    found = list(waiting)
    shapes = geography().regions
    made = [
        _area(
            code,
            name,
            shapes.get(code),
            [one for one in found if one.region == code],
            f"/kaart?regio={code}",
            within_reach=reach.covers(code),
        )
        for code, name in names.items()
    ]
    return sorted(made, key=_urgency)


def of_gemeenten(waiting: Iterable[Waiting], gazetteer: Gazetteer, region: str) -> list[Area]:
    """All of one region, what asks for attention first."""
    found = [one for one in waiting if one.region == region]
    shapes = geography().gemeenten
    made = []
    for gemeente in gazetteer.gemeenten.values():
        if gemeente.region == region:
            here = [one for one in found if one.gemeente in (gemeente.name, gemeente.official_name)]
            query = urlencode({"regio": region, "zoek": gemeente.name})
            shape = shapes.get(gemeente.code)
            made.append(_area(gemeente.code, gemeente.name, shape, here, f"/archief?{query}", within_reach=True))
    return sorted(made, key=_urgency)


def placed(areas: Iterable[Area], unit: float) -> list[Label]:
    """Numbers of all that wait; names as long as they stand on nothing else, what is urgent first."""
    found = [area for area in areas if area.shape is not None and (area.open or area.exercises)]
    taken: list[Box] = [_disc(area.shape, unit) for area in found if area.shape]
    labels = []
    for area in found:
        if area.shape is None:
            continue
        x, y = area.shape.at
        width, reach = len(area.name) * LETTER_WIDTH * unit, (DISC + 0.6) * unit
        places = (
            ("middle", x - width / 2, y + reach + 2.2 * unit),
            ("middle", x - width / 2, y - reach - 0.2 * unit),
            ("start", x + reach, y + unit),
            ("end", x - reach - width, y + unit),
        )
        tried = [
            (anchor, (left, base - LINE_HEIGHT * unit * 0.8, left + width, base + LINE_HEIGHT * unit * 0.2), base)
            for anchor, left, base in places
        ]
        free = next((one for one in tried if not any(_overlap(one[1], other) for other in taken)), None)
        anchor, box, base = free or tried[0]
        if free is not None:
            taken.append(box)
        at = {"middle": box[0] + width / 2, "start": box[0], "end": box[2]}[anchor]
        name_at = (round(at, 1), round(base, 1))
        labels.append(Label(area=area, at=(x, y), name_at=name_at, anchor=anchor, named=free is not None, box=box))
    return labels


def _disc(shape: Shape, unit: float) -> Box:
    (x, y), size = shape.at, DISC * unit
    return (x - size, y - size, x + size, y + size)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def spot(alert: Alert, names: dict[str, str], gazetteer: Gazetteer) -> Spot | None:
    """None: its region is not known."""
    region = alert.place.region
    frame = around(region) if region else None
    if frame is None or region is None:
        return None
    shapes = geography()
    codes = [gemeente.code for gemeente in gazetteer.gemeenten.values() if gemeente.region == region]
    where = alert.place.gemeente or "gemeente niet bekend"
    return Spot(
        frame=frame,
        region=shapes.regions[region],
        gemeente=shapes.gemeenten.get(alert.place.gemeente_code or ""),
        neighbours=tuple(shapes.gemeenten[code] for code in codes if code in shapes.gemeenten),
        around=tuple(shape for code, shape in shapes.regions.items() if code != region),
        said=f"{where}, in de veiligheidsregio {names.get(region, region)}",
    )


def _area(code: str, name: str, shape: Shape | None, here: list[Waiting], address: str, *, within_reach: bool) -> Area:
    real = [one for one in here if not one.exercise]
    return Area(
        code=code,
        name=name,
        shape=shape,
        open=sum(one.open for one in real),
        unseen=sum(one.unseen for one in real),
        severity=max((one.severity for one in real), key=_rank, default=None),
        exercises=sum(one.open for one in here if one.exercise),
        within_reach=within_reach,
        address=address,
    )


def _no_place(waiting: list[Waiting], region: str) -> int:
    """Open alerts that the picture cannot show: without a region, or within a region without a gemeente."""
    return sum(
        one.open for one in waiting if not one.exercise and (one.gemeente is None if region else one.region is None)
    )


def _rank(severity: str) -> int:
    return RANK[Severity(severity)]


def _urgency(area: Area) -> tuple[int, int, int, str]:
    return (-_rank(area.severity) if area.severity else 1, -area.unseen, -area.open - area.exercises, area.name)
