"""How often a publisher wants to be asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_max_age = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})")

MAX_INTERVAL_S = 24 * 3600.0
"""Whatever a publisher asks, a feed is read once a day."""


def retry_after_s(headers: Mapping[str, str], now: datetime.datetime | None = None) -> float | None:
    """`Retry-After`, in seconds or as a date; None when absent or unreadable."""
    wish = headers.get("retry-after", "").strip()
    if wish.isdecimal():
        return float(wish[:9])
    try:
        moment = parsedate_to_datetime(wish)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - (now or datetime.datetime.now(datetime.UTC))).total_seconds())


def interval_s(configured_s: float, *, headers: Mapping[str, str], ttl_minutes: str | None) -> float:
    """Time to the next request: what is configured, lengthened by the feed's ``ttl`` and by `max-age`."""
    wishes = [configured_s]
    if ttl_minutes and ttl_minutes.strip().isdecimal():
        wishes.append(float(ttl_minutes.strip()[:6]) * 60)
    if found := _max_age.search(headers.get("cache-control", "")):
        wishes.append(float(found.group(1)))
    return max(configured_s, min(max(wishes), MAX_INTERVAL_S))
