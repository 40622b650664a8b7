"""Tells the operator when a mandate has ended, or none is in force."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from broker.notices import Notices
from configuration.mandates import Mandate
from contracts.notice import About
from runtime.logs import log

Now = Callable[[], datetime.datetime]
"""A clock; aware."""


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Told:
    """What was told last, so that each change is told once."""

    def __init__(self, now: Now = utc_now) -> None:
        self._now = now
        self._ended: tuple[str, ...] | None = None
        self._none: bool | None = None

    async def tell(self, mandates: Sequence[Mandate], notices: Notices, version: str) -> None:
        """Compares with the clock; writes only what changed. Raises what the producer raises."""
        now = self._now()
        ended = tuple(mandate.id for mandate in mandates if mandate.ended(now))
        none = not any(mandate.valid_at(now) for mandate in mandates)
        if ended != self._ended:
            self._ended = ended
            places = [f"mandates/{mandate}.yaml" for mandate in ended]
            if ended:
                log().warning("mandate ended", count=len(ended))
            await notices.tell(About.MANDATE, active=bool(ended), count=len(ended), places=places, version=version)
        if none != self._none:
            self._none = none
            if none:
                log().warning("no mandate in force", reason="nothing but exercises is counted")
            await notices.tell(About.NO_MANDATE, active=none, version=version)
