"""`config/receivers.yaml`: who gets an alert. Secrets are named here and read from the environment or a file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from configuration.document import Entry


class Webhook(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    kind: Literal["webhook"] = "webhook"
    url: str = Field(pattern=r"^https?://")
    secret: str
    """Name of the secret that signs the body (HMAC-SHA-256, Standard Webhooks)."""
    regions: tuple[str, ...] = ()
    """Veiligheidsregio codes; empty: all, and the national queue."""
    exercises: bool = False
    """True: gets exercises too."""


class Receivers(Entry):
    receivers: tuple[Webhook, ...] = ()
    give_up_after_hours: float = Field(24, gt=0)
