"""Tells the group how far each partition is done, from the positions that are durable.

Faust would commit what is acknowledged event by event. It forgets acknowledgements whose commit a rebalance refused,
and takes such a commit for done: records then look unread for ever. Positions say the same without that book-keeping.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from faust.types import TP

EVERY_S = 1.0


class Commits:
    """What is not committed when a worker dies is read again and recognised: a commit may fail or be late."""

    def __init__(self, faust: Any) -> None:
        self._faust = faust
        self._done: dict[TP, int] = {}
        self.forget()

    def forget(self) -> None:
        """Partitions moved: what was committed of them may not be."""
        self._done.clear()
        self._told: dict[TP, int] = {}
        self._told_at = 0.0

    async def tell(self, done: Mapping[TP, int], *, at_once: bool) -> None:
        """``done``: next offset of partitions. Once in ``EVERY_S`` unless ``at_once``."""
        self._done |= done
        due = {partition: offset for partition, offset in self._done.items() if self._told.get(partition) != offset}
        if not due or (not at_once and time.monotonic() - self._told_at < EVERY_S):
            return
        told, self._told_at = self._told, time.monotonic()
        # Faust's own step below its acknowledgements: it leaves out partitions that are ours no more.
        if await self._faust.consumer._commit(due) and told is self._told:
            told |= due
