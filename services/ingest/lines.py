"""A file as lines with their offsets, whatever it holds. Reads in a thread, keeps at most one line in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    content: bytes
    """Without its line break; of a line that is too long only the beginning."""
    end: int
    """Offset of the first byte after it."""
    size: int
    """Bytes of the whole line."""


async def lines(path: Path, *, start: int, max_bytes: int) -> AsyncIterator[list[Line]]:
    """Lines from offset ``start``, many at a time. Raises `OSError`."""
    with await asyncio.to_thread(path.open, "rb") as file:
        await asyncio.to_thread(file.seek, start)
        async for batch in _split(file, start, max_bytes):
            yield batch


async def _split(file: BinaryIO, offset: int, max_bytes: int) -> AsyncIterator[list[Line]]:
    rest, skipped = b"", 0
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        batch = []
        for content in whole:
            size = len(content) + skipped
            skipped = 0
            offset += size + 1
            batch.append(Line(content=content[: max_bytes + 1], end=offset, size=size))
        if len(rest) > max_bytes + 1:
            # Keep the beginning of an endless line, count the remainder.
            skipped += len(rest) - (max_bytes + 1)
            rest = rest[: max_bytes + 1]
        if batch:
            yield batch
    if rest:
        size = len(rest) + skipped
        yield [Line(content=rest, end=offset + size, size=size)]
