"""A topic names who writes, who reads and how long it is kept; none is an orphan."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.topics import FILES, HOUR_MS, POSTS_RAW, TOPICS, Service, Topic

CONTRACTS = Path(__file__).parents[2] / "contracts"
NOT_RECORDS = {"__init__", "codec", "topics"}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_complete(topic: Topic) -> None:
    assert topic.writers
    assert topic.readers or topic.name == "dead-letters", "only dead letters are read by people alone"
    assert topic.compacted != (topic.retention_ms is not None)
    assert topic.settings()["cleanup.policy"] == ("compact" if topic.compacted else "delete")
    for name in topic.contracts:
        assert (CONTRACTS / f"{name}.py").exists()


def test_every_contract_travels_on_a_topic_or_in_a_file() -> None:
    files = {path.stem for path in CONTRACTS.glob("*.py")} - NOT_RECORDS
    assert files == {name for topic in TOPICS for name in topic.contracts} | set(FILES)


def test_only_the_anonymizer_reads_posts_as_written() -> None:
    assert POSTS_RAW.readers == {Service.ANONYMIZER}
    settings = POSTS_RAW.settings()
    longest_kept = int(settings["retention.ms"]) + int(settings["segment.ms"])
    assert longest_kept <= HOUR_MS
