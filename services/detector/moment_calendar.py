"""Days that follow from a rule of the calendar: Easter, and the first Saturday of a month."""

from __future__ import annotations

from datetime import date, timedelta


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian reckoning (Butcher 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    ahead = (32 + 2 * e + 2 * i - h - k) % 7
    moved = h + ahead - 7 * ((a + 11 * h + 22 * ahead) // 451) + 114
    return date(year, moved // 31, moved % 31 + 1)


def ranked_weekday(year: int, month: int, weekday: int, rank: int) -> date:
    """The ``rank``-th such weekday of a month; the fifth stands for the last."""
    first = date(year, month, 1)
    told = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (rank - 1))
    return told if told.month == month else told - timedelta(days=7)
