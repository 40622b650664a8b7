"""The whole service: a real broker, a subprocess, a real receiver."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec
import pytest

from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts import alert as alert_contract
from contracts import source_health
from contracts.alert import Alert, Change, State
from contracts.codec import encode
from contracts.source_health import SourceHealth
from contracts.topics import ALERTS, DEAD_LETTERS, SOURCE_HEALTH
from tests.brokers.services import REPOSITORY, RunningService, environment_of
from tests.conftest import StartService
from tests.notifier.conftest import SECRET, Receiver
from tests.notifier.samples import alert, health

pytestmark = pytest.mark.broker
JSON = {"content-type": "application/json"}
PRIVATE = "Kees van de hoek belde over zijn buurman"


def produce(broker: BrokerSettings, *records: Alert | SourceHealth | bytes) -> None:
    async def send() -> None:
        async with AcknowledgedProducer(broker, "test") as producer:
            for record in records:
                if isinstance(record, bytes):
                    await producer.send(ALERTS.name, record, key=b"x")
                elif isinstance(record, Alert):
                    await producer.send(ALERTS.name, encode(record), key=alert_contract.key(record))
                else:
                    await producer.send(SOURCE_HEALTH.name, encode(record), key=source_health.key(record))
            await producer.flush()

    asyncio.run(send())


@pytest.fixture
def settings(tmp_path: Path, receiver: Receiver, request: pytest.FixtureRequest) -> dict[str, str]:
    """A notifier with one receiver of real alerts and one of exercises too, with database and group of its own."""
    config = tmp_path / "config"
    config.mkdir()
    for entry in (REPOSITORY / "config").iterdir():
        if entry.name != "receivers.yaml":
            (config / entry.name).symlink_to(entry)
    (config / "receivers.yaml").write_text(
        f"receivers:\n"
        f"  - {{id: meldkamer, url: '{receiver.url}', secret: meldkamer}}\n"
        f"  - {{id: oefenstaf, url: '{receiver.url}', secret: meldkamer, exercises: true, regions: [VR01]}}\n"
    )
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "meldkamer").write_text(SECRET)
    return {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__SECRETS_DIR": str(tmp_path / "secrets"),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/n.sqlite3",
        "SEINPOST_NOTIFIER__GROUP": f"notifier-{abs(hash(request.node.name))}",
        "SEINPOST_NOTIFIER__RETRY_FIRST_S": "0.2",
        "SEINPOST_NOTIFIER__RETRY_CAP_S": "0.5",
    }


def until(service: RunningService, path: str, right: object, patience_s: float = 20) -> dict[str, object]:
    deadline = time.monotonic() + patience_s
    while True:
        answer = httpx.get(service.url + path, verify=False).json()
        if right(answer):
            return answer
        assert time.monotonic() < deadline, f"{path}: {answer}\n{service.tail()}"
        time.sleep(0.05)


def test_from_kafka_to_page_and_receiver(
    broker: BrokerSettings, start_service: StartService, settings: Mapping[str, str], receiver: Receiver
) -> None:
    notifier = start_service("notifier", settings)
    sample = msgspec.structs.replace(alert(id="eerste"), emitted_ms=time.time_ns() // 1_000_000)
    raised = msgspec.structs.replace(sample, revision=2, severity=alert_contract.Severity.HIGH, change=Change.UPDATED)
    update = msgspec.structs.replace(raised, revision=3)
    closed = msgspec.structs.replace(
        update, revision=4, state=State.CLOSED, change=Change.CLOSED, closed_minute=26_801_200
    )
    groningen = alert_contract.Place(gemeente="Groningen", region="VR01")
    exercise = alert(id="oefening", exercise="haren", place=groningen)
    produce(broker, health(), sample, b'{"contract":"alert.v9"}', b"\xff\xfe", raised, update, sample, closed, exercise)
    receiver.wait(4)
    summary = until(
        notifier, "/v1/summary", lambda found: (found["delivered"], found["exercises"]["delivered"]) == (3, 1)
    )
    assert (summary["alertsOpened"], summary["alertsClosed"], summary["pending"]) == (1, 1, 0)
    assert summary["exercises"]["alertsOpened"] == 1
    told = sorted((body["data"]["id"], body["type"]) for _, body in receiver.got)
    assert told == [
        ("eerste", "alert.closed"), ("eerste", "alert.opened"), ("eerste", "alert.severity-raised"),
        ("oefening", "alert.opened"),
    ]  # fmt: skip
    proof = httpx.get(f"{notifier.url}/v1/deliveries?alertId=oefening", verify=False).json()["items"]
    assert [(row["receiver"], row["attempts"][0]["statusCode"]) for row in proof] == [("oefenstaf", 200)]
    assert "Oproep tot rellen" in httpx.get(notifier.url, verify=False).text
    metrics = notifier.metrics()
    assert metrics['seinpost_notifier_alerts_total{decision="first"}'] == 2
    assert metrics['seinpost_notifier_alerts_total{decision="newer"}'] == 3
    assert metrics['seinpost_notifier_alerts_total{decision="older"}'] == 1
    assert metrics['seinpost_notifier_deliveries_total{outcome="delivered",receiver="meldkamer"}'] == 3
    assert metrics["seinpost_notifier_visible_seconds_count"] == 5
    assert metrics['seinpost_notifier_unseen_alerts{exercise="false"}'] == 1
    dead = {name: value for name, value in metrics.items() if name.startswith("seinpost_dead_letters_total") and value}
    assert sum(dead.values()) == 2
    assert DEAD_LETTERS.name not in notifier.tail()
    assert notifier.stop() == 0


def test_deliveries_and_actions_survive_a_restart(
    broker: BrokerSettings, start_service: StartService, settings: dict[str, str], receiver: Receiver
) -> None:
    receiver.answer = lambda _: 503
    first = start_service("notifier", settings)
    produce(broker, *(alert(id=f"herstart-{number}") for number in range(5)))

    def own() -> set[str]:
        return {message_id for message_id, body in receiver.got if body["data"]["id"].startswith("herstart")}

    deadline = time.monotonic() + 20
    while len(own()) < 5:
        assert time.monotonic() < deadline, first.tail()
        time.sleep(0.02)
    taken = httpx.post(f"{first.url}/v1/alerts/herstart-0/take", headers=JSON, verify=False)
    assert taken.status_code == 200
    noted = httpx.post(f"{first.url}/v1/alerts/herstart-0/notes", json={"text": PRIVATE}, verify=False)
    assert noted.status_code == 200
    # Killed, not stopped: what was answered 200 must be on disk. A killed group member is not evicted by the embedded
    # broker, so the second notifier reads in a group of its own, from the beginning: a replay that changes nothing.
    first.kill()
    known = own()
    receiver.got.clear()
    receiver.answer = lambda _: 200
    second = start_service(
        "notifier", settings | {"SEINPOST_NOTIFIER__GROUP": settings["SEINPOST_NOTIFIER__GROUP"] + "b"}
    )
    until(second, "/v1/summary", lambda found: found["pending"] == 0 and found["delivered"] >= 5)
    again = [message_id for message_id, body in receiver.got if body["data"]["id"].startswith("herstart")]
    assert sorted(again) == sorted(known), "each once, under the id it had"
    case = httpx.get(f"{second.url}/v1/alerts/herstart-0", verify=False).json()
    assert (case["status"], case["owner"]) == ("in-progress", "lokale gebruiker")
    assert case["actions"][-1]["text"] == PRIVATE
    proof = httpx.get(f"{second.url}/v1/deliveries?alertId=herstart-0", verify=False).json()["items"][0]["attempts"]
    assert proof[0]["statusCode"] == 503
    assert proof[-1]["statusCode"] == 200
    assert httpx.get(f"{second.url}/v1/audit?verify=true").json()["whole"] is True


@pytest.mark.embedded
def test_logs_and_metrics_hold_nothing_that_an_operator_typed(
    broker: BrokerSettings, start_service: StartService, settings: dict[str, str]
) -> None:
    notifier = start_service("notifier", settings | {"SEINPOST_LOG_LEVEL": "debug"})
    produce(broker, alert(id="privé"))
    until(notifier, "/v1/alerts?text=rellen", lambda found: any(item["id"] == "privé" for item in found["items"]))
    address = f"{notifier.url}/v1/alerts/priv%C3%A9"
    assert httpx.post(f"{address}/notes", json={"text": PRIVATE}, verify=False).status_code == 200
    assert httpx.post(f"{address}/close", json={"outcome": PRIVATE, "reason": PRIVATE}, verify=False).status_code == 400
    assert (
        httpx.post(f"{address}/close", json={"outcome": "terecht", "reason": PRIVATE}, verify=False).status_code == 200
    )
    assert (
        httpx.post(f"{address}/close", json={"outcome": "terecht", "reason": PRIVATE}, verify=False).status_code == 409
    )
    assert "Kees" not in httpx.get(f"{notifier.url}/metrics", verify=False).text
    assert notifier.stop() == 0
    assert "Kees" not in notifier.log.read_text()


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SEINPOST_HOST": "0.0.0.0"}, "is open to others"),
        ({"SEINPOST_NOTIFIER__SECRETS_DIR": "/nergens"}, "/nergens/meldkamer: this secret"),
        ({"SEINPOST_NOTIFIER__DATABASE_URL": "mysql://u:geheim@h/n"}, "must begin with sqlite:/// or postgresql://"),
        ({"SEINPOST_NOTIFIER__DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/n"}, "cannot be used"),
        ({"SEINPOST_NOTIFIER__HEARTBEATS": "1"}, "did you mean SEINPOST_NOTIFIER__HEARTBEAT_S?"),
    ],
)
def test_it_says_in_one_line_why_it_cannot_start(
    broker: BrokerSettings, settings: dict[str, str], changed: dict[str, str], said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "services.notifier"],
        env=environment_of(broker, settings | changed),
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len([line for line in ended.stderr.splitlines() if line.startswith("notifier cannot start")]) == 1
    assert "geheim" not in ended.stderr
    assert "Traceback" not in ended.stderr
