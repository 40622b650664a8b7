"""A mandate that ends while the detector runs: counting stops, windows are emptied, the operator is told."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from contracts.alert import State
from contracts.codec import Decoder
from contracts.notice import About, Notice
from contracts.topics import NOTICES
from tests.brokers.records import read_topic
from tests.conftest import StartService
from tests.detector.posts import MONDAY_NOON, REPOSITORY, batches, chatter, crowd
from tests.detector.test_service import alerts_in, renumbered, send, wait_for

pytestmark = pytest.mark.broker

T = MONDAY_NOON
NOTICE: Decoder[Notice] = Decoder(Notice)
PATIENCE_S = 120
HELD = 'seinpost_detector_table_values{table="series"}'


def until(enough: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not enough():
        assert time.monotonic() < deadline
        time.sleep(0.3)


@pytest.mark.timeout(300)
def test_an_ended_mandate_stops_counting_and_is_told(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    service = start_service("detector", {"SEINPOST_CONFIG": str(config)})
    send(broker, batches([*chatter(T, 90), *crowd(T + 60, "rellen in Rotterdam verschrikkelijk", 60)], 4))
    wait_for(broker, bool)
    assert service.metrics()["seinpost_detector_mandates"] == 1
    until(lambda: service.metrics().get(HELD, 0) > 0)

    file = config / "mandates" / "voorbeeld.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("until: 2028-01-01", "until: 2026-01-06"), "utf-8")
    until(lambda: service.metrics()["seinpost_detector_mandates"] == 0)
    assert service.metrics()["seinpost_detector_mandates_ended_total"] == 1
    until(lambda: service.metrics()[HELD] == 0)
    alerts = wait_for(broker, lambda found: all(last.state is State.CLOSED for last in latest(found)))

    def told() -> dict[About, Notice]:
        records = asyncio.run(read_topic(broker, NOTICES.name))
        notices = [NOTICE.decode(record.value) for record in records]
        return {notice.about: notice for notice in notices if notice.service == "detector"}

    until(lambda: told().get(About.NO_MANDATE) is not None and told()[About.NO_MANDATE].active)
    assert told()[About.MANDATE].places == ("mandates/voorbeeld.yaml",)

    send(broker, renumbered(batches(crowd(T + 200, "plunderen in Utrecht", 60), 4), 100_000))
    until(lambda: service.metrics()["seinpost_detector_posts_total"] >= 90 * 2 + 120)
    assert service.metrics()[HELD] == 0
    assert len(latest(alerts_in(broker))) == len(latest(alerts))


def latest(alerts: list) -> list:
    return list({alert.id: alert for alert in alerts}.values())
