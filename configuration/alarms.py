"""`config/alarms.yaml`: when an alert nobody sees goes to somebody else, and how many alarms a shift can bear."""

from __future__ import annotations

import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from configuration.document import Entry
from contracts.alert import Severity

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = datetime.timedelta(days=1)
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local time of day: ``07:00``."""


class Step(Entry):
    after_minutes: int = Field(ge=1, le=1440)
    """Since the alert appeared; not since the step before."""
    receivers: tuple[str, ...] = Field(min_length=1)
    """Ids of config/receivers.yaml. They hear only of alerts that came this far."""


class Escalation(Entry):
    steps: tuple[Step, ...] = ()
    min_severity: Severity = Severity.LOW
    """Less severe alerts wait without a clock."""
    exercises: bool = False

    @model_validator(mode="after")
    def _each_step_is_later(self) -> Escalation:
        minutes = [step.after_minutes for step in self.steps]
        if minutes != sorted(set(minutes)):
            raise ValueError("each step must come later than the one before")
        return self

    @property
    def receivers(self) -> frozenset[str]:
        return frozenset(receiver for step in self.steps for receiver in step.receivers)


class Allowance(Entry):
    """Cards that a shift of one region gets; more are collected on one card."""

    per_shift: int = Field(48, ge=1)
    """One per ten minutes in a shift of eight hours: what people can handle in the long run (EEMUA 191)."""
    per_ten_minutes: int = Field(10, ge=1)


class Budget(Allowance):
    always_show: Severity | None = Severity.HIGH
    """From this severity on an alert is never collected, though it counts. Null: none is spared."""
    shift_starts: tuple[Clock, ...] = Field(("07:00", "15:00", "23:00"), min_length=1)
    regions: dict[Annotated[str, StringConstraints(pattern=r"^VR\d\d$")], Allowance] = Field(default_factory=dict)
    """Regions with another allowance."""

    @field_validator("shift_starts")
    @classmethod
    def _in_order(cls, starts: tuple[str, ...]) -> tuple[str, ...]:
        if list(starts) != sorted(set(starts)):
            raise ValueError("shifts must stand in order of time, each once")
        return starts

    def of(self, region: str | None) -> Allowance:
        return self.regions.get(region or "", self)

    def shift_start(self, now: datetime.datetime) -> datetime.datetime:
        """When the shift of ``now`` (with offset) began, in Dutch time; right on the days the clock changes too."""
        here = now.astimezone(AMSTERDAM)
        for day in (here.date(), here.date() - DAY):
            for start in reversed(self.shift_starts):
                began = datetime.datetime.combine(day, datetime.time.fromisoformat(start), AMSTERDAM)
                if began.timestamp() <= now.timestamp():
                    return began
        raise AssertionError("a shift begins on every day")


class Silences(Entry):
    longest_hours: int = Field(168, ge=1)
    """No silence lasts longer: what must stay quiet for good belongs in the thresholds."""


class Alarms(Entry):
    escalation: Escalation = Field(default_factory=Escalation)
    budget: Budget = Field(default_factory=lambda: Budget.model_validate({}))
    silences: Silences = Field(default_factory=lambda: Silences.model_validate({}))
