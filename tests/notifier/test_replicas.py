"""Two notifiers on one PostgreSQL: each alert once per receiver, consoles resumed by the other, either may be lost."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from broker.settings import BrokerSettings
from tests.brokers.services import RunningService
from tests.conftest import StartService
from tests.notifier.conftest import Receiver, _new_postgres
from tests.notifier.nights import CONCURRENT, JSON, environment_in, group, night, produce, told, wait_for

pytestmark = pytest.mark.broker


class Console:
    """Reads the live stream of one replica after another, as a browser does: on with the number it had last."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        self.last = 0
        self.addresses: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            address = self.addresses[turn % len(self.addresses)]
            turn += 1
            headers = {"Last-Event-ID": str(self.last)}
            try:
                with httpx.stream("GET", f"{address}/v1/events", headers=headers, timeout=20, verify=False) as answer:
                    self._read(answer)
            except httpx.HTTPError:
                time.sleep(0.05)

    def _read(self, answer: httpx.Response) -> None:
        number, kind = 0, ""
        for line in answer.iter_lines():
            if self.stop.is_set():
                return
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data" and kind == "alert":
                self.seen.append((number, json.loads(value)["alertId"]))
                self.last = number


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_two_replicas_deliver_once_and_take_over_from_each_other(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path, receiver: Receiver,
    postgres_server: str,
) -> None:  # fmt: skip
    environment = environment_in(tmp_path, receiver)
    environment |= {"SEINPOST_NOTIFIER__DATABASE_URL": asyncio.run(_new_postgres(postgres_server))}
    one = start_service("notifier", environment | group("replicas", 0))
    two = start_service("notifier", environment | group("replicas", 1))
    console = Console()
    console.addresses = [one.url, two.url]
    console.thread.start()

    produce(broker, night(0, 60))
    wait_for(lambda: _summary(two)["delivered"] == 60, "both at work", two)
    sent = Counter(message_id for message_id, _ in list(receiver.got))
    attempts = {row["id"]: len(row["attempts"]) for row in _deliveries(two)}
    assert sent == attempts, "each is sent as often as the proof says, whoever sent it"
    assert Counter(attempts.values()).most_common(1)[0] == (1, 60), "and that is once"

    produce(broker, night(60, 100))
    wait_for(lambda: len(told(receiver)) >= 100, "half way", one)
    taken = httpx.post(f"{one.url}/v1/alerts/k0/take", headers=JSON, timeout=60, verify=False)
    assert taken.status_code == 200
    one.kill()
    wait_for(lambda: _summary(two)["delivered"] == 160 and _summary(two)["pending"] == 0, "the other goes on", two)
    assert told(receiver) == {f"k{index}" for index in range(160)}
    assert len({message_id for message_id, _ in list(receiver.got)}) == 160
    assert len(receiver.got) - 160 <= 2 * CONCURRENT
    assert httpx.get(f"{two.url}/v1/alerts/k0", timeout=60, verify=False).json()["status"] == "in-progress"

    wait_for(lambda: len({name for _, name in console.seen}) == 160, "the console missed something", two)
    console.stop.set()
    numbers = [number for number, _ in console.seen]
    assert numbers == sorted(set(numbers)), "in order, and none twice, over both replicas"
    assert httpx.get(f"{two.url}/v1/audit?verify=true&limit=1", timeout=60).json()["whole"] is True


def _summary(service: RunningService) -> dict[str, int]:
    found: dict[str, int] = httpx.get(f"{service.url}/v1/summary", timeout=60, verify=False).json()
    return found


def _deliveries(service: RunningService) -> list[dict[str, object]]:
    found: list[dict[str, object]] = httpx.get(
        f"{service.url}/v1/deliveries?pageSize=200", timeout=60, verify=False
    ).json()["items"]
    return found
