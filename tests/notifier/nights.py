"""Notifiers as processes under many alerts, for the tests that kill them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts import alert as alert_contract
from contracts.alert import Alert, EventReference, Place
from contracts.codec import encode
from contracts.topics import ALERTS
from tests.brokers.services import REPOSITORY, RunningService
from tests.conftest import ON_APACHE_KAFKA
from tests.notifier.conftest import SECRET, Receiver
from tests.notifier.samples import alert

KILLS = int(os.environ.get("SEINPOST_NOTIFIER_KILLS", "3"))
DELIVERIES = int(os.environ.get("SEINPOST_NOTIFIER_DELIVERIES", "100"))
PATIENCE_S = 240 + DELIVERIES
JSON = {"content-type": "application/json"}
CONCURRENT = 8
"""Deliveries on their way at once: at most these are sent again after a kill."""


def night(first: int, number: int) -> list[Alert]:
    """Alerts of happenings of their own."""
    return [
        alert(
            id=f"k{index}", place=Place(gemeente="Rotterdam", region="VR17"),
            event=EventReference(gemeente="Rotterdam", starts=f"2020-12-15T22:00:{index:05}"),
        )
        for index in range(first, first + number)
    ]  # fmt: skip


def produce(broker: BrokerSettings, records: Iterable[Alert]) -> None:
    async def send() -> None:
        async with AcknowledgedProducer(broker, "test") as producer:
            for record in records:
                await producer.send(ALERTS.name, encode(record), key=alert_contract.key(record))
            await producer.flush()

    asyncio.run(send())


def wait_for(right: Callable[[], bool], what: str, service: RunningService | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not right():
        assert time.monotonic() < deadline, f"{what}\n{service.tail() if service else ''}"
        time.sleep(0.02)


def group(name: str, turn: int) -> dict[str, str]:
    """A killed member of a group is not evicted by the embedded broker: there each process reads in a group of its own,
    from the beginning, and must find that it knows all that already."""
    return {"SEINPOST_NOTIFIER__GROUP": name if ON_APACHE_KAFKA else f"{name}-{turn}"}


def told(receiver: Receiver) -> set[str]:
    return {str(body["data"]["id"]) for _, body in list(receiver.got)}


def environment_in(tmp_path: Path, receiver: Receiver) -> dict[str, str]:
    """One receiver, and a budget that no test exhausts."""
    config = tmp_path / "config"
    config.mkdir()
    for entry in (REPOSITORY / "config").iterdir():
        if entry.name not in ("receivers.yaml", "alarms.yaml"):
            (config / entry.name).symlink_to(entry)
    (config / "receivers.yaml").write_text(
        f"receivers: [{{id: meldkamer, url: '{receiver.url}', secret: meldkamer}}]\n"
    )
    (config / "alarms.yaml").write_text("budget: {per_shift: 1000000, per_ten_minutes: 1000000}\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "meldkamer").write_text(SECRET)
    return {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__SECRETS_DIR": str(tmp_path / "secrets"),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/n.sqlite3",
        "SEINPOST_NOTIFIER__CONCURRENT_DELIVERIES": str(CONCURRENT),
        "SEINPOST_NOTIFIER__REQUEST_TIMEOUT_S": "5",
    }
