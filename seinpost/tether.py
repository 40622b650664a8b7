"""Runs a command that cannot outlive who started it: ``python tether.py PARENT COMMAND…``.

Asks the kernel (Linux) to kill it when PARENT ends, even by SIGKILL, and then becomes the command.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def prefix() -> list[str]:
    """To be put before a command. The child must be started from the main thread: it dies with its *thread*."""
    return [sys.executable, __file__, str(os.getpid())]


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit(0)
    os.execv(command[0], command)  # noqa: S606 - the command is our own


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
