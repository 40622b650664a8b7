"""A signal is heard, also when the exception it raised was swallowed."""

from __future__ import annotations

import contextlib
import os
import signal

import pytest

from seinpost.interruption import Interrupted, check, signals_raise


@pytest.mark.parametrize(
    ("number", "raised"),
    [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Interrupted), (signal.SIGHUP, Interrupted)],
)
def test_a_swallowed_signal_raises_at_the_next_look(number: signal.Signals, raised: type[BaseException]) -> None:
    before = signal.getsignal(number)
    with signals_raise():
        check()
        with contextlib.suppress(raised):  # as Python does around its own callbacks
            os.kill(os.getpid(), number)
        with pytest.raises(raised):
            check()
        os.kill(os.getpid(), signal.SIGTERM)  # the clean-up goes on
    assert signal.getsignal(number) is before
    check()
