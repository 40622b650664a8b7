"""Memory that is freed goes back to the system. The C library keeps it otherwise, in a heap for every few threads."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_M_ARENA_MAX: Final = -8
"""As in glibc's malloc.h."""


def keep_one() -> None:
    """One heap for all threads, of which one runs at a time anyway. To be called before threads start."""
    _ask("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """What starting left behind: the word lists that a configuration is checked by take some 40 MB."""
    _ask("malloc_trim", 0)


def _ask(function: str, *arguments: int) -> None:
    """Of no effect where the C library is none with such a function."""
    if sys.platform.startswith("linux") and hasattr(library := ctypes.CDLL(None), function):
        getattr(library, function)(*arguments)
