"""An analyst edits the configuration of a running system: a good change is taken over whole, a bad one is told."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import configuration
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from contracts.alert import Alert
from contracts.codec import Decoder, encode
from contracts.raw_post import RawPost, key
from contracts.topics import ALERTS, POSTS_RAW
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY, RunningService
from tests.conftest import StartService

pytestmark = [pytest.mark.broker, pytest.mark.embedded, pytest.mark.timeout(300)]

NOON = 29_903_760
"""Monday 9 November 2026, 12:00 UTC, in minutes since the epoch."""
PATIENCE_S = 120
NEW_WATCH = """
id: schuimfeest
label: Schuimfeest op straat
kind: disorder
severity: high
owner: adviseur openbare orde en veiligheid
rationale: Alleen om te beproeven dat een nieuw verschijnsel zonder herstart wordt gezien.
expires: 2030-12-31
terms: [{term: schuimfeestrel}]
"""
VALID, REFUSED = "seinpost_detector_configuration_valid", 'seinpost_anonymizer_config_reloads_total{outcome="refused"}'


def posts(start: int, text: str, number: int, minutes: int) -> list[RawPost]:
    found = []
    for index in range(number):
        at = (start + index * minutes // number) * 60_000
        found.append(
            RawPost(
                source="proef", id=f"{start}-{text}-{index}", author=f"{start}-{index}", text=text, created_ms=at,
                received_ms=at,
            )
        )  # fmt: skip
    return found


def send(broker: BrokerSettings, records: list[RawPost]) -> None:
    async def produce() -> None:
        async with AcknowledgedProducer(broker, "test") as producer:
            for record in sorted(records, key=lambda record: record.created_ms):
                await producer.send(POSTS_RAW.name, encode(record), key=key(record))
            await producer.flush()

    asyncio.run(produce())


def until(what: str, right: Callable[[], bool], *services: RunningService) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not right():
        assert time.monotonic() < deadline, what + "".join(f"\n{each.name}: {each.tail()}" for each in services)
        time.sleep(0.2)


def alerts(broker: BrokerSettings) -> list[Alert]:
    decoder: Decoder[Alert] = Decoder(Alert)
    return [decoder.decode(record.value) for record in asyncio.run(read_topic(broker, ALERTS.name))]


def test_good_changes_are_taken_over_whole_and_bad_ones_are_told(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    first = configuration.load(config).version
    environment = {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/notifier.sqlite3",
        "SEINPOST_DETECTOR__DATA_DIR": str(tmp_path / "state"),
    }
    notifier, anonymizer, detector = (
        start_service(name, environment) for name in ("notifier", "anonymizer", "detector")
    )

    def banner() -> str:
        return httpx.get(f"{notifier.url}/", timeout=10, verify=False).text

    assert detector.metrics()[VALID] == 1
    assert "niet overgenomen" not in banner()

    # A mistake in one file, and in the same save a new watch that is fine: nothing of it may come into force.
    (config / "phenomena" / "schuimfeest.yaml").write_text(NEW_WATCH)
    thresholds = (config / "thresholds.yaml").read_text()
    (config / "thresholds.yaml").write_text(thresholds + "\nmin_autors: 3\n")
    until("the detector refuses", lambda: detector.metrics()[VALID] == 0, detector)
    until("the anonymizer refuses", lambda: anonymizer.metrics()[REFUSED] >= 1, anonymizer)
    for service in ("De detectie", "De anonimisering"):
        until("the operator is told", lambda service=service: service in banner(), notifier)  # type: ignore[misc]
    assert "thresholds.yaml:" in banner()
    chatter = posts(NOON - 120, "mooi weer in Utrecht", 240, 180)
    send(
        broker, [*chatter, *posts(NOON, "schuimfeestrel in Breda", 40, 10), *posts(NOON, "rellen in Rotterdam", 40, 10)]
    )
    until("an alert under the old rules", lambda: bool(alerts(broker)), anonymizer, detector)

    # Mended.
    (config / "thresholds.yaml").write_text(thresholds)
    until("the detector goes on", lambda: detector.metrics()[VALID] == 1, detector)
    until("the operator sees that it is over", lambda: "niet overgenomen" not in banner(), notifier)
    second = configuration.load(config).version
    chatter = posts(NOON + 60, "mooi weer in Utrecht", 240, 120)
    send(broker, [*chatter, *posts(NOON + 90, "schuimfeestrel in Zwolle", 40, 10)])
    until(
        "an alert of the new watch",
        lambda: any(found.phenomenon == "schuimfeest" for found in alerts(broker)),
        detector,
    )

    told = alerts(broker)
    assert {alert.place.gemeente for alert in told if alert.phenomenon == "schuimfeest"} == {"Zwolle"}
    assert {alert.config_version for alert in told} == {first, second}
    assert {alert.config_version for alert in told if alert.phenomenon == "schuimfeest"} == {second}
