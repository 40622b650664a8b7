from __future__ import annotations

import asyncio

from services.notifier.access.reach import EVERYTHING
from services.notifier.store import deliveries
from services.notifier.store.database import Database
from services.notifier.store.deliveries import Attempt, Delivery, DeliveryState
from tests.notifier.samples import alert
from tests.notifier.storing import stored


async def outbox(database: Database, count: int) -> None:
    async with database.writing() as connection:
        await stored(connection, alert())
        for number in range(count):
            await deliveries.put(
                connection,
                Delivery(
                    id=f"msg_{number:02}",
                    alert="a1b2c3",
                    revision=1,
                    receiver="meldkamer",
                    occasion="opened",
                    body=b"{}",
                    attempts=0,
                    created_ms=1_000,
                    expires_ms=9_000,
                ),
            )


async def claim(database: Database, now: int, limit: int = 10) -> list[Delivery]:
    async with database.writing_rows() as connection:
        return await deliveries.claim(connection, now_ms=now, until_ms=now + 500, limit=limit)


async def test_nobody_gets_what_another_claimed(database: Database) -> None:
    await outbox(database, 20)
    taken = await asyncio.gather(*(claim(database, 1_000, limit=5) for _ in range(4)))
    ids = [delivery.id for batch in taken for delivery in batch]
    ids += [delivery.id for delivery in await claim(database, 1_000, limit=20)]
    assert sorted(ids) == [f"msg_{number:02}" for number in range(20)]


async def test_a_claim_that_was_lost_comes_back(database: Database) -> None:
    await outbox(database, 1)
    assert len(await claim(database, 1_000)) == 1
    assert await claim(database, 1_499) == []
    assert len(await claim(database, 1_500)) == 1
    async with database.writing_rows() as connection:
        await deliveries.release_all(connection)
    assert len(await claim(database, 1_501)) == 1


async def test_the_proof_of_every_attempt_is_kept(database: Database) -> None:
    await outbox(database, 1)
    (first,) = await claim(database, 1_000)
    async with database.writing_rows() as connection:
        refused = Attempt(at_ms=1_001, outcome="refused", status_code=503, duration_ms=7)
        await deliveries.record(connection, first, refused, DeliveryState.PENDING, 2_000)
    assert await claim(database, 1_999) == []
    async with database.reading() as connection:
        assert await deliveries.next_due_ms(connection) == 2_000
    (again,) = await claim(database, 2_000)
    assert (again.id, again.body, again.attempts) == (first.id, first.body, 1)
    async with database.writing_rows() as connection:
        done = Attempt(at_ms=2_001, outcome="delivered", status_code=204, duration_ms=5)
        await deliveries.record(connection, again, done, DeliveryState.DELIVERED, 2_001)
    async with database.reading() as connection:
        (row,), total = await deliveries.page(
            connection, EVERYTHING, alert="a1b2c3", state="delivered", limit=5, offset=0
        )
        assert await deliveries.next_due_ms(connection) is None
        assert await deliveries.counts(connection, EVERYTHING, exercise=False) == {
            "pending": 0,
            "delivered": 1,
            "expired": 0,
        }
    assert (total, row.finished_ms) == (1, 2_001)
    assert [(attempt.outcome, attempt.status_code) for attempt in row.attempts] == [
        ("refused", 503),
        ("delivered", 204),
    ]
