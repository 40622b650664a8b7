"""The life of a report: draft → sent → confirmed → decided → objected → closed. Pure: no clock, no database."""

from __future__ import annotations

from enum import StrEnum

from services.notifier.cases.triage import DESK, Route

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
OBJECTION_MS = 181 * DAY_MS
"""DSA art. 20(1) and (2): at least six months after one heard of the decision. The shortest six months there are, so
that nobody is told a day that is too late."""


class Status(StrEnum):
    """Metric label, and the result in the audit log."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    """Receipt, DSA art. 16(4)."""
    DECIDED = "decided"
    """DSA art. 16(5)."""
    OBJECTED = "objected"
    """DSA art. 20."""
    CLOSED = "closed"


_AFTER: dict[Status, tuple[Status, ...]] = {
    Status.DRAFT: (Status.SENT, Status.CLOSED),
    Status.SENT: (Status.CONFIRMED, Status.DECIDED, Status.CLOSED),
    Status.CONFIRMED: (Status.DECIDED, Status.CLOSED),
    Status.DECIDED: (Status.OBJECTED, Status.CLOSED),
    Status.OBJECTED: (Status.DECIDED, Status.CLOSED),
    Status.CLOSED: (),
}
ANSWERS = (Status.CONFIRMED, Status.DECIDED)
"""What a platform says; their times are measured."""


def after(status: Status, route: Route | None) -> tuple[Status, ...]:
    """What may follow. An organiser confirms and decides nothing; nothing is not sent."""
    found = _AFTER[status]
    if route is Route.ORGANISER:
        return tuple(step for step in found if step in (Status.SENT, Status.CLOSED))
    if route not in DESK:
        return tuple(step for step in found if step is Status.CLOSED)
    return found


def due_ms(status: Status, route: Route | None, since_ms: int, answer_hours: int, before: int | None) -> int | None:
    """When an answer is late, or with a decision: until when one may object. ``before``: what stood until now.

    Who ordered does not object: art. 20 is for those who reported, by law or by a platform's own terms (recital 58).
    """
    if status is Status.CONFIRMED:
        return before  # a receipt is no answer
    if route in DESK and status in (Status.SENT, Status.OBJECTED):
        return since_ms + answer_hours * HOUR_MS
    return since_ms + OBJECTION_MS if status is Status.DECIDED and route is not Route.ORDER else None
