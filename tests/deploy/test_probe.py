"""A probe goes the whole way, is measured at its end, and reaches neither the room nor a receiver."""

from __future__ import annotations

import asyncio
import datetime
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from broker.settings import BrokerSettings
from configuration import load
from contracts.raw_post import PROBE
from seinpost.replay import SETTINGS, Replay, projector_of
from services.anonymizer import lexicon
from services.ingest.probe import sentence
from tests.brokers.services import REPOSITORY
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import configured, start_chain

SECONDS = "seinpost_notifier_probe_seconds"


@pytest.mark.broker
@pytest.mark.embedded
@pytest.mark.timeout(240)
async def test_a_probe_is_measured_at_the_end_of_the_chain_and_shown_to_nobody(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "probe").write_text("a-token")
    source = {"id": "probe", "kind": "push", "path": "/v1/probe", "token_secret": "probe", "exercise": PROBE}
    config = configured(tmp_path / "config", [source])
    chain = start_chain(start_service, broker, tmp_path / "run", config, {"SEINPOST_INGEST__SECRETS_DIR": str(secrets)})
    started_s = chain.services["notifier"].metrics()["seinpost_notifier_probe_timestamp_seconds"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEINPOST_")} | {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_INGEST__SECRETS_DIR": str(secrets),
        "SEINPOST_INGEST__PROBE_URL": f"{chain.services['ingest'].url}/v1/probe",
    }
    command = [sys.executable, "-m", "services.ingest.probe"]

    def probe() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, timeout=60, check=False)

    done = await asyncio.to_thread(probe)
    assert done.returncode == 0, done.stderr.decode()

    async def measured() -> dict[str, float]:
        return chain.services["notifier"].metrics()

    metrics = await eventually(measured, lambda found: found[SECONDS] > 0, patience_s=120)
    assert 0 < metrics[SECONDS] < 120
    assert metrics["seinpost_notifier_probe_timestamp_seconds"] > started_s
    alerts = await chain.alerts()
    assert {alert.exercise for alert in alerts} == {PROBE}
    assert chain.console("/v1/alerts").json()["items"] == [], "a probe must not be kept"
    (secrets / "probe").write_text("another-token")
    refused = await asyncio.to_thread(probe)
    assert refused.returncode == 1, "posts that were not taken must fail the job"


def test_each_probe_of_a_day_speaks_of_another_place_and_is_counted_there() -> None:
    configuration = load(REPOSITORY / "config")
    replay = Replay(configuration, projector_of(configuration, lexicon.load(SETTINGS.lexicon)))
    start = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    said = {sentence(configuration, start + number * datetime.timedelta(minutes=5)) for number in range(288)}
    assert len(said) == 288, "each probe opens an alert of its own"
    for number, text in enumerate(sorted(said)):
        post = {"id": f"p{number}", "author": f"a{number}", "created_at": start, "text": text}
        replay.take(replay.project(orjson.dumps(post), number))
    places = {name.partition("@")[2] for series in replay.pipeline.series for name in series.names()}
    assert len(places & configuration.gazetteer.gemeenten.keys()) == 288, "an alert without a gemeente opens for nobody"
