"""Memory that is freed goes back to the system. The C library keeps it otherwise, in a heap for every few threads."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_M_ARENA_MAX: Final = -8
"""As in glibc's malloc.h."""


def keep_one() -> None:
    """One heap for all threads, of which one runs at a time anyway. To be called before threads start; of no effect
    where the C library has no such setting."""
    if sys.platform.startswith("linux") and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """What starting left behind: the word lists that a configuration is checked by take some 40 MB."""
    if sys.platform.startswith("linux") and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
