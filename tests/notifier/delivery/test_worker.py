from __future__ import annotations

import base64
import dataclasses
import socket
import time
from pathlib import Path

import pytest

from configuration.receivers import Receivers, Webhook
from configuration.whole import load
from services.notifier.access.reach import EVERYTHING
from services.notifier.delivery.outbox import Outbox
from services.notifier.delivery.post import client
from services.notifier.delivery.ready import ready
from services.notifier.delivery.receiver import Answer, UnusableSecret
from services.notifier.delivery.worker import DeliveryWorker
from services.notifier.life import Occasion
from services.notifier.settings import NotifierSettings
from services.notifier.store import deliveries
from services.notifier.store.database import Database
from services.notifier.store.deliveries import DeliveryRow
from tests.brokers.services import REPOSITORY
from tests.notifier.conftest import SECRET, Clock, Receiver
from tests.notifier.samples import alert
from tests.notifier.storing import stored


class Room:
    """An outbox with one alert in it, and a worker on a clock of our own."""

    def __init__(self, database: Database, secrets: Path, url: str, timeout_s: float = 5) -> None:
        (secrets / "meldkamer").write_text(SECRET)
        hook = Webhook(id="meldkamer", url=url, secret="meldkamer")
        settings = NotifierSettings(request_timeout_s=timeout_s, retry_first_s=1, retry_cap_s=60)
        self.clock = Clock()
        self.database = database
        configured = Receivers(receivers=(hook,), give_up_after_hours=1)
        whole = dataclasses.replace(load(REPOSITORY / "config"), receivers=configured)
        self.outbox = Outbox.of(whole, "seinpost")
        self.worker = DeliveryWorker(
            database=database,
            receivers=ready(configured, secrets, client(timeout_s), timeout_s),
            settings=settings,
            now_ms=self.clock,
        )

    async def arrives(self) -> None:
        async with self.database.writing() as connection:
            await stored(connection, alert(), now_ms=self.clock())
            await self.outbox.put(connection, alert(), Occasion.OPENED, self.clock())

    async def round(self, later_s: float = 0) -> DeliveryRow:
        self.clock.ms += int(later_s * 1000)
        await self.worker.round()
        async with self.database.reading() as connection:
            (row,), _ = await deliveries.page(connection, EVERYTHING, alert=None, state=None, limit=5, offset=0)
        return row


async def test_a_signed_alert_is_delivered_once(database: Database, tmp_path: Path, receiver: Receiver) -> None:
    room = Room(database, tmp_path, receiver.url)
    room.clock.ms = time.time_ns() // 1_000_000  # signatures are checked against the real clock
    await room.arrives()
    row = await room.round()
    await room.round(3600)
    ((message_id, body),) = receiver.got
    assert (row.state, row.attempts[0].status_code, row.id) == ("delivered", 200, message_id)
    assert body["type"] == "alert.opened"
    assert body["data"]["id"] == "a1b2c3"
    assert body["data"]["place"]["gemeenteCode"] == "GM0599"


async def test_it_is_tried_again_with_the_same_id_until_acknowledged(
    database: Database, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer = lambda before: 503 if before < 2 else 204
    room = Room(database, tmp_path, receiver.url)
    room.clock.ms = time.time_ns() // 1_000_000
    await room.arrives()
    assert (await room.round()).state == "pending"
    assert len((await room.round()).attempts) == 1, "not before its time"
    assert (await room.round(1)).state == "pending"
    row = await room.round(2)
    assert row.state == "delivered"
    assert [attempt.status_code for attempt in row.attempts] == [503, 503, 204]
    assert len({message_id for message_id, _ in receiver.got}) == 1


async def test_a_redirect_is_not_followed(database: Database, tmp_path: Path, receiver: Receiver) -> None:
    receiver.answer = lambda _: 307
    receiver.headers = {"location": f"{receiver.url}/elders"}
    room = Room(database, tmp_path, receiver.url)
    room.clock.ms = time.time_ns() // 1_000_000
    await room.arrives()
    row = await room.round()
    assert (row.attempts[0].outcome, row.attempts[0].status_code) == ("refused", 307)
    assert len(receiver.got) == 1


async def test_a_receiver_that_is_away_or_silent_is_recorded_as_such(database: Database, tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        room = Room(database, tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.2)
        await room.arrives()
        assert (await room.round()).attempts[-1].outcome == "unreachable"
        silent.listen()
        assert (await room.round(60)).attempts[-1].outcome == "timeout"


async def test_it_is_given_up_after_its_time_and_says_so(database: Database, tmp_path: Path) -> None:
    room = Room(database, tmp_path, "http://127.0.0.1:9/")
    await room.arrives()
    assert (await room.round()).state == "pending"
    row = await room.round(3600)
    assert (row.state, row.attempts[-1].outcome, row.finished_ms) == ("expired", "expired", room.clock.ms)


async def test_one_that_cannot_be_sent_stops_nothing(database: Database, tmp_path: Path, receiver: Receiver) -> None:
    """As when the kind of a receiver changes while something waits for it: its body is of the other kind."""
    room = Room(database, tmp_path, receiver.url)
    room.clock.ms = time.time_ns() // 1_000_000
    await room.arrives()
    good = room.worker.receivers

    class Other:
        configured = good["meldkamer"].configured

        async def deliver(self, *_: object) -> Answer:
            raise ValueError("this body is of another kind")

    room.worker.receivers = {"meldkamer": Other()}
    row = await room.round()
    assert (row.state, row.attempts[-1].outcome) == ("pending", "broken")
    room.worker.receivers = good
    assert (await room.round(60)).state == "delivered"


@pytest.mark.parametrize("content", [None, "whsec_%%%", base64.b64encode(b"short").decode(), "geheim-é"])
def test_a_secret_that_cannot_sign_stops_the_start_without_being_quoted(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "s").write_text(content)
    hook = Webhook(id="meldkamer", url="https://example.nl/", secret="s")
    with pytest.raises(UnusableSecret) as refused:
        ready(Receivers(receivers=(hook,)), tmp_path, client(1), 1)
    assert str(tmp_path / "s") in str(refused.value)
    assert content is None or content not in str(refused.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "ftp://example.nl/"},
        {"url": "file:///etc/passwd"},
        {"url": "https://user:pw@example.nl/"},
        {"url": "https:///"},
        {"secret": "../../etc/passwd"},
    ],
)
def test_unsafe_receivers_are_refused(changed: dict[str, str]) -> None:
    entry = {"id": "meldkamer", "url": "https://example.nl/", "secret": "meldkamer"} | changed
    with pytest.raises(ValueError, match=next(iter(changed))):
        Receivers.model_validate({"receivers": [entry]})


def test_two_receivers_with_one_id_are_refused() -> None:
    entry = {"id": "meldkamer", "url": "https://example.nl/", "secret": "meldkamer"}
    with pytest.raises(ValueError, match="two receivers have the id meldkamer"):
        Receivers.model_validate({"receivers": [entry, entry]})
