"""Receivers over HTTP that know us by a bearer token: Alertmanager's webhook format, and CAP."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import httpx

from configuration.receivers import Alertmanager, Cap
from services.notifier.cap import MEDIA_TYPE
from services.notifier.delivery.post import post
from services.notifier.delivery.receiver import Answer, Secrets

CONTENT_TYPES = {"alertmanager": "application/json", "cap": f"{MEDIA_TYPE}; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerReceiver:
    configured: Alertmanager | Cap
    token: str | None
    http: httpx.AsyncClient

    @classmethod
    def of(cls, configured: Alertmanager | Cap, secrets: Secrets, http: httpx.AsyncClient) -> BearerReceiver:
        """Raises `UnusableSecret`."""
        token = None if configured.secret is None else secrets.read(configured.secret)
        return cls(configured=configured, token=token, http=http)

    async def deliver(self, message_id: str, body: bytes, now: datetime.datetime) -> Answer:
        headers = {"Content-Type": CONTENT_TYPES[self.configured.kind], "Idempotency-Key": message_id}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return await post(self.http, self.configured.url, body, headers)
