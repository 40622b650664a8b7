"""One entry as it stands in the file: canonical JSON on one line, chained by SHA-256. Pure.

Canonical: keys in order, no spaces, UTF-8, whole numbers only (RFC 8785 without its decimals). So a value has one way
to be written, and a line that says the same in other bytes is a changed line.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from services.notifier.dossier.bodies import Body, kind_of, written
from services.notifier.dossier.lists import Kind

GENESIS = "0" * 64
FIELDS = frozenset({"at", "body", "dossier", "hash", "kind", "number", "previous"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    number: int
    kind: Kind
    at: str
    body: dict[str, Any]
    previous: str
    hash: str
    line: bytes
    """As it is stored and exported, without line end."""


def canonical(value: Any) -> bytes:
    """Raises `TypeError` for decimals: they have more than one spelling."""
    _no_decimals(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def make(dossier: str, number: int, previous: str, body: Body, at_ms: int) -> Entry:
    kind = kind_of(body)
    record: dict[str, Any] = {
        "at": moment(at_ms),
        "body": written(body),
        "dossier": dossier,
        "kind": kind.value,
        "number": number,
        "previous": previous,
    }
    sealed = record | {"hash": digest(record)}
    return of_line(canonical(sealed))


class NotAnEntry(Exception):
    """What is stored is no entry: somebody wrote in the database."""


def of_line(line: bytes) -> Entry:
    """Raises `NotAnEntry`."""
    try:
        record = orjson.loads(line)
        return Entry(
            number=record["number"],
            kind=Kind(record["kind"]),
            at=record["at"],
            body=record["body"],
            previous=record["previous"],
            hash=record["hash"],
            line=line,
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise NotAnEntry("what is stored is no entry of a dossier") from None


def digest(record: dict[str, Any]) -> str:
    """Of everything but the hash itself."""
    return hashlib.sha256(canonical({name: value for name, value in record.items() if name != "hash"})).hexdigest()


def moment(ms: int) -> str:
    then = datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)
    return f"{then:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def minute(minutes: int) -> str:
    return f"{datetime.datetime.fromtimestamp(minutes * 60, datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


def ms_of(text: str) -> int:
    """Of `moment` or `minute`."""
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def _no_decimals(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("decimals have no canonical form: write text")
    if isinstance(value, dict):
        for inner in value.values():
            _no_decimals(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _no_decimals(inner)
