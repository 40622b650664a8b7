"""`config/receivers.yaml`: who gets an alert. Secrets are named here; the value stands in a file or the environment."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from configuration.document import Entry
from contracts.alert import Severity

Secret = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
"""Name of a secret: a file SEINPOST_NOTIFIER__SECRETS_DIR/<name>, or the variable RECEIVER_SECRET_<NAME>."""
Region = Annotated[str, StringConstraints(pattern=r"^VR\d\d$")]
Address = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;:\"]+@[^\s@<>,;:\"]+$", max_length=200)]


def _has_host_and_no_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("names no host")
    if parts.username or parts.password:
        raise ValueError("holds a user or password; this file is no place for secrets")
    return url


Url = Annotated[
    str, StringConstraints(pattern=r"^https?://", max_length=2000), AfterValidator(_has_host_and_no_password)
]
"""Redirects are not followed: what stands here is where the alert goes."""


def _hours(text: str) -> str:
    begin, end = text.split("-")
    if begin == end:
        raise ValueError("begins and ends at the same time; leave hours out for the whole day")
    return text


Hours = Annotated[
    str,
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"),
    AfterValidator(_hours),
]
"""Local time, begin inclusive, end exclusive: ``18:00-08:00`` goes over midnight."""


class Receiver(Entry):
    """What every kind has: a name, and which alerts it gets. A list that is absent leaves nothing out."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    """Stands in metrics, logs and the proof of each delivery."""
    regions: tuple[Region, ...] = ()
    """Veiligheidsregio codes; empty: all, and the national queue."""
    gemeenten: tuple[str, ...] = ()
    """Names or codes of gemeenten."""
    phenomena: tuple[str, ...] = ()
    """Ids of config/phenomena."""
    min_severity: Severity = Severity.INFO
    hours: tuple[Hours, ...] = ()
    """When it gets alerts. Who heard of an alert hears how it goes on, at any hour."""
    exercises: bool = False
    """True: gets exercises too."""
    heartbeat_minutes: int | None = Field(None, ge=1, le=10_080)
    """Sends a sign of life this often, so that silence on the other side is noticed; absent: never."""

    def within_hours(self, clock: datetime.time) -> bool:
        return not self.hours or any(_holds(hours, clock) for hours in self.hours)


def _holds(hours: str, clock: datetime.time) -> bool:
    begin, end = (datetime.time.fromisoformat(part) for part in hours.split("-"))
    return begin <= clock < end if begin < end else clock >= begin or clock < end


class Webhook(Receiver):
    """A signed POST (Standard Webhooks)."""

    kind: Literal["webhook"] = "webhook"
    url: Url
    secret: Secret
    """Signs the body (HMAC-SHA-256)."""


class Alertmanager(Receiver):
    """A POST in the form of Prometheus Alertmanager's webhook, version 4."""

    kind: Literal["alertmanager"] = "alertmanager"
    url: Url
    secret: Secret | None = None
    """Sent as bearer token."""


class Cap(Receiver):
    """A POST of CAP 1.2."""

    kind: Literal["cap"] = "cap"
    url: Url
    secret: Secret | None = None
    """Sent as bearer token."""


class Email(Receiver):
    kind: Literal["email"] = "email"
    to: tuple[Address, ...] = Field(min_length=1)
    """Addresses of a room or a group, not of a person, so that an alert never depends on one holiday."""


class Apprise(Receiver):
    """Teams, SMS gateways and others: what the library Apprise can reach, within `APPRISE_SCHEMES`."""

    kind: Literal["apprise"] = "apprise"
    secret: Secret
    """The whole Apprise address: it holds the key."""


Kind = Annotated[
    Annotated[Webhook, Tag("webhook")]
    | Annotated[Alertmanager, Tag("alertmanager")]
    | Annotated[Cap, Tag("cap")]
    | Annotated[Email, Tag("email")]
    | Annotated[Apprise, Tag("apprise")],
    Discriminator(
        lambda value: value.get("kind", "webhook") if isinstance(value, dict) else getattr(value, "kind", None),
        custom_error_type="kind",
        custom_error_message="kind is webhook, alertmanager, cap, email or apprise",
    ),
]

APPRISE_SCHEMES = (
    "bulksms", "clicksend", "d7sms", "gotifys", "mmosts", "matrixs", "msgbird", "ntfys", "opsgenie", "pagerduty",
    "signals", "sinch", "smseagles", "threema", "twilio", "vonage", "workflows",
)  # fmt: skip
"""Only what sends to people over an encrypted line; nothing that runs a command, writes a file or sends mail."""


class Smtp(Entry):
    """The mail server of `email` receivers."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(587, ge=1, le=65_535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` only on a network of your own: the alert then travels in the open."""
    ca_file: str | None = None
    """Certificate authority of your own (PEM); absent: those of the system."""
    sender: Address
    user: str | None = Field(None, max_length=200)
    secret: Secret | None = None
    """Password of ``user``."""

    @model_validator(mode="after")
    def _password_only_over_tls(self) -> Smtp:
        if (self.user is None) != (self.secret is None):
            raise ValueError("user and secret belong together")
        if self.user is not None and self.tls == "none":
            raise ValueError("a password is not sent without tls")
        return self


class Receivers(Entry):
    receivers: tuple[Kind, ...] = ()
    give_up_after_hours: float = Field(24, gt=0)
    smtp: Smtp | None = None
    apprise_schemes: tuple[str, ...] = APPRISE_SCHEMES
    """What an Apprise address may begin with."""
    console_url: Url | None = None
    """Where people open the console; messages then hold a link to the alert."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_nobody(cls, value: Any) -> Any:
        """``receivers:`` with nothing behind it."""
        if isinstance(value, dict) and value.get("receivers", ()) is None:
            return value | {"receivers": ()}
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Receivers:
        ids = [receiver.id for receiver in self.receivers]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"two receivers have the id {twice[0]}")
        if self.smtp is None and any(receiver.kind == "email" for receiver in self.receivers):
            raise ValueError("an email receiver needs smtp: host and sender")
        return self
