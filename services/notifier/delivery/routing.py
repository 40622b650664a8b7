"""Who gets an alert, and why or why not. Pure."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from configuration.receivers import Webhook
from contracts.alert import Alert


class Route(StrEnum):
    """The decision on one receiver."""

    SEND = "send"
    EXERCISE = "exercise"
    """It is an exercise, and this receiver wants none."""
    OTHER_REGION = "other-region"
    NATIONAL_QUEUE = "national-queue"
    """Without a region, and this receiver named its regions."""


def route(receiver: Webhook, alert: Alert) -> Route:
    if alert.exercise is not None and not receiver.exercises:
        return Route.EXERCISE
    if receiver.regions and alert.place.region is None:
        return Route.NATIONAL_QUEUE
    if receiver.regions and alert.place.region not in receiver.regions:
        return Route.OTHER_REGION
    return Route.SEND


def delivery_id(alert: Alert, receiver: Webhook, turn: str = "") -> str:
    """The webhook-id: the same for every attempt, and for every replay of the same posts.

    ``turn``: which of several deliveries of one revision; empty for the first.
    """
    name = f"{alert.id}\n{alert.revision}\n{receiver.id}" + (f"\n{turn}" if turn else "")
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:32]}"
