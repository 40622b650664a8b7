"""The changelog of series, read as a worker that starts would."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import ConsumerRecord

from services.detector.state import SeriesState


def states_in(records: Iterable[ConsumerRecord]) -> dict[str, SeriesState]:
    """Every series as it stands, by its name."""
    found: dict[str, SeriesState] = {}
    for record in records:
        name = record.key.decode().partition(":")[2]
        found.pop(name, None)
        if record.value is not None:
            found[name] = SeriesState.from_bytes(record.value)
    return found
