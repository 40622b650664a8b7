"""Bytes to records and back. Every failure is a `Malformed` with a closed reason, and quotes nothing of the payload."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

import msgspec

from contracts.dead_letter import Reason

MAX_RECORD_BYTES = 1_000_000
"""Kafka's default record limit; anything larger is refused before it is parsed."""

T = TypeVar("T")


class Malformed(ValueError):
    """A record that cannot be read. Goes to dead letters; never retried.

    ``reason`` says why, ``field`` the path in our own contract. The text of the exception holds nothing else.
    """

    def __init__(self, reason: Reason, field: str | None = None) -> None:
        self.reason = reason
        self.field = field
        super().__init__(reason.value if field is None else f"{reason.value} at {field}")


class _Tagged(msgspec.Struct):
    contract: str


_tagged = msgspec.json.Decoder(_Tagged)
_encoder = msgspec.json.Encoder()
_path = re.compile(r"`(\$[^`]*)`")


def encode(record: msgspec.Struct) -> bytes:
    """Record to JSON (UTF-8, one object, no line breaks)."""
    return _encoder.encode(record)


class Decoder(Generic[T]):
    """Reads one record type, or a union of them. Build once, use for every record.

    `decode` raises `Malformed`, and nothing else, on any bytes whatever.
    """

    def __init__(self, record_type: Any) -> None:
        self._decoder = msgspec.json.Decoder(record_type)
        members = getattr(record_type, "__args__", (record_type,))
        self._contracts = {str(member.__struct_config__.tag).rpartition(".")[0] for member in members}

    def decode(self, payload: bytes | None) -> T:
        if payload is None:
            raise Malformed(Reason.INVALID_JSON)
        if len(payload) > MAX_RECORD_BYTES:
            raise Malformed(Reason.TOO_LARGE)
        try:
            return self._decoder.decode(payload)  # type: ignore[no-any-return]
        except msgspec.ValidationError as error:
            raise self._invalid(payload, error) from None
        except UnicodeDecodeError:
            raise Malformed(Reason.INVALID_UTF8) from None
        except (msgspec.DecodeError, RecursionError):
            raise Malformed(_undecodable(payload)) from None

    def _invalid(self, payload: bytes, error: msgspec.ValidationError) -> Malformed:
        try:
            name, _, _ = _tagged.decode(payload).contract.rpartition(".")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return Malformed(Reason.INVALID_FIELD, "$.contract")
        path = _path.search(str(error))
        field = path.group(1) if path else "$"
        if name in self._contracts and field == "$.contract":
            return Malformed(Reason.UNKNOWN_VERSION)
        return Malformed(Reason.INVALID_FIELD, field)


def _undecodable(payload: bytes) -> Reason:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return Reason.INVALID_UTF8
    return Reason.INVALID_JSON
