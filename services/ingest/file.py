"""Posts from a JSONL file: an exercise, a backtest, somebody's export. In real time, accelerated or at full speed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec

from configuration.sources import File
from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from contracts.source_health import Reason
from services.ingest.lines import Line, lines
from services.ingest.pacing import Pacing
from services.ingest.source import Event, SourceFailed, Unreadable, clock_ms
from services.ingest.supplied import MAX_LINE_BYTES, read_line


class Position(msgspec.Struct, frozen=True, kw_only=True):
    offset: int
    """Bytes read."""
    created_ms: int | None
    """Time of the last post, so that a finished file still knows its own time after a restart."""
    file: str
    """Hash of the first line: another file under the same name starts from its beginning."""


_decoder = msgspec.json.Decoder(Position)


class FileAdapter:
    replay = True
    lag_ms = None

    def __init__(self, settings: File) -> None:
        self.settings = settings
        self._offset = 0
        self._created_ms: int | None = None
        self._file = ""
        self._pacing = Pacing(settings.speed)

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        """Cursor: see `Position`."""
        try:
            self._file = await asyncio.to_thread(_fingerprint, self.settings.path)
            self._resume(cursor)
            batches = lines(self.settings.path, start=self._offset, max_bytes=MAX_LINE_BYTES)
            async for batch in batches:
                received_ms = clock_ms()
                for line in batch:
                    event = self._read(line, received_ms)
                    if isinstance(event, RawPost):
                        await self._pacing.wait_until(event.created_ms)
                        self._created_ms = event.created_ms
                    self._offset = line.end
                    if event is not None:
                        yield event
        except OSError:
            raise SourceFailed(Reason.UNREACHABLE) from None

    @property
    def expected_gap_s(self) -> float:
        return self.settings.expected_gap_s

    def cursor(self) -> str | None:
        position = Position(offset=self._offset, created_ms=self._created_ms, file=self._file)
        return msgspec.json.encode(position).decode()

    def now_ms(self) -> int:
        return self._pacing.now_ms() or self._created_ms or clock_ms()

    def _resume(self, cursor: str | None) -> None:
        self._offset, self._created_ms = 0, None
        self._pacing = Pacing(self.settings.speed)
        if cursor is None:
            return
        try:
            position = _decoder.decode(cursor)
        except msgspec.MsgspecError:
            return
        if position.file == self._file and position.offset <= self.settings.path.stat().st_size:
            self._offset, self._created_ms = position.offset, position.created_ms

    def _read(self, line: Line, received_ms: int) -> Event | None:
        if line.size > MAX_LINE_BYTES:
            return Unreadable(payload=line.content, problem=Malformed(Refusal.TOO_LARGE), size=line.size)
        if not line.content or line.content.isspace():
            return None
        try:
            return read_line(
                line.content, source=self.settings.id, received_ms=received_ms, exercise=self.settings.exercise
            )
        except Malformed as problem:
            return Unreadable(payload=line.content, problem=problem)


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.blake2b(file.readline(MAX_LINE_BYTES), digest_size=8).hexdigest()
