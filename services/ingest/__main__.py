"""`python -m services.ingest`: public posts in, `posts.raw` out."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import FastAPI

from broker.dead_letters import DeadLetters
from broker.producer import AcknowledgedProducer
from broker.topics import ensure_topics
from configuration.document import InvalidConfiguration, read
from configuration.sources import AnySource, Sources
from runtime.probes import Health, add_probes
from runtime.process import CannotStart, run, serving
from services.ingest.adapters import adapter_for
from services.ingest.cursors import read_cursors
from services.ingest.mandated import Mandated
from services.ingest.push import PushAdapter
from services.ingest.push_endpoint import add_push
from services.ingest.runner import Runner
from services.ingest.settings import Settings

STOP_PATIENCE_S = 2.5
"""How long stopping waits for Kafka to acknowledge what was sent."""


UNREADY_AFTER_S = 5.0
"""So long without an acknowledgement, with something waiting for one: not ready, and an operator should look."""


class Unacknowledged(Exception):
    """Stopped while Kafka was away. What it did not acknowledge is read again at the next start."""


async def main(settings: Settings, stop: asyncio.Event) -> None:
    adapters = [adapter_for(source, settings.ingest.secrets_dir) for source in _sources(settings)]
    mandated = _mandated(settings)
    health = Health()
    app = FastAPI(openapi_url=None)
    add_probes(app.add_api_route, health)
    for adapter in adapters:
        if isinstance(adapter, PushAdapter):
            add_push(app, adapter, max_bytes=settings.ingest.max_push_bytes)
    async with serving(app, settings):
        await ensure_topics(settings.broker)
        cursors = await read_cursors(settings.broker)
        async with AcknowledgedProducer(settings.broker, "ingest") as producer:
            dead_letters = DeadLetters(producer, "ingest")
            runners = [
                Runner(adapter, producer, dead_letters, settings.ingest, mandated.question(adapter.settings))
                for adapter in adapters
            ]
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_beat(health, producer, stop))
                    running = [
                        tasks.create_task(runner.run(cursors.get(adapter.settings.id)))
                        for adapter, runner in zip(adapters, runners, strict=True)
                    ]
                    await stop.wait()
                    health.mark_unready("stopping")
                    for runner in runners:
                        runner.stop()
                    await _until_acknowledged(running)
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None


async def _until_acknowledged(running: list[asyncio.Task[None]]) -> None:
    """Raises `Unacknowledged` when Kafka does not answer in time: nothing is lost, the cursors were not moved."""
    if running:
        _, pending = await asyncio.wait(running, timeout=STOP_PATIENCE_S)
        if pending:
            raise Unacknowledged


def _sources(settings: Settings) -> list[AnySource]:
    try:
        configured = read(settings.config / "sources.yaml", Sources).sources
    except InvalidConfiguration as error:
        raise CannotStart(str(error)) from error
    return [source for source in configured if source.enabled]


def _mandated(settings: Settings) -> Mandated:
    try:
        return Mandated(settings.config)
    except InvalidConfiguration as error:
        raise CannotStart(str(error)) from error


async def _beat(health: Health, producer: AcknowledgedProducer, stop: asyncio.Event) -> None:
    """Alive as long as the loop turns; ready as long as Kafka acknowledges."""
    while not stop.is_set():
        health.beat()
        if producer.waiting_s > UNREADY_AFTER_S:
            health.mark_unready("Kafka does not acknowledge")
        else:
            health.mark_ready()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)


if __name__ == "__main__":
    run("ingest", Settings, main)
