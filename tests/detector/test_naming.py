"""What an episode is called when a bare call and what it calls to meet."""

from __future__ import annotations

import pytest

from configuration import Configuration
from contracts.alert import Alert, Severity
from contracts.anonymous_posts import AnonymousPost
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, post, replay, whole

T = MONDAY_NOON
DAY = 1440


@pytest.fixture(scope="module")
def config() -> Configuration:
    return whole()


def callers(start: int, text: str, number: int = 4) -> list[AnonymousPost]:
    return [post(start + one * 5, text, f"caller-{start}-{one}") for one in range(number)]


def alerts_of(config: Configuration, *posts: list[AnonymousPost]) -> list[Alert]:
    return list(last(replay(config, batches([one for some in posts for one in some]))).values())


def test_a_bare_call_takes_the_name_of_what_it_turns_out_to_be(config: Configuration) -> None:
    call = callers(T + 700, "kom_allemaal morgen 15:00 naar Zuidplein")
    crowded = crowd(T + 900, "weggeefactie Zuidplein", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, 2 * DAY), call, crowded)
    assert [(alert.phenomenon, alert.opened_minute) for alert in alerts] == [("weggeefactie", T + 710)]
    assert alerts[0].label == "Weggeefactie op straat – Zuidplein (Rotterdam)"


def test_a_bare_call_to_a_place_where_something_goes_on_joins_it(config: Configuration) -> None:
    crowded = crowd(T + 700, "rellen Coolsingel", 60, minutes=30)
    calls = crowd(T + 800, "kom_allemaal morgen 20:00 naar Rotterdam", 60, minutes=30)
    assert [alert.phenomenon for alert in alerts_of(config, chatter(T, 2 * DAY), crowded, calls)] == ["rellen"]


def test_a_call_to_a_name_of_several_towns_joins_what_goes_on_in_one_of_them(config: Configuration) -> None:
    crowded = crowd(T + 700, "project_x in Haren Groningen", 60, minutes=30)
    calls = crowd(T + 720, "kom_allemaal morgen 20:00 naar Haren", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, 2 * DAY), crowded, calls)
    assert [(alert.phenomenon, alert.place.gemeente) for alert in alerts] == [("project-x", "Groningen")]


def test_a_bare_call_never_hides_in_a_demonstration(config: Configuration) -> None:
    """Rioters called to a square where people demonstrate: that alert is no threat."""
    call = callers(T + 700, "kom_allemaal morgen 13:00 naar Malieveld")
    lawful = crowd(T + 720, "demonstratie Malieveld", 60, minutes=30)
    riot = crowd(T + 800, "rellen Malieveld", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, 2 * DAY), call, lawful, riot)
    assert {alert.phenomenon: alert.severity is Severity.INFO for alert in alerts} == {
        "rellen": False,
        "demonstratie": True,
    }


def test_rioting_beside_a_demonstration_stays_its_own_alert(config: Configuration) -> None:
    lawful = crowd(T + 700, "demonstratie Malieveld", 60, minutes=30)
    riot = crowd(T + 720, "rellen Malieveld", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, 2 * DAY), lawful, riot)
    assert {alert.phenomenon for alert in alerts} == {"demonstratie", "rellen"}


def test_calls_to_many_places_at_once_are_no_alert_without_a_place(config: Configuration) -> None:
    towns = ("Assen", "Gouda", "Venlo", "Tilburg", "Zwolle", "Utrecht", "Breda", "Delft", "Almere", "Emmen")
    calls = [one for town in towns for one in callers(T + 700, f"kom_allemaal morgen 20:00 naar {town}")]
    assert alerts_of(config, chatter(T, DAY), calls) == []


def test_a_bare_call_far_away_stays_its_own_alert(config: Configuration) -> None:
    crowded = crowd(T + 700, "rellen Coolsingel", 60, minutes=30)
    calls = crowd(T + 720, "kom_allemaal morgen 20:00 naar 18_Septemberplein Eindhoven", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, 2 * DAY), crowded, calls)
    assert {(alert.phenomenon, alert.place.gemeente) for alert in alerts} == {
        ("rellen", "Rotterdam"),
        ("oproep", "Eindhoven"),
    }
