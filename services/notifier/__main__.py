"""`python -m services.notifier`: builds the security room, runs it, takes it down in order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
from fastapi import FastAPI

from broker.consumer import BatchConsumer
from broker.dead_letters import DeadLetters
from broker.notices import Notices
from broker.producer import AcknowledgedProducer
from broker.topics import ensure_topics
from configuration.document import InvalidConfiguration
from configuration.persons import known_names
from configuration.whole import Configuration, load
from contracts.topics import ALERTS, NOTICES, PICTURE, SOURCE_HEALTH, STAGE_HEALTH, THEMES
from runtime.probes import Health
from runtime.process import CannotStart, run, serving
from services.notifier.access.sign_in import UnusableSignIn
from services.notifier.application import build
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.ending import Ending
from services.notifier.cases.opening import Off, open_desk
from services.notifier.delivery.post import client
from services.notifier.delivery.receiver import UnusableSecret
from services.notifier.delivery.worker import DeliveryWorker
from services.notifier.force import Force, Unusable, made_of, sign_in_for
from services.notifier.intake import Intake
from services.notifier.lookout import Lookout
from services.notifier.mandated import Mandated
from services.notifier.playing.director import Director
from services.notifier.playing.withdrawal import Withdrawal
from services.notifier.reload import follow
from services.notifier.retention import Retention
from services.notifier.room import Room
from services.notifier.rounds import Rounds
from services.notifier.settings import Settings
from services.notifier.store.database import Database, UnusableDatabase
from services.notifier.stream import Stream

SERVICE = "notifier"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(settings: Settings, stop: asyncio.Event) -> None:
    own = settings.notifier
    http = client(own.request_timeout_s)
    force = _configured(settings, http)
    configuration = force.configuration
    async with _database(settings) as database, _cases(settings, configuration, database) as cases:
        await ensure_topics(settings.broker)
        health = Health()
        stream = Stream(database=database, poll_s=own.poll_s, now_ms=now_ms)
        room = Room(
            database=database,
            stream=stream,
            configuration=configuration,
            settings=settings,
            receivers=force.receivers,
            now_ms=now_ms,
            cases=cases,
        )
        app = _application(room, health)
        async with (
            http,
            AcknowledgedProducer(settings.broker, SERVICE) as producer,
            BatchConsumer(
                settings.broker,
                topics=[ALERTS.name, SOURCE_HEALTH.name, STAGE_HEALTH.name, NOTICES.name, PICTURE.name, THEMES.name],
                group=own.group,
                client_id=SERVICE,
            ) as consumer,
            serving(app, settings),
        ):
            worker = DeliveryWorker(database=database, receivers=force.receivers, settings=own, now_ms=now_ms)

            def stored() -> None:
                stream.wake.set()
                worker.wake.set()

            intake = Intake(
                database=database,
                outbox=force.admission.outbox,
                alarms=force.admission.alarms,
                alerts_days=own.retention_days,
                producer=producer,
                dead_letters=DeadLetters(producer, SERVICE),
                health=health,
                stored=stored,
                now_ms=now_ms,
                mandates=lambda: room.configuration.mandates,
            )
            retention = Retention(
                database=database,
                alerts_days=own.retention_days,
                feedback_days=own.feedback_days,
                dossier_days=own.dossier_days,
                picture_days=own.picture_days,
                exercise_days=own.exercise_days,
                exercise_report_days=own.exercise_report_days,
                now_ms=now_ms,
            )
            rounds = Rounds(
                database=database,
                admission=force.admission,
                done=stored,
                now_ms=now_ms,
            )
            director = Director(database=database, now_ms=now_ms, told=stored)
            mandated = Mandated(database=database, mandates=lambda: room.configuration.mandates, now_ms=now_ms)

            def take(changed: Configuration) -> None:
                # All that may fail comes first; from the first assignment on nothing waits, so nobody sees half of it.
                following = made_of(changed, settings, http)
                sign_in = sign_in_for(following, app.state.entrance)
                app.state.sign_in = sign_in
                intake.outbox, intake.alarms = following.admission.outbox, following.admission.alarms
                worker.receivers = following.receivers
                rounds.take(following.admission)
                room.take(following)
                stored()

            health.mark_ready()
            await _together(
                stop,
                stream,
                intake.run(consumer, stop),
                worker.run(stop),
                room.trials.run(stop),
                room.denials.run(stop),
                stream.run(stop),
                retention.run(stop),
                *([] if isinstance(cases, Off) else [Ending(desk=cases, idle_days=own.cases_idle_days).run(stop)]),
                rounds.run(stop),
                mandated.run(stop),
                director.run(stop),
                Withdrawal(database=database, producer=producer, now_ms=now_ms).run(stop),
                Lookout(room=room).run(stop),
                follow(
                    settings.config, configuration.version, take, Notices(producer, SERVICE), stop, lexicon=own.lexicon
                ),
            )


async def _together(stop: asyncio.Event, stream: Stream, *loops: Coroutine[Any, Any, None]) -> None:
    """Run the loops until asked to stop; the failure of one ends all, and the process."""

    async def until_stopped() -> None:
        await stop.wait()
        # Open streams would hold the server for its whole grace period.
        stream.close()

    async def guarded(loop: Coroutine[Any, Any, None]) -> None:
        try:
            await loop
        except BaseException:
            stop.set()
            raise

    async with asyncio.TaskGroup() as group:
        group.create_task(until_stopped())
        for loop in loops:
            group.create_task(guarded(loop))


def _configured(settings: Settings, http: httpx.AsyncClient) -> Force:
    try:
        return made_of(load(settings.config, known_names(settings.notifier.lexicon)), settings, http)
    except (InvalidConfiguration, Unusable) as error:
        raise CannotStart(str(error)) from error


def _application(room: Room, health: Health) -> FastAPI:
    try:
        return build(room, health)
    except UnusableSignIn as error:
        raise CannotStart(str(error)) from error


@contextlib.asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    try:
        database = Database(settings.notifier.database_url.get_secret_value())
        await database.migrate()
    except UnusableDatabase as error:
        raise CannotStart(str(error)) from error
    try:
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def _cases(settings: Settings, configuration: Configuration, room: Database) -> AsyncIterator[CaseDesk | Off]:
    try:
        desk = await open_desk(settings.notifier, configuration, room, now_ms)
    except UnusableSecret as error:
        raise CannotStart(str(error)) from error
    try:
        yield desk
    finally:
        if not isinstance(desk, Off):
            await desk.database.close()


if __name__ == "__main__":
    run(SERVICE, Settings, main)
