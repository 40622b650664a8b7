"""`/v1/receivers`: what is configured, what each last took, a test. `/cap/feed.atom`: alerts for who comes to look."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response

from configuration.receivers import Kind
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.receiver_shapes import ReceiverList, ReceiverShape, TrialShape
from services.notifier.capfeed import MEDIA_TYPE, feed
from services.notifier.representation import at_ms
from services.notifier.store import alerts, trials
from services.notifier.store.trials import Trial

router = APIRouter()
FEED_ENTRIES = 100


@router.get("/v1/receivers", operation_id="listReceivers", tags=["deliveries"])
async def list_receivers(the_room: TheRoom) -> ReceiverList:
    """Those of config/receivers.yaml, each with its last test or sign of life."""
    async with the_room.database.reading() as connection:
        newest = await trials.newest(connection)
    configured = the_room.configuration.receivers.receivers
    return ReceiverList(items=[_receiver(receiver, newest.get(receiver.id)) for receiver in configured])


@router.post("/v1/receivers/{id}/test", operation_id="testReceiver", tags=["deliveries"])
async def test(
    receiver_id: Annotated[str, Path(alias="id", min_length=1, max_length=60)], the_room: TheRoom, the_actor: TheActor
) -> TrialShape:
    """Send a message that says it is a test, and tell what came of it. `200` also when the receiver did not take it."""
    trial = await the_room.trials.test(receiver_id, the_actor)
    if trial is None:
        raise HTTPException(404, "there is no such receiver")
    return _trial(trial)


@router.get(
    "/cap/feed.atom",
    operation_id="getCapFeed",
    tags=["alerts"],
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "Atom."},
        304: {"description": "Nothing changed since the answer with this `ETag`."},
    },
)
async def cap_feed(
    request: Request,
    the_room: TheRoom,
    the_actor: TheActor,
    exercises: Annotated[bool, Query(description="Exercises too, each with status Exercise.")] = False,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The hundred real alerts that changed last; each entry leads to the alert as CAP 1.2."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        cases = await alerts.latest(connection, reach, FEED_ENTRIES, exercises=exercises)
    await the_room.audit_reading(the_actor, "cap-feed", the_actor.home)
    configured = the_room.configuration.receivers.console_url
    base = (configured or str(request.base_url)).rstrip("/")
    content = feed([case.alert for case in cases], the_room.settings.notifier.cap_sender, base)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type=MEDIA_TYPE, headers={"ETag": tag})


def _receiver(receiver: Kind, trial: Trial | None) -> ReceiverShape:
    return ReceiverShape(
        id=receiver.id,
        kind=receiver.kind,
        regions=list(receiver.regions),
        gemeenten=list(receiver.gemeenten),
        phenomena=list(receiver.phenomena),
        min_severity=receiver.min_severity.value,
        hours=list(receiver.hours),
        exercises=receiver.exercises,
        heartbeat_minutes=receiver.heartbeat_minutes,
        last_trial=None if trial is None else _trial(trial),
    )


def _trial(trial: Trial) -> TrialShape:
    return TrialShape(
        id=trial.id,
        kind=trial.kind.value,
        at=at_ms(trial.at_ms),
        outcome=trial.outcome,
        status_code=trial.status_code,
        duration_ms=trial.duration_ms,
        digest=trial.digest,
    )
