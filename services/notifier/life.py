"""The life of an alert in the security room. Pure: no clock, no database.

new → seen → in progress → closed; reopened when the happening grows again or an operator says so. The *state* of the
happening itself (open, closed) comes from the detector and is another thing: an alert may wait for its operator long
after the street is quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.alert import Alert, Change, Severity, State


class Status(StrEnum):
    NEW = "new"
    SEEN = "seen"
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    REOPENED = "reopened"


UNSEEN = (Status.NEW, Status.REOPENED)
RANK = {Severity.INFO: 0, Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 3}


class Action(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"


class Outcome(StrEnum):
    RIGHT = "terecht"
    WRONG = "niet-terecht"
    EXERCISE = "oefening"


class Verdict(StrEnum):
    """What came of an action. A metric label, and the result in the audit log."""

    DONE = "done"
    ALREADY = "already"
    """Nothing to do: it was so before. Two clicks are one action."""
    REFUSED = "refused"
    """Not from this status."""
    DENIED = "denied"
    """Not by this one: the alert is of a region where they may only read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    verdict: Verdict
    status: Status


_STEPS: dict[Action, dict[Status, Status]] = {
    Action.ACKNOWLEDGE: {Status.NEW: Status.SEEN, Status.REOPENED: Status.SEEN, Status.SEEN: Status.SEEN},
    Action.TAKE: {
        Status.NEW: Status.IN_PROGRESS,
        Status.REOPENED: Status.IN_PROGRESS,
        Status.SEEN: Status.IN_PROGRESS,
        Status.IN_PROGRESS: Status.IN_PROGRESS,
    },
    Action.CLOSE: {status: Status.CLOSED for status in Status if status is not Status.CLOSED},
    Action.REOPEN: {Status.CLOSED: Status.REOPENED},
    Action.NOTE: {status: status for status in Status},
}


def act(status: Status, action: Action, *, same_owner: bool = False) -> Step:
    """What ``action`` does to an alert with ``status``. ``same_owner``: who takes it has it already."""
    after = _STEPS[action].get(status)
    if after is None:
        return Step(verdict=Verdict.REFUSED, status=status)
    if after is status and (action is Action.ACKNOWLEDGE or (action is Action.TAKE and same_owner)):
        return Step(verdict=Verdict.ALREADY, status=status)
    return Step(verdict=Verdict.DONE, status=after)


class Arrival(StrEnum):
    """What a record from the detector is to us. A metric label."""

    FIRST = "first"
    NEWER = "newer"
    REOPENS = "reopens"
    """Newer, and its operator had closed it: it needs a look again."""
    OLDER = "older"
    SAME = "same"
    PAST = "past"
    """Not here, and written so long ago that retention has removed it: it does not come back as new."""


class Occasion(StrEnum):
    """Why receivers are told. Every other change is for the console alone."""

    OPENED = "opened"
    REOPENED = "reopened"
    MOVED = "moved"
    RAISED = "severity-raised"
    CLOSED = "closed"
    RELEASED = "released"
    """It was withheld, and is not any more."""
    ESCALATED = "escalated"
    """Nobody has seen it in time."""
    JOINED = "joined"
    """The receiver knows its happening by another alert: an update of that, not something new."""
    PARTED = "parted"
    """It is over, and its happening goes on by other alerts that the receiver knows."""
    DIGESTED = "digested"
    """The first of a shift that goes beyond the budget: more are on one card, and none of these is told apart."""


def arrive(before: Alert | None, status: Status, alert: Alert) -> tuple[Arrival, Occasion | None]:
    """What ``alert`` means after ``before`` (the newest record stored), and what receivers must hear of it.

    ``status`` is only read when there is a ``before``.
    """
    if before is None:
        return Arrival.FIRST, Occasion.CLOSED if alert.state is State.CLOSED else Occasion.OPENED
    if alert.revision <= before.revision:
        return (Arrival.SAME if alert.revision == before.revision else Arrival.OLDER), None
    occasion = _occasion(before, alert)
    grows = occasion in (Occasion.REOPENED, Occasion.MOVED, Occasion.RAISED)
    if status is Status.CLOSED and grows:
        return Arrival.REOPENS, Occasion.REOPENED
    return Arrival.NEWER, occasion


def _occasion(before: Alert, alert: Alert) -> Occasion | None:
    if alert.state is State.CLOSED:
        return Occasion.CLOSED if before.state is State.OPEN else None
    if before.state is State.CLOSED:
        return Occasion.REOPENED
    if alert.change is Change.MOVED:
        return Occasion.MOVED
    if RANK[alert.severity] > RANK[before.severity]:
        return Occasion.RAISED
    return None
