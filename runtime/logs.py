"""Structured logs that cannot hold a person: an allow-list of fields, and exceptions without their message."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "service", "source", "kind", "status", "reason", "topic", "partition",
        "offset", "count", "seconds", "port", "host", "path", "version", "error", "where", "attempt", "alert",
        "receiver", "phenomenon", "region", "field", "line", "size", "lag", "state", "signal", "exercise",
        "revision", "rate", "digest",
    }
)  # fmt: skip
"""The only keys a log line may carry. A new one must never be able to hold what a person wrote or is."""


def configure(service: str, level: str = "info") -> None:
    """JSON lines on stderr; loggers of libraries (aiokafka, uvicorn, faust) pass through the same allow-list."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_without_message,
            _allowed_fields(service),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)


def log() -> Any:
    return structlog.get_logger()


class _Library(logging.Handler):
    """Lines of libraries: which logger and where, not the message, which may quote a record or an address."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        emit = log().error if record.levelno >= logging.ERROR else log().warning
        emit(
            "library", kind=record.name, where=f"{record.module}:{record.lineno}", **({"error": error} if error else {})
        )


def _exception_without_message(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        line["error"] = info[0].__name__
        frames = traceback.extract_tb(info[2])
        line["where"] = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    return line


def _allowed_fields(service: str) -> Any:
    def keep(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        kept: dict[str, Any] = {"service": service}
        dropped = 0
        for name, value in line.items():
            if name in FIELDS:
                kept[name] = value
            else:
                dropped += 1
        if dropped:
            kept["count_dropped"] = dropped
        return kept

    return keep
