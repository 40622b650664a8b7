"""Requests and answers of `/v1`, beside those of `services.notifier.representation`."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.notifier.life import Outcome
from services.notifier.representation import AlertSummary, PointShape, Shape

MAX_TEXT = 2_000


def printable(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\r\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _written(value: object) -> object:
    """A bare number would be read as seconds since 1970, which no description of ours offers."""
    if isinstance(value, str) and value.strip().lstrip("+-").replace(".", "", 1).replace("_", "").isdigit():
        raise ValueError("write a date, not a number")
    return value


AsWritten = BeforeValidator(_written)
"""For dates and moments in a query."""

OperatorText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=MAX_TEXT),
    AfterValidator(printable),
]
"""What an operator types. The only free text in the database; the console asks to keep persons out of it."""


class CloseRequest(Shape):
    outcome: Outcome
    reason: OperatorText = Field(description="Why, in a few words. No personal data.")


class ReopenRequest(Shape):
    reason: OperatorText = Field(description="Why, in a few words. No personal data.")


class NoteRequest(Shape):
    text: OperatorText = Field(description="No personal data.")


class AlertPage(Shape):
    items: list[AlertSummary]
    total: int
    page: int
    page_size: int


class RevisionShape(Shape):
    revision: int
    change: str
    severity: str
    at: datetime.datetime = Field(description="In the time of the posts.")
    observed: int
    expected: float
    place: str | None
    stored_at: datetime.datetime


class DeedShape(Shape):
    action: str
    outcome: str | None
    text: str | None
    actor: str
    at: datetime.datetime


class AdviceShape(Shape):
    phase: str
    what_is: list[str]
    what_if: list[str]
    options: list[str]


class AlertDetail(AlertSummary):
    series: list[PointShape]
    revisions: list[RevisionShape]
    actions: list[DeedShape]
    guidance: list[AdviceShape]


class SourceShape(Shape):
    source: str
    kind: str
    status: str = Field(description="`live`, `late`, `blind` or `ended`. Blind: its silence means nothing.")
    reason: str
    since: datetime.datetime
    at: datetime.datetime
    last_post_at: datetime.datetime | None
    expected_gap_seconds: float | None
    exercise: str | None


class SourceList(Shape):
    items: list[SourceShape]


class AttemptShape(Shape):
    at: datetime.datetime
    outcome: str
    status_code: int | None
    duration_ms: int


class DeliveryShape(Shape):
    id: str = Field(description="The webhook-id: the same for every attempt.")
    alert_id: str
    revision: int
    receiver: str
    occasion: str
    digest: str | None = Field(description="SHA-256 of the body that was sent.")
    state: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    next_attempt_at: datetime.datetime | None
    expires_at: datetime.datetime
    attempts: list[AttemptShape]


class DeliveryPage(Shape):
    items: list[DeliveryShape]
    total: int
    page: int
    page_size: int


class AuditShape(Shape):
    seq: int
    at: datetime.datetime
    actor: str
    action: str
    object: str
    result: str
    origin: str
    previous: str
    digest: str


class AuditPage(Shape):
    items: list[AuditShape]
    whole: bool | None = Field(description="With `verify=true`: whether the chain of digests is unbroken.")
    first_break: int | None = Field(description="With `verify=true`: number of the first row that does not fit.")


class SummaryOfExercises(Shape):
    alerts_opened: int
    alerts_closed: int
    unseen: int
    delivered: int
    pending: int
    failed: int


class Summary(Shape):
    """Of real alerts; exercises by themselves in `exercises`."""

    alerts_opened: int
    alerts_closed: int
    unseen: int = Field(description="Real alerts that nobody has seen.")
    delivered: int
    pending: int
    failed: int = Field(description="Deliveries that were given up.")
    exercises: SummaryOfExercises
