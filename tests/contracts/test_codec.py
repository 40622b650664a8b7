"""Hostile bytes: each gets a reason, none gets quoted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codec import MAX_RECORD_BYTES, Decoder, Malformed, encode
from contracts.dead_letter import Reason
from contracts.raw_post import RawPost, RawRecord

GOOD = {"contract": "raw-post.v1", "source": "s", "id": "1", "created_ms": 1, "received_ms": 2, "text": "hoi"}
DECODER: Decoder[RawRecord] = Decoder(RawRecord)


def _bytes(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        (None, Reason.INVALID_JSON, None),
        (b"", Reason.INVALID_JSON, None),
        (_bytes()[:-9], Reason.INVALID_JSON, None),
        (b"[" * 10_000, Reason.INVALID_FIELD, "$.contract"),
        (b'{"a":' * 10_000, Reason.INVALID_JSON, None),
        (b'{"contract":"raw-post.v1","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", Reason.INVALID_JSON, None),
        (_bytes(text="\xff").replace(b"\\u00ff", b"\xff"), Reason.INVALID_UTF8, None),
        (b"\x00" * 100, Reason.INVALID_JSON, None),
        (b"[]", Reason.INVALID_FIELD, "$.contract"),
        (_bytes(contract="alert.v1"), Reason.INVALID_FIELD, "$.contract"),
        (_bytes(contract="raw-post.v9"), Reason.UNKNOWN_VERSION, None),
        (_bytes(created_ms="gisteren"), Reason.INVALID_FIELD, "$.created_ms"),
        (_bytes(langs=["nl", 3]), Reason.INVALID_FIELD, "$.langs[1]"),
        (_bytes(text="x" * MAX_RECORD_BYTES), Reason.TOO_LARGE, None),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_malformed_record_is_refused_with_its_reason(
    payload: bytes | None, reason: Reason, field: str | None
) -> None:
    with pytest.raises(Malformed) as caught:
        DECODER.decode(payload)
    assert (caught.value.reason, caught.value.field) == (reason, field)


@given(st.binary(max_size=300) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_no_bytes_raise_anything_but_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        DECODER.decode(payload)


@given(st.text(alphabet="abcdefgh@", min_size=6), st.sampled_from(["source", "created_ms", "langs", "author"]))
def test_a_refusal_quotes_nothing_of_the_payload(secret: str, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        DECODER.decode(_bytes(**{field: {secret: secret}}))
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.builds(
    RawPost, source=st.text(), id=st.text(), created_ms=st.integers(0, 2**50), received_ms=st.integers(0, 2**50),
    text=st.text(), author=st.none() | st.text(), langs=st.tuples(st.text()), repost=st.booleans(),
))  # fmt: skip
def test_what_is_written_is_read_back(post: RawPost) -> None:
    assert DECODER.decode(encode(post)) == post
