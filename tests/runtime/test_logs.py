"""Logs hold no person, whoever writes them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime.logs import configure, log


@pytest.fixture(autouse=True)
def _own_stderr() -> Iterator[None]:
    """The captured stderr ends with the test; a later test must not write to it."""
    yield
    structlog.reset_defaults()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_only_allowed_fields_pass(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    log().info("started", port=80, text="bel @piet", author="did:plc:x")
    (line,) = _lines(capsys)
    assert line["event"] == "started"
    assert line["port"] == 80
    assert line["service"] == "test"
    assert line["count_dropped"] == 2
    assert "piet" not in json.dumps(line)


def test_an_exception_is_told_by_type_and_place_not_by_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    try:
        raise ValueError("kan @piet niet lezen")
    except ValueError:
        log().error("failed", exc_info=True)
    (line,) = _lines(capsys)
    assert line["error"] == "ValueError"
    assert str(line["where"]).startswith("test_logs.py:")
    assert "piet" not in json.dumps(line)


def test_a_library_is_heard_but_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    logging.getLogger("aiokafka.consumer").warning("record %s of %s", "hallo", "@piet")
    (line,) = _lines(capsys)
    assert line["kind"] == "aiokafka.consumer"
    assert "piet" not in json.dumps(line)


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test", "error")
    log().info("started")
    assert _lines(capsys) == []
