from __future__ import annotations

import datetime

import pytest
from pydantic import ValidationError

from configuration.alarms import Budget, Escalation
from contracts.alert import EventReference, Place, Severity, State
from services.notifier import escalation
from services.notifier.budget import Shift, shift
from services.notifier.life import Status
from services.notifier.withholding import Held, Matcher, Placement, Situation, belongs_under, happening, place
from tests.notifier.samples import alert

MINUTE_MS = 60_000
HERE = Place(gemeente="Rotterdam", region="VR17")
PLACE_ALERT = alert(id="plaats", event=None, severity=Severity.LOW)
STEPS = Escalation.model_validate(
    {"steps": [{"after_minutes": 5, "receivers": ["piket"]}, {"after_minutes": 10, "receivers": ["sms"]}]}
)


def test_a_card_as_long_as_the_budget_lasts() -> None:
    assert place(alert(), Situation(cards_in_shift=47)) == Placement(held=Held.SHOWN, card=True)
    full = Situation(cards_in_shift=48, digest="d")
    assert place(alert(), full) == Placement(held=Held.DIGESTED, by="d")
    assert place(alert(), Situation(cards_in_ten_minutes=10, digest="d")).held is Held.DIGESTED
    assert place(alert(severity=Severity.HIGH), full).card
    assert place(alert(severity=Severity.HIGH), Situation(cards_in_shift=48, always_show=None)).held is Held.DIGESTED


def test_a_silence_wins_then_the_event_then_the_happening() -> None:
    everything = {"silence": "s", "event_alert": "e", "companion": True, "cards_in_shift": 99}
    assert place(alert(), Situation(**everything)).held is Held.SILENCED
    assert place(alert(), Situation(**everything | {"silence": None})).by == "e"
    shared = place(alert(), Situation(**everything | {"silence": None, "event_alert": None}))
    assert shared == Placement(held=Held.SHOWN, card=False)


@pytest.mark.parametrize(
    ("matcher", "fits"),
    [
        (Matcher(region="VR17"), True),
        (Matcher(gemeente="Rotterdam", phenomenon="rellen"), True),
        (Matcher(gemeente="Rotterdam", phenomenon="voetbal"), False),
        (Matcher(region="VR01"), False),
        (Matcher(region="VR17", max_severity=Severity.LOW), False),
    ],
)
def test_all_that_a_silence_names_must_fit(matcher: Matcher, fits: bool) -> None:
    assert matcher.fits(alert()) is fits


def test_a_place_alert_belongs_under_the_alert_of_its_event_and_no_other() -> None:
    assert belongs_under(PLACE_ALERT, alert())
    assert not belongs_under(alert(id="b"), alert()), "it tells of a gathering itself"
    assert not belongs_under(
        PLACE_ALERT, alert(place=Place(gemeente="Delft"), event=EventReference(starts="2020-12-15"))
    )
    assert not belongs_under(PLACE_ALERT, alert(exercise="haren"))
    worse = alert(id="plaats", event=None, severity=Severity.HIGH)
    assert not belongs_under(worse, alert()), "the more severe is never hidden by the less severe"


def test_alerts_of_one_gathering_share_a_happening() -> None:
    assert happening(alert()) == happening(alert(id="b", phenomenon="oproep"))
    assert happening(alert()) != happening(alert(exercise="haren"))
    assert happening(PLACE_ALERT) == "plaats"


def test_the_shift_of_a_moment_also_over_midnight_and_when_the_clock_changes() -> None:
    budget = Budget()

    def began(text: str) -> str:
        moment = int(datetime.datetime.fromisoformat(text).timestamp() * 1000)
        found = shift(budget, "VR17", exercise=False, now_ms=moment)
        return datetime.datetime.fromtimestamp(found.began_ms / 1000, datetime.UTC).isoformat()

    assert began("2026-11-23T06:59:59+01:00") == "2026-11-22T22:00:00+00:00"
    assert began("2026-11-23T07:00:00+01:00") == "2026-11-23T06:00:00+00:00"
    assert began("2026-10-25T02:30:00+01:00") == "2026-10-24T21:00:00+00:00", "the hour that comes twice"


def test_a_digest_is_found_by_its_name_and_a_made_up_name_is_none() -> None:
    known = Shift(region="VR17", exercise=True, began_ms=26_800_000 * MINUTE_MS)
    assert Shift.of_digest(known.digest) == known
    assert Shift.of_digest(Shift(region=None, exercise=False, began_ms=0).digest) is not None
    assert [Shift.of_digest(text) for text in ("", "VR17", "VR17-echt-x", "VR17-ander-1")] == [None] * 4


def test_the_clock_takes_each_step_once_and_all_that_were_missed() -> None:
    def read(minutes: float, taken: int) -> tuple[int, int, int | None]:
        found = escalation.read(STEPS, since_ms=0, taken=taken, now_ms=int(minutes * MINUTE_MS))
        return len(found.due), found.step, found.next_ms

    assert read(4.9, 0) == (0, 0, 5 * MINUTE_MS)
    assert read(5, 0) == (1, 1, 10 * MINUTE_MS)
    assert read(9, 1) == (0, 1, 10 * MINUTE_MS)
    assert read(600, 0) == (2, 2, None)
    assert read(600, 2) == (0, 2, None)


def test_only_what_waits_and_goes_on_has_a_clock() -> None:
    assert escalation.runs(STEPS, alert(), Status.NEW)
    assert escalation.runs(STEPS, alert(), Status.REOPENED)
    assert not escalation.runs(STEPS, alert(), Status.SEEN)
    assert not escalation.runs(STEPS, alert(state=State.CLOSED), Status.NEW)
    assert not escalation.runs(STEPS, alert(severity=Severity.INFO), Status.NEW)
    assert not escalation.runs(STEPS, alert(exercise="haren"), Status.NEW)
    assert not escalation.runs(Escalation(), alert(), Status.NEW)


@pytest.mark.parametrize("minutes", [[5, 5], [10, 5]])
def test_steps_that_do_not_follow_are_refused(minutes: list[int]) -> None:
    with pytest.raises(ValidationError, match="later than the one before"):
        Escalation.model_validate({"steps": [{"after_minutes": one, "receivers": ["a"]} for one in minutes]})


def test_shifts_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="order of time"):
        Budget.model_validate({"shift_starts": ["15:00", "07:00"]})
