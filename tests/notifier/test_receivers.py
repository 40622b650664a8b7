"""Receivers on the page and in the API: tested by a button, alive by themselves, each with its proof."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import orjson
import pytest
from lxml import etree

from configuration.receivers import Receivers
from contracts.alert import Place
from services.notifier.access.reach import EVERYTHING
from services.notifier.capfeed import ATOM
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.post import client
from services.notifier.delivery.ready import ready
from services.notifier.delivery.trial import Trials
from services.notifier.store import trials
from services.notifier.store.database import Database
from services.notifier.store.trials import Kind
from tests.notifier.conftest import Clock, Served
from tests.notifier.console.test_pages import page
from tests.notifier.delivery.sending import Posted, posted, whole
from tests.notifier.samples import alert
from tests.notifier.test_security import token_of

MINUTE_MS = 60_000


def configured(served: Served, secrets: Path, other: Posted) -> None:
    entries = [
        {"id": "meldkamer", "kind": "alertmanager", "url": other.url, "regions": ["VR17"], "heartbeat_minutes": 5},
        {"id": "weg", "kind": "cap", "url": "http://127.0.0.1:9/"},
    ]
    receivers = Receivers.model_validate({"receivers": entries})
    served.room.configuration = dataclasses.replace(served.room.configuration, receivers=receivers)
    served.room.receivers.update(ready(receivers, secrets, client(5), 5))


async def test_a_test_from_the_page_shows_what_came_of_it(served: Served, tmp_path: Path) -> None:
    with posted() as other:
        configured(served, tmp_path, other)
        assert "Nog niet getest." in await page(served, "/instellingen")
        token = await token_of(served, "/instellingen")
        for name in ("meldkamer", "weg"):
            answer = await served.http.post(f"/instellingen/ontvangers/{name}/test", data={"token": token})
            assert (answer.status_code, answer.headers["location"]) == (303, f"/instellingen#ontvanger-{name}")
        ((_, _, body),) = other.got
        shown = await page(served, "/instellingen")
    assert "bevestigd" in shown
    assert "niet bereikbaar" in shown
    assert hashlib.sha256(body).hexdigest()[:12] in shown
    assert "Rotterdam-Rijnmond; geen oefeningen" in shown
    assert "Ontvanger getest" in shown, "it stands in the audit log"
    assert (await served.http.post("/instellingen/ontvangers/meldkamer/test", data={"token": "x"})).status_code == 403
    assert (await served.http.post("/instellingen/ontvangers/niemand/test", data={"token": token})).status_code == 404


async def test_the_api_tells_the_same_and_never_an_address(served: Served, tmp_path: Path) -> None:
    json = {"content-type": "application/json"}
    with posted() as other:
        configured(served, tmp_path, other)
        other.status = 503
        tried = (await served.http.post("/v1/receivers/meldkamer/test", headers=json)).json()
        assert (tried["outcome"], tried["statusCode"], tried["kind"]) == ("refused", 503, "test")
        answer = await served.http.get("/v1/receivers")
        assert other.url not in answer.text
    first, second = answer.json()["items"]
    assert (first["id"], first["kind"], first["regions"]) == ("meldkamer", "alertmanager", ["VR17"])
    assert first["lastTrial"] == tried
    assert second["lastTrial"] is None
    assert (await served.http.post("/v1/receivers/niemand/test", headers=json)).status_code == 404


async def test_the_feed_is_for_who_comes_to_look(served: Served) -> None:
    await served.arrives(alert(), alert(id="oefening", exercise="haren", place=Place()))
    alone = etree.fromstring((await served.http.get("/cap/feed.atom")).content)
    assert len(alone.xpath("a:entry", namespaces={"a": ATOM})) == 1, "exercises only for who asks"
    answer = await served.http.get("/cap/feed.atom?exercises=true")
    assert answer.headers["content-type"] == "application/atom+xml"
    links = etree.fromstring(answer.content).xpath("a:entry/a:link/@href", namespaces={"a": ATOM})
    assert len(links) == 2
    for link in links:
        assert (await served.http.get(link)).headers["content-type"].startswith("application/cap+xml")
    again = await served.http.get("/cap/feed.atom?exercises=true", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await served.arrives(alert(revision=2, emitted_ms=alert().emitted_ms + 60_000))
    changed = await served.http.get("/cap/feed.atom?exercises=true", headers={"if-none-match": answer.headers["etag"]})
    assert changed.status_code == 200


async def test_the_digest_of_what_was_sent_is_kept_with_the_delivery(database: Database, tmp_path: Path) -> None:
    from services.notifier.store import deliveries
    from tests.notifier.delivery.test_worker import Room

    with posted() as other:
        room = Room(database, tmp_path, other.url)
        await room.arrives()
        await room.round()
        async with database.reading() as connection:
            (row,), _ = await deliveries.page(connection, EVERYTHING, alert=None, state=None, limit=5, offset=0)
    assert row.digest == hashlib.sha256(other.got[0][2]).hexdigest()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def replica(database: Database, secrets: Path, other: Posted, clock: Clock) -> Trials:
    entry = {"id": "meldkamer", "kind": "alertmanager", "url": other.url, "heartbeat_minutes": 5}
    receivers = Receivers.model_validate({"receivers": [entry]})
    configuration = dataclasses.replace(whole(), receivers=receivers)
    return Trials(
        database=database,
        receivers=ready(receivers, secrets, client(5), 5),
        bodies=Bodies.of(configuration, "seinpost"),
        timeout_s=5,
        now_ms=clock,
    )


async def test_of_two_replicas_one_sends_the_sign_of_life(database: Database, tmp_path: Path, clock: Clock) -> None:
    with posted() as other:
        one, two = (replica(database, tmp_path, other, clock) for _ in range(2))
        await one.round()
        await two.round()
        assert len(other.got) == 1
        clock.ms += 5 * MINUTE_MS - 1
        await two.round()
        assert len(other.got) == 1, "not before its time"
        clock.ms += 1
        await two.round()
        await one.round()
        assert len(other.got) == 2
    assert orjson.loads(other.got[0][2])["commonLabels"]["alertname"] == "Watchdog"
    async with database.reading() as connection:
        newest = await trials.newest(connection)
    assert (newest["meldkamer"].kind, newest["meldkamer"].outcome) == (Kind.HEARTBEAT, "delivered")


async def test_old_trials_go_by_themselves(database: Database, tmp_path: Path, clock: Clock) -> None:
    with posted() as other:
        sending = replica(database, tmp_path, other, clock)
        await sending.round()
        clock.ms += trials.KEPT_MS + 1
        await sending.round()
    async with database.reading() as connection:
        assert await trials.last_ms(connection, "meldkamer", Kind.HEARTBEAT) == clock.ms
        found = await trials.newest(connection)
    assert len(found) == 1
