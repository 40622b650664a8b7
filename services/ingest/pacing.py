"""When a recorded post is due: as it happened, or so many times faster."""

from __future__ import annotations

import asyncio
import time

MAX_JUMP_MS = 2 * 24 * 3_600_000
"""A single post further ahead than this has a wrong clock: it is not waited for. Two in a row are a real gap."""

MIN_WAIT_S = 0.005
"""Shorter waits are not worth a turn of the loop; the posts go together."""


class Pacing:
    """Maps post times onto the running clock, from the first post on. ``speed`` absent: no waiting at all."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._anchor: tuple[int, float] | None = None
        self._newest_ms: int | None = None
        self._suspect_ms: int | None = None

    async def wait_until(self, created_ms: int) -> None:
        """Returns when the post is due."""
        if self._implausible(created_ms):
            return
        self._newest_ms = max(created_ms, self._newest_ms or created_ms)
        if self._speed is None:
            return
        if self._anchor is None:
            self._anchor = (created_ms, time.monotonic())
        begin_ms, begin_s = self._anchor
        wait_s = begin_s + (created_ms - begin_ms) / 1000 / self._speed - time.monotonic()
        if wait_s >= MIN_WAIT_S:
            await asyncio.sleep(wait_s)

    def now_ms(self) -> int | None:
        """The replayed time; it runs on between two posts, but never past the last one that is due."""
        if self._anchor is None or self._speed is None:
            return self._newest_ms
        begin_ms, begin_s = self._anchor
        running = begin_ms + int((time.monotonic() - begin_s) * 1000 * self._speed)
        return running if self._newest_ms is None else min(running, self._newest_ms)

    def _implausible(self, created_ms: int) -> bool:
        if self._newest_ms is None or abs(created_ms - self._newest_ms) <= MAX_JUMP_MS:
            self._suspect_ms = None
            return False
        confirmed = self._suspect_ms is not None and abs(created_ms - self._suspect_ms) <= MAX_JUMP_MS
        self._suspect_ms = created_ms
        if confirmed:
            self._anchor, self._newest_ms, self._suspect_ms = None, created_ms, None
        return not confirmed
