"""What can be believed of the sources now. Pure.

A source says of itself that it is live. When the process that says so is gone, nobody takes that back: so what was not
said again in time counts as blind. The same for the chain as a whole, when a probe tries it: a detector that died
leaves every source live and every alert unmade.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from contracts.raw_post import PROBE
from contracts.source_health import FORGOTTEN_MS, UNHEARD_MS, Reason, SourceHealth, Status

CHAIN = "keten"
"""The whole way of a probe, kept beside the sources as one of them."""
CHAIN_UNHEARD_MS = 16 * 60_000
"""A probe comes each five minutes: three in a row did not."""


def believed(
    reports: Iterable[tuple[SourceHealth, int]], configured: Collection[tuple[str, str | None]], now_ms: int
) -> list[SourceHealth]:
    """``reports``: with the moment at which each came; ``configured``: sources with their exercise."""
    names = {name for name, _ in configured}
    probed = any(exercise == PROBE for _, exercise in configured)
    found = []
    for health, heard_ms in reports:
        if health.source == CHAIN:
            if probed:
                found.append(_as_heard(health, heard_ms, now_ms - CHAIN_UNHEARD_MS))
        elif health.source in names or health.status is Status.ENDED or now_ms - heard_ms < FORGOTTEN_MS:
            found.append(_as_heard(health, heard_ms, now_ms - UNHEARD_MS))
    return found


def _as_heard(health: SourceHealth, heard_ms: int, least_ms: int) -> SourceHealth:
    if heard_ms >= least_ms or health.status in (Status.BLIND, Status.ENDED):
        return health
    return msgspec.structs.replace(health, status=Status.BLIND, reason=Reason.UNHEARD, since_ms=heard_ms)


def chain(now_ms: int, expected_gap_s: float = 300) -> SourceHealth:
    """The report of a probe that came through."""
    return SourceHealth(
        source=CHAIN,
        kind="probe",
        status=Status.LIVE,
        reason=Reason.OK,
        since_ms=now_ms,
        at_ms=now_ms,
        last_post_ms=now_ms,
        expected_gap_s=expected_gap_s,
        exercise=PROBE,
    )
