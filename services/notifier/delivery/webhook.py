"""One signed POST. Standard Webhooks: https://www.standardwebhooks.com, version 1 (HMAC-SHA-256)."""

from __future__ import annotations

import binascii
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx
from standardwebhooks import Webhook as Signer

from configuration.receivers import Webhook

USER_AGENT = "Seinpost"
SECRET_BYTES_MIN = 24
"""Standard Webhooks: 24 to 64 bytes."""


class Outcome(StrEnum):
    """What came of an attempt. A metric label."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """An answer other than 2xx; a redirect is one, it is not followed."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    EXPIRED = "expired"
    """Given up before this attempt was made."""


class UnusableSecret(Exception):
    """A receiver's secret is missing or cannot sign. Names the file, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    outcome: Outcome
    status_code: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver of the configuration, able to sign."""

    configured: Webhook
    signer: Signer


def ready(receivers: Iterable[Webhook], secrets: Path) -> dict[str, Receiver]:
    """Receivers by id, each with the secret from its file. Raises `UnusableSecret`."""
    return {
        receiver.id: Receiver(configured=receiver, signer=_signer(secrets / receiver.secret)) for receiver in receivers
    }


def client(timeout_s: float) -> httpx.AsyncClient:
    """``trust_env`` off: a proxy is configured where the alerts are, not by a stray variable."""
    return httpx.AsyncClient(
        timeout=timeout_s, follow_redirects=False, trust_env=False, headers={"User-Agent": USER_AGENT}
    )


async def post(
    http: httpx.AsyncClient, receiver: Receiver, *, message_id: str, body: bytes, now: datetime.datetime
) -> Answer:
    """Never raises for what the receiver does. The answer's body is not read: it is not ours to keep."""
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": receiver.signer.sign(message_id, now, body.decode()),
    }
    try:
        async with http.stream("POST", receiver.configured.url, content=body, headers=headers) as response:
            status = response.status_code
            asked = response.headers.get("retry-after", "")
    except httpx.TimeoutException:
        return Answer(outcome=Outcome.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return Answer(outcome=Outcome.UNREACHABLE)
    return Answer(
        outcome=Outcome.DELIVERED if 200 <= status < 300 else Outcome.REFUSED,
        status_code=status,
        retry_after_s=float(asked) if asked.isascii() and asked.isdigit() else None,
    )


def _signer(file: Path) -> Signer:
    try:
        secret = file.read_text(encoding="ascii").strip()
        raw = binascii.a2b_base64(secret.removeprefix("whsec_") + "==")
    except (OSError, UnicodeDecodeError):
        raise UnusableSecret(f"{file}: this secret of config/receivers.yaml is missing or unreadable") from None
    except binascii.Error:
        raise UnusableSecret(f"{file}: not a signing secret (whsec_ and base64)") from None
    if len(raw) < SECRET_BYTES_MIN:
        raise UnusableSecret(f"{file}: a signing secret has at least {SECRET_BYTES_MIN} bytes")
    return Signer(raw)
