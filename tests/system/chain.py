"""All four services on one broker, and everything they leave behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiokafka.admin import AIOKafkaAdminClient

from broker.settings import BrokerSettings
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import Decoder
from contracts.dead_letter import DeadLetter
from contracts.topics import ALERTS, DEAD_LETTERS, POSTS_ANONYMOUS, POSTS_RAW
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY, RunningService
from tests.conftest import StartService

SERVICES = ("anonymizer", "detector", "notifier", "ingest")
"""In the order they start: readers first, so that a test sees live behaviour."""


def configured(directory: Path, sources: Iterable[dict[str, Any]], **files: str) -> Path:
    """A copy of config/ with other sources; ``files`` replaces whole files (``thresholds`` → thresholds.yaml)."""
    shutil.copytree(REPOSITORY / "config", directory)
    (directory / "sources.yaml").write_text(json.dumps({"sources": list(sources)}))
    for name, text in files.items():
        target = directory / f"{name.replace('__', '/')}.yaml"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
    return directory


@dataclass
class Chain:
    broker: BrokerSettings
    directory: Path
    services: dict[str, RunningService]

    async def anonymous_posts(self) -> list[AnonymousPost]:
        decoder: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
        batches = [decoder.decode(record.value) for record in await read_topic(self.broker, POSTS_ANONYMOUS.name)]
        return [post for batch in batches for post in batch.posts]

    async def alerts(self) -> list[Alert]:
        return await self._records(ALERTS.name, Alert)

    async def dead_letters(self) -> list[DeadLetter]:
        return await self._records(DEAD_LETTERS.name, DeadLetter)

    async def _records(self, topic: str, kind: type[msgspec.Struct]) -> list[Any]:
        decoder: Decoder[Any] = Decoder(kind)
        return [decoder.decode(record.value) for record in await read_topic(self.broker, topic)]

    def console(self, path: str) -> httpx.Response:
        return httpx.get(self.services["notifier"].url + path, timeout=10, verify=False)

    async def _topics(self) -> list[str]:
        """Every topic of the broker after posts.raw, changelogs included."""
        admin = AIOKafkaAdminClient(**self.broker.client())
        await admin.start()
        try:
            return sorted(set(await admin.list_topics()) - {POSTS_RAW.name, "__consumer_offsets"})
        finally:
            await admin.close()

    async def traces(self) -> dict[str, bytes]:
        """Every byte that outlives a post: topics after posts.raw, logs, metrics, database, state on disk."""
        found: dict[str, bytes] = {}
        for topic in await self._topics():
            records = await read_topic(self.broker, topic)
            found[topic] = b"\n".join((record.key or b"") + b" " + (record.value or b"") for record in records)
        for service in self.services.values():
            found[f"metrics of {service.name}"] = service.exposition()
        for file in self.directory.rglob("*"):
            if file.is_file():
                found[file.name] = file.read_bytes()
        return found


def start_chain(
    start: StartService, broker: BrokerSettings, directory: Path, config: Path, extra: Mapping[str, str] | None = None
) -> Chain:
    """All services, with what they write to disk (logs, database, state) below ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    environment = {
        "SEINPOST_CONFIG": str(config),
        "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{directory}/notifier.sqlite3",
        "SEINPOST_DETECTOR__DATA_DIR": str(directory / "state"),
        **(extra or {}),
    }
    services = {name: start(name, environment) for name in SERVICES}
    return Chain(broker=broker, directory=directory, services=services)
