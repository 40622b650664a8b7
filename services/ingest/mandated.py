"""Whether a source may be read now: nothing is that no valid mandate covers. Exercises hold nobody's posts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from configuration.document import InvalidConfiguration
from configuration.mandates import Cover, Mandate, cover
from configuration.sources import AnySource
from configuration.whole import load_mandates
from runtime.logs import log

LOOK_EVERY_S = 2.0


class Mandated:
    """The mandates of a configuration directory, followed. A file that is not in order changes nothing and is told.

    Raises `InvalidConfiguration` when made. ``clock`` gives seconds since the epoch.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._seen = self._fingerprint()
        self._mandates: tuple[Mandate, ...] = load_mandates(directory)
        self._cover: Cover = cover((), datetime.now(UTC))
        self._judge_again_s = 0.0
        self._look_again_s = clock() + LOOK_EVERY_S

    def question(self, source: AnySource) -> Callable[[], bool]:
        if getattr(source, "exercise", None) is not None:
            return lambda: True
        return lambda: self.reads(source.id)

    def reads(self, source: str) -> bool:
        """Cheap: asked for every post."""
        now_s = self._clock()
        if now_s >= self._judge_again_s or now_s >= self._look_again_s:
            self._judge(now_s)
        return self._cover.reads(source)

    def _judge(self, now_s: float) -> None:
        if now_s >= self._look_again_s:
            self._look_again_s = now_s + LOOK_EVERY_S
            self._look()
        self._cover = cover(self._mandates, datetime.fromtimestamp(now_s, UTC))
        changes = self._cover.changes_at
        self._judge_again_s = float("inf") if changes is None else changes.timestamp()

    def _look(self) -> None:
        found = self._fingerprint()
        if found == self._seen:
            return
        self._seen = found
        try:
            self._mandates = load_mandates(self._directory)
        except InvalidConfiguration as error:
            log().error("configuration refused", count=len(error.problems), reason="the mandates in force are kept")

    def _fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for file in sorted((self._directory / "mandates").glob("*.y*ml")):
            try:
                status = file.stat()
            except FileNotFoundError:
                continue  # replaced at this moment; the next look sees it
            found.append((file.name, status.st_mtime_ns, status.st_size))
        return tuple(found)
