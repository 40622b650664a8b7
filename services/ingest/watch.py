"""Whether a source can be believed. Silence must never look like calm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from contracts.source_health import Reason, Status

BLIND_AT_LAGS = 5
"""So many times `max_lag_s` behind, posts come too late to warn: the source no longer counts as seeing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    status: Status
    reason: Reason


class Watch:
    """Judges one source from what happened to it. Times are milliseconds, passed in.

    A connection that breaks once and is restored is no blindness: the cursor makes up for it. The second failure in a
    row, or a refusal, is.
    """

    def __init__(self, *, max_lag_s: float, replay: bool) -> None:
        self._max_lag_ms = max_lag_s * 1000
        self._replay = replay
        self._heard_ms: int | None = None
        self._failure: Reason | None = None
        self._failures = 0
        self._finished = False
        self._lag_ms: float | None = None
        self._freshest_ms = math.inf
        self.last_post_ms: int | None = None

    def post(self, created_ms: int, lag_ms: int | None) -> None:
        """A post arrived, so far behind; None where its age says nothing."""
        self.last_post_ms = created_ms
        if lag_ms is not None:
            self._freshest_ms = min(self._freshest_ms, lag_ms)

    def heard(self, now_ms: int) -> None:
        """The source said something: posts, or that there are none."""
        self._heard_ms = now_ms
        self._failure, self._failures = None, 0

    def failed(self, reason: Reason) -> None:
        self._failure = reason
        self._failures += 1

    def finished(self) -> None:
        self._finished = True

    @property
    def is_finished(self) -> bool:
        return self._finished

    @property
    def lag_s(self) -> float | None:
        return None if self._lag_ms is None else max(0.0, self._lag_ms / 1000)

    def verdict(self, now_ms: int, expected_gap_s: float) -> Verdict:
        """Call regularly: the lag is that of the freshest post since the call before."""
        if self._freshest_ms is not math.inf:
            self._lag_ms, self._freshest_ms = self._freshest_ms, math.inf
        if self._finished:
            return Verdict(status=Status.ENDED, reason=Reason.FINISHED)
        if self._failure is not None and (self._failures > 1 or self._failure is Reason.REFUSED or not self._heard_ms):
            return Verdict(status=Status.BLIND, reason=self._failure)
        if self._heard_ms is None:
            return Verdict(status=Status.BLIND, reason=Reason.STARTING)
        if not self._replay and now_ms - self._heard_ms > expected_gap_s * 1000:
            return Verdict(status=Status.BLIND, reason=Reason.SILENT)
        if self._lag_ms is not None and self._lag_ms > self._max_lag_ms:
            far = self._lag_ms > BLIND_AT_LAGS * self._max_lag_ms
            return Verdict(status=Status.BLIND if far else Status.LATE, reason=Reason.LAGGING)
        return Verdict(status=Status.LIVE, reason=Reason.OK)
