"""Follows the configuration on disk: a valid change is taken over whole, an invalid one changes nothing and is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from broker.notices import Notices
from configuration import Configuration, InvalidConfiguration
from configuration.following import changes
from contracts.notice import About
from runtime.logs import log
from services.detector import metrics


async def follow(
    directory: Path,
    version: str,
    take: Callable[[Configuration], None],
    notices: Notices,
    *,
    lexicon: Path | None = None,
) -> None:
    """Runs until cancelled; calls ``take`` with each new valid configuration. ``version``: of the one in force."""
    await notices.tell(About.CONFIGURATION, active=False, version=version)
    async for found in changes(directory, version, lexicon=lexicon):
        if isinstance(found, InvalidConfiguration):
            metrics.CONFIGURATION.set(0)
            log().error("configuration refused", count=len(found.problems), reason="the configuration in force is kept")
            await notices.tell(
                About.CONFIGURATION,
                active=True,
                count=len(found.problems),
                places=found.places(directory),
                version=version,
            )
            continue
        take(found)
        version = found.version
        metrics.CONFIGURATION.set(1)
        log().info("configuration taken over", version=version)
        await notices.tell(About.CONFIGURATION, active=False, version=version)
