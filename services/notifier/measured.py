"""The alert of a probe (`contracts.raw_post.PROBE`): how long the whole chain took. It is measured and not kept."""

from __future__ import annotations

from contracts.alert import Alert, Change
from contracts.raw_post import PROBE
from services.notifier import metrics


def is_probe(alert: Alert) -> bool:
    return alert.exercise == PROBE


def measure(alert: Alert, now_ms: int) -> None:
    """Only the opening tells a time: a later change of the same alert comes of later minutes."""
    if alert.change is not Change.OPENED:
        return
    metrics.PROBE_TIMESTAMP.set(now_ms / 1000)
    if alert.posts_age_ms is not None:
        metrics.PROBE_SECONDS.set((alert.posts_age_ms + now_ms - alert.emitted_ms) / 1000)
