"""A stage that hangs is shown within fifteen seconds, while ingest goes on saying that its source is live."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from tests.conftest import StartService
from tests.ingest.test_file import line
from tests.system.chain import Chain, configured, start_chain

SHOWN_S = 15.0
LIVE_S = 30.0
LIVE = {"bron": "live", "seinpost:anonymizer": "live", "seinpost:detector": "live"}


def shown(chain: Chain) -> dict[str, str]:
    return {one["source"]: one["status"] for one in chain.console("/v1/sources").json()["items"]}


def blind(chain: Chain, stage: str) -> float:
    """As Prometheus sees it."""
    return chain.services["notifier"].metrics()[f'seinpost_notifier_stage_blind{{stage="{stage}"}}']


async def until(found: Callable[[], object], expected: object, patience_s: float) -> float:
    """Seconds it took."""
    began_s = time.monotonic()
    while (said := await asyncio.to_thread(found)) != expected:
        assert time.monotonic() - began_s < patience_s, said
        await asyncio.sleep(0.2)
    return time.monotonic() - began_s


@pytest.mark.broker
@pytest.mark.timeout(240)
async def test_a_stage_that_hangs_is_blind_and_comes_back(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    posts = tmp_path / "posts.jsonl"
    # The second one comes in an hour: until then the source is live.
    posts.write_bytes(line(0, created_at="2012-09-21T18:00:00Z") + line(1, created_at="2012-09-21T19:00:00Z"))
    source = {"id": "bron", "kind": "file", "path": str(posts), "speed": 1}
    config = configured(tmp_path / "config", [source])
    chain = await asyncio.to_thread(start_chain, start_service, broker, tmp_path / "run", config)
    await until(lambda: shown(chain), LIVE, LIVE_S)
    assert "1 bron kijkt mee" in chain.console("/").text
    for stage, words in (("anonymizer", "de anonimisering"), ("detector", "de detectie")):
        process = chain.services[stage].process.pid
        os.kill(process, signal.SIGSTOP)
        try:
            seconds = await until(lambda: shown(chain), LIVE | {f"seinpost:{stage}": "blind"}, SHOWN_S)
            print(f"{stage}: shown as blind after {seconds:.1f} s")
            page = chain.console("/").text
            await until(lambda: blind(chain, stage), 1, SHOWN_S)  # noqa: B023
        finally:
            os.kill(process, signal.SIGCONT)
        assert f"{words} heeft niets meer van zich laten horen sinds" in page
        assert "maar Seinpost verwerkt nu niet alle berichten" in page
        seconds = await until(lambda: shown(chain), LIVE, LIVE_S)
        print(f"{stage}: live again after {seconds:.1f} s")
