"""The escalation clock: which steps are due for an alert that nobody has seen, and when the next one is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from configuration.alarms import Escalation, Step
from contracts.alert import Alert, State
from services.notifier.life import RANK, UNSEEN, Status

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``due``: steps to take now. ``step``: how many are taken then. ``next_ms``: when to look again; None: never."""

    due: tuple[Step, ...] = ()
    step: int
    next_ms: int | None = None


def runs(policy: Escalation, alert: Alert, status: Status) -> bool:
    """Whether this alert has a clock at all: unseen, going on, severe enough."""
    return (
        bool(policy.steps)
        and status in UNSEEN
        and alert.state is State.OPEN
        and RANK[alert.severity] >= RANK[policy.min_severity]
        and (alert.exercise is None or policy.exercises)
    )


def read(policy: Escalation, *, since_ms: int, taken: int, now_ms: int) -> Reading:
    """The clock of an alert that waits since ``since_ms`` with ``taken`` steps behind it.

    After a standstill all steps that came due meanwhile are taken at once: late, not lost.
    """
    due = tuple(step for step in policy.steps[taken:] if since_ms + step.after_minutes * MINUTE_MS <= now_ms)
    after = taken + len(due)
    left = policy.steps[after:]
    return Reading(due=due, step=after, next_ms=since_ms + left[0].after_minutes * MINUTE_MS if left else None)
