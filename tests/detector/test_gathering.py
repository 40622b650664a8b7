"""Other words for one gathering are one gathering; another street or hour is a move."""

from __future__ import annotations

import pytest

from configuration import Configuration
from contracts.alert import EventReference
from services.detector.gathering import Relation, begins, ends, fuller, relation
from tests.detector.posts import whole


@pytest.fixture(scope="module")
def config() -> Configuration:
    return whole()


def event(
    place: str | None, starts: str, gemeente: str | None = "Rotterdam", objects: tuple[str, ...] = ()
) -> EventReference:
    return EventReference(place=place, gemeente=gemeente, starts=starts, call=True, objects=objects)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (event("Coolsingel", "2021-11-19T20:00"), event("Coolsingel", "2021-11-19T20:00"), Relation.SAME),
        (event("Coolsingel", "2021-11-19T19:30"), event("Coolsingel", "2021-11-19T20:00"), Relation.SAME),
        (event("Coolsingel", "2021-11-19"), event("Coolsingel", "2021-11-19T20:00"), Relation.SAME),
        (event(None, "2021-11-19T20:00"), event("Coolsingel", "2021-11-19T20:00"), Relation.SAME),
        (event("Coolsingel", "2021-11-19T20:00"), event("Zuidplein", "2021-11-19T20:00"), Relation.MOVED_PLACE),
        (event("Coolsingel", "2021-11-19T20:00"), event("Coolsingel", "2021-11-19T22:30"), Relation.MOVED_TIME),
        (event("Coolsingel", "2021-11-19T20:00"), event("Coolsingel", "2021-11-20T20:00"), Relation.OTHER_DAY),
        (event("Coolsingel", "2021-11-19T20:00"), event("Rotterdam", "2021-11-20"), Relation.OTHER_DAY),
        (event("Coolsingel", "2021-11-19T20:00"), event("Zuidplein", "2021-11-20T20:00"), Relation.DIFFERENT),
        (event(None, "2021-01-24T18:00"), event(None, "2021-01-24T18:00", "Utrecht"), Relation.OTHER_TOWN),
        (event(None, "2021-01-24T18:00"), event(None, "2021-01-25T18:00", "Utrecht"), Relation.DIFFERENT),
        (event("Zuid-Holland", "2021-01-24", None), event(None, "2021-01-24T18:00"), Relation.NARROWED),
        (event(None, "2021-01-24T18:00"), event("Zuid-Holland", "2021-01-24", None), Relation.NARROWED),
        (event("Limburg", "2021-01-24", None), event(None, "2021-01-24T18:00"), Relation.DIFFERENT),
        (event("Stationsweg", "2012-09-21"), event("Stationsweg", "2012-09-21", "Groningen"), Relation.SAME),
    ],
)
def test_relation(config: Configuration, old: EventReference, new: EventReference, expected: Relation) -> None:
    assert relation(old, new, config.gazetteer) is expected


def test_the_fuller_reference_is_kept(config: Configuration) -> None:
    old = event("Rotterdam", "2021-11-19", objects=("vuurwerk",))
    new = event("Coolsingel", "2021-11-19T20:00", objects=("bivak",))
    assert fuller(old, new, config.gazetteer) == event("Coolsingel", "2021-11-19T20:00", objects=("bivak", "vuurwerk"))


def test_a_town_is_fuller_than_its_province_in_either_order(config: Configuration) -> None:
    wide, fine = event("Zuid-Holland", "2021-11-19", None), event(None, "2021-11-19T20:00")
    assert fuller(wide, fine, config.gazetteer) == fine
    assert fuller(fine, wide, config.gazetteer) == fine


def test_it_is_over_some_hours_after_it_began_in_local_time() -> None:
    at_eight = event(None, "2021-11-19T20:00")
    assert begins(at_eight) == 1_637_348_400 // 60
    assert ends(at_eight) == 1_637_348_400 // 60 + 360
    assert ends(event(None, "2021-11-19")) == 1_637_362_800 // 60
