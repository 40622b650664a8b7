"""Follows the configuration on disk: a valid change is taken over whole, an invalid one changes nothing and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from configuration import Configuration, InvalidConfiguration, load
from runtime.logs import log
from services.detector import metrics

LOOK_EVERY_S = 2.0


async def follow(directory: Path, take: Callable[[Configuration], None]) -> None:
    """Runs until cancelled; calls ``take`` with each new valid configuration."""
    known = await asyncio.to_thread(_fingerprint, directory)
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await asyncio.to_thread(_fingerprint, directory)
        if now == known:
            continue
        known = now
        try:
            configuration = await asyncio.to_thread(load, directory)
        except InvalidConfiguration as error:
            metrics.CONFIGURATION.set(0)
            log().error("configuration refused", count=len(error.problems), reason="the configuration in force is kept")
            continue
        take(configuration)
        metrics.CONFIGURATION.set(1)
        log().info("configuration taken over", version=configuration.version)


def _fingerprint(directory: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every file: cheap to look at, different when something was saved."""
    found = []
    for file in sorted(directory.rglob("*")):
        try:
            status = file.stat()
        except FileNotFoundError:
            continue  # replaced at this moment; the next look sees it
        if file.is_file():
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)
