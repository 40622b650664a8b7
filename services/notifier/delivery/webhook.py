"""One signed POST. Standard Webhooks: https://www.standardwebhooks.com, version 1 (HMAC-SHA-256)."""

from __future__ import annotations

import binascii
import datetime
from dataclasses import dataclass

import httpx
from standardwebhooks import Webhook as Signer

from configuration.receivers import Webhook
from services.notifier.delivery.post import post
from services.notifier.delivery.receiver import Answer, Secrets, UnusableSecret

SECRET_BYTES_MIN = 24
"""Standard Webhooks: 24 to 64 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReceiver:
    configured: Webhook
    signer: Signer
    http: httpx.AsyncClient

    @classmethod
    def of(cls, configured: Webhook, secrets: Secrets, http: httpx.AsyncClient) -> WebhookReceiver:
        """Raises `UnusableSecret`."""
        return cls(configured=configured, signer=_signer(configured.secret, secrets), http=http)

    async def deliver(self, message_id: str, body: bytes, now: datetime.datetime) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.signer.sign(message_id, now, body.decode()),
        }
        return await post(self.http, self.configured.url, body, headers)


def _signer(name: str, secrets: Secrets) -> Signer:
    secret = secrets.read(name)
    try:
        raw = binascii.a2b_base64(secret.removeprefix("whsec_") + "==")
    except binascii.Error:
        raise UnusableSecret(f"{secrets.where(name)}: not a signing secret (whsec_ and base64)") from None
    if len(raw) < SECRET_BYTES_MIN:
        raise UnusableSecret(f"{secrets.where(name)}: a signing secret has at least {SECRET_BYTES_MIN} bytes")
    return Signer(raw)
