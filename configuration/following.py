"""Tells when the configuration on disk changed: as a whole that is valid, or as the list of what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from configuration.document import InvalidConfiguration, Problem
from configuration.persons import known_names
from configuration.whole import Configuration, load

LOOK_EVERY_S = 2.0


async def changes(
    directory: Path, version: str, look_every_s: float = LOOK_EVERY_S, lexicon: Path | None = None
) -> AsyncIterator[Configuration | InvalidConfiguration]:
    """What stands on disk, each time it changed and once it is not being written. Never ends by itself.

    ``version``: of the configuration in force, so that a change before the first look is seen too. What was wrong and
    is put back as it was is told again. ``lexicon``: names of persons that are refused; it may be missing.
    """
    known: tuple[tuple[str, int, int, int], ...] | None = None
    while True:
        now = await asyncio.to_thread(_fingerprint, directory)
        if now != known:
            found = await asyncio.to_thread(_load, directory, lexicon)
            # Several files saved one after the other are one change: looked at again when they have settled.
            if await asyncio.to_thread(_fingerprint, directory) == now:
                news = known is not None or isinstance(found, InvalidConfiguration) or found.version != version
                known = now
                if news:
                    yield found
        await asyncio.sleep(look_every_s)


def _load(directory: Path, lexicon: Path | None) -> Configuration | InvalidConfiguration:
    try:
        # Read anew each time: a quarter of a second once in a while, and no tens of megabytes kept for it.
        return load(directory, known_names(lexicon) if lexicon else None)
    except InvalidConfiguration as error:
        return error
    except OSError as error:
        where = str(error.filename or directory)
        return InvalidConfiguration([Problem(file=where, line=0, reason=f"cannot be read: {error.strerror}")])


def _fingerprint(directory: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Name, identity, time and size of every file: cheap to look at, different when something was saved."""
    found = []
    for file in sorted(directory.rglob("*")):
        try:
            status = file.stat()
        except OSError:
            continue  # replaced at this moment; the next look sees it
        if file.is_file():
            found.append((str(file), status.st_ino, status.st_mtime_ns, status.st_size))
    return tuple(found)
