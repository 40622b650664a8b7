"""Which alerts: those of some regions, or of all, with or without the national queue (alerts without a region)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    regions: frozenset[str] | None = frozenset()
    """Codes `VR01`–`VR25`; None: all of them."""
    national: bool = False

    def covers(self, region: str | None) -> bool:
        if region is None:
            return self.national
        return self.regions is None or region in self.regions

    def contains(self, other: Reach) -> bool:
        """Whether nothing that ``other`` covers is out of this reach."""
        if other.national and not self.national:
            return False
        if self.regions is None:
            return True
        return other.regions is not None and other.regions <= self.regions

    def where(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The same for a query. ``column`` holds a region or null."""
        if self == EVERYTHING:
            return true()
        if self.regions is None:
            return column.is_not(None)
        found = [column.in_(sorted(self.regions))] if self.regions else []
        if self.national:
            found.append(column.is_(None))
        return or_(*found) if found else false()

    @property
    def one_region(self) -> str | None:
        """The only region it covers; None when it covers more, or the national queue too."""
        return next(iter(self.regions)) if self.regions and len(self.regions) == 1 and not self.national else None


EVERYTHING = Reach(regions=None, national=True)
NOTHING = Reach()


def together(reaches: Iterable[Reach]) -> Reach:
    regions: frozenset[str] | None = frozenset()
    national = False
    for reach in reaches:
        regions = None if regions is None or reach.regions is None else regions | reach.regions
        national = national or reach.national
    return Reach(regions=regions, national=national)
