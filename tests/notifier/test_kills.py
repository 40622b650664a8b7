"""Kill -9 in the middle of deliveries: what was answered is on disk, nothing is lost.

The short form runs in the suite; ``make test-kills-notifier`` runs 20 kills with 1,000 deliveries each.
"""

from __future__ import annotations

import random
from pathlib import Path

import httpx
import pytest

from broker.settings import BrokerSettings
from tests.conftest import StartService
from tests.notifier.conftest import Receiver
from tests.notifier.nights import (
    CONCURRENT,
    DELIVERIES,
    JSON,
    KILLS,
    environment_in,
    group,
    night,
    produce,
    told,
    wait_for,
)

pytestmark = [pytest.mark.broker, pytest.mark.thorough]


@pytest.mark.timeout(900 + KILLS * DELIVERIES)
def test_kill_9_in_the_middle_of_deliveries(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, receiver: Receiver
) -> None:
    environment = environment_in(tmp_path, receiver)
    chance = random.Random(9)
    handled: set[str] = set()
    for turn in range(KILLS):
        notifier = start_service("notifier", environment | group("kills", turn))
        wait_for(lambda before=turn * DELIVERIES: len(told(receiver)) >= before, "what the last one left", notifier)
        produce(broker, night(turn * DELIVERIES, DELIVERIES))
        kill_at = turn * DELIVERIES + chance.randrange(DELIVERIES // 10, DELIVERIES * 8 // 10)
        wait_for(lambda kill_at=kill_at: len(told(receiver)) >= kill_at, "deliveries before the kill", notifier)
        for index in chance.sample(range(turn * DELIVERIES, turn * DELIVERIES + DELIVERIES // 10), 3):
            answer = httpx.post(f"{notifier.url}/v1/alerts/k{index}/take", headers=JSON, timeout=60, verify=False)
            if answer.status_code == 200:
                handled.add(f"k{index}")
        notifier.kill()
    last = start_service("notifier", environment | group("kills", KILLS))
    total = KILLS * DELIVERIES

    def settled() -> bool:
        summary = httpx.get(f"{last.url}/v1/summary", timeout=60, verify=False).json()
        return bool(summary["alertsOpened"] == summary["delivered"] == total and summary["pending"] == 0)

    wait_for(settled, "every alert is delivered", last)
    assert told(receiver) == {f"k{index}" for index in range(total)}
    messages = {(body["data"]["id"], message_id) for message_id, body in list(receiver.got)}
    assert len(messages) == total, "a duplicate carries the id of the first"
    again = len(receiver.got) - total
    assert again <= CONCURRENT * KILLS, "only what was on its way is sent again"
    assert len(handled) == KILLS * 3
    for name in handled:
        case = httpx.get(f"{last.url}/v1/alerts/{name}", timeout=60, verify=False).json()
        assert (case["status"], case["owner"]) == ("in-progress", "lokale gebruiker"), (
            "what was answered 200 is on disk"
        )
    assert httpx.get(f"{last.url}/v1/audit?verify=true&limit=1", timeout=120).json()["whole"] is True
    print(f"{KILLS} kills, {total} deliveries, {again} sent twice under the same id")
