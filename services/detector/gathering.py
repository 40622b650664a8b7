"""Whether two references speak of one gathering: other words, another clock, or really another place or hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from configuration.places import Gazetteer, PlaceKind
from contracts.alert import EventReference
from services.detector.dates import ZONE

SAME_NAME = 85
"""Least similarity (0–100) of two spellings of one street or square."""
SAME_CLOCK = timedelta(minutes=45)
"""People round: half past seven and eight o'clock are one gathering; eight and nine o'clock are two hours of one."""
LASTS = timedelta(hours=6)
FORESEEN = timedelta(days=28)
"""A date further ahead is more often a slip of reading than a gathering; it keeps nothing open."""


class Relation(StrEnum):
    DIFFERENT = "different"
    SAME = "same"
    MOVED_PLACE = "moved_place"
    MOVED_TIME = "moved_time"
    OTHER_DAY = "other_day"
    """One place on two days: the same gathering put off, or two. The references alone cannot tell."""
    OTHER_TOWN = "other_town"
    """Two towns on one day: the same gathering moved, or two."""
    NARROWED = "narrowed"
    """One names a province or a landscape, the other a town in it."""


def relation(  # noqa: PLR0911
    old: EventReference, new: EventReference, gazetteer: Gazetteer
) -> Relation:
    """How a newer reference relates to an older one; both name a time."""
    if not old.starts or not new.starts:
        return Relation.DIFFERENT
    alike = old.place is not None and new.place is not None and fuzz.ratio(old.place, new.place) >= SAME_NAME
    if old.starts[:10] != new.starts[:10]:
        elsewhere = not alike and is_street(old.place, gazetteer) and is_street(new.place, gazetteer)
        return Relation.DIFFERENT if old.gemeente != new.gemeente or elsewhere else Relation.OTHER_DAY
    if old.gemeente != new.gemeente:
        # One street name, one day, two towns: a name that stands in several towns was settled differently.
        if alike:
            return Relation.SAME
        if old.gemeente and new.gemeente:
            return Relation.OTHER_TOWN
        return Relation.NARROWED if _narrowed(old, new, gazetteer) else Relation.DIFFERENT
    if not alike and is_street(old.place, gazetteer) and is_street(new.place, gazetteer):
        return Relation.MOVED_PLACE
    if "T" in old.starts and "T" in new.starts:
        apart = abs(datetime.fromisoformat(old.starts) - datetime.fromisoformat(new.starts))
        if apart > SAME_CLOCK:
            return Relation.MOVED_TIME
    return Relation.SAME


def same_but_the_day(old: EventReference, new: EventReference) -> bool:
    """One spot and one clock, as far as both are told: what is left when only the date of a gathering changes."""
    if old.place is None or new.place is None or fuzz.ratio(old.place, new.place) < SAME_NAME:
        return False
    clocks = [datetime.fromisoformat(one.starts).time() for one in (old, new) if one.starts and "T" in one.starts]
    if len(clocks) < 2:
        return True
    first, second = (timedelta(hours=clock.hour, minutes=clock.minute) for clock in clocks)
    return abs(first - second) <= SAME_CLOCK


def fuller(old: EventReference, new: EventReference, gazetteer: Gazetteer) -> EventReference:
    """The more exact of two references to one gathering: a street before a town, a clock before a day, all objects."""
    starts = new.starts if "T" in (new.starts or "") and "T" not in (old.starts or "") else old.starts
    return EventReference(
        place=_spot(old, new, gazetteer),
        gemeente=old.gemeente or new.gemeente,
        starts=starts,
        call=old.call or new.call,
        objects=tuple(sorted({*old.objects, *new.objects})),
    )


def _spot(old: EventReference, new: EventReference, gazetteer: Gazetteer) -> str | None:
    if (old.gemeente is None) is not (new.gemeente is None):  # a province, and a town in it
        return new.place if old.gemeente is None else old.place
    finer = is_street(new.place, gazetteer) and not is_street(old.place, gazetteer)
    return new.place if finer else old.place or new.place


def _narrowed(old: EventReference, new: EventReference, gazetteer: Gazetteer) -> bool:
    wide, fine = (old, new) if old.gemeente is None else (new, old)
    code = gazetteer.code_of(fine.gemeente) if fine.gemeente else None
    return holds(wide.place, gazetteer.region_of(code), gazetteer)


def holds(area: str | None, region: str | None, gazetteer: Gazetteer) -> bool:
    """Whether a province or a landscape lies, for a part, in a veiligheidsregio."""
    known = gazetteer.names.get(area or "")
    return known is not None and region in known.regions


def is_street(name: str | None, gazetteer: Gazetteer) -> bool:
    """A street or square is finer than a town."""
    known = gazetteer.names.get(name or "")
    return known is not None and known.kinds == {PlaceKind.LOCAL}


def begins(event: EventReference) -> int | None:
    """Minute since the epoch at which it starts (midnight when only the day is told)."""
    return None if event.starts is None else _span(event.starts)[0]


def ends(event: EventReference) -> int | None:
    """Minute at which it is over, as far as can be said: some hours after its start, or after its day."""
    return None if event.starts is None else _span(event.starts)[1]


@lru_cache(maxsize=4_096)
def _span(starts: str) -> tuple[int, int]:
    start = datetime.fromisoformat(starts)
    return _minute(start), _minute(start + (LASTS if "T" in starts else timedelta(days=1)))


def _minute(wall: datetime) -> int:
    return int(wall.replace(tzinfo=ZONE).astimezone(UTC).timestamp()) // 60
