from __future__ import annotations

import pytest

from contracts.alert import Change, Severity, State
from services.notifier.handling import open_actions
from services.notifier.life import Action, Arrival, Occasion, Status, Verdict, act, arrive
from tests.notifier.samples import alert


@pytest.mark.parametrize(
    ("status", "action", "after"),
    [
        (Status.NEW, Action.ACKNOWLEDGE, Status.SEEN),
        (Status.REOPENED, Action.ACKNOWLEDGE, Status.SEEN),
        (Status.NEW, Action.TAKE, Status.IN_PROGRESS),
        (Status.SEEN, Action.TAKE, Status.IN_PROGRESS),
        (Status.IN_PROGRESS, Action.CLOSE, Status.CLOSED),
        (Status.NEW, Action.CLOSE, Status.CLOSED),
        (Status.CLOSED, Action.REOPEN, Status.REOPENED),
        (Status.CLOSED, Action.NOTE, Status.CLOSED),
    ],
)
def test_a_step_of_the_life(status: Status, action: Action, after: Status) -> None:
    step = act(status, action)
    assert (step.verdict, step.status) == (Verdict.DONE, after)


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (Status.CLOSED, Action.ACKNOWLEDGE),
        (Status.CLOSED, Action.TAKE),
        (Status.CLOSED, Action.CLOSE),
        (Status.NEW, Action.REOPEN),
        (Status.IN_PROGRESS, Action.ACKNOWLEDGE),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(status: Status, action: Action) -> None:
    step = act(status, action)
    assert (step.verdict, step.status) == (Verdict.REFUSED, status)
    assert action not in open_actions(status)


def test_two_clicks_are_one_action() -> None:
    assert act(Status.SEEN, Action.ACKNOWLEDGE).verdict is Verdict.ALREADY
    assert act(Status.IN_PROGRESS, Action.TAKE, same_owner=True).verdict is Verdict.ALREADY
    assert act(Status.IN_PROGRESS, Action.TAKE, same_owner=False).verdict is Verdict.DONE


def test_the_first_record_opens() -> None:
    assert arrive(None, Status.NEW, alert()) == (Arrival.FIRST, Occasion.OPENED)
    assert arrive(None, Status.NEW, alert(state=State.CLOSED)) == (Arrival.FIRST, Occasion.CLOSED)


def test_older_and_equal_records_are_ignored() -> None:
    before = alert(revision=3)
    assert arrive(before, Status.NEW, alert(revision=2)) == (Arrival.OLDER, None)
    assert arrive(before, Status.NEW, alert(revision=3)) == (Arrival.SAME, None)


@pytest.mark.parametrize(
    ("changes", "occasion"),
    [
        ({"change": Change.UPDATED}, None),
        ({"change": Change.MOVED}, Occasion.MOVED),
        ({"change": Change.UPDATED, "severity": Severity.HIGH}, Occasion.RAISED),
        ({"change": Change.UPDATED, "severity": Severity.LOW}, None),
        ({"change": Change.CLOSED, "state": State.CLOSED}, Occasion.CLOSED),
    ],
)
def test_receivers_hear_of_what_matters(changes: dict[str, object], occasion: Occasion | None) -> None:
    assert arrive(alert(), Status.SEEN, alert(revision=2, **changes)) == (Arrival.NEWER, occasion)


def test_a_closed_alert_reopens_when_its_happening_grows_and_not_by_an_update() -> None:
    moved = alert(revision=2, change=Change.MOVED)
    assert arrive(alert(), Status.CLOSED, moved) == (Arrival.REOPENS, Occasion.REOPENED)
    updated = alert(revision=2, change=Change.UPDATED)
    assert arrive(alert(), Status.CLOSED, updated) == (Arrival.NEWER, None)
    over = alert(state=State.CLOSED)
    assert arrive(over, Status.CLOSED, alert(revision=2)) == (Arrival.REOPENS, Occasion.REOPENED)
