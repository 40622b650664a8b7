"""Shapes of the 25 veiligheidsregio's and their gemeenten, for an SVG. A sketch: borders run halfway between towns.

How geography.json was made stands in config/places/README.md. Units: 1,000 from north to south, about 310 km.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("geography.json")
MARGIN = 14
"""Around a region when it fills the picture."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    at: tuple[int, int]
    """Well inside its largest part: where a label stands."""
    box: tuple[int, int, int, int] | None = None
    """Left, top, width, height; of regions."""


class Geography(msgspec.Struct, frozen=True, kw_only=True):
    width: int
    height: int
    regions: dict[str, Shape]
    gemeenten: dict[str, Shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What part of the country a picture shows."""

    left: float
    top: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        return f"{self.left:g} {self.top:g} {self.width:g} {self.height:g}"

    @property
    def unit(self) -> float:
        """Size of a label that looks the same in every frame: a hundredth of the longest side."""
        return round(max(self.width, self.height) / 100, 2)


@cache
def geography() -> Geography:
    return msgspec.json.decode(FILE.read_bytes(), type=Geography)


def country() -> Frame:
    found = geography()
    return Frame(left=0, top=0, width=found.width, height=found.height)


def around(region: str) -> Frame | None:
    """The frame of one region; None: no such region."""
    shape = geography().regions.get(region)
    if shape is None or shape.box is None:
        return None
    left, top, width, height = shape.box
    return Frame(left=left - MARGIN, top=top - MARGIN, width=width + 2 * MARGIN, height=height + 2 * MARGIN)
