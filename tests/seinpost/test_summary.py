"""What keeps a demo from passing is said in words, each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import Counter

from exercises.scenario import load, minute_of
from exercises.verdict import Opened, judge
from seinpost.demo import Outcome, _summary
from seinpost.observation import WORK, Counts
from seinpost.webhook_receiver import Received
from services.detector import metrics as detector
from services.notifier import metrics as notifier

HAREN = load("haren-2012")
PLANTED = HAREN.planted[0]
FOUND = Opened(
    id="a1",
    phenomenon="project-x",
    gemeente="Groningen",
    minute=minute_of(PLANTED.from_) + 90,
    label="Feest",
    reason="!",
)
QUIET = replace(FOUND, id="a2", minute=minute_of(HAREN.quiet[0].from_ + timedelta(days=1)))
COUNTS = Counts(
    read=100, ended=True, anonymised=99, folded=99, lag=0, dead=1, dead_by_reason={"anonymizer: duplicate": 1},
    activity=5, opened=1, delivered=1, pending=0,
)  # fmt: skip


def outcome(*alerts: Opened, waiting: str | None = None) -> Outcome:
    return Outcome(counts=COUNTS, alerts=list(alerts), waiting=waiting, seconds=12.34, cpu_seconds={})


def received(*alerts: Opened, refused: int = 0) -> Received:
    return Received(alerts={alert.id: {} for alert in alerts}, refused=refused)


def test_a_run_that_did_everything_passes() -> None:
    done = outcome(FOUND)
    passed, summary = _summary(done, judge(HAREN, done.alerts), received(FOUND))
    assert passed
    figures = {name: value for name, value in summary.items() if name != "details"}
    assert figures == {
        "posts_read": 100, "posts_anonymised": 99, "dead_lettered": 1, "alerts_opened": 1, "alerts_delivered": 1,
        "seconds": 12.3,
    }  # fmt: skip
    details = summary["details"]
    assert (details["failures"], details["planted_found"], details["quiet_alerts"]) == ([], True, 0)
    assert details["first_alert_at"] == "2012-09-06T19:30+02:00"
    assert details["planted"][0]["lead_minutes"] == 15 * 1440


@pytest.mark.parametrize(
    ("done", "got", "failure"),
    [
        (outcome(), received(), "not alerted: project-x in Groningen"),
        (outcome(FOUND), received(), "not delivered to the webhook: project-x in Groningen"),
        (outcome(FOUND, QUIET), received(FOUND), "alert in a quiet time: Feest at 2012-09-02T00:00+02:00"),
        (outcome(FOUND, waiting="3 records are waiting"), received(FOUND), "the pipeline was not drained"),
        (outcome(FOUND), received(FOUND, refused=2), "2 deliveries had a wrong signature"),
    ],
)
def test_every_failure_is_named(done: Outcome, got: Received, failure: str) -> None:
    passed, summary = _summary(done, judge(HAREN, done.alerts), got)
    assert not passed
    assert [each.startswith(failure) for each in summary["details"]["failures"]] == [True]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"ended": False}, "ingest is still reading"),
        ({"anonymised": 98}, "the anonymizer has 98 of 100 posts"),
        ({"folded": 90}, "the detector has 90 of 99 posts"),
        ({"lag": 7}, "7 records are waiting"),
        ({"pending": 2}, "2 deliveries are waiting"),
    ],
)
def test_a_pipeline_says_what_it_has_still_to_do(change: dict[str, int], says: str | None) -> None:
    assert replace(COUNTS, **change).unfinished() == says


def test_what_shows_that_work_goes_on_is_counted_by_the_services() -> None:
    counted = {
        f"{metric._name}_total"
        for module in (detector, notifier)
        for metric in vars(module).values()
        if isinstance(metric, Counter)
    }
    assert set(WORK) <= counted
