"""The file of rule tests: made-up posts, and what must come of them."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, NaiveDatetime, model_validator

from configuration.document import Entry
from configuration.receivers import Receivers
from contracts.alert import Kind, Severity
from exercises.scenario import minute_of

_SPAN = re.compile(r"(?P<sign>-?)(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?")


def _minutes(value: Any) -> int:
    """``90m``, ``1h30m``, ``-2d``; 0 needs no unit."""
    text = str(value).replace(" ", "")
    found = _SPAN.fullmatch(text)
    if text == "0":
        return 0
    if found is None or not any(found.group("d", "h", "m")):
        raise ValueError("write a time like 10m, 1h30m or -2d, counted from the start of the test")
    days, hours, minutes = (int(found.group(part) or 0) for part in ("d", "h", "m"))
    return (-1 if found.group("sign") else 1) * (days * 1440 + hours * 60 + minutes)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _none(value: Any) -> Any:
    return () if value == "none" else value


Span = Annotated[int, BeforeValidator(_minutes)]
"""Minutes, from the start of the test or long."""
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Between = tuple[Span, Span]
"""First and last minute, both allowed."""


class Posts(Entry):
    """``number`` posts spread evenly over ``over``, by ``authors`` in turn."""

    at: Span
    text: Texts
    """Several: in turn. ``{n}`` is the number of the post."""
    number: int | None = Field(None, ge=1, le=20_000)
    """Absent: one for each author."""
    authors: int | None = Field(None, ge=0, le=20_000)
    """Distinct authors; absent: as many as posts; 0: the source does not say who writes."""
    crowd: str = Field("", pattern=r"^[a-z0-9-]*$")
    """Posts with the same crowd have the same authors; absent: authors of their own."""
    over: Span = Field(0, ge=0)
    source: str = "x"

    @property
    def count(self) -> int:
        return self.number or self.authors or 1


class Background(Entry):
    """Ordinary chatter of many towns, as in the exercises, from some days before the start until the end."""

    posts_per_day: float = Field(gt=0, le=50_000)
    days: float = Field(1, gt=0, le=60)
    authors: int = Field(2000, ge=10)
    until: Span | None = None
    """Goes on until then, so that alerts get the time to close: event time only moves with posts. Absent: the last
    post."""
    seed: int = 1


class ExpectedEvent(Entry):
    """Of a gathering; what is absent is not looked at."""

    place: str | None = None
    gemeente: str | None = None
    starts: str | None = None
    """``2026-11-21T20:00`` or a day."""
    call: bool | None = None
    objects: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _times_are_text(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("starts"), datetime.date):
            at = value["starts"]
            return value | {"starts": f"{at:%Y-%m-%dT%H:%M}" if isinstance(at, datetime.datetime) else at.isoformat()}
        return value


class ExpectedAlert(Entry):
    """One happening. What is absent is not looked at; ``gemeente: null`` asks for none."""

    phenomenon: str | None = None
    gemeente: str | None = None
    region: str | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    opened: Between | None = None
    closed: Between | None = None
    observed: int | None = Field(None, ge=1)
    """At least so many, at its highest."""
    authors: int | None = Field(None, ge=0)
    """At least so many, at its highest."""
    event: ExpectedEvent | None = None
    moved_from: ExpectedEvent | None = None
    says: str | None = None
    """Part of the reason that the operator reads."""
    receivers: tuple[str, ...] | None = None
    """Ids of everybody who is told, at any time."""


class ExpectedThreshold(Entry):
    """What the detector makes of one series at one moment, that minute included."""

    at: Span
    phenomenon: str
    gemeente: str | None = None
    """Absent: the phenomenon wherever it is."""
    verdict: Literal[
        "fired", "called", "planned", "below_threshold", "too_few_posts", "too_few_authors", "too_few_sources",
        "ratio_too_low", "blind", "no_posts",
    ] | None = None  # fmt: skip
    observed: int | None = None
    """Exactly so many in the window that tells most."""
    limits: dict[str, float] = Field(default_factory=dict)
    """As in thresholds.yaml: what must be in force here."""


class Expected(Entry):
    alerts: Annotated[tuple[ExpectedAlert, ...], BeforeValidator(_none)] | None = None
    """All alerts there are, or ``none``; absent: not looked at."""
    others: Literal["refused", "allowed"] = "refused"
    """Alerts beside those that are named."""
    thresholds: tuple[ExpectedThreshold, ...] = ()


class RuleTest(Entry):
    name: str = Field(min_length=3, max_length=120)
    starts: NaiveDatetime
    """Local time (Europe/Amsterdam); what ``at`` counts from."""
    background: Background | None = None
    posts: tuple[Posts, ...] = Field(min_length=1)
    expect: Expected

    @model_validator(mode="after")
    def _expects_something(self) -> RuleTest:
        if self.expect.alerts is None and not self.expect.thresholds:
            raise ValueError("expects nothing: give alerts (or none) or thresholds")
        return self

    @property
    def minute(self) -> int:
        """Start in minutes since the epoch."""
        return minute_of(self.starts)


class RuleTests(Entry):
    config: Path | None = None
    """Configuration directory, from the directory of this file; ``--config`` wins."""
    receivers: Receivers | None = None
    """In the place of receivers.yaml."""
    tests: tuple[RuleTest, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> RuleTests:
        names = [test.name for test in self.tests]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two tests are called: {twice[0]}")
        return self
