"""Answers of `/v1/receivers`. Addresses are not in them: some hold keys."""

from __future__ import annotations

import datetime

from pydantic import Field

from services.notifier.representation import Shape


class TrialShape(Shape):
    """A test or a sign of life, with its proof."""

    id: str = Field(description="As the receiver got it.")
    kind: str = Field(description="`test` or `heartbeat`.")
    at: datetime.datetime
    outcome: str | None = Field(
        description="`delivered`, `partly`, `refused`, `unreachable`, `timeout` or `broken`; null: not known."
    )
    status_code: int | None = Field(description="Of HTTP or SMTP.")
    duration_ms: int | None
    digest: str = Field(description="SHA-256 of what was sent.")


class ReceiverShape(Shape):
    id: str
    kind: str
    regions: list[str] = Field(description="Empty: all, and the national queue.")
    gemeenten: list[str]
    phenomena: list[str]
    min_severity: str
    hours: list[str] = Field(description="Local time; empty: always.")
    exercises: bool
    heartbeat_minutes: int | None
    last_trial: TrialShape | None


class ReceiverList(Shape):
    items: list[ReceiverShape]
