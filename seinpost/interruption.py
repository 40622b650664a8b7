"""Ctrl-C and its like, heard once and never lost.

A signal handler that raises is not enough: Python swallows what is raised within a callback of its own (of a weak
reference, say), and a process that was just started could be forgotten. So the handler only remembers, and every loop
that waits asks `check`.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interrupted(Exception):
    """A signal asked us to stop everything and go."""


_heard: list[int] = []


@contextlib.contextmanager
def signals_heard() -> Iterator[None]:
    """Within, a signal ends nothing by itself: `check` raises once it came."""

    def remember(number: int, _: FrameType | None) -> None:
        _heard.append(number)

    before = {number: signal.signal(number, remember) for number in SIGNALS}
    try:
        yield
    finally:
        _heard.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def check() -> None:
    """Raises `Interrupted` when a signal came. Not to be called while cleaning up."""
    if _heard:
        raise Interrupted
