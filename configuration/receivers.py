"""`config/receivers.yaml`: who gets an alert. Secrets are named here; the value stands in a file of that name."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from configuration.document import Entry


class Webhook(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    """Stands in metrics, logs and the proof of each delivery."""
    kind: Literal["webhook"] = "webhook"
    url: str = Field(pattern=r"^https?://", max_length=2000)
    """Redirects are not followed: what stands here is where the alert goes."""
    secret: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")
    """Name of the secret that signs the body (HMAC-SHA-256, Standard Webhooks)."""
    regions: tuple[str, ...] = ()
    """Veiligheidsregio codes; empty: all, and the national queue."""
    exercises: bool = False
    """True: gets exercises too."""

    @field_validator("url")
    @classmethod
    def _has_host_and_no_password(cls, url: str) -> str:
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError("names no host")
        if parts.username or parts.password:
            raise ValueError("holds a user or password; this file is no place for secrets")
        return url


class Receivers(Entry):
    receivers: tuple[Webhook, ...] = ()
    give_up_after_hours: float = Field(24, gt=0)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Receivers:
        ids = [receiver.id for receiver in self.receivers]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"two receivers have the id {twice[0]}")
        return self
