"""Bytes of another party to our structures; every failure is a `Malformed` with a closed reason, never a quotation."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import MAX_TEXT_CHARS

T = TypeVar("T")

_path = re.compile(r"`(\$[^`]*)`")
_language = re.compile(r"^[a-z]{2,3}$")


def decode(decoder: msgspec.json.Decoder[T], payload: bytes) -> T:
    """Raises `Malformed`, and nothing else, on any bytes whatever."""
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        found = _path.search(str(error))
        raise Malformed(Reason.INVALID_FIELD, found.group(1) if found else "$") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Malformed(Reason.INVALID_UTF8) from None
    raise Malformed(Reason.INVALID_JSON)


def milliseconds(moment: str | datetime.datetime, field: str = "$.created_ms") -> int:
    """ISO 8601 with an offset, to milliseconds since the epoch. Without an offset nobody knows when it was: refused."""
    try:
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(moment)
        if moment.tzinfo is None:
            raise Malformed(Reason.INVALID_FIELD, field)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Malformed(Reason.INVALID_FIELD, field) from None


def checked_text(text: str) -> str:
    """Raises `Malformed` for a text that no network allows, so that one post cannot occupy what comes after."""
    if len(text) > MAX_TEXT_CHARS:
        raise Malformed(Reason.TOO_LARGE, "$.text")
    return text


def languages(tags: Iterable[str]) -> tuple[str, ...]:
    """Primary subtags (``en-US``: ``en``), each once, at most four; what is not a language tag is left out."""
    primary = (tag[:11].partition("-")[0].lower() for tag in tags)
    return tuple(dict.fromkeys(tag for tag in primary if _language.match(tag)))[:4]
