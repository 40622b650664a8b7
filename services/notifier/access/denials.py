"""Denials of people who are not known, in the audit log: who tried to come in each by itself, up to a number a minute;
of other requests the first of each kind in a minute; the rest of the minute as a number. A flood, from however many
addresses, cannot fill the log, and nothing goes uncounted.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from runtime.logs import log
from services.notifier import metrics
from services.notifier.access.actor import stranger
from services.notifier.store import audit
from services.notifier.store.database import Database

WINDOW_MS = 60_000
LOOK_S = 5.0
ATTEMPTS = 120
"""Attempts to come in that have a row of their own in one minute."""
KINDS = 30
"""Kinds (address class, action and result) that are told apart in one minute; the others count together."""
ELSEWHERE = "*"
V4_BITS, V6_BITS = 24, 48
"""Of an address that are kept: a provider or an office, not a household."""


@dataclass(frozen=True, slots=True)
class Kind:
    network: str
    action: str
    result: str


@dataclass(slots=True, kw_only=True)
class Denials:
    database: Database
    now_ms: Callable[[], int]
    _began_ms: int = 0
    _more: dict[Kind, int] = field(default_factory=dict)
    """Denials of this minute by kind, without those that have a row of their own."""
    _rows: int = 0

    async def note(self, origin: str, action: str, result: str, *, exact: bool = False) -> None:
        """On disk when this returns, or counted with this minute.

        ``exact``: somebody tried to come in; the row holds the whole address, else its class.
        """
        metrics.DENIED.labels(result).inc()
        await self._turn()
        kind = Kind(network_of(origin), action, result)
        if kind not in self._more and len(self._more) >= KINDS:
            kind = Kind(ELSEWHERE, action, result)
        if kind in self._more and (not exact or self._rows >= ATTEMPTS):
            self._more[kind] += 1
            return
        self._more.setdefault(kind, 0)
        self._rows += 1
        await self._write(kind, origin if exact else kind.network, "-")

    async def run(self, stop: asyncio.Event) -> None:
        """Writes the numbers of a minute when it is over, and what is left at the end."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)
            try:
                await self._turn(now=stop.is_set())
            except (SQLAlchemyError, OSError) as error:
                log().error("denials_unavailable", exc_info=error)

    async def flush(self) -> None:
        await self._turn(now=True)

    async def _turn(self, *, now: bool = False) -> None:
        """Begins a new minute once this one is over, or ``now``."""
        if not now and self.now_ms() - self._began_ms < WINDOW_MS:
            return
        over, self._more, self._began_ms, self._rows = self._more, {}, self.now_ms(), 0
        left = {kind: more for kind, more in over.items() if more}
        try:
            for kind in list(left):
                await self._write(kind, kind.network, f"count:{left[kind]}")
                del left[kind]
        finally:
            # What could not be written is counted with the next minute.
            for kind, more in left.items():
                self._more[kind] = self._more.get(kind, 0) + more

    async def _write(self, kind: Kind, origin: str, object_id: str) -> None:
        who = stranger(origin)
        async with self.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.now_ms(),
                actor=who.name,
                action=kind.action,
                object_id=object_id,
                result=kind.result,
                origin=who.origin,
                region=None,
            )


def network_of(origin: str) -> str:
    """The class of an address: its /24, or its /48."""
    try:
        address = ipaddress.ip_address(origin)
    except ValueError:
        return ELSEWHERE
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    bits = V4_BITS if address.version == 4 else V6_BITS
    return str(ipaddress.ip_network((address, bits), strict=False))
