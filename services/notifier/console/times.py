"""Times as a Dutch operator reads them: Europe/Amsterdam, absolute beside relative. Pure."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
MINUTE_MS = 60_000
DAY_MINUTES = 1440
NIGHT_ENDS = 5
"""O'clock: until then the coming night is meant, not tomorrow."""


def local(ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms / 1000, AMSTERDAM)


def moment(ms: int, now_ms: int) -> str:
    """As short as is clear: ``21:04``, ``gisteren 21:04``, ``vr 20 nov 21:04``, ``do 20 sep 2012 17:42``."""
    then, now = local(ms), local(now_ms)
    clock = f"{then:%H:%M}"
    days = (now.date() - then.date()).days
    if days == 0:
        return clock
    if days == 1:
        return f"gisteren {clock}"
    if days == -1:
        return f"vannacht {clock}" if then.hour < NIGHT_ENDS else f"morgen {clock}"
    return f"{day(then.date(), now.date())} {clock}"


def day(date: datetime.date, today: datetime.date) -> str:
    year = f" {date.year}" if abs((today - date).days) > 300 else ""
    return f"{DAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}{year}"


def duration(minutes: int) -> str:
    """``3 min``, ``2 u 56 min``, ``1 dag 3 u``. For negative values the size counts."""
    minutes = abs(minutes)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < DAY_MINUTES:
        hours, rest = divmod(minutes, 60)
        return f"{hours} u {rest} min" if rest else f"{hours} u"
    days, rest = divmod(minutes, DAY_MINUTES)
    name = "dag" if days == 1 else "dagen"
    return f"{days} {name} {rest // 60} u" if rest >= 60 and days < 7 else f"{days} {name}"


def ago(ms: int, now_ms: int) -> str:
    minutes = (now_ms - ms) // MINUTE_MS
    if minutes < 1:
        return "net" if minutes >= 0 else f"over {duration(-minutes)}"
    return f"{duration(minutes)} geleden"


def wall_ms(starts: str) -> tuple[int, bool] | None:
    """Local wall time of an event to milliseconds, and whether it names a time of day. None: not a time."""
    try:
        parsed = datetime.datetime.fromisoformat(starts)
    except ValueError:
        return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=AMSTERDAM)
    return int(parsed.timestamp() * 1000), "T" in starts
