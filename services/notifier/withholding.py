"""Which alerts become a card of their own. Pure: no clock, no database.

Every alert is in exactly one place: shown, silenced, inhibited (under the alert of its event) or digested (on the one
card that collects what goes beyond the budget of a shift). Nothing is dropped: what is withheld is counted, kept, found
in the archive, and comes back when its reason ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.alert import Alert, Severity
from services.notifier.life import RANK


class Held(StrEnum):
    """Where an alert is. A metric label."""

    SHOWN = "shown"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    DIGESTED = "digested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """``by``: the silence, the alert of the event, or the digest that holds it. ``card``: it costs one."""

    held: Held
    by: str | None = None
    card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """What a silence hides: all that is named must fit. Never everything: gemeente, region or phenomenon is named.

    Nothing of an exercise: quiet that was asked for one thing would hide another, or be counted as having hidden it.
    """

    region: str | None = None
    gemeente: str | None = None
    phenomenon: str | None = None
    max_severity: Severity = Severity.MEDIUM
    """More severe alerts come through."""

    def fits(self, alert: Alert) -> bool:
        return (
            alert.exercise is None
            and self.region in (None, alert.place.region)
            and self.gemeente in (None, alert.place.gemeente)
            and self.phenomenon in (None, alert.phenomenon)
            and RANK[alert.severity] <= RANK[self.max_severity]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the decision looks at."""

    silence: str | None = None
    """An active silence that fits."""
    event_alert: str | None = None
    """The open alert of an event that this one belongs under."""
    companion: bool = False
    """Another shown alert tells of the same happening: they share a card."""
    cards_in_shift: int = 0
    cards_in_ten_minutes: int = 0
    per_shift: int = 48
    per_ten_minutes: int = 10
    always_show: Severity | None = Severity.HIGH
    digest: str = ""
    """The digest that would take it."""


def place(alert: Alert, situation: Situation) -> Placement:
    """Where an alert that has no card yet goes. A silence wins over all: a person asked for it."""
    if situation.silence is not None:
        return Placement(held=Held.SILENCED, by=situation.silence)
    if situation.event_alert is not None:
        return Placement(held=Held.INHIBITED, by=situation.event_alert)
    if situation.companion:
        return Placement(held=Held.SHOWN)
    full = (
        situation.cards_in_shift >= situation.per_shift or situation.cards_in_ten_minutes >= situation.per_ten_minutes
    )
    spared = situation.always_show is not None and RANK[alert.severity] >= RANK[situation.always_show]
    if full and not spared:
        return Placement(held=Held.DIGESTED, by=situation.digest)
    return Placement(held=Held.SHOWN, card=True)


def is_event(alert: Alert) -> bool:
    """It tells of a gathering at a place and time."""
    return alert.event is not None and alert.event.starts is not None


def belongs_under(alert: Alert, event_alert: Alert) -> bool:
    """A place alert under its event alert: same gemeente, same exercise or none, and not the more severe of the two."""
    gemeente = alert.place.gemeente
    if is_event(alert) or not is_event(event_alert) or gemeente is None or alert.id == event_alert.id:
        return False
    named = event_alert.event.gemeente if event_alert.event else None
    return (
        gemeente in (named, event_alert.place.gemeente)
        and alert.exercise == event_alert.exercise
        and RANK[alert.severity] <= RANK[event_alert.severity]
    )


def happening(alert: Alert) -> str:
    """Alerts of one happening share this: same gemeente, same named day and time; else each is its own."""
    if alert.event is None or alert.event.starts is None:
        return alert.id
    where = alert.event.gemeente or alert.place.gemeente
    if where is None:
        return alert.id
    return "|".join((alert.exercise or "", where, alert.event.starts))[:200]
