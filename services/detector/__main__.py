"""`python -m services.detector`: posts.anonymous in, alerts out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from aiokafka import ConsumerRecord

from broker.follower import Follower
from broker.notices import Notices
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from configuration import Configuration, InvalidConfiguration, load
from configuration.persons import known_names
from contracts.codec import Decoder, Malformed
from contracts.exercise_removed import ExerciseRemoved
from contracts.source_health import SourceHealth
from contracts.topics import EXERCISES_REMOVED, SOURCE_HEALTH, Topic
from runtime.compiled import is_compiled
from runtime.heap import give_back
from runtime.logs import log
from runtime.probes import Health, probes_only
from runtime.process import CannotStart, run, serving
from services.detector import detection, metrics
from services.detector.application import Application, MakesMatching
from services.detector.behind import Standing
from services.detector.coverage import SourceCoverage
from services.detector.mandates import Told
from services.detector.matching import Matcher
from services.detector.reload import follow
from services.detector.removed import Removed
from services.detector.settings import Settings

STOP_PATIENCE_S = 4.0
STALLED_AFTER_S = 60.0
"""Records waiting and none taken for this long: the worker hangs, whatever it says of itself."""


async def main(settings: Settings, stop: asyncio.Event, matching: MakesMatching = Matcher) -> None:
    configuration = _configuration(settings)
    metrics.COMPILED.set(is_compiled(detection))
    health = Health(stalled_after_s=STALLED_AFTER_S)
    async with serving(probes_only(health), settings):
        await ensure_topics(settings.broker)
        coverage = SourceCoverage()
        async with AcknowledgedProducer(settings.broker, "detector", linger_ms=2) as producer:
            application = Application(
                settings.detector, settings.broker, configuration, producer, coverage, matching=matching
            )
            _settle()
            try:
                notices = Notices(producer, "detector")
                following = follow(
                    settings.config,
                    application.version,
                    application.configure,
                    notices,
                    lexicon=settings.detector.lexicon,
                )
                await _work(application, settings, coverage, health, stop, notices=notices, following=following)
            finally:
                health.mark_unready("stopping")


async def _work(
    application: Application,
    settings: Settings,
    coverage: SourceCoverage,
    health: Health,
    stop: asyncio.Event,
    *,
    notices: Notices,
    following: Coroutine[Any, Any, None],
) -> None:
    app = application.faust
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    reading = asyncio.create_task(_read_source_health(settings.broker, coverage))
    removing = asyncio.create_task(_read_removed(settings.broker, application.removed))
    watching = asyncio.create_task(following)
    starting = asyncio.create_task(app.start())
    stopping = asyncio.create_task(stop.wait())
    told = Told()
    standing = Standing.WORKING
    try:
        await asyncio.wait({starting, stopping, reading}, return_when=asyncio.FIRST_COMPLETED)
        while not stop.is_set():
            if app.should_stop or (starting.done() and starting.exception() is not None):
                raise _crashed(app, starting)
            for background in (reading, removing, watching):
                if background.done():
                    background.result()
            if starting.done():
                if not health.ready:
                    health.mark_ready()
                    log().info("ready", version=application.version)
                await application.tick()
                await told.tell(application.mandates, notices, application.version)
            standing = _beat(application, health, standing)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), settings.detector.flush_seconds)
        if starting.done():
            await application.tick(last=True)
    finally:
        for task in (reading, removing, stopping, watching):
            task.cancel()
        if not starting.done():
            starting.cancel()
        await _leave(app)


def _beat(application: Application, health: Health, before: Standing) -> Standing:
    """A worker that hangs beats no more, and says so once: whoever watches it starts it anew."""
    standing = application.standing(STALLED_AFTER_S)
    if standing is Standing.WORKING:
        if not application.faust.should_stop:
            health.beat()
    elif standing is not before:
        log().error("hangs", reason=standing.value)
    return standing


async def _leave(app: Any) -> None:
    """In the middle of a rebalance Faust waits for the group; what was taken is written already."""
    try:
        async with asyncio.timeout(STOP_PATIENCE_S):
            await app.stop()
    except TimeoutError:
        log().warning("stopped without leaving the group", seconds=STOP_PATIENCE_S)


def _crashed(app: object, starting: asyncio.Task[None]) -> BaseException:
    error = getattr(app, "crash_reason", None) or (starting.exception() if starting.done() else None)
    return error or RuntimeError("the Faust application stopped by itself")


async def _read_source_health(broker: BrokerSettings, coverage: SourceCoverage) -> None:
    """Follow `source.health` from its first record: every worker needs all of it, so there is no group."""
    decoder: Decoder[SourceHealth] = Decoder(SourceHealth)
    async for record in _followed(broker, SOURCE_HEALTH, "detector-health"):
        # One malformed report is the notifier's dead letter; here it only means that nothing new is known.
        with contextlib.suppress(Malformed):
            coverage.take(decoder.decode(record.value), record.timestamp)
        metrics.BLIND_SOURCES.set(coverage.blind())


async def _read_removed(broker: BrokerSettings, removed: Removed) -> None:
    """Follow `exercises.removed` in the same way."""
    decoder: Decoder[ExerciseRemoved] = Decoder(ExerciseRemoved)
    async for record in _followed(broker, EXERCISES_REMOVED, "detector-removed"):
        try:
            removed.take(decoder.decode(record.value))
        except Malformed as problem:
            log().error("not readable", topic=EXERCISES_REMOVED.name, reason=problem.reason.value)


async def _followed(broker: BrokerSettings, topic: Topic, client_id: str) -> AsyncIterator[ConsumerRecord]:
    async with Follower(broker, topic, client_id=client_id) as follower:
        async for record in follower.records():
            metrics.RECORDS.labels(topic.name).inc()
            yield record


def _settle() -> None:
    """Keep the garbage collector off the word lists, and let it look seldom: neither posts nor series make cycles."""
    gc.collect()
    give_back()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _configuration(settings: Settings) -> Configuration:
    try:
        configuration = load(settings.config, known_names(settings.detector.lexicon))
    except InvalidConfiguration as error:
        raise CannotStart(f"the configuration is not valid:\n{error}") from error
    metrics.CONFIGURATION.set(1)
    return configuration


if __name__ == "__main__":
    run("detector", Settings, main)
