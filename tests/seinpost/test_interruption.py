"""A signal is heard, whatever runs when it comes, and disturbs no clean-up."""

from __future__ import annotations

import os
import signal
import weakref

import pytest

from seinpost.interruption import SIGNALS, Interrupted, check, signals_heard


class Referent:
    pass


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_raised_at_the_next_look(number: signal.Signals, capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(number)
    with signals_heard():
        check()
        referent = Referent()
        # Python swallows, and prints, what is raised within such a callback.
        reference = weakref.ref(referent, lambda _: os.kill(os.getpid(), number))
        del referent
        assert reference() is None
        with pytest.raises(Interrupted):
            check()
        os.kill(os.getpid(), signal.SIGTERM)  # the clean-up goes on
    assert signal.getsignal(number) is before
    assert capfd.readouterr().err == ""
    check()
