"""What a backtest tells of a file is what the running system tells of it: every alert, to the byte."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import configuration
from broker.settings import BrokerSettings
from exercises.generator import posts as generated
from exercises.scenario import load
from seinpost.backtest import line_of, run
from services.anonymizer import lexicon
from services.anonymizer.settings import AnonymizerSettings
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

SCENARIO = "coolsingel-2021"
"""Several series of one happening, and a crowd of over two hundred people."""


async def test_live_and_backtest_tell_the_same_to_the_byte(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    file = tmp_path / "posts.jsonl"
    lines = [msgspec.json.encode(post) for post in generated(load(SCENARIO), seed=1)]
    file.write_bytes(b"\n".join(lines))
    config = configured(tmp_path / "config", [{"id": "backtest", "kind": "file", "path": str(file)}])
    told = run(file, configuration.load(config), lexicon.load(AnonymizerSettings().lexicon))
    expected = {alert.id: line_of(alert) for alert in told.alerts}
    assert max(alert.observation.authors for alert in told.alerts) > 200
    # Days pass in seconds here: a partition that a busy machine holds up must not be taken for idle.
    chain = start_chain(start_service, broker, tmp_path / "run", config, {"SEINPOST_DETECTOR__IDLE_SECONDS": "10"})

    async def live() -> dict[str, str]:
        return {alert.id: line_of(alert) for alert in await chain.alerts()}

    assert await eventually(live, lambda found: found == expected, patience_s=120) == expected
