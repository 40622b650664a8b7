"""`config/access.yaml`: where people sign in, and what their groups there let them do here."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from configuration.document import Entry

EVERY = "*"
"""In ``regions``: all of them, the national queue included."""
NATIONAL = "landelijk"
"""In ``regions``: the national queue, that is alerts without a region."""
RoleName = Literal[
    "lezer", "operator", "analist", "beheerder", "functionaris-gegevensbescherming", "platformmelder", "bevoegd-gezag",
    "oefenleider",
]  # fmt: skip


class Provider(Entry):
    """OpenID Connect, authorization code with PKCE."""

    issuer: str = Field(max_length=500)
    """Exactly as the provider calls itself; ``/.well-known/openid-configuration`` is read under it."""
    client_id: str = Field(min_length=1, max_length=200)
    secret: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")
    """Name of the file with the client secret; absent: a public client, which has PKCE alone."""
    scopes: tuple[str, ...] = ("openid", "profile")
    groups_claim: str = Field("groups", min_length=1, max_length=100)
    """Claim of the ID token with the groups: a list of names. Dots lead into objects: ``realm_access.roles``."""
    name_claim: str = Field("preferred_username", min_length=1, max_length=100)
    """Claim that stands in history and audit log. Absent from a token: ``sub``."""

    @field_validator("issuer")
    @classmethod
    def _encrypted(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("is not an address of a provider")
        if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(parts.hostname)):
            raise ValueError("must begin with https://: tokens pass here")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError("must hold openid")
        return scopes


class GroupRule(Entry):
    """Members of ``group`` have ``role`` in ``regions``. Who is in more groups has each role in its own regions."""

    group: str = Field(min_length=1, max_length=200)
    role: RoleName
    regions: tuple[str, ...] = Field(min_length=1)
    """Veiligheidsregio codes; ``landelijk``: the national queue; ``*``: everything."""


class Access(Entry):
    """Absent: one local user on loopback, without sign-in."""

    sign_in: Provider | None = None
    groups: tuple[GroupRule, ...] = ()

    @model_validator(mode="after")
    def _somebody_gets_in(self) -> Access:
        if self.sign_in is not None and not self.groups:
            raise ValueError("groups is empty: nobody could do anything after signing in")
        return self


def on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
