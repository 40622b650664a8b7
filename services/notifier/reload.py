"""Follows the configuration on disk: what can be used is taken over whole; what cannot changes nothing and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from broker.notices import Notices
from configuration import Configuration, InvalidConfiguration
from configuration.following import changes
from contracts.notice import About
from runtime.logs import log
from services.notifier import metrics
from services.notifier.force import Unusable


async def follow(
    directory: Path,
    version: str,
    take: Callable[[Configuration], None],
    notices: Notices,
    stop: asyncio.Event,
    *,
    lexicon: Path | None = None,
) -> None:
    """Until ``stop``. ``version``: of the one in force. ``take`` swaps, or raises `Unusable` and changes nothing."""
    looking = asyncio.create_task(_follow(directory, version, take, notices, lexicon))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (looking, stopping):
        task.cancel()
    await asyncio.gather(looking, stopping, return_exceptions=True)
    if not looking.cancelled() and (failed := looking.exception()) is not None:
        raise failed


async def _follow(
    directory: Path, version: str, take: Callable[[Configuration], None], notices: Notices, lexicon: Path | None
) -> None:
    metrics.CONFIGURATION.set(1)
    await notices.tell(About.CONFIGURATION, active=False, version=version)
    async for found in changes(directory, version, lexicon=lexicon):
        places: tuple[str, ...] = ()
        count = 0
        if isinstance(found, InvalidConfiguration):
            places, count = tuple(found.places(directory)), len(found.problems)
        else:
            try:
                take(found)
            except Unusable as unusable:
                # What is wrong stands in the log; the page tells only where to look.
                log().error("configuration unusable", reason=str(unusable))
                places, count = (unusable.file,), 1
        if count:
            metrics.CONFIGURATION.set(0)
            metrics.CONFIGURATION_RELOADS.labels("refused").inc()
            log().error("configuration refused", count=count, reason="the configuration in force is kept")
            await notices.tell(About.CONFIGURATION, active=True, count=count, places=places, version=version)
        elif isinstance(found, Configuration):
            version = found.version
            metrics.CONFIGURATION.set(1)
            metrics.CONFIGURATION_RELOADS.labels("taken").inc()
            log().info("configuration taken over", version=version)
            await notices.tell(About.CONFIGURATION, active=False, version=version)
