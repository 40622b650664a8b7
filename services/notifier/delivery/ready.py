"""Receivers of the configuration, each with its secret, able to send."""

from __future__ import annotations

from pathlib import Path

import httpx

from configuration.receivers import Alertmanager, Apprise, Cap, Email, Kind, Receivers, Webhook
from services.notifier.delivery.bearer import BearerReceiver
from services.notifier.delivery.gateway import GatewayReceiver
from services.notifier.delivery.mail import MailReceiver
from services.notifier.delivery.receiver import Receiver, Secrets, UnusableSecret
from services.notifier.delivery.webhook import WebhookReceiver


def ready(configured: Receivers, secrets: Path, http: httpx.AsyncClient, timeout_s: float) -> dict[str, Receiver]:
    """Receivers by id. Raises `UnusableSecret`."""
    found = Secrets(directory=secrets)
    return {receiver.id: _ready(receiver, configured, found, http, timeout_s) for receiver in configured.receivers}


def _ready(
    receiver: Kind, configured: Receivers, secrets: Secrets, http: httpx.AsyncClient, timeout_s: float
) -> Receiver:
    match receiver:
        case Webhook():
            return WebhookReceiver.of(receiver, secrets, http)
        case Alertmanager() | Cap():
            return BearerReceiver.of(receiver, secrets, http)
        case Apprise():
            return GatewayReceiver.of(receiver, configured.apprise_schemes, secrets, timeout_s)
        case Email():
            if configured.smtp is None:  # the configuration has been checked
                raise UnusableSecret(f"{receiver.id}: smtp is missing in config/receivers.yaml")
            return MailReceiver.of(receiver, configured.smtp, secrets, timeout_s)
