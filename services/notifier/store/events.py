"""The log behind the live stream: a number for each change, so that a reader who was away continues where it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store.tables import events


class Kind(StrEnum):
    ALERT = "alert"
    STATUS = "status"
    """An operator did something with an alert."""
    SOURCE = "source"
    NOTICE = "notice"
    """A service has something to tell the operator, or it is over."""
    SILENCE = "silence"
    """A silence began or ended."""
    EXERCISE = "exercise"
    """Something happened in a session of an exercise. Only for those who may see exercises."""


FOR_ALL = "*"
"""Region of an event that is of no region and hides from nobody, such as a source that went blind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    seq: int
    kind: str
    region: str | None
    """Of the alert (null: national queue), or `FOR_ALL`."""
    data: bytes
    """JSON object."""


async def append(
    connection: AsyncConnection, kind: Kind, object_id: str, data: dict[str, Any], now_ms: int, *, region: str | None
) -> None:
    """Must run in `Database.writing`: only there do numbers become visible in order. ``region``: see `Event`."""
    await connection.execute(insert(events), row(kind, object_id, data, now_ms, region=region))


def row(kind: Kind, object_id: str, data: dict[str, Any], now_ms: int, *, region: str | None) -> dict[str, Any]:
    """One that is written later in the same transaction, with others (`services.notifier.book`)."""
    return {"kind": kind.value, "object": object_id, "region": region, "data": orjson.dumps(data), "at_ms": now_ms}


async def last_seq(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.coalesce(func.max(events.c.seq), 0)))).scalar_one())


async def after(connection: AsyncConnection, seq: int, limit: int = 1000) -> list[Event]:
    """At most ``limit`` events beyond ``seq``, in order."""
    query = select(events.c.seq, events.c.kind, events.c.region, events.c.data).where(events.c.seq > seq)
    rows = await connection.execute(query.order_by(events.c.seq).limit(limit))
    return [Event(seq=found.seq, kind=found.kind, region=found.region, data=found.data) for found in rows]
