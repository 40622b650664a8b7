"""What the intake does with a batch as it comes from Kafka."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import ConsumerRecord
from sqlalchemy import select

from contracts.alert import Alert
from contracts.codec import encode
from contracts.topics import ALERTS
from services.notifier import admission
from services.notifier.intake import DAY_MS
from services.notifier.life import Occasion
from services.notifier.store.alerts import Case
from services.notifier.store.tables import alerts as table
from tests.notifier.conftest import Served
from tests.notifier.samples import alert


def record(value: bytes, timestamp: int, offset: int = 0) -> ConsumerRecord[Any, Any]:
    return ConsumerRecord(
        topic=ALERTS.name, partition=0, offset=offset, timestamp=timestamp, timestamp_type=0, key=None, value=value,
        checksum=None, serialized_key_size=0, serialized_value_size=len(value), headers=(),
    )  # fmt: skip


async def told(served: Served, *records: tuple[Alert, int]) -> None:
    batch = [record(encode(one), written, offset) for offset, (one, written) in enumerate(records)]
    await served.intake.store({None: batch})  # type: ignore[dict-item]


async def ids(served: Served) -> dict[str, int]:
    async with served.room.database.reading() as connection:
        return {row.id: row.revision for row in await connection.execute(select(table.c.id, table.c.revision))}


async def test_what_retention_removed_does_not_come_back_when_a_reader_begins_anew(served: Served) -> None:
    now = served.clock()
    long_ago, lately = now - 274 * DAY_MS, now - 273 * DAY_MS
    await told(served, (alert(id="waits"), now))
    await told(
        served,
        (alert(id="removed"), long_ago), (alert(id="waits", revision=2), long_ago), (alert(id="late"), lately),
        (alert(id="removed", revision=2), long_ago),
    )  # fmt: skip
    assert await ids(served) == {"waits": 2, "late": 1}, "what is here goes on, however old its record"


@pytest.mark.parametrize("by", ["database", "code"])
async def test_one_record_that_cannot_be_kept_costs_no_other(
    served: Served, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    put: list[str] = []

    async def set_aside(*_: Any, **told: Any) -> None:
        put.append(str(told["offset"]))

    monkeypatch.setattr(served.intake, "dead_letters", type("Letters", (), {"put": staticmethod(set_aside)})())
    now = served.clock()
    broken = alert(id="broken")
    if by == "database":
        async with served.room.database.writing_rows() as connection:
            # It refuses this one row, as a column that is too short would.
            await connection.exec_driver_sql(
                f"CREATE TRIGGER refuses BEFORE INSERT ON {table.name} WHEN NEW.id = 'broken' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
    else:
        tell = admission.event

        def stumble(case: Case, occasion: Occasion | None) -> dict[str, object]:
            if case.alert.id == "broken":
                raise ValueError("what nobody thought of")
            return tell(case, occasion)

        monkeypatch.setattr(admission, "event", stumble)
    await told(served, (alert(id="one"), now), (broken, now), (alert(id="two", revision=3), now))
    assert await ids(served) == {"one": 1, "two": 3}
    assert put == ["1"]
