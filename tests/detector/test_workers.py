"""Two workers on one group: partitions move, figures stay."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from broker.settings import BrokerSettings
from seinpost.backtest import line_of
from tests.brokers.services import RunningService
from tests.conftest import StartService
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, replay, whole
from tests.detector.test_service import alerts_in, renumbered, send, wait_for

# The embedded broker now and then leaves a rebalance unfinished, so this is for Apache Kafka.
pytestmark = [pytest.mark.broker, pytest.mark.kafka]

T = MONDAY_NOON


@pytest.mark.timeout(240)
def test_a_worker_that_joins_and_one_that_leaves_change_no_figure(
    broker: BrokerSettings, start_service: StartService
) -> None:
    start, riot = T, "rellen in Utrecht verschrikkelijk"
    parts = [
        renumbered(
            batches([*chatter(start + at, 60, seed=at), *crowd(start + at, riot, number)], 4), 1_000_000 + at * 1000
        )
        for at, number in ((0, 40), (60, 200), (120, 300))
    ]
    expected = last(replay(whole(), [[batch for part in parts for batch in part[raw]] for raw in range(4)]))
    grown = max(alert.observation.observed for alert in expected.values())
    group = {"SEINPOST_DETECTOR__GROUP": "two", "SEINPOST_DETECTOR__REBALANCE_TIMEOUT_SECONDS": "8"}
    leaving = start_service("detector", group)
    send(broker, parts[0])
    wait_for(broker, lambda found: any(alert.place.gemeente == "Utrecht" for alert in found))
    send(broker, parts[1])
    start_service("detector", group)
    assert leaving.stop() == 0
    send(broker, parts[2])
    wait_for(
        broker,
        lambda found: max(alert.observation.observed for alert in found if alert.place.gemeente == "Utrecht") >= grown,
    )
    live = last(alerts_in(broker))
    assert [line_of(alert) for alert in live.values()] == [line_of(alert) for alert in expected.values()]
    # Nothing comes any more: a worker that starts now has nothing waiting, whoever read it before.
    idle = start_service("detector", group)
    eventually_true(lambda: told(idle) and not any(told(idle).values()), lambda: f"{told(idle)}\n{idle.tail()}")


def told(worker: RunningService) -> dict[str, float]:
    """Records that wait, by topic."""
    return {name: value for name, value in worker.metrics().items() if name.startswith("seinpost_detector_lag_records")}


def eventually_true(condition: Callable[[], bool], problem: Callable[[], str], patience_s: float = 60.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, problem()
        time.sleep(0.2)
