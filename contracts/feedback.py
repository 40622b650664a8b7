"""What operators said of alerts, as a file of JSON lines: exported by the notifier, read by `seinpost backtest`.

Holds no name of an operator and no text that one typed.
"""

from __future__ import annotations

import datetime
from enum import StrEnum

import msgspec


class Label(StrEnum):
    """As in the console: the outcome with which an alert was closed."""

    RIGHT = "terecht"
    WRONG = "niet-terecht"
    EXERCISE = "oefening"
    """Says nothing of the rules; not counted."""


class Feedback(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="feedback.v1", omit_defaults=True):
    """One line: one alert that an operator closed. Only the last word on an alert is exported."""

    alert: str
    """Id of the alert. The same posts and the same rules give the same id in a backtest."""
    label: Label
    phenomenon: str
    gemeente: str | None = None
    region: str | None = None
    opened_at: datetime.datetime
    """With offset. With phenomenon and gemeente it recognises the happening where other rules gave another id."""
    config_version: str
    """Of the configuration that raised it."""
