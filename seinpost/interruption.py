"""Ctrl-C and its like, heard once and never lost.

A signal handler that raises is not enough: Python swallows what is raised within a callback of its own (of a weak
reference, say). So the handler raises *and* remembers, and every loop that waits asks `check`.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interrupted(BaseException):
    """SIGTERM or SIGHUP: stop everything and go. For SIGINT it is `KeyboardInterrupt`."""


_heard: list[int] = []


@contextlib.contextmanager
def signals_raise() -> Iterator[None]:
    """Within, the first signal raises; during the clean-up that follows none disturbs."""

    def interrupt(number: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        _heard.append(number)
        check()

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        _heard.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def check() -> None:
    """Raises when a signal came. Not to be called while cleaning up."""
    if _heard:
        raise KeyboardInterrupt if _heard[0] == signal.SIGINT else Interrupted
