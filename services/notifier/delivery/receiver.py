"""What every kind of receiver does, whatever it speaks: take one body, and tell what came of it."""

from __future__ import annotations

import asyncio
import datetime
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from configuration.receivers import Kind
from runtime.logs import log


class Outcome(StrEnum):
    """What came of an attempt. A metric label."""

    DELIVERED = "delivered"
    PARTLY = "partly"
    """Some of its addresses took it, and some refused. Not tried again: those who have it would get it twice."""
    REFUSED = "refused"
    """An answer that is no acknowledgement; a redirect is one, it is not followed."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """It could not even be sent, as when the kind of its receiver changed since it was written. The log says why."""
    EXPIRED = "expired"
    """Given up before this attempt was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    outcome: Outcome
    status_code: int | None = None
    """Of HTTP or SMTP, whichever it speaks."""
    retry_after_s: float | None = None

    @property
    def arrived(self) -> bool:
        return self.outcome in (Outcome.DELIVERED, Outcome.PARTLY)


class Receiver(Protocol):
    """A receiver of the configuration, able to send."""

    @property
    def configured(self) -> Kind: ...

    async def deliver(self, message_id: str, body: bytes, now: datetime.datetime) -> Answer:
        """Never raises for what the other side does. ``message_id`` is the same for every attempt."""
        ...


async def attempt(
    receiver: Receiver, message_id: str, body: bytes, now: datetime.datetime, patience_s: float
) -> Answer:
    """Never raises: one receiver that cannot be served must not stop the others, nor the process with them."""
    try:
        async with asyncio.timeout(patience_s):
            return await receiver.deliver(message_id, body, now)
    except TimeoutError:
        return Answer(outcome=Outcome.TIMEOUT)
    except Exception as error:
        log().error("delivery_broken", exc_info=error, receiver=receiver.configured.id)
        return Answer(outcome=Outcome.BROKEN)


class UnusableSecret(Exception):
    """A receiver cannot be used: its secret is missing or wrong. Names where it should stand, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Values of the secrets that config/receivers.yaml names: a file each, else a variable."""

    directory: Path

    def read(self, name: str) -> str:
        """Raises `UnusableSecret`."""
        file = self.directory / name
        variable = variable_of(name)
        try:
            value = file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            value = os.environ.get(variable, "").strip()
        except (OSError, UnicodeDecodeError):
            raise UnusableSecret(f"{file}: this secret of config/receivers.yaml is unreadable") from None
        if not value:
            raise UnusableSecret(f"{file}: this secret of config/receivers.yaml is missing (nor is {variable} set)")
        return value

    def where(self, name: str) -> str:
        file = self.directory / name
        return str(file) if file.exists() else variable_of(name)


def variable_of(name: str) -> str:
    return "RECEIVER_SECRET_" + "".join(letter if letter.isalnum() else "_" for letter in name.upper())
