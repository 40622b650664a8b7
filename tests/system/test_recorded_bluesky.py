"""What Bluesky really sent, on both wires, through the whole system."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.settings import BrokerSettings
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.ingest.servers import JetstreamServer, recorded_frames
from tests.system.chain import configured, start_chain

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]


def _identifiers(lines: list[str]) -> set[bytes]:
    """Every DID, record key, revision, CID, handle and URL of the recording."""
    text = "\n".join(lines)
    found = set(re.findall(r"did:(?:plc|web):[a-zA-Z0-9.:%_-]+", text))
    found |= set(re.findall(r'"(?:rkey|rev|cid|\$link|handle)":"([^"]{6,})"', text))
    found |= set(re.findall(r"https?://([^\s\"\\]+)", text))
    found |= set(re.findall(r"at://[^\s\"]+", text))
    return {identifier.encode() for identifier in found if len(identifier) >= 6}


@pytest.mark.parametrize("wire", ["subscribe", pytest.param("subscribeEvents", marks=pytest.mark.embedded)])
async def test_seventeen_posts_pass_and_no_identifier_does(
    wire: str,
    broker: BrokerSettings,
    start_service: StartService,
    recorded: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    lines = recorded("jetstream/recorded_v1.jsonl").read_text().splitlines()
    identifiers = _identifiers(lines)
    assert len(identifiers) > 300
    # Cut twice at uneven places: what is sent again must not be counted again.
    async with JetstreamServer(recorded_frames(lines, wire), cut_after=(37, 61)).running() as server:
        source = {
            "id": f"bluesky-{wire.lower()}",
            "kind": "jetstream",
            "url": server.url,
            "wire": wire,
            "max_lag_s": 1e9,
        }
        config = configured(tmp_path / "config", [source])
        chain = start_chain(start_service, broker, tmp_path / "run", config)

        async def arrived() -> list[str]:
            posts = await chain.anonymous_posts()
            return [post.source for post in posts if post.source == source["id"] and not post.retract]

        assert len(await eventually(arrived, lambda seen: len(seen) >= 17, patience_s=40)) == 17
        metrics = chain.services["ingest"].metrics()
        assert len(server.asked) >= 3, "the connection was not cut"
        # One post was deleted. The account event says "active": nothing to withdraw (tests/ingest has the other kind).
        assert metrics[f'seinpost_ingest_deletions_total{{source="{source["id"]}"}}'] == 1
        traces = await chain.traces()
        assert len(await arrived()) == 17, "nothing may come twice"
    assert any(b"bluesky" in trace for trace in traces.values())
    leaks = {
        (where, identifier)
        for where, trace in traces.items()
        for identifier in identifiers
        if identifier in trace and where not in ("sources.yaml",)
    }
    assert not leaks
