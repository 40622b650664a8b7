from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codec import Malformed
from contracts.dead_letter import Reason
from services.ingest.decoding import decode, languages, milliseconds
from services.ingest.jetstream_wire import read_event, read_frame
from services.ingest.source import SourceFailed
from services.ingest.supplied import read_line


class Thing(msgspec.Struct):
    name: str


DECODER = msgspec.json.Decoder(Thing)


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        (b"", Reason.INVALID_JSON, None),
        (b"{", Reason.INVALID_JSON, None),
        (b'{"name":"\xff"}', Reason.INVALID_UTF8, None),
        (b"\x80", Reason.INVALID_UTF8, None),
        (b'{"name":"\\ud800"}', Reason.INVALID_JSON, None),
        (b'{"name":1}', Reason.INVALID_FIELD, "$.name"),
        (b'{"secret":"Jan"}', Reason.INVALID_FIELD, "$"),
    ],
)
def test_each_failure_has_its_reason_and_quotes_nothing(payload: bytes, reason: Reason, field: str | None) -> None:
    with pytest.raises(Malformed) as failure:
        decode(DECODER, payload)
    assert (failure.value.reason, failure.value.field) == (reason, field)
    assert "Jan" not in str(failure.value)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(payload: bytes) -> None:
    for read in (read_event, read_frame, lambda line: read_line(line, source="s", received_ms=0)):
        with contextlib.suppress(Malformed, SourceFailed):
            read(payload)


@pytest.mark.parametrize(
    ("moment", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-07-04T14:38:08.420Z", 1_783_175_888_420),
        ("2026-07-04T16:38:08.420+02:00", 1_783_175_888_420),
        ("1969-12-31T23:59:59Z", -1_000),
    ],
)
def test_milliseconds(moment: str, ms: int) -> None:
    assert milliseconds(moment) == ms


@pytest.mark.parametrize("moment", ["", "gisteren", "2026-07-04", "2026-07-04T14:38:08", "9" * 5000])
def test_a_moment_nobody_can_place_is_refused(moment: str) -> None:
    with pytest.raises(Malformed) as failure:
        milliseconds(moment)
    assert failure.value.reason is Reason.INVALID_FIELD


def test_languages() -> None:
    assert languages(("nl-NL", "nl", "EN", "frysk", "", "x" * 1_000_000, "zh-Hant")) == ("nl", "en", "zh")
