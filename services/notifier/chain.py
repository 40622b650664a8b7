"""The chain of the audit log: each row carries the digest of the one before and of itself. Pure.

Who rewrites a row and all rows after it makes a chain that fits. That shows only against a head (number and digest of
a newest row) that was kept elsewhere: the log of the service holds one each hour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

GENESIS = "0" * 64
FIELDS = ("seq", "at_ms", "actor", "action", "object", "result", "origin", "region", "previous", "digest")


class Fault(StrEnum):
    CHANGED = "changed"
    """The row is not what was written."""
    MISSING = "missing"
    """Rows before this one are gone."""
    OUT_OF_ORDER = "out-of-order"
    """The row stands where another should, or twice."""
    NOT_FOLLOWING = "not-following"
    """It was not written after the row before it: that one was put in its place, or this one was."""
    HEAD = "head"
    """The newest row that was known is another, or gone: the end was cut off or rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    seq: int
    fault: Fault
    until: int | None = None
    """With `MISSING`: the last number that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    seq: int
    digest: str


def digest(row: Mapping[str, Any]) -> str:
    """Of all fields but the digest itself, in a fixed order."""
    # Rows from before regions were kept have none, and the digest they had.
    covered = {
        name: value for name, value in row.items() if name != "digest" and (name != "region" or value is not None)
    }
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(slots=True)
class Chain:
    """Feed it the rows in the order in which they stand; it finds every break, not only the first."""

    heads: Iterable[Head] = ()
    rows: int = 0
    head: Head = field(default_factory=lambda: Head(seq=0, digest=GENESIS))
    """The newest row seen."""
    _wanted: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        self._wanted = {head.seq: head.digest for head in self.heads}

    def add(self, row: Mapping[str, Any]) -> Iterator[Break]:
        seq, sealed = row["seq"], row["digest"]
        self.rows += 1
        if digest(row) != sealed:
            yield Break(seq=seq, fault=Fault.CHANGED)
        if seq <= self.head.seq:
            yield Break(seq=seq, fault=Fault.OUT_OF_ORDER)
            return
        if seq > self.head.seq + 1:
            yield Break(seq=self.head.seq + 1, fault=Fault.MISSING, until=seq - 1)
        elif row["previous"] != self.head.digest:
            yield Break(seq=seq, fault=Fault.NOT_FOLLOWING)
        if self._wanted.pop(seq, sealed) != sealed:
            yield Break(seq=seq, fault=Fault.HEAD)
        self.head = Head(seq=seq, digest=sealed)

    def finish(self) -> Iterator[Break]:
        """Heads that were known and did not come."""
        for seq in sorted(self._wanted):
            yield Break(seq=seq, fault=Fault.HEAD)


def breaks(rows: Iterable[Mapping[str, Any]], heads: Iterable[Head] = ()) -> list[Break]:
    chain = Chain(heads)
    found = [broken for row in rows for broken in chain.add(row)]
    return found + list(chain.finish())
