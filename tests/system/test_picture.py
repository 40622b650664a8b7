"""The picture of an exercise through all four services: what was counted arrives, and nothing of it counts as real."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from exercises.generator import write
from exercises.scenario import load
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.system.chain import Chain, configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.thorough, pytest.mark.timeout(240)]
SCENARIO = "coolsingel-2021"


def posts_in(chain: Chain, query: str) -> int:
    """Of the phenomenon in the month of the exercise, all of the country."""
    answer = chain.console(f"/v1/picture?phenomenon=rellen&span=month&last=2021-11-30{query}")
    return sum(int(cell["posts"]) for cell in answer.json()["whole"]["cells"])


async def test_an_exercise_has_its_own_picture(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    file = tmp_path / "posts.jsonl"
    number = write(load(SCENARIO), 1, file)
    source = {"id": SCENARIO, "kind": "file", "path": str(file), "exercise": SCENARIO}
    chain = start_chain(start_service, broker, tmp_path / "run", configured(tmp_path / "config", [source]))

    async def pictured() -> int:
        return posts_in(chain, f"&exercise={SCENARIO}")

    assert 10 < await eventually(pictured, lambda seen: seen > 10, patience_s=150) <= number
    assert posts_in(chain, "") == 0
    assert "OEFENING" in chain.console(f"/beeld?fenomeen=rellen&oefening={SCENARIO}").text
