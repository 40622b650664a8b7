"""The worker's own clock at the end of a mandate: a second before it counts, a second after nothing of it is left."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from broker.settings import BrokerSettings
from configuration import Configuration
from configuration.mandates import AMSTERDAM, Mandate
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import encode
from contracts.notice import About
from contracts.topics import POSTS_ANONYMOUS, SERIES_DELTAS, SIGNALS
from services.detector.application import Application
from services.detector.coverage import SourceCoverage
from services.detector.mandates import Told
from services.detector.settings import DetectorSettings
from tests.configuration.test_mandates import mandate
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, whole

T = MONDAY_NOON
RIOT = "rellen in Rotterdam verschrikkelijk"
END = datetime.datetime(2026, 12, 1, tzinfo=AMSTERDAM)
SECOND = datetime.timedelta(seconds=1)


class Producer:
    """Keeps what is sent until it is passed on."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None]] = []

    async def send(self, topic: str, value: bytes | None, **_: object) -> None:
        self.sent.append((topic, value))

    async def send_all(self, *_: object, **__: object) -> None: ...

    mention = send

    async def flush(self) -> None: ...


class Worker:
    """The application with its clock and records in hand; Faust takes no part."""

    def __init__(self, directory: Path, configuration: Configuration) -> None:
        self.now = END - datetime.timedelta(days=20)
        self.producer: Any = Producer()
        self.application = Application(
            DetectorSettings(data_dir=directory), BrokerSettings(), configuration, self.producer, SourceCoverage(),
            now=lambda: self.now,
        )  # fmt: skip
        self.application.faust = SimpleNamespace(
            rebalancing=False,
            tables=SimpleNamespace(actives_ready=True, changelog_topics=set()),
            consumer=SimpleNamespace(assignment=set),
        )
        inside: Any = self.application
        inside._intake.unread = lambda _: 1  # more posts wait, so that no partition says that it idles
        self._stages = {
            POSTS_ANONYMOUS.name: inside._on_posts,
            SERIES_DELTAS.name: inside._on_deltas,
            SIGNALS.name: inside._on_signal,
        }
        self._offset = 0

    def take(self, topic: str, value: bytes | None) -> None:
        self._offset += 1
        self._stages[topic](SimpleNamespace(message=SimpleNamespace(value=value, partition=0, offset=self._offset)))

    async def turn(self) -> list[tuple[str, bytes | None]]:
        await self.application.tick()
        sent, self.producer.sent = self.producer.sent, []
        return sent

    async def work(self, records: list[AnonymousBatch]) -> None:
        for record in records:
            self.take(POSTS_ANONYMOUS.name, encode(record))
            waiting = await self.turn()
            while waiting:
                for topic, value in waiting:
                    if topic in self._stages:
                        self.take(topic, value)
                waiting = await self.turn()

    def held(self) -> list[str]:
        return list(self.application.series.part(0).names())


def ended() -> float:
    return REGISTRY.get_sample_value("seinpost_detector_mandates_ended_total") or 0


def alerts(exercise: str) -> float:
    of = {"change": "opened", "kind": "burst", "exercise": exercise}
    return REGISTRY.get_sample_value("seinpost_detector_alerts_total", of) or 0


def under(*mandates: Mandate) -> Configuration:
    return dataclasses.replace(whole(), mandates=mandates)


def everything(**changed: object) -> Mandate:
    return mandate(**({"phenomena": ["*"], "regions": ["*"], "sources": ["*"]} | changed))


@pytest.fixture
def one_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.detector.application.partitions_of", lambda *_: 1)


@pytest.mark.usefixtures("one_partition")
async def test_a_turn_a_second_after_the_end_empties_what_a_turn_a_second_before_kept(tmp_path: Path) -> None:
    worker = Worker(tmp_path, under(everything()))
    told, opened = ended(), alerts("no")
    (posts,) = batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)])
    await worker.work(posts)
    assert alerts("no") > opened
    worker.now = END - SECOND
    await worker.turn()
    assert worker.held()
    assert list(worker.application.episodes.part(0).names())
    assert ended() == told
    worker.now = END + SECOND
    await worker.turn()
    assert worker.held() == []
    assert list(worker.application.episodes.part(0).names()) == []
    assert ended() == told + 1
    (late,) = batches(crowd(T + 100, RIOT, 60))
    await worker.work(late)
    assert (worker.held(), ended()) == ([], told + 1)


@pytest.mark.usefixtures("one_partition")
async def test_a_mandate_that_is_renewed_did_not_end(tmp_path: Path) -> None:
    worker = Worker(tmp_path, under(everything()))
    told = ended()
    worker.application.configure(under(everything(until="2027-06-01 00:00")))
    worker.now = END + SECOND
    await worker.turn()
    assert ended() == told


@pytest.mark.usefixtures("one_partition")
async def test_alerts_of_an_exercise_are_counted_apart(tmp_path: Path) -> None:
    worker = Worker(tmp_path, under(everything()))
    real, exercised = alerts("no"), alerts("yes")
    (posts,) = batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)], exercise="haren")
    await worker.work(posts)
    assert alerts("no") == real
    assert alerts("yes") > exercised


async def test_the_operator_is_told_at_the_end_and_once() -> None:
    notices: Any = SimpleNamespace(told=[])

    async def tell(about: About, *, active: bool, **_: object) -> None:
        notices.told.append((about, active))

    notices.tell = tell
    now = [END - SECOND]
    told = Told(now=lambda: now[0])
    await told.tell([mandate()], notices, "v")
    assert notices.told == [(About.MANDATE, False), (About.NO_MANDATE, False)]
    notices.told.clear()
    now[0] = END + SECOND
    for _ in range(2):
        await told.tell([mandate()], notices, "v")
    assert notices.told == [(About.MANDATE, True), (About.NO_MANDATE, True)]
