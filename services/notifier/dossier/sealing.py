"""The seal under a dossier that leaves: how many entries, the last hash, and an Ed25519 signature over both.

The private key is a PEM file in the secrets directory. Its public half goes to whoever must be able to check, by
another way than the dossier itself.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from services.notifier.dossier.record import canonical, moment

FORMAT = "seinpost-dossier/1"
SEAL_FIELDS = frozenset(
    {"count", "dossier", "exercise", "fingerprint", "format", "head", "made_at", "public_key", "signature"}
)
_PURPOSE = b"seinpost dossier seal 1\n"
"""Before what is signed: a signature made for something else fits no seal."""


class NoKey(Exception):
    """There is no key to seal with. One line, for a person; names the file, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The 32 bytes of the public key, in hexadecimal."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_key() -> Key:
    return Key(private=Ed25519PrivateKey.generate())


def write_key(key: Key, file: Path) -> None:
    """Readable by its owner alone. Raises `FileExistsError`: a key in use is never overwritten."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key.private_pem)


def load_key(file: Path) -> Key:
    """Raises `NoKey`."""
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except FileNotFoundError:
        raise NoKey(f"there is no file {file.name} in the secrets directory") from None
    except OSError as error:
        raise NoKey(f"{file.name} in the secrets directory cannot be read ({type(error).__name__})") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoKey(f"{file.name} in the secrets directory is no private key in PEM without a password") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(f"{file.name} in the secrets directory is no Ed25519 key")
    return Key(private=private)


def public_of_pem(pem: bytes) -> str:
    """The 32 bytes in hexadecimal. Raises `NoKey`."""
    try:
        found = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise NoKey("this is no public key in PEM") from None
    if not isinstance(found, Ed25519PublicKey):
        raise NoKey("this is no Ed25519 key")
    return found.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint(public: str) -> str:
    """SHA-256 of the key in DER: what ``openssl pkey -pubin -outform DER | sha256sum`` gives."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def seal(*, dossier: str, exercise: str | None, count: int, head: str, key: Key, now_ms: int) -> bytes:
    """The last line of an export, without line end."""
    claim: dict[str, Any] = {
        "count": count,
        "dossier": dossier,
        "exercise": exercise,
        "fingerprint": key.fingerprint,
        "format": FORMAT,
        "head": head,
        "made_at": moment(now_ms),
        "public_key": key.public,
    }
    return canonical(claim | {"signature": key.private.sign(signed(claim)).hex()})


def signed(claim: dict[str, Any]) -> bytes:
    """What the signature is over: the seal without it."""
    return _PURPOSE + canonical({name: value for name, value in claim.items() if name != "signature"})
