"""A Faust table for live objects: changed often, written once per checkpoint.

Faust's own table sends a changelog record for every assignment. Here a change only marks the key; a checkpoint
writes the last value of each changed key, in the order they were first changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import faust
from faust.types import TP


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How the live object of a value becomes bytes and back."""

    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


RAW = Codec(encode=bytes, decode=bytes)
Written = tuple[int, bytes, bytes | None]
"""Partition, key, value (None: gone)."""
PACK_AFTER = 240
"""Generations (two minutes of checkpoints) after its last change that a value stays unpacked …"""
MOST_UNPACKED = 50_000
"""… and so many at most, however many change at once. An unpacked series takes five to ten times the memory of its
bytes."""


class CheckpointedTable(faust.Table[bytes, bytes]):
    """Keys are ``<partition>:<name>``; values are bytes. Handed to Faust as ``App(Table=CheckpointedTable)``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.live: dict[bytes, Any] = {}
        """Oldest first, by when each was unpacked or made."""
        self.packed: dict[bytes, bytes] = {}
        """What changed, and had to make room before it was written."""
        self.dirty: dict[bytes, int] = {}
        """By key the generation in which it first changed since it was last written; ascending."""
        self.generation = 0
        self._idle: dict[bytes, int] = {}
        """By key the generation in which it was last written; ascending."""
        self.codec: Codec = RAW

    def part(self, partition: int) -> Part:
        """The values of one partition, as the domain sees them."""
        return Part(self, partition)

    @property
    def size(self) -> int:
        """Values, wherever they are kept."""
        data = self.data
        return len(data) + sum(key not in data for some in (self.live, self.packed) for key in some)

    def written(self, upto: int | None = None) -> list[Written]:
        """Take what changed first in generation ``upto`` or before (None: ever). The table holds it from now on."""
        out: list[Written] = []
        for key, generation in self.dirty.items():
            if upto is not None and generation > upto:
                break
            value = self.codec.encode(self.live[key]) if key in self.live else self.packed.pop(key, None)
            if value is None:
                self.data.pop(key, None)
            else:
                self.data[key] = value
            out.append((int(key.partition(b":")[0]), key, value))
        if len(out) == len(self.dirty):
            self.dirty.clear()
        for _, key, _ in out:
            self.dirty.pop(key, None)
            self._idle.pop(key, None)
            self._idle[key] = self.generation
        self._pack_idle()
        return out

    def _pack_idle(self) -> None:
        """What nobody changed for long is kept as its bytes alone."""
        done = []
        for key, generation in self._idle.items():
            if generation >= self.generation - PACK_AFTER:
                break
            done.append(key)
        for key in done:
            del self._idle[key]
            if key not in self.dirty:
                self.live.pop(key, None)

    def make_room(self, keep: bytes) -> None:
        """Pack what was unpacked longest ago, but for ``keep``, which the caller has in hands."""
        for key in list(islice(self.live, len(self.live) - MOST_UNPACKED + MOST_UNPACKED // 16)):
            if key == keep:
                continue
            value = self.live.pop(key)
            if key in self.dirty:
                self.packed[key] = self.codec.encode(value)

    def forget_live(self) -> None:
        """Partitions are on the move: what is in memory may be another worker's by now."""
        self.live.clear()
        self.packed.clear()
        self.dirty.clear()
        self._idle.clear()

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        self.forget_live()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)


class Part:
    """One partition of a table as a `services.detector.store.Store`."""

    def __init__(self, table: CheckpointedTable, partition: int) -> None:
        self._table = table
        self._prefix = f"{partition}:".encode()

    def get(self, name: str) -> Any | None:
        """What is got must be put, once changed, before anything else is got: it may be packed to make room."""
        key = self._prefix + name.encode()
        table = self._table
        value = table.live.get(key)
        if value is None:
            stored = table.packed.pop(key, None) if key in table.dirty else table.data.get(key)
            if stored is not None:
                value = table.live[key] = table.codec.decode(stored)
                if len(table.live) > MOST_UNPACKED:
                    table.make_room(key)
        return value

    def stored(self, name: str) -> bytes | None:
        key = self._prefix + name.encode()
        table = self._table
        if key in table.live:
            return None
        return table.packed.get(key) if key in table.dirty else table.data.get(key)

    def put(self, name: str, value: Any) -> None:
        key = self._prefix + name.encode()
        table = self._table
        table.live[key] = value
        table.dirty.setdefault(key, table.generation)
        if table.packed:
            table.packed.pop(key, None)
        if len(table.live) > MOST_UNPACKED:
            table.make_room(key)

    def drop(self, name: str) -> None:
        key = self._prefix + name.encode()
        self._table.live.pop(key, None)
        self._table.packed.pop(key, None)
        self._table.dirty.setdefault(key, self._table.generation)

    def names(self) -> Iterator[str]:
        table = self._table
        kept = (table.live.keys() | table.packed.keys()) | (table.data.keys() - table.dirty.keys())
        return iter(sorted(key[len(self._prefix) :].decode() for key in kept if key.startswith(self._prefix)))
