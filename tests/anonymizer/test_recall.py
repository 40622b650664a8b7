"""Ingest and the anonymizer die together: what ingest writes again is recognised by an anonymizer that never saw it."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from contracts.raw_post import RawRecord
from tests.anonymizer.test_service import raw, send, sent, until_read
from tests.conftest import StartService

pytestmark = pytest.mark.broker


@pytest.mark.parametrize("look_back", [10_000, 0])
async def test_copies_of_what_an_earlier_instance_told_are_no_posts(
    broker: BrokerSettings, start_service: StartService, words_file: Path, look_back: int
) -> None:
    """Ingest died too, and wrote its last posts again after the anonymizer had started with a new key and no memory."""
    source, number = f"again-{look_back}", 20
    posts: list[RawRecord | bytes] = [raw(str(one), source=source, author=f"m-{one}") for one in range(number)]
    settings = {
        "SEINPOST_ANONYMIZER__LEXICON": str(words_file),
        "SEINPOST_ANONYMIZER__RECALL_RECORDS": str(look_back),
    }
    first = start_service("anonymizer", settings)
    await send(broker, posts)
    await until_read(first, number)
    first.stop()
    await send(broker, [*posts[10:], *(raw(f"new {one}", source=source) for one in range(5))])
    second = start_service("anonymizer", settings)
    await until_read(second, 15)
    second.stop()
    assert len(await sent(broker, source)) == number + 5 + (0 if look_back else 10)
