"""15 April 2013, Boston: the marathon was bombed at 18:49:44 UTC. The whole system on what people really wrote."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from tests.brokers.services import REPOSITORY
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import Chain, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

BOMBED = datetime(2013, 4, 15, 18, 49, 44, tzinfo=UTC).timestamp() / 60
MIDNIGHT = datetime(2013, 4, 15, tzinfo=UTC).timestamp() / 60
PLACES = REPOSITORY / "config" / "places" / "gemeenten.csv"


async def _read_to_the_end(chain: Chain, posts: int) -> None:
    """Every post was projected and counted, and the detector has nothing waiting."""

    async def projected() -> int:
        return len(await chain.anonymous_posts())

    assert await eventually(projected, lambda seen: seen >= posts, patience_s=90) == posts

    async def counted() -> float:
        return chain.services["detector"].metrics()["seinpost_detector_posts_total"]

    assert await eventually(counted, lambda seen: seen >= posts, patience_s=60) == posts
    await asyncio.sleep(5)  # the last deltas and signals are on their way


async def test_the_first_alert_opens_within_ten_minutes_and_none_before(
    broker: BrokerSettings, start_service: StartService, recorded: Callable[[str], Path], tmp_path: Path
) -> None:
    posts = recorded("crisislex/2013_boston_bombings.jsonl")
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "tests" / "detector" / "boston", config)
    source = {"id": "crisislex", "kind": "file", "path": str(posts)}
    shutil.copytree(REPOSITORY / "config" / "mandates", config / "mandates")
    (config / "sources.yaml").write_text(json.dumps({"sources": [source]}))
    # Days pass in seconds here: a partition that a busy machine holds up for two seconds must not be taken for idle.
    patient = {"SEINPOST_DETECTOR__IDLE_SECONDS": "20"}
    chain = start_chain(start_service, broker, tmp_path / "run", config, patient)
    await _read_to_the_end(chain, len(posts.read_text().splitlines()))
    opened = sorted({alert.opened_minute for alert in await chain.alerts()})
    that_day = [minute for minute in opened if MIDNIGHT <= minute < MIDNIGHT + 1440]
    assert that_day, "no alert at all on the day"
    assert BOMBED < that_day[0] <= BOMBED + 10
    shown = chain.console("/v1/summary").json()
    assert shown["alertsOpened"] == len({alert.id for alert in await chain.alerts()})
    assert not await chain.dead_letters()
