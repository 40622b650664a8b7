"""Sealing. Each report has a key of its own; the store's key wraps it. Without that key nothing opens; once its own key
is destroyed, what is left of a report opens for nobody. What that means for backups: docs/adr/0009.

AES-256-GCM with 96 random bits; the id of the row is bound into each, so that none can be put in the place of another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES = 32, 12


class Sealed(Exception):
    """It does not open: the key is another one, or the row was changed. Says nothing of what is inside."""


class UnusableKey(Exception):
    """Not 32 bytes in base64."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A report's key as it is kept."""

    by: str
    """Public number of the store's key."""
    key: bytes


@dataclass(frozen=True, slots=True, repr=False)
class CaseKey:
    """Opens and seals the rows of one report."""

    case: str
    key: bytes

    def seal(self, row: str, plain: bytes) -> bytes:
        return _seal(self.key, f"{self.case}/{row}", plain)

    def open(self, row: str, sealed: bytes) -> bytes:
        """Raises `Sealed`."""
        return _open(self.key, f"{self.case}/{row}", sealed)


class Vault:
    """Holds the store's keys: the first wraps, all unwrap."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = {_number(key): key for key in keys}
        self.first = _number(keys[0])

    def new(self, case: str) -> tuple[CaseKey, Wrapped]:
        key = CaseKey(case, secrets.token_bytes(KEY_BYTES))
        return key, self.wrap(key)

    def wrap(self, key: CaseKey) -> Wrapped:
        return Wrapped(self.first, _seal(self._keys[self.first], f"{key.case}/key", key.key))

    def unwrap(self, case: str, wrapped: Wrapped) -> CaseKey:
        """Raises `Sealed`."""
        if wrapped.by not in self._keys:
            raise Sealed
        return CaseKey(case, _open(self._keys[wrapped.by], f"{case}/key", wrapped.key))


def read_key(text: str) -> bytes:
    """Raises `UnusableKey`."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKey from None
    if len(key) != KEY_BYTES:
        raise UnusableKey
    return key


def _number(key: bytes) -> str:
    return hashlib.sha256(b"seinpost case store" + key).hexdigest()[:16]


def _seal(key: bytes, bound: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound.encode())


def _open(key: bytes, bound: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound.encode())
    except (InvalidTag, ValueError):
        raise Sealed from None
