from __future__ import annotations

import datetime

import pytest

from services.ingest.politeness import interval_s, retry_after_s

NOW = datetime.datetime(2026, 11, 20, 17, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("120", 120.0),
        ("Fri, 20 Nov 2026 17:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 16:00:00 GMT", 0.0),
        ("-5", None),
        ("straks", None),
        ("", None),
        ("Fri, 99 Nov 2026 17:01:00 GMT", None),
    ],
)
def test_retry_after(wish: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": wish}, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [
        ({}, None, 300),
        ({}, "60", 3600),
        ({}, "1", 300),
        ({}, "vaak", 300),
        ({"cache-control": "public, max-age=900"}, None, 900),
        ({"cache-control": "s-maxage=900"}, None, 300),
        ({"cache-control": "max-age=99999999999999"}, "999999", 86_400),
    ],
)
def test_wishes_only_lengthen_the_interval(headers: dict[str, str], ttl: str | None, seconds: float) -> None:
    assert interval_s(300, headers=headers, ttl_minutes=ttl) == seconds


def test_what_is_configured_is_never_shortened() -> None:
    assert interval_s(200_000, headers={}, ttl_minutes="1") == 200_000
