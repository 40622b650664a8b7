"""`make chaos` fails for what is lost and for what takes too long; on a busy machine seconds are only told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deploy.chaos import disturbed, verdict

NOTHING_LOST = {"lost": [], "false": [], "posts_missing": 0, "posts_twice": 0}


def kills(**more: Any) -> dict[str, Any]:
    return {
        "series_counted_otherwise": {},
        "posts_doubled": 0,
        "lost": [],
        "alerted_under_two_ids": [],
        "opened_but_not_received": [],
        "alerts_beyond_undisturbed": [],
        "posts_read": [15_600, 15_600],
        "waiting_at_the_end": {},
        "back_at_work_s": {"p50": 10.3, "p99": 18.6},
    } | more


def act(what: str, blind_s: float | None, drained_s: float, *, blinds: bool = True) -> dict[str, Any]:
    found = {"what": what, "blinds": blinds, "blind_after_s": blind_s, "drained_after_s": drained_s}
    return NOTHING_LOST | {"acts": [found]}


@pytest.mark.parametrize(
    "found",
    [
        act("every detector stopped", 6.7, 2.5),
        act("disk of the room's database full", 11.9, 19.5),
        act("disk of the broker full", 11.4, 166.9),
        act("link of detector-0 cut", None, 8.1, blinds=False),
        act("clock of notifier -600 s", None, 40.1, blinds=False),
        act("ingest to this release", None, 1.0, blinds=False),
        act("shown late, and need not be", 40.0, 1.0, blinds=False),
    ],
    ids=lambda found: found["acts"][0]["what"],
)
def test_disturbances_as_they_were_seen_pass(found: dict[str, Any]) -> None:
    assert disturbed.faults(found) == []


def test_kills_as_they_were_seen_pass() -> None:
    assert verdict.faults(kills()) == []


def test_blind_must_be_shown_within_fifteen_seconds() -> None:
    assert disturbed.faults(act("ingest stopped", 15.0, 1.0)) == []
    late = act("ingest stopped", 15.1, 1.0)
    assert disturbed.faults(late) == ["ingest stopped: shown as blind after 15.1 s, later than 15"]
    assert disturbed.faults(late, patient=True) == []


def test_blind_that_is_never_shown_fails_on_any_machine() -> None:
    never = act("ingest stopped", None, 1.0)
    assert disturbed.faults(never) == ["ingest stopped: not shown as blind"]
    assert disturbed.faults(never, patient=True) == ["ingest stopped: not shown as blind"]


@pytest.mark.parametrize("blinds", [True, False])
def test_what_waits_must_be_read_within_five_minutes(blinds: bool) -> None:
    assert disturbed.faults(act("link cut", 9.0, 300.0, blinds=blinds)) == []
    late = act("link cut", 9.0, 300.1, blinds=blinds)
    assert disturbed.faults(late) == ["link cut: something waited until 300.1 s after it, longer than 300"]
    assert disturbed.faults(late, patient=True) == []


def test_back_at_work_within_half_a_minute() -> None:
    assert verdict.faults(kills(back_at_work_s={"p50": 10.0, "p99": 30.0})) == []
    late = kills(back_at_work_s={"p50": 10.0, "p99": 30.1})
    assert verdict.faults(late) == ["back_at_work_s: 30.1 at p99, longer than 30"]
    assert verdict.faults(late, patient=True) == []


@pytest.mark.parametrize("patient", [True, False])
def test_nothing_may_wait_at_the_end(patient: bool) -> None:
    found = kills(waiting_at_the_end={"detector-0": 3.0})
    assert verdict.faults(found, patient=patient) == ["waiting_at_the_end: {'detector-0': 3.0}"]


@pytest.mark.parametrize("patient", [True, False])
def test_a_loss_fails_on_any_machine(patient: bool) -> None:
    assert verdict.faults(kills(lost=["Assen"]), patient=patient) == ["lost: ['Assen']"]
    assert verdict.faults(kills(posts_read=[10, 9]), patient=patient) == ["posts_read: 9, undisturbed 10"]
    found = act("ingest stopped", 9.0, 1.0) | {"posts_missing": 2}
    assert disturbed.faults(found, patient=patient) == ["posts_missing: 2"]
