"""``python -m services.anonymizer``: the only service that sees a post as it was written."""

from __future__ import annotations

import asyncio
import contextlib
import time

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

import configuration
from broker.acls import consumer_group
from broker.consumer import BatchConsumer
from broker.dead_letters import DeadLetters
from broker.notices import Notices
from broker.producer import AcknowledgedProducer
from broker.stage_reports import StageReports
from broker.topics import ensure_topics
from configuration import InvalidConfiguration
from configuration.following import changes
from configuration.persons import known_names
from contracts.notice import About
from contracts.stage_health import Stage
from contracts.topics import POSTS_ANONYMOUS, POSTS_RAW
from contracts.topics import Service as ContractService
from runtime.compiled import is_compiled
from runtime.logs import log
from runtime.probes import Health, probes_only
from runtime.process import CannotStart, run, serving
from services.anonymizer import metrics, projection
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.atoms import REASONS
from services.anonymizer.lexicon import Lexicon, LexiconMissing, load
from services.anonymizer.memory import settle
from services.anonymizer.projection import Projector
from services.anonymizer.secret import due, forbid_core_dumps
from services.anonymizer.service import Service
from services.anonymizer.settings import Settings

HOUSEKEEPING_S = 1.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(settings: Settings, stop: asyncio.Event) -> None:
    mine = settings.anonymizer
    try:
        lexicon = load(mine.lexicon)
        whole = configuration.load(settings.config, known_names(mine.lexicon))
    except (LexiconMissing, InvalidConfiguration) as error:
        raise CannotStart(str(error)) from error
    if not forbid_core_dumps():
        log().warning("core dumps not forbidden", reason="the system does not allow it")
    projector = Projector(whole, lexicon, mine.fold_cutoff)
    anonymizer = Anonymizer(projector, mine, k=whole.thresholds.k_anonymity, now_ms=now_ms())
    settle()
    metrics.KEY_LOCKED.set(anonymizer.secret.locked)
    metrics.COMPILED.set(is_compiled(projection))
    health = Health()
    settled = False
    """Whether partitions were given to us, and none is being taken away."""

    def on_assigned(partitions: set[TopicPartition]) -> None:
        nonlocal settled
        settled = True

    async def on_revoked(partitions: set[TopicPartition]) -> None:
        nonlocal settled
        settled = False

    async with (
        serving(probes_only(health), settings),
        _broker(settings),
        AcknowledgedProducer(settings.broker, "anonymizer") as producer,
        BatchConsumer(
            settings.broker,
            topics=[POSTS_RAW.name],
            group=consumer_group(ContractService.ANONYMIZER),
            client_id="anonymizer",
            on_assigned=on_assigned,
            on_revoked=on_revoked,
            look_back=mine.recall_records,
        ) as consumer,
    ):
        service = Service(
            anonymizer=anonymizer,
            settings=mine,
            consumer=consumer,
            producer=producer,
            dead_letters=DeadLetters(producer, "anonymizer"),
            partitions=await producer.partitions(POSTS_ANONYMOUS.name),
        )
        reports = StageReports(producer, Stage.ANONYMIZER, {POSTS_RAW: await producer.partitions(POSTS_RAW.name)})
        housekeeping = asyncio.create_task(_keep_house(settings, service, consumer))
        notices = Notices(producer, "anonymizer")
        following = asyncio.create_task(_follow(settings, lexicon, whole.version, anonymizer, notices))
        try:
            while not stop.is_set():
                health.beat()
                if settled and not health.ready:
                    health.mark_ready()
                await service.step()
                if settled:
                    await reports.tell({POSTS_RAW.name: {one.partition for one in consumer.assignment()}})
                for background in (housekeeping, following):
                    if background.done():
                        background.result()
        finally:
            housekeeping.cancel()
            following.cancel()
            anonymizer.secret.destroy()


class _broker:
    """Makes sure that the topics are there before anything is connected to them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> None:
        await ensure_topics(self._settings.broker)

    async def __aexit__(self, *_: object) -> None:
        return None


async def _keep_house(settings: Settings, service: Service, consumer: BatchConsumer) -> None:
    """Rotates the key and tells the gauges."""
    anonymizer = service.anonymizer
    told = [0] * len(REASONS)
    permitted = evicted = released = 0
    while True:
        await asyncio.sleep(HOUSEKEEPING_S)
        now = now_ms()
        if due(anonymizer.secret.made_ms, now, settings.anonymizer.rotation_hour):
            service.rotate(now)
            metrics.ROTATIONS.inc()
            log().info("key rotated")
        projector = anonymizer.projector
        for number, (reason, count) in enumerate(zip(REASONS, projector.dropped, strict=True)):
            metrics.DROPPED.labels(reason.value).inc(count - told[number])
            told[number] = count
        metrics.PERMITTED.inc(projector.permitted - permitted)
        metrics.EVICTED.inc(anonymizer.evicted - evicted)
        metrics.RELEASED.inc(anonymizer.released - released)
        permitted, evicted, released = projector.permitted, anonymizer.evicted, anonymizer.released
        metrics.KEY_AGE.set((now - anonymizer.secret.made_ms) / 1000)
        metrics.REMEMBERED.set(anonymizer.remembered)
        metrics.NEW_WORDS.set(anonymizer.new_words)
        with contextlib.suppress(KafkaError):  # a rebalance took a partition away while it was asked
            lags = await consumer.lag()
            metrics.LAG.clear()  # a partition that went to another instance has nothing waiting here
            for partition, lag in lags.items():
                metrics.LAG.labels(str(partition.partition)).set(lag)


async def _follow(settings: Settings, lexicon: Lexicon, version: str, anonymizer: Anonymizer, notices: Notices) -> None:
    """A changed configuration replaces the whole vocabulary at once; a broken one changes nothing, and is told."""
    await notices.tell(About.CONFIGURATION, active=False, version=version)
    async for found in changes(settings.config, version, lexicon=settings.anonymizer.lexicon):
        if isinstance(found, InvalidConfiguration):
            metrics.RELOADS.labels("refused").inc()
            log().warning("configuration refused", count=len(found.problems), reason="invalid; the earlier one stays")
            places = found.places(settings.config)
            await notices.tell(
                About.CONFIGURATION, active=True, count=len(found.problems), places=places, version=version
            )
            continue
        projector = await asyncio.to_thread(Projector, found, lexicon, settings.anonymizer.fold_cutoff)
        earlier = anonymizer.projector
        projector.dropped, projector.permitted = earlier.dropped, earlier.permitted
        anonymizer.projector = projector
        anonymizer.require(found.thresholds.k_anonymity)
        version = found.version
        metrics.RELOADS.labels("changed").inc()
        log().info("configuration changed", version=version)
        await notices.tell(About.CONFIGURATION, active=False, version=version)


if __name__ == "__main__":
    run("anonymizer", Settings, main)
