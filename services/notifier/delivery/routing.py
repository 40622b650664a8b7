"""Who gets an alert, and why or why not. Pure."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from configuration.places import Gazetteer
from configuration.receivers import Kind, Receivers
from contracts.alert import Alert, Place, Severity
from services.notifier.life import RANK


class Route(StrEnum):
    """The decision on one receiver."""

    SEND = "send"
    FOLLOWS = "follows"
    """It heard of this alert before, so it hears how it goes on."""
    EXERCISE = "exercise"
    """It is an exercise, and this receiver wants none."""
    OTHER_REGION = "other-region"
    NATIONAL_QUEUE = "national-queue"
    """Without a region, and this receiver named its regions."""
    OTHER_GEMEENTE = "other-gemeente"
    GEMEENTE_UNKNOWN = "gemeente-unknown"
    """Without a gemeente, and this receiver named its gemeenten."""
    OTHER_PHENOMENON = "other-phenomenon"
    NOT_SEVERE = "not-severe"
    OUT_OF_HOURS = "out-of-hours"
    STANDBY = "standby"
    """It hears only of alerts that nobody saw in time; said by `seinpost route`."""

    @property
    def sends(self) -> bool:
        return self in (Route.SEND, Route.FOLLOWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is looked at of an alert."""

    phenomenon: str
    severity: Severity
    place: Place
    exercise: str | None

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(phenomenon=alert.phenomenon, severity=alert.severity, place=alert.place, exercise=alert.exercise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Decides for every receiver of the configuration."""

    receivers: tuple[Kind, ...]
    gemeenten: Mapping[str, frozenset[str]]
    """Codes of the gemeenten that a receiver named, by its id."""

    @classmethod
    def of(cls, receivers: Receivers, gazetteer: Gazetteer) -> Self:
        codes = {
            receiver.id: frozenset(gazetteer.code_of(name) or name for name in receiver.gemeenten)
            for receiver in receivers.receivers
        }
        return cls(receivers=receivers.receivers, gemeenten=codes)

    def decide(self, receiver: Kind, facts: Facts, clock: datetime.time, *, told: bool = False) -> Route:
        """``clock``: Dutch time of day. ``told``: this receiver heard of this alert before."""
        if facts.exercise is not None and not receiver.exercises:
            return Route.EXERCISE
        if told:
            return Route.FOLLOWS
        return self._of_place(receiver, facts) or self._of_weight(receiver, facts, clock) or Route.SEND

    def _of_place(self, receiver: Kind, facts: Facts) -> Route | None:
        place = facts.place
        if receiver.regions and place.region not in receiver.regions:
            return Route.NATIONAL_QUEUE if place.region is None else Route.OTHER_REGION
        codes = self.gemeenten.get(receiver.id)
        if codes and place.gemeente_code not in codes:
            return Route.GEMEENTE_UNKNOWN if place.gemeente_code is None else Route.OTHER_GEMEENTE
        return None

    def _of_weight(self, receiver: Kind, facts: Facts, clock: datetime.time) -> Route | None:
        if receiver.phenomena and facts.phenomenon not in receiver.phenomena:
            return Route.OTHER_PHENOMENON
        if RANK[facts.severity] < RANK[receiver.min_severity]:
            return Route.NOT_SEVERE
        return None if receiver.within_hours(clock) else Route.OUT_OF_HOURS


def delivery_id(alert: Alert, receiver: Kind, turn: str = "") -> str:
    """The webhook-id: the same for every attempt, and for every replay of the same posts.

    ``turn``: which of several deliveries of one revision; empty for the first.
    """
    name = f"{alert.id}\n{alert.revision}\n{receiver.id}" + (f"\n{turn}" if turn else "")
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:32]}"
