"""What is in force: a configuration with all that is made of it. Made whole before any of it counts, then swapped."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from configuration.whole import Configuration
from services.notifier.access import opening
from services.notifier.access.entrance import Entrance
from services.notifier.access.opening import UnsafeOpening
from services.notifier.access.sign_in import SignIn, UnusableSignIn, sign_in_of
from services.notifier.admission import Admission
from services.notifier.delivery.mail import MailServer
from services.notifier.delivery.outbox import Outbox
from services.notifier.delivery.ready import ready
from services.notifier.delivery.receiver import Receiver, Secrets, UnusableSecret
from services.notifier.settings import Settings


class Unusable(Exception):
    """A configuration that is valid by itself and cannot be used here. One line for a person; ``file``: where it is."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(reason)
        self.file = file


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    configuration: Configuration
    receivers: dict[str, Receiver]
    admission: Admission
    mail: MailServer | None
    """For reports to platforms."""


def made_of(configuration: Configuration, settings: Settings, http: httpx.AsyncClient) -> Force:
    """Raises `Unusable`."""
    own, alarms = settings.notifier, configuration.alarms
    try:
        opening.check(settings, configuration.access)
    except UnsafeOpening as error:
        raise Unusable("access.yaml", str(error)) from error
    try:
        receivers = ready(configuration.receivers, own.secrets_dir, http, own.request_timeout_s)
        smtp, secrets = configuration.receivers.smtp, Secrets(directory=own.secrets_dir)
        mail = None if smtp is None else MailServer.of(smtp, secrets, own.request_timeout_s)
    except UnusableSecret as error:
        raise Unusable("receivers.yaml", str(error)) from error
    outbox = Outbox.of(configuration, own.cap_sender, standby=alarms.escalation.receivers)
    return Force(
        configuration=configuration,
        receivers=receivers,
        admission=Admission(outbox=outbox, alarms=alarms),
        mail=mail,
    )


def sign_in_for(force: Force, entrance: Entrance) -> SignIn | None:
    """The sign-in of a configuration that comes after the one in force. Raises `Unusable`.

    Sign-in that goes away opens the console to all who reach it: never while it runs.
    """
    access = force.configuration.access
    if access.sign_in is None and entrance.signs_in:
        raise Unusable("access.yaml", "sign_in is gone; without it the console opens only at a start")
    try:
        return sign_in_of(entrance, access)
    except UnusableSignIn as error:
        raise Unusable("access.yaml", str(error)) from error
