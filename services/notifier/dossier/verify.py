"""Checks an exported dossier, or a certificate of deletion, by itself: needs the file and nothing else. Pure.

Bytes count, not meaning: other spaces, another order of keys, a key twice or another spelling of a number is a change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.notifier.dossier.lists import Kind
from services.notifier.dossier.record import FIELDS, GENESIS, canonical, digest
from services.notifier.dossier.sealing import FORMAT, SEAL_FIELDS, fingerprint, signed

HEX_64, HEX_128 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")


class Fault(StrEnum):
    EMPTY = "the file is empty"
    CUT = "the file does not end with a whole line: its end was cut off"
    NOT_CANONICAL = "is not written as Seinpost writes it: bytes were changed"
    NOT_A_RECORD = "is no entry of a dossier"
    OTHER_DOSSIER = "is of another dossier"
    CHANGED = "is not what was written: its content and its hash differ"
    GONE = "one or more entries before it are gone"
    OUT_OF_ORDER = "stands in the wrong place, or twice"
    NOT_FOLLOWING = "was not written after the entry before it"
    BEGINNING = "a dossier begins with its opening, a certificate is one deletion"
    NO_SEAL = "the seal is missing: the end was cut off"
    NOT_LAST = "something stands after the seal"
    BAD_SEAL = "is no seal of this format"
    COUNT = "the seal is of another number of entries"
    HEAD = "the seal is of another last entry"
    SIGNATURE = "the signature of the seal does not fit"
    OTHER_KEY = "the seal was made with another key than the one given"


class Tampered(Exception):
    """Something is not as it was sealed. `line` 0: the file as a whole."""

    def __init__(self, fault: Fault, line: int = 0) -> None:
        super().__init__(f"line {line}: {fault.value}" if line else fault.value)
        self.fault = fault
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    dossier: str
    exercise: str | None
    count: int
    head: str
    made_at: str
    fingerprint: str
    deletion: dict[str, Any] | None
    """Of a certificate: what was deleted, when."""


def verify(content: bytes, public: str | None = None) -> Verified:
    """``public``: the key that must have sealed it, in hexadecimal; None: the one that it names itself.

    Raises `Tampered` with the first fault.
    """
    if not content:
        raise Tampered(Fault.EMPTY)
    if not content.endswith(b"\n"):
        raise Tampered(Fault.CUT)
    *lines, last = content[:-1].split(b"\n")
    claim = _canonical(last, len(lines) + 1)
    if "signature" not in claim:
        raise Tampered(Fault.NO_SEAL)
    dossier = claim.get("dossier")
    head, deletion = chain(lines, dossier)
    _sealed(claim, len(lines), head, public)
    return Verified(
        dossier=claim["dossier"],
        exercise=claim["exercise"],
        count=len(lines),
        head=head,
        made_at=claim["made_at"],
        fingerprint=claim["fingerprint"],
        deletion=deletion,
    )


def chain(lines: Sequence[bytes], dossier: object) -> tuple[str, dict[str, Any] | None]:
    """The last hash, and the body of a deletion. Raises `Tampered`."""
    previous, deletion = GENESIS, None
    for number, line in enumerate(lines, 1):
        record = _canonical(line, number)
        if "signature" in record:
            raise Tampered(Fault.NOT_LAST, number + 1)
        if record.keys() != FIELDS or type(record["number"]) is not int:
            raise Tampered(Fault.NOT_A_RECORD, number)
        if digest(record) != record["hash"]:
            raise Tampered(Fault.CHANGED, number)
        if record["dossier"] != dossier:
            raise Tampered(Fault.OTHER_DOSSIER, number)
        if record["number"] != number:
            raise Tampered(Fault.GONE if record["number"] > number else Fault.OUT_OF_ORDER, number)
        if record["previous"] != previous:
            raise Tampered(Fault.NOT_FOLLOWING, number)
        kind = record["kind"]
        if (number == 1) != (kind in (Kind.OPENING, Kind.DELETION)) or (kind == Kind.DELETION and len(lines) > 1):
            raise Tampered(Fault.BEGINNING, number)
        deletion = record["body"] if kind == Kind.DELETION else None
        previous = record["hash"]
    return previous, deletion


def _sealed(claim: dict[str, Any], count: int, head: str, public: str | None) -> None:
    at = count + 1
    if claim.keys() != SEAL_FIELDS or claim["format"] != FORMAT:
        raise Tampered(Fault.BAD_SEAL, at)
    for name, shape in (("public_key", HEX_64), ("fingerprint", HEX_64), ("head", HEX_64), ("signature", HEX_128)):
        if not isinstance(claim[name], str) or not shape.fullmatch(claim[name]):
            raise Tampered(Fault.BAD_SEAL, at)
    if public is not None and claim["public_key"] != public:
        raise Tampered(Fault.OTHER_KEY, at)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(claim["public_key"]))
        key.verify(bytes.fromhex(claim["signature"]), signed(claim))
        if fingerprint(claim["public_key"]) != claim["fingerprint"]:
            raise Tampered(Fault.BAD_SEAL, at)
    except (InvalidSignature, ValueError):
        raise Tampered(Fault.SIGNATURE, at) from None
    if type(claim["count"]) is not int or claim["count"] != count:
        raise Tampered(Fault.COUNT, at)
    if claim["head"] != head:
        raise Tampered(Fault.HEAD, at)


def _canonical(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Tampered(Fault.NOT_CANONICAL, number) from None
    if not isinstance(found, dict):
        raise Tampered(Fault.NOT_A_RECORD, number)
    try:
        same = canonical(found) == line
    except (TypeError, RecursionError):
        same = False
    if not same:
        raise Tampered(Fault.NOT_CANONICAL, number)
    return found
