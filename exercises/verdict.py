"""Whether a run did what the scenario demands: the planted found, the quiet left quiet."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from exercises.scenario import Happening, Scenario, minute_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An alert, as much of it as the verdict needs."""

    id: str
    phenomenon: str
    gemeente: str | None
    minute: int
    """Event time of opening, minutes since the epoch."""
    label: str = ""
    reason: str = ""

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self.minute * 60, datetime.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    happening: Happening
    alert: Opened | None
    """The first one that fits; None: missed."""

    @property
    def lead_minutes(self) -> int | None:
        """From the alert to the street; negative when it came too late. None without an alert or a known start."""
        if self.alert is None or self.happening.starts is None:
            return None
        return minute_of(self.happening.starts) - self.alert.minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    found: tuple[Found, ...]
    broke_quiet: tuple[Opened, ...]
    """Alerts that opened when none should."""
    beside: tuple[Opened, ...]
    """Alerts that neither fit a happening nor broke a quiet."""
    repeats: tuple[Opened, ...] = ()
    """Alerts that fit a happening beyond the first of it: one happening should be one alert."""

    @property
    def passed(self) -> bool:
        return not self.broke_quiet and all(each.alert is not None for each in self.found)


def judge(scenario: Scenario, alerts: Sequence[Opened]) -> Verdict:
    in_order = sorted(alerts, key=lambda alert: (alert.minute, alert.id))
    found = tuple(
        Found(happening=happening, alert=next((alert for alert in in_order if _fits(alert, happening)), None))
        for happening in scenario.planted
    )
    broke = tuple(alert for alert in in_order if _breaks_quiet(scenario, alert))
    beside = tuple(
        alert
        for alert in in_order
        if alert not in broke and not any(_fits(alert, happening) for happening in scenario.planted)
    )
    firsts = [each.alert for each in found]
    repeats = tuple(alert for alert in in_order if alert not in (*firsts, *broke, *beside))
    return Verdict(found=found, broke_quiet=broke, beside=beside, repeats=repeats)


def _fits(alert: Opened, happening: Happening) -> bool:
    return (
        alert.minute in happening.minutes
        and alert.gemeente == happening.gemeente
        and alert.phenomenon in (happening.phenomenon, *happening.also)
    )


def _breaks_quiet(scenario: Scenario, alert: Opened) -> bool:
    return any(
        alert.minute in quiet.minutes and (not quiet.phenomena or alert.phenomenon in quiet.phenomena)
        for quiet in scenario.quiet
    )
