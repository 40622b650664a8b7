"""What a backtest says, summed up: how often, what another configuration changes, what was found, what people said."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contracts.alert import Alert
from contracts.feedback import Feedback, Label
from exercises.scenario import LOCAL

NATIONAL = "landelijk"
NEAR_MINUTES = 180
"""Alerts of one phenomenon at one place that open this close to each other are one happening under other rules."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file with what happened: found when an alert that fits opens between ``starts`` and ``ends``.

    Times without offset are local (Europe/Amsterdam).
    """

    label: str
    starts: str
    """From here on an alert counts."""
    ends: str
    """It was on the street; lead time counts to here."""
    phenomenon: str | None = None
    gemeente: str | None = None

    def __post_init__(self) -> None:
        if _seconds(self.starts) > _seconds(self.ends):
            raise ValueError("ends before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Of the posts, in minutes since the epoch."""

    first: int
    last: int

    @property
    def days(self) -> float:
        return (self.last - self.first) / 1440


def per_day(alerts: Iterable[Alert], span: Span) -> dict[str, float]:
    """By region; less than a day counts as one."""
    regions = Counter(alert.place.region or NATIONAL for alert in alerts)
    return {region: round(number / max(span.days, 1.0), 3) for region, number in sorted(regions.items())}


def against_happenings(happenings: Sequence[Happening], alerts: Sequence[Alert]) -> dict[str, Any]:
    """``alerts`` in order of opening."""
    found = [(happening, _first(happening, alerts)) for happening in happenings]
    return {
        "found": [
            {
                "label": happening.label,
                "alert": alert.id,
                "lead_minutes": round(_seconds(happening.ends) / 60) - alert.opened_minute,
            }
            for happening, alert in found
            if alert is not None
        ],
        "missed": [happening.label for happening, alert in found if alert is None],
    }


def _first(happening: Happening, alerts: Iterable[Alert]) -> Alert | None:
    for alert in alerts:
        fits = happening.phenomenon in (None, alert.phenomenon) and happening.gemeente in (None, alert.place.gemeente)
        if fits and _seconds(happening.starts) <= alert.opened_minute * 60 <= _seconds(happening.ends):
            return alert
    return None


def _seconds(at: str | datetime.datetime) -> float:
    moment = datetime.datetime.fromisoformat(at) if isinstance(at, str) else at
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).timestamp()


def against_feedback(feedback: Iterable[Feedback], alerts: Sequence[Alert], span: Span) -> dict[str, Any]:
    """How many alerts that people judged are raised again. What was judged outside ``span`` says nothing here."""
    by_id = {alert.id: alert for alert in alerts}
    kept: dict[Label, list[str]] = {Label.RIGHT: [], Label.WRONG: []}
    gone: dict[Label, list[str]] = {Label.RIGHT: [], Label.WRONG: []}
    outside, judged = 0, set()
    for one in {line.alert: line for line in feedback}.values():
        minute = int(_seconds(one.opened_at)) // 60
        if one.label is Label.EXERCISE or not span.first <= minute <= span.last + NEAR_MINUTES:
            outside += 1
            continue
        again = by_id.get(one.alert) or _nearest(alerts, one.phenomenon, one.gemeente, minute)
        (kept if again is not None else gone)[one.label].append(one.alert)
        judged |= {again.id} if again is not None else set()
    right, wrong = len(kept[Label.RIGHT]), len(kept[Label.WRONG])
    return {
        "right_kept": right,
        "right_lost": gone[Label.RIGHT],
        "wrong_kept": kept[Label.WRONG],
        "wrong_gone": len(gone[Label.WRONG]),
        "precision": round(right / (right + wrong), 3) if right + wrong else None,
        "alerts_without_label": sum(alert.id not in judged for alert in alerts),
        "labels_not_used": outside,
    }


def _nearest(alerts: Iterable[Alert], phenomenon: str, gemeente: str | None, minute: int) -> Alert | None:
    near = [
        alert
        for alert in alerts
        if (alert.phenomenon, alert.place.gemeente) == (phenomenon, gemeente)
        and abs(alert.opened_minute - minute) <= NEAR_MINUTES
    ]
    return min(near, key=lambda alert: abs(alert.opened_minute - minute), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a second configuration does to the alerts of a first."""

    same: tuple[Alert, ...]
    changed: tuple[tuple[Alert, Alert], ...]
    """One alert, told otherwise."""
    moved: tuple[tuple[Alert, Alert], ...]
    """One happening, told at another minute, place or phenomenon."""
    appeared: tuple[Alert, ...]
    disappeared: tuple[Alert, ...]


def compare(first: Sequence[Alert], second: Sequence[Alert]) -> Change:
    """Pairs what is one happening: by id; else by place and about the same time, the same phenomenon first."""
    left = {alert.id: alert for alert in second}
    same, changed, moved, disappeared = [], [], [], []
    unpaired = []
    for alert in first:
        other = left.pop(alert.id, None)
        if other is None:
            unpaired.append(alert)
        elif _told(alert) != _told(other):
            moved.append((alert, other))
        elif differences(alert, other):
            changed.append((alert, other))
        else:
            same.append(alert)
    for alert in unpaired:
        near = [other for other in left.values() if _may_be_one(alert, other)]
        other = min(near, key=lambda other, mine=alert: _apart(mine, other), default=None)  # type: ignore[misc]
        if other is None:
            disappeared.append(alert)
        else:
            moved.append((alert, left.pop(other.id)))
    return Change(
        same=tuple(same),
        changed=tuple(changed),
        moved=tuple(moved),
        appeared=tuple(left.values()),
        disappeared=tuple(disappeared),
    )


def differences(one: Alert, other: Alert) -> dict[str, tuple[Any, Any]]:
    """Field: before, after. Only what an operator or a receiver would notice."""
    before, after = _looks(one), _looks(other)
    return {field: (before[field], after[field]) for field in before if before[field] != after[field]}


def _looks(alert: Alert) -> dict[str, Any]:
    return {
        "severity": alert.severity.value,
        "kind": alert.kind.value,
        "closed_at": None if alert.closed_minute is None else moment(alert.closed_minute),
        "reason": alert.reason,
        "coordinated": alert.observation.coordinated,
        "label": alert.label,
    }


def moment(minute: int) -> str:
    """Minutes since the epoch as ISO 8601 in UTC."""
    return datetime.datetime.fromtimestamp(minute * 60, datetime.UTC).isoformat().replace("+00:00", "Z")


def _told(alert: Alert) -> tuple[object, ...]:
    return alert.phenomenon, alert.place.gemeente, alert.opened_minute, alert.event


def _may_be_one(one: Alert, other: Alert) -> bool:
    near = max(one.opened_minute, other.opened_minute) <= min(_end(one), _end(other)) + NEAR_MINUTES
    if one.place.gemeente == other.place.gemeente and one.place.gemeente is not None:
        return near or (one.event is not None and one.event == other.event)
    return near and one.phenomenon == other.phenomenon and None in (one.place.gemeente, other.place.gemeente)


def _end(alert: Alert) -> int:
    return alert.updated_minute if alert.closed_minute is None else alert.closed_minute


def _apart(one: Alert, other: Alert) -> tuple[bool, int]:
    return one.phenomenon != other.phenomenon, abs(one.opened_minute - other.opened_minute)
