"""Which injects are due: a pure function of the programme, of what happened in the session, and of exercise time.

Times are milliseconds since the epoch (UTC), in the time of the exercise.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exercises.drill import Condition, Drill, Inject
from exercises.scenario import LOCAL

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An alert of this exercise."""

    id: str
    phenomenon: str
    gemeente: str | None
    at: int
    """Exercise time at which it came to the security room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision taken, or a question answered."""

    role: str
    item: str
    """Id of the decision, or of the inject with the question."""
    option: str | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What happened so far."""

    sent: Mapping[str, int] = field(default_factory=dict)
    """When each inject went out."""
    decided: Sequence[Decided] = ()
    alerts: Sequence[Opened] = ()


def event_ms(local: datetime.datetime) -> int:
    """Of a local time without offset."""
    return int(local.replace(tzinfo=LOCAL).timestamp() * 1000)


def due(drill: Drill, facts: Facts, now: int) -> Iterator[Inject]:
    """Injects that must go out at exercise time ``now`` and have not, in the order of the file."""
    for inject in drill.injects:
        if inject.id not in facts.sent and _is_due(inject, facts, now):
            yield inject


def _is_due(inject: Inject, facts: Facts, now: int) -> bool:
    if inject.at is not None and now < event_ms(inject.at):
        return False
    if inject.unless is not None and true_since(inject.unless, facts, now) is not None:
        return False
    if inject.when is None or (inject.latest is not None and now >= event_ms(inject.latest)):
        return True
    since = true_since(inject.when, facts, now)
    return since is not None and since + inject.after * MINUTE_MS <= now


def true_since(condition: Condition, facts: Facts, now: int) -> int | None:
    """From when a condition holds; None: it does not. Once it holds it goes on to."""
    if condition.unanswered is not None:
        asked = facts.sent.get(condition.unanswered)
        if asked is None:
            return None
        limit = asked + condition.minutes * MINUTE_MS
        in_time = any(one.item == condition.unanswered and one.at < limit for one in facts.decided)
        return limit if limit <= now and not in_time else None
    if condition.alert is not None:
        moments = [
            alert.at
            for alert in facts.alerts
            if alert.phenomenon == condition.alert and condition.gemeente in (None, alert.gemeente)
        ]
    else:
        moments = [
            one.at
            for one in facts.decided
            if one.item == condition.decided
            and condition.option in (None, one.option)
            and condition.by in (None, one.role)
        ]
    return min(moments, default=None)
