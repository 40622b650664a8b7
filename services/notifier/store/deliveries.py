"""The outbox: written in the same transaction as the alert, emptied by the delivery worker, kept as proof."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.store.tables import alerts, attempts, deliveries


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: str
    alert: str
    revision: int
    receiver: str
    occasion: str
    body: bytes
    attempts: int
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The proof of one attempt."""

    at_ms: int
    outcome: str
    status_code: int | None
    duration_ms: int


async def put(connection: AsyncConnection, delivery: Delivery) -> None:
    await connection.execute(
        insert(deliveries).values(
            id=delivery.id,
            alert=delivery.alert,
            revision=delivery.revision,
            receiver=delivery.receiver,
            occasion=delivery.occasion,
            body=delivery.body,
            state=DeliveryState.PENDING.value,
            attempts=0,
            digest=hashlib.sha256(delivery.body).hexdigest(),
            created_ms=delivery.created_ms,
            expires_ms=delivery.expires_ms,
            next_ms=delivery.created_ms,
            claimed_until_ms=0,
        )
    )


async def claim(
    connection: AsyncConnection, *, now_ms: int, until_ms: int, limit: int, without: Sequence[str] = ()
) -> list[Delivery]:
    """Take at most ``limit`` due deliveries until ``until_ms``; no other worker gets them before that.

    ``without``: receivers that get nothing now.
    """
    due = (
        select(deliveries)
        .where(deliveries.c.state == DeliveryState.PENDING.value)
        .where(deliveries.c.next_ms <= now_ms, deliveries.c.claimed_until_ms <= now_ms)
        .where(deliveries.c.receiver.not_in(without))
        .order_by(deliveries.c.next_ms, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and leaves this out
    )
    rows = (await connection.execute(due)).all()
    if rows:
        taken = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
        await connection.execute(taken.values(claimed_until_ms=until_ms))
    return [
        Delivery(
            id=row.id,
            alert=row.alert,
            revision=row.revision,
            receiver=row.receiver,
            occasion=row.occasion,
            body=row.body,
            attempts=row.attempts,
            created_ms=row.created_ms,
            expires_ms=row.expires_ms,
        )
        for row in rows
    ]


async def release_all(connection: AsyncConnection) -> None:
    """Forget the claims of a process that is gone. Only where no other replica can be at work."""
    await connection.execute(update(deliveries).values(claimed_until_ms=0))


async def record(
    connection: AsyncConnection, delivery: Delivery, attempt: Attempt, state: DeliveryState, next_ms: int
) -> None:
    """Write the proof of an attempt, and when the next is due."""
    number = delivery.attempts + 1
    await connection.execute(
        insert(attempts).values(
            delivery=delivery.id,
            attempt=number,
            at_ms=attempt.at_ms,
            outcome=attempt.outcome,
            status_code=attempt.status_code,
            duration_ms=attempt.duration_ms,
        )
    )
    finished = attempt.at_ms if state is not DeliveryState.PENDING else None
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery.id)
        .values(state=state.value, attempts=number, next_ms=next_ms, claimed_until_ms=0, finished_ms=finished)
    )


async def next_due_ms(connection: AsyncConnection) -> int | None:
    """When the worker has something to do again."""
    due = func.min(func.coalesce(func.nullif(deliveries.c.claimed_until_ms, 0), deliveries.c.next_ms))
    query = select(due).where(deliveries.c.state == DeliveryState.PENDING.value)
    found = (await connection.execute(query)).scalar_one()
    return None if found is None else int(found)


async def pending(connection: AsyncConnection) -> int:
    """How many wait. By the index alone: asked after every delivery."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.state == DeliveryState.PENDING.value)
    return int((await connection.execute(query)).scalar_one())


async def counts(connection: AsyncConnection, reach: Reach, *, exercise: bool) -> dict[DeliveryState, int]:
    """Of real alerts, or of exercises."""
    practised = alerts.c.exercise.is_not(None) if exercise else alerts.c.exercise.is_(None)
    wanted = deliveries.c.alert.in_(select(alerts.c.id).where(practised, reach.where(alerts.c.region)))
    query = select(deliveries.c.state, func.count()).where(wanted).group_by(deliveries.c.state)
    found = {row[0]: int(row[1]) for row in await connection.execute(query)}
    return {state: found.get(state.value, 0) for state in DeliveryState}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery as people see it, with its attempts oldest first."""

    id: str
    alert: str
    revision: int
    receiver: str
    occasion: str
    digest: str | None
    """SHA-256 of what was sent; absent: from before this was kept."""
    state: str
    created_ms: int
    finished_ms: int | None
    next_ms: int
    expires_ms: int
    attempts: tuple[Attempt, ...]


async def page(
    connection: AsyncConnection, reach: Reach, *, alert: str | None, state: str | None, limit: int, offset: int
) -> tuple[list[DeliveryRow], int]:
    """Newest first, and how many there are in all."""
    conditions = _within(reach)
    if alert is not None:
        conditions.append(deliveries.c.alert == alert)
    if state is not None:
        conditions.append(deliveries.c.state == state)
    total = (await connection.execute(select(func.count()).select_from(deliveries).where(*conditions))).scalar_one()
    query = select(deliveries).where(*conditions).order_by(deliveries.c.created_ms.desc(), deliveries.c.id)
    rows = (await connection.execute(query.limit(limit).offset(offset))).all()
    proofs = await _proofs(connection, [row.id for row in rows])
    return [
        DeliveryRow(
            id=row.id,
            alert=row.alert,
            revision=row.revision,
            receiver=row.receiver,
            occasion=row.occasion,
            digest=row.digest,
            state=row.state,
            created_ms=row.created_ms,
            finished_ms=row.finished_ms,
            next_ms=row.next_ms,
            expires_ms=row.expires_ms,
            attempts=tuple(proofs.get(row.id, ())),
        )
        for row in rows
    ], int(total)


def _within(reach: Reach) -> list[ColumnElement[bool]]:
    """Deliveries of alerts in reach."""
    if reach == EVERYTHING:
        return []
    return [deliveries.c.alert.in_(select(alerts.c.id).where(reach.where(alerts.c.region)))]


async def _proofs(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    query = select(attempts).where(attempts.c.delivery.in_(ids)).order_by(attempts.c.delivery, attempts.c.attempt)
    for row in await connection.execute(query):
        found.setdefault(row.delivery, []).append(
            Attempt(at_ms=row.at_ms, outcome=row.outcome, status_code=row.status_code, duration_ms=row.duration_ms)
        )
    return found
