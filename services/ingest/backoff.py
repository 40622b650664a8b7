"""How long to wait before a source is tried again: exponential, full jitter, capped."""

from __future__ import annotations

import random

STEADY_S = 30.0
"""A connection that held this long was good: the next failure starts from the shortest wait again."""

RETRY_AFTER_CAP_S = 3600.0
"""A source may ask us to stay away, but not for ever."""


class Backoff:
    """``uniform(0, first * 2^n)``, at most ``cap``; never sooner than the source itself asked for."""

    def __init__(self, first_s: float, cap_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self._rng = rng
        self._failures = 0

    def next_wait_s(self, *, held_s: float, retry_after_s: float | None = None) -> float:
        """``held_s``: how long the connection that just ended had delivered."""
        if held_s >= STEADY_S:
            self._failures = 0
        ceiling = min(self._cap_s, self._first_s * 2 ** min(self._failures, 30))
        self._failures += 1
        wait_s = self._rng.uniform(0, ceiling)
        if retry_after_s is not None:
            wait_s = max(wait_s, min(retry_after_s, RETRY_AFTER_CAP_S))
        return wait_s
