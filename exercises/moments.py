"""Days and times as people write them."""

from __future__ import annotations

import datetime
from functools import lru_cache

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
HOURS = ("twaalf", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf")


def weekday(day: datetime.date, later: int) -> str:
    return DAYS[(day.weekday() + later) % 7]


def greeting(hour: int, chance: float) -> str:
    if chance < 0.4:
        return ("hoi", "hey", "hallo", "hee", "joo")[int(chance * 12.5)]
    if hour < 6:
        return "nog wakker"
    return "goedemorgen" if hour < 12 else "goedemiddag" if hour < 18 else "goedenavond"


@lru_cache(maxsize=4096)
def day_spellings(today: datetime.date, starts: datetime.datetime) -> tuple[str, ...]:
    """Ways to name the day of ``starts``, for somebody who writes ``today``."""
    away = (starts.date() - today).days
    name, short, month = DAYS[starts.weekday()], DAYS[starts.weekday()][:2], MONTHS[starts.month - 1]
    ways = [f"{name} {starts.day} {month}", f"{short} {starts.day} {month[:3]}", f"{starts.day}-{starts.month}"]
    evening = "avond" if starts.hour >= 18 else "middag" if starts.hour >= 12 else "ochtend"
    if away == 0:
        ways = [f"van{evening}", f"van{evening}", "vandaag", f"van{evening} {starts.day}-{starts.month}"]
    elif away == 1:
        ways = [f"morgen{evening}", "morgen", f"morgen {evening}", f"{name}{evening}"]
    elif away == 2:
        ways += ["overmorgen", f"{name}{evening}"]
    elif 2 < away < 8:
        ways += [f"a.s. {name}", f"{name}", f"komende {name}", f"{name}{evening}"]
    elif away < 0:
        ways = [f"{name}", f"{name} {starts.day} {month}"]
    return tuple(ways)


@lru_cache(maxsize=256)
def clock_spellings(starts: datetime.datetime) -> tuple[str, ...]:
    hour, minute = starts.hour, starts.minute
    ways = [f"{hour}:{minute:02}", f"{hour}.{minute:02}", f"{hour}:{minute:02} uur", f"{hour}.{minute:02}u"]
    if minute == 0:
        ways += [f"{hour} uur", f"{hour}u", f"{hour % 12 or 12} uur", HOURS[hour % 12] + " uur"]
    if minute == 30:
        ways += [f"half {(hour + 1) % 12 or 12}", f"half {HOURS[(hour + 1) % 12]}"]
    return tuple(ways)
