"""The short form of `make chaos`: four kills at seeded random moments; nothing planted is lost, nothing told twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.deploy.chaos.__main__ import chaos


@pytest.mark.skipif(os.environ.get("SEINPOST_TEST_CHAOS") != "1", reason="takes minutes of a quiet machine: make chaos")
@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_kills_lose_nothing(kafka_jars: Path, tmp_path: Path) -> None:
    found = chaos(tmp_path, kills=4, seed=7, with_broker=False, seconds_a_kill=14)
    assert found["kills"] == 4
    assert found["undisturbed_found"] == found["planted"], "a stream without alerts proves nothing"
    assert found["lost"] == []
    assert found["opened_but_not_received"] == []
    assert found["alerted_under_two_ids"] == []
