"""The key behind author tokens: made here, kept in memory only, overwritten when it is replaced."""

from __future__ import annotations

import ctypes
import datetime
import hashlib
import mmap
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

KEY_BYTES = 32
TOKEN_BYTES = 8
"""64 bits: among a million authors a day two share a token once in forty million days of one pair each."""

_ZONE = ZoneInfo("Europe/Amsterdam")
_MADV_DONTDUMP = 16
_PR_SET_DUMPABLE = 4


class Secret:
    """A 256-bit key in one page of its own, locked against swap and left out of core dumps where the system allows.

    Tokens are BLAKE2b keyed with it. Without it no list of handles can be tried; after `replace` nobody has it.
    """

    def __init__(self, made_ms: int) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._key = memoryview(self._page)[:KEY_BYTES]
        self.locked = _lock(self._page)
        """False where the system refused to keep the page out of swap."""
        self.made_ms = made_ms
        self._fill()

    def replace(self, now_ms: int) -> None:
        """Overwrite the key with a new one. Tokens before and after cannot be linked."""
        self.destroy()
        self._fill()
        self.made_ms = now_ms

    def destroy(self) -> None:
        """Overwrite the key with zeros."""
        self._key[:] = bytes(KEY_BYTES)

    def token(self, purpose: bytes, source: str, name: str) -> str:
        """Token of an author or a post of one source. ``purpose`` keeps the two apart."""
        data = f"{source}\x00{name}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=TOKEN_BYTES, person=purpose).hexdigest()

    def _fill(self) -> None:
        # Straight into the page: an ordinary bytes object would leave a copy behind that nobody overwrites.
        with Path("/dev/urandom").open("rb", buffering=0) as source:
            if source.readinto(self._key) != KEY_BYTES:
                raise OSError("the system gave no random key")


def due(made_ms: int, now_ms: int, quiet_hour: int) -> bool:
    """Whether a key made at one moment must be replaced at another.

    At the quiet hour (local time) after it was made; never older than 24 hours and the hour of a clock change.
    """
    made = datetime.datetime.fromtimestamp(made_ms / 1000, _ZONE)
    at = made.replace(hour=quiet_hour, minute=0, second=0, microsecond=0)
    if at <= made:
        at = (at + datetime.timedelta(days=1)).replace(hour=quiet_hour)
    return now_ms >= at.timestamp() * 1000


def forbid_core_dumps() -> bool:
    """Keep this process out of core dumps and from other processes' debuggers. False where that cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def _lock(page: mmap.mmap) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    page.madvise(_MADV_DONTDUMP)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return bool(ctypes.CDLL(None, use_errno=True).mlock(ctypes.c_void_p(address), ctypes.c_size_t(len(page))) == 0)
