"""Everything of Seinpost on this machine: a broker, the topics, four services, a directory for what they leave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from ruamel.yaml import YAML

from broker.embedded import embedded_broker
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.topics import ALERTS, POSTS_RAW
from runtime.settings import PREFIX, SERVICES
from seinpost import tether
from seinpost.children import REPOSITORY, Child, start, stopping, wait_until_ready
from seinpost.webhook_receiver import Received
from services.notifier.dossier import sealing
from services.notifier.settings import NotifierSettings

SECRET = "proef"  # noqa: S105 - the name of the secret, not its value


class BrokerInUse(Exception):
    """The Kafka that was given is not empty. One line, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    services: dict[str, Child]
    broker: str

    @property
    def console(self) -> str:
        return self.services["notifier"].url + "/"

    def check(self) -> None:
        """Raises `ServiceFailed` when a service has ended."""
        for child in self.services.values():
            child.check()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A file of posts, replayed as an exercise."""

    exercise: str
    posts: Path
    speed: float
    """Times faster than life."""


def write_configuration(directory: Path, replay: Replay, received: Received) -> None:
    """The configuration of this checkout, with the replay as its only source and one receiver of our own."""
    shutil.copytree(REPOSITORY / "config", directory)
    source: dict[str, str | float] = {"id": replay.exercise, "label": "Oefening", "kind": "file"}
    source |= {"path": str(replay.posts), "speed": replay.speed, "exercise": replay.exercise}
    receiver = {"id": "proef", "kind": "webhook", "url": received.url, "secret": SECRET, "exercises": True}
    yaml = YAML()
    yaml.dump({"sources": [source]}, directory / "sources.yaml")
    yaml.dump({"receivers": [receiver]}, directory / "receivers.yaml")
    secrets = directory.parent / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / SECRET).write_text(received.secret, encoding="ascii")
    # Dossiers of the exercise can leave under seal; the key goes with the run.
    sealing.write_key(sealing.new_key(), secrets / NotifierSettings().dossier_key)


@contextlib.contextmanager
def running(directory: Path, kafka: str | None, tell: Callable[[str], None]) -> Iterator[Stack]:
    """Start everything, wait until all are ready; on leaving nothing is left. ``directory`` holds ``config``.

    Raises `ServiceFailed`, `EmbeddedBrokerFailed`, `BrokerUnreachable` or `BrokerInUse`.
    """
    with contextlib.ExitStack() as stack:
        if kafka is None:
            tell("starting the broker")
            address = stack.enter_context(embedded_broker(directory / "broker", prefix=tether.prefix()))
        else:
            address = kafka
        environment = _environment(directory, address, alone=kafka is None)
        settings = BrokerSettings(bootstrap_servers=address)
        asyncio.run(_prepare(settings))
        tell("starting " + ", ".join(SERVICES))
        children: list[Child] = []
        stack.enter_context(stopping(children))
        # Ingest last: the others must be listening before the replay begins.
        for name in ("notifier", "detector", "anonymizer"):
            children.append(start(name, environment, directory))
        wait_until_ready(children)
        children.append(start("ingest", environment, directory))
        wait_until_ready(children)
        yield Stack(services={child.name: child for child in children}, broker=address)


async def _prepare(settings: BrokerSettings) -> None:
    """Make the topics; refuse a Kafka that was used before, where old posts and alerts would mix with ours."""
    await ensure_topics(settings)
    consumer = AIOKafkaConsumer(POSTS_RAW.name, ALERTS.name, **settings.client())
    await consumer.start()
    try:
        for topic in (POSTS_RAW.name, ALERTS.name):
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            if any((await consumer.end_offsets(partitions)).values()):
                address = settings.bootstrap_servers
                raise BrokerInUse(
                    f"the Kafka at {address} already holds records in {topic}; the demo needs an empty one"
                )
    finally:
        await consumer.stop()


def _environment(directory: Path, broker: str, *, alone: bool) -> dict[str, str]:
    """Nothing of the caller's own ``SEINPOST_`` variables, but how to reach a broker that is not ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) or (not alone and name.startswith(f"{PREFIX}BROKER__"))
    }
    run = directory.name.rpartition("-")[2]
    own = {
        "CONFIG": directory / "config",
        "BROKER__BOOTSTRAP_SERVERS": broker,
        "NOTIFIER__DATABASE_URL": f"sqlite:///{directory / 'notifier.sqlite3'}",
        "NOTIFIER__SECRETS_DIR": directory / "secrets",
        "INGEST__SECRETS_DIR": directory / "secrets",
        "DETECTOR__DATA_DIR": directory / "detector",
    }
    if not alone:
        own |= {"NOTIFIER__GROUP": f"seinpost-notifier-{run}", "DETECTOR__GROUP": f"seinpost-detector-{run}"}
    return kept | {PREFIX + name: str(value) for name, value in own.items()} | {"PYTHONUNBUFFERED": "1"}
