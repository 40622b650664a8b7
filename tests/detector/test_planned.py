"""Calls to what is planned: as expected is quiet, double is told with its name, and nothing else hides behind it."""

from __future__ import annotations

import dataclasses

import pytest

from configuration import Configuration
from configuration.calendar import Calendar
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousPost
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, replay, whole

T = MONDAY_NOON
DAY = 1440
MATCH = {
    "what": "Feyenoord – Ajax",
    "kind": "match",
    "where": "Rotterdam",
    "at": "De Kuip",
    "from": "2026-11-10T18:00",
    "until": "2026-11-10T23:00",
    "factor": 10,
}
"""The evening after `MONDAY_NOON`."""
CALL = "kom_allemaal morgen 20:00 naar De_Kuip"


@pytest.fixture(scope="module")
def config() -> Configuration:
    return dataclasses.replace(whole(), calendar=Calendar.model_validate({"events": [MATCH]}))


def alerts_of(config: Configuration, *posts: list[AnonymousPost]) -> list[Alert]:
    return list(last(replay(config, batches([one for some in posts for one in some]))).values())


def test_calls_to_a_planned_match_are_expected(config: Configuration) -> None:
    posts = chatter(T, DAY), crowd(T + 300, CALL, 60, minutes=240)
    assert alerts_of(config, *posts) == []
    assert alerts_of(whole(), *posts) != [], "without the calendar they are a call to gather"


def test_more_than_double_is_told_with_the_name_of_the_event(config: Configuration) -> None:
    (alert,) = alerts_of(config, chatter(T, DAY), crowd(T + 300, CALL, 400, minutes=60))
    assert alert.place.gemeente == "Rotterdam"
    assert "Gepland is Feyenoord – Ajax; dit is meer dan daarbij werd verwacht." in alert.reason
    assert alert.observation.observed >= 200


@pytest.mark.parametrize(
    "text",
    [
        "kom_allemaal morgen 20:00 naar Coolsingel",
        "kom_allemaal woensdag 20:00 naar De_Kuip",
        "kom_allemaal morgen 20:00 naar De_Kuip neem_mee vuurwerk",
        "rellen morgen 20:00 De_Kuip kom_allemaal",
    ],
    ids=["another spot", "another day", "something to bring", "a riot"],
)
def test_what_is_not_planned_is_told(config: Configuration, text: str) -> None:
    alerts = alerts_of(config, chatter(T, DAY), crowd(T + 300, text, 20))
    assert [alert.place.gemeente for alert in alerts] == ["Rotterdam"]


def test_a_registered_demonstration_is_expected_and_a_second_one_is_not() -> None:
    planned = MATCH | {"what": "Klimaatmars", "kind": "demonstration", "where": "Den Haag", "at": "Malieveld"}
    config = dataclasses.replace(whole(), calendar=Calendar.model_validate({"events": [planned]}))
    march = crowd(T + 300, "demonstratie morgen 19:00 Malieveld loop_mee", 60, minutes=120)
    assert alerts_of(config, chatter(T, DAY), march) == []
    other = crowd(T + 300, "demonstratie morgen 19:00 in Utrecht loop_mee", 60, minutes=120)
    assert [alert.place.gemeente for alert in alerts_of(config, chatter(T, DAY), march, other)] == ["Utrecht"]


def test_a_name_of_several_towns_is_the_one_where_something_goes_on() -> None:
    """*Haren* alone is Groningen or Oss; in the days of a gathering in one of them it is that one."""
    called = crowd(T + 100, "project_x morgen 20:00 in Haren Groningen kom_allemaal", 60, minutes=30)
    looted = crowd(T + 1400, "plunderen in haren plunderen", 40, minutes=60)
    alerts = alerts_of(whole(), chatter(T, 2 * DAY), called, looted)
    assert [(alert.phenomenon, alert.place.gemeente) for alert in alerts] == [("project-x", "Groningen")]
