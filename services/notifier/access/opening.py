"""Whether the console may listen as it is configured: never beyond this machine without sign-in."""

from __future__ import annotations

from urllib.parse import urlsplit

from configuration.access import Access, on_this_machine
from services.notifier.access.entrance import networks
from services.notifier.settings import Settings


class UnsafeOpening(Exception):
    """One line for a person who must mend it."""


def check(settings: Settings, access: Access) -> None:
    """Raises `UnsafeOpening`."""
    own = settings.notifier
    if not on_this_machine(settings.host) and access.sign_in is None:
        raise UnsafeOpening(
            f"SEINPOST_HOST={settings.host} is open to others, and the console has one local user without sign-in; "
            "use 127.0.0.1, or set sign_in in config/access.yaml"
        )
    try:
        networks(own.trusted_proxies)
    except ValueError:
        raise UnsafeOpening(
            "SEINPOST_NOTIFIER__TRUSTED_PROXIES holds something that is no address or network"
        ) from None
    if access.sign_in is None:
        return
    parts = urlsplit(own.public_url)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise UnsafeOpening(
            "SEINPOST_NOTIFIER__PUBLIC_URL must be the address people open, like https://host: sign_in is set"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(parts.hostname)):
        raise UnsafeOpening("SEINPOST_NOTIFIER__PUBLIC_URL must begin with https://: people sign in there")
