"""Distinct authors in any window that ends now, in at most about 14 kB, whatever the number of posts.

Two parts, both mergeable and independent of the order of arrival:

- *recent*: the 1,024 authors seen last, with the minute of their last post. While a window holds no more than these,
  its count is exact, and so the same under every key of the day.
- *registers*: a multiresolution bitmap (Estan, Varghese, Fisk 2006: "Bitmap algorithms for counting active flows") in
  which each bit is replaced by the last minute it was set, so that one structure answers every window length. Built
  only when the 1,025th author comes; good for 100,000 authors.

Authors are opaque tokens; only 64 bits of a hash of a token are kept, and a retraction does not take its author away.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter

EXACT = 1_024
"""Up to this many authors are counted exactly. 12 bytes each."""
SLACK = 128
"""So many more may wait until the oldest are dropped together: one sort for all, not a search for each."""
LEVELS = 8
REGISTERS = 128
"""Per level, 2 bytes each. Level l samples authors with probability 2^-(l+1), the last one what is left."""
_SATURATED = 0.85
"""Share of set registers above which a level is too full to be read."""
_EPOCH = 65_535
"""Minutes are kept modulo this (45 days), plus one: zero is a register never set. What is older is wiped in time."""
KEEP = 10_080 + 1_440


@lru_cache(maxsize=4_096)
def author_hash(token: str) -> int:
    """64 well-mixed bits of an author token; the same in every process.

    One post adds to several series at once: of more than the last few authors nobody asks again soon, and each
    remembered takes 280 bytes.
    """
    return int.from_bytes(blake2b(token.encode(), digest_size=8).digest())


class AuthorSketch:
    """Who was last seen when, forgetting who. `minute` is minutes since the epoch."""

    __slots__ = ("hashes", "minutes", "ordered", "registers")

    def __init__(self) -> None:
        self.hashes = array("Q")
        """Sorted."""
        self.minutes = array("I")
        """Last minute of the author at the same index."""
        self.ordered: array[int] | None = None
        """The minutes, ascending, until an author is noted: windows of one test ask in turn."""
        self.registers: array[int] | None = None

    def add(self, minute: int, authors: Iterable[str]) -> None:
        for author in authors:
            self.note(minute, author_hash(author))

    def add_one(self, minute: int, author: str) -> None:
        self.note(minute, author_hash(author))

    def note(self, minute: int, hashed: int) -> None:
        """``hashed``: `author_hash` of the author."""
        hashes, minutes = self.hashes, self.minutes
        at = bisect_left(hashes, hashed)
        if at < len(hashes) and hashes[at] == hashed:
            if minute <= minutes[at]:
                return
            minutes[at] = minute
        elif self.registers is not None and len(hashes) < EXACT and minute < min(minutes):
            # Kept by a release that held fewer: whoever made room then may be newer than this one.
            _touch(self.registers, hashed, minute)
            return
        else:
            hashes.insert(at, hashed)
            minutes.insert(at, minute)
            if len(hashes) > EXACT:
                if self.registers is None:
                    self._spread()
                if len(hashes) > EXACT + SLACK:
                    self._trim()
        self.ordered = None
        if self.registers is not None:
            _touch(self.registers, hashed, minute)

    def _spread(self) -> array[int]:
        """From the recent authors to registers."""
        registers = self.registers = array("H", bytes(2 * LEVELS * REGISTERS))
        for hashed, minute in zip(self.hashes, self.minutes, strict=True):
            _touch(registers, hashed, minute)
        return registers

    def _trim(self) -> None:
        """Drops the authors not seen for longest; ties by hash, so that the outcome knows no order."""
        if len(self.hashes) > EXACT:
            newest = sorted(zip(self.minutes, self.hashes, strict=True))[-EXACT:]
            newest.sort(key=itemgetter(1))
            self.minutes = array("I", [minute for minute, _ in newest])
            self.hashes = array("Q", [hashed for _, hashed in newest])

    def _in_order(self) -> array[int]:
        if self.ordered is None:
            self._trim()
            self.ordered = array("I", sorted(self.minutes))
        return self.ordered

    def merge(self, other: AuthorSketch) -> None:
        """Afterwards this is the sketch of both streams of posts."""
        if other.registers is not None:
            registers = self.registers or self._spread()
            newest = max([*self.minutes, *other.minutes], default=0)
            for at, code in enumerate(other.registers):
                if code and _age(code, newest) < _age(registers[at], newest):
                    registers[at] = code
        for hashed, minute in zip(other.hashes, other.minutes, strict=True):
            self.note(minute, hashed)

    def most(self) -> float:
        """No window has more; a bound that costs nothing."""
        return float(len(self.hashes)) if self.registers is None else math.inf

    def distinct(self, since: int) -> float:
        """Authors of posts at or after `since` (minutes); exact up to `EXACT` of them."""
        ordered = self._in_order()
        if self.registers is None or ordered[0] < since:
            return float(len(ordered) - bisect_left(ordered, since))
        return max(float(len(ordered)), _estimate(self.registers, since, ordered[-1]))

    def at_least(self, enough: int, since: int) -> float:
        """As `distinct`, or less work: at least `enough` when there are that many."""
        if self.registers is not None:
            ordered = self._in_order()
            if enough <= len(ordered) and ordered[0] >= since:
                return float(len(ordered))
        return self.distinct(since)

    def forget(self, before: int) -> None:
        """Wipes what no window reaches any more. To be called at least every 30 days of event time."""
        self._trim()
        keep = [at for at, minute in enumerate(self.minutes) if minute >= before]
        some_left = len(keep) < len(self.minutes)
        if some_left:
            self.hashes = array("Q", [self.hashes[at] for at in keep])
            self.minutes = array("I", [self.minutes[at] for at in keep])
            self.ordered = None
        if self.registers is not None:
            if some_left:  # then whoever had made room for them is older still
                self.registers = None
                return
            newest = max(self.minutes)
            for at, code in enumerate(self.registers):
                if code and _age(code, newest) > newest - before:
                    self.registers[at] = 0

    def to_parts(self) -> tuple[bytes, bytes, bytes]:
        self._trim()
        return (
            self.hashes.tobytes(),
            self.minutes.tobytes(),
            b"" if self.registers is None else self.registers.tobytes(),
        )

    @classmethod
    def from_parts(cls, hashes: bytes, minutes: bytes, registers: bytes) -> AuthorSketch:
        sketch = cls()
        sketch.hashes.frombytes(hashes)
        sketch.minutes.frombytes(minutes)
        if registers:
            sketch.registers = array("H")
            sketch.registers.frombytes(registers)
        return sketch


def _touch(registers: array[int], hashed: int, minute: int) -> None:
    sampled = hashed >> 32 | 1 << 32
    level = min((sampled & -sampled).bit_length() - 1, LEVELS - 1)
    at = level * REGISTERS + (hashed & (REGISTERS - 1))
    code = minute % _EPOCH + 1
    old = registers[at]
    if not old or (code - old) % _EPOCH < _EPOCH // 2:
        registers[at] = code


def _age(code: int, newest: int) -> int:
    """Minutes before `newest`; a register never set is older than anything."""
    return (newest + 1 - code) % _EPOCH if code else _EPOCH


def _estimate(registers: array[int], since: int, newest: int) -> float:
    last = newest % _EPOCH + 1
    first_code = last - (newest - since)
    if first_code > 0:
        # Codes beyond `last` are of before the last turn of the counter.
        recent = [first_code <= code <= last for code in registers]
    else:
        recent = [0 < code <= last or code >= first_code + _EPOCH for code in registers]
    set_in = [sum(recent[low : low + REGISTERS]) for low in range(0, LEVELS * REGISTERS, REGISTERS)]
    first = next((level for level in range(LEVELS - 1) if set_in[level] <= _SATURATED * REGISTERS), LEVELS - 1)
    sampled = sum([-REGISTERS * math.log1p(-min(count, REGISTERS - 0.5) / REGISTERS) for count in set_in[first:]], 0.0)
    return sampled * float(1 << first)
