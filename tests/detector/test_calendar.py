"""Planned events: looked up by gemeente and minute, in local time."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from configuration.calendar import Calendar
from configuration.places import load_gazetteer
from services.detector.calendar import Planned

GAZETTEER = load_gazetteer(Path(__file__).parents[2] / "config" / "places")
EVENTS = [
    {"what": "Koningsdag", "kind": "holiday", "from": "2027-04-27T00:00", "until": "2027-04-28T00:00", "factor": 8},
    {
        "what": "Feyenoord – Ajax",
        "kind": "match",
        "where": "Rotterdam",
        "from": "2027-04-27T12:00",
        "until": "2027-04-27T18:00",
        "factor": 20,
    },
]


def minute(local):
    return int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()) // 60


@pytest.fixture
def planned():
    return Planned(Calendar.model_validate({"events": EVENTS}), GAZETTEER)


def test_the_largest_running_event_counts(planned):
    assert planned.planned("GM0599", minute("2027-04-27T14:00")).what == "Feyenoord – Ajax"
    assert planned.planned("GM0344", minute("2027-04-27T14:00")).what == "Koningsdag"


def test_from_inclusive_until_exclusive(planned):
    assert planned.planned("GM0599", minute("2027-04-27T12:00")).kind == "match"
    assert planned.planned("GM0599", minute("2027-04-27T18:00")).kind == "holiday"


def test_nothing_planned(planned):
    assert planned.planned("GM0599", minute("2027-05-01T12:00")) is None


def test_a_place_that_could_not_be_settled_sees_only_national_events(planned):
    assert planned.planned(None, minute("2027-04-27T14:00")).what == "Koningsdag"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"until": "2027-04-26T00:00"}, "until must be later"),
        ({"from": "2027-04-27T00:00+02:00"}, "without an offset"),
        ({"factor": 0}, "greater than 0"),
    ],
)
def test_what_cannot_be_is_refused(change, reason):
    with pytest.raises(ValidationError, match=reason):
        Calendar.model_validate({"events": [EVENTS[0] | change]})
