"""Dates and times as Dutch people write them, resolved against the moment the post was written.

A rule parser, one pass over the tokens. Words become days and hours (`moment_days`, `moment_clocks`); those that stand
near each other become one moment, which is resolved in Europe/Amsterdam. Rules a reader may want to know:

- **An hour of the twelve-hour clock** (8 uur, half 9, om 2): a part of the day beside it decides (vanavond, 's avonds).
  Without one, 1 to 9 is afternoon or evening (13:00–21:59), 10 to 12 is as written: people gather late, and demonstrate
  from ten. Figures with minutes (8:00, 10.30) are as written from 7 up. When that has passed today and the other half
  of the day has not, it is the other half.
- **A weekday** is the first one from today; today itself until three hours after its hour. *Komende*, *aanstaande* and
  *a.s.* are the first one after today; *volgende* is the one in the next week, Monday to Sunday.
- **An hour without a day** is today until three hours after it, then tomorrow: messages are passed on while it lasts.
- **vannacht** is the coming night (before six: this one): hours up to six are of the next calendar day.
- **A day and month without a year** is this year's, or next year's when it is over sixty days ago.
- A local time that the clock skips (last Sunday of March, 02:30) is an hour later; one that comes twice is the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.detector import moment_clocks as clocks
from services.detector import moment_days as days
from services.detector import moment_words as words
from services.detector.moment_words import Part

ZONE = ZoneInfo("Europe/Amsterdam")
DAY_TO_CLOCK = 10
"""Tokens that may stand between a day and its hour: *morgen allemaal naar de Coolsingel, vanaf 20:00*."""
CLOCK_TO_DAY = 5
JUST_NOW = timedelta(minutes=30)
"""An hour of the twelve-hour clock that passed longer ago is the other half of the day, when that is still to come."""
STILL_ON = timedelta(hours=3)
"""A bare hour that passed this short ago is today's: messages are passed on long after a gathering began. Longer ago
it is tomorrow's, or next week's."""
LAST_MINUTE = 100_000_000
"""A post that claims to be written after 2160 tells no time."""
_NOW = frozenset(("nu", "now"))
_SOON = frozenset(("straks", "zometeen", "zo-meteen"))
_SPEAKING = words.STARTERS.union(words.NUMBERS, words.PARTS)


class Precision(StrEnum):
    DATE = "date"
    MINUTE = "minute"


class When:
    """A moment a post speaks of, in local wall time (Europe/Amsterdam). Never changed."""

    __slots__ = ("end", "now", "precision", "rolled", "span", "start")

    def __init__(
        self,
        *,
        start: str,
        precision: Precision,
        span: tuple[int, int],
        end: str | None = None,
        now: bool = False,
        rolled: bool = False,
    ) -> None:
        self.start = start
        """``2021-11-19T20:00``, or ``2021-11-19`` when only the day is told."""
        self.precision = precision
        self.span = span
        """Tokens it was read from: first, and one past the last."""
        self.end = end
        """In the form of ``start``; of a range of hours, a weekend or a week."""
        self.now = now
        """Told as *nu*: the moment of writing, not an appointment."""
        self.rolled = rolled
        """Only an hour was told, and it had passed: taken for tomorrow's, though it may be a message passed on late."""


class _Moment:
    __slots__ = ("clock", "day", "first", "part", "stop")

    def __init__(self, first: int, stop: int, day: days.Day | None, clock: clocks.Clock | None = None) -> None:
        self.first = first
        self.stop = stop
        self.day = day
        self.clock = clock
        self.part: Part | None = None


def find(tokens: Sequence[str], posted_minute: int) -> tuple[When, ...]:
    """Every date or time in a post written at ``posted_minute`` (minutes since the epoch, UTC), in reading order."""
    lowered: list[str] = [token.lower() for token in tokens]
    if not 0 <= posted_minute < LAST_MINUTE:
        return ()
    if words.STARTERS.isdisjoint(lowered) and not any(token[:1].isdecimal() for token in lowered):
        return ()
    return tuple(_read(lowered, local(posted_minute), posted_minute))


@lru_cache(maxsize=1_024)
def local(minute: int) -> datetime:
    """Wall time of a minute since the epoch."""
    return datetime.fromtimestamp(minute * 60, ZONE).replace(tzinfo=None)


def parse(text: str | Sequence[str], posted: datetime) -> list[When]:
    """The same for plain text (or tokens) and an aware time of writing; for people and tests, not for the stream."""
    tokens = words_of(text) if isinstance(text, str) else text
    return list(find(tokens, int(posted.timestamp()) // 60))


def words_of(text: str) -> list[str]:
    """Splits plain text about as the anonymizer does, keeping every word."""
    tokens: list[str] = []
    for chunk in text.split():
        bare = chunk.strip(',;()"“”„[]*')
        if bare.lower() in ("a.s.", "u."):
            tokens.append(bare)
            continue
        core = bare.rstrip(".!?:")
        if core:
            tokens.extend(re.sub(r"^(['’]s)(?=[a-z])", r"\1 ", core).split() if core[:2] in ("'s", "’s") else [core])
        tokens.extend(mark for mark in bare[len(core) :] if mark in ".!?")
    return tokens


def epoch_minute(local: str) -> int:
    """Minutes since the epoch of a `When.start` or `When.end` (a date: its midnight)."""
    return int(datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp()) // 60


def _read(tokens: list[str], now: datetime, posted_minute: int) -> list[When]:
    found: list[When] = []
    open_moment: _Moment | None = None
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token not in _SPEAKING and not token[:1].isdecimal():
            index += 1
            continue
        if token == "over" and (later := days.from_now(tokens, index)) is not None and later.precise:
            _close(open_moment, now, found)
            open_moment = None
            found.append(_later(later, index, posted_minute))
            index = later.stop
            continue
        if (day := days.day(tokens, index, now)) is not None:
            first = index - 1 if index and tokens[index - 1] in words.COMING_NEXT_OR_THIS else index
            current = open_moment
            if current is not None and (told := _joined(tokens, current, day, first)) is not None:
                current.day, current.stop = told, day.stop
            else:
                _close(open_moment, now, found)
                open_moment = _Moment(first, day.stop, day)
            index = day.stop
            continue
        beside = open_moment is not None and open_moment.day is not None and index - open_moment.stop <= DAY_TO_CLOCK
        if (clock := clocks.clock(tokens, index, beside_day=beside)) is not None:
            current = open_moment
            if current is not None and current.clock is None and index - current.stop <= DAY_TO_CLOCK:
                current.clock, current.stop = clock, clock.stop
            else:
                near = current is not None and index - current.stop <= DAY_TO_CLOCK
                inherited = current.day if near and current is not None else None
                _close(current, now, found)
                open_moment = _Moment(index, clock.stop, inherited, clock)
            index = clock.stop
            continue
        if (
            token in words.PARTS
            and open_moment is not None
            and open_moment.part is None
            and index - open_moment.stop <= 2
        ):
            open_moment.part, open_moment.stop = words.PARTS[token], index + 1
        elif open_moment is None and (token in _NOW or token in _SOON or tokens[index : index + 2] == ["zo", "meteen"]):
            found.append(_about_now(token, index, now))
        index += 1
    _close(open_moment, now, found)
    if any(not when.now for when in found):
        found = [when for when in found if not when.now]
    return _spanned(tokens, found) if len(found) > 1 else found


def _close(moment: _Moment | None, now: datetime, found: list[When]) -> None:
    if moment is not None and (when := _resolve(moment, now)) is not None:
        found.append(when)


def _spanned(tokens: list[str], found: list[When]) -> list[When]:
    """``Vrijdag 18:00 tot zondag 18:00`` is one."""
    kept = found[:1]
    for when in found[1:]:
        begin = kept[-1]
        apart = when.span[0] - begin.span[1]
        joined = apart > 0 and apart == clocks.until_at(tokens, begin.span[1]) and begin.end is None
        if joined and begin.precision is when.precision and begin.start < when.start:
            span = (begin.span[0], when.span[1])
            end = when.end or when.start
            kept[-1] = When(
                start=begin.start, precision=begin.precision, span=span, end=end, now=begin.now, rolled=begin.rolled
            )
        else:
            kept.append(when)
    return kept


def _joined(tokens: list[str], moment: _Moment, day: days.Day, first: int) -> days.Day | None:
    """A day told behind another, as one: ``vrijdag 20 nov``, or ``vrijdag t/m zondag``."""
    known = moment.day
    apart = first - moment.stop
    until = apart > 0 and apart == clocks.until_at(tokens, moment.stop) and moment.clock is None
    if known is not None and until and known.last is None and known.first < day.first:
        return known.until(day.first)
    return _merged(known, day) if _takes_day(moment, day, first) else None


def _takes_day(moment: _Moment, day: days.Day, first: int) -> bool:
    if moment.day is None:
        return first - moment.stop <= CLOCK_TO_DAY
    if first - moment.stop > 1 or moment.day.last is not None:
        return False
    if moment.day.dated:
        return day.first == moment.day.first and day.last is None
    return day.dated or (day.first == moment.day.first and day.last is None)


def _merged(known: days.Day | None, told: days.Day) -> days.Day:
    if known is None or known.part is None or told.part is not None:
        return told
    return told.at(known.part)


def _about_now(token: str, index: int, now: datetime) -> When:
    if token in _NOW:
        start = now.isoformat(timespec="minutes")
        return When(start=start, precision=Precision.MINUTE, span=(index, index + 1), now=True)
    return When(start=now.date().isoformat(), precision=Precision.DATE, span=(index, index + 1), now=True)


def _later(later: days.FromNow, index: int, posted_minute: int) -> When:
    span = (index, later.stop)
    moment = datetime.fromtimestamp((posted_minute + later.minutes) * 60, ZONE)
    return When(start=_minutes(moment.replace(tzinfo=None)), precision=Precision.MINUTE, span=span)


def _resolve(moment: _Moment, now: datetime) -> When | None:
    day, clock = moment.day, moment.clock
    span = (moment.first, moment.stop)
    part = (clock.part if clock else None) or (day.part if day else None) or moment.part
    if clock is None:
        if day is None:
            return None
        end = day.last.isoformat() if day.last and day.last != day.first else None
        return When(start=day.first.isoformat(), precision=Precision.DATE, end=end, span=span)
    hour = _hour(clock.hour, clock.written, part)
    base = day.first if day else now.date()
    night = part is Part.NIGHT and (clock.part is None) and day is not None and day.part is Part.NIGHT
    evening_after_midnight = part is Part.EVENING and hour <= 4
    if (night and hour < 7) or evening_after_midnight:
        hour += 24
    start = told = _on(base, hour, clock.minute)
    if day is None or day.repeats or base == now.date():
        start = _not_passed(start, clock, part, now, day)
    ends = _ending(start, clock.until) if clock.until is not None else None
    return When(
        start=_minutes(_existing(start)),
        precision=Precision.MINUTE,
        end=_minutes(_existing(ends)) if ends else None,
        span=span,
        rolled=day is None and start.date() > told.date(),
    )


def _hour(hour: int, written: bool, part: Part | None) -> int:
    """The hour of the 24-hour clock; 24 is midnight at the end of the day."""
    if written or hour > 12 or hour == 0:
        return hour
    if part is Part.EVENING:
        return {12: 24}.get(hour, hour + 12 if hour >= 5 else hour)
    if part is Part.AFTERNOON:
        return hour + 12 if hour <= 6 else hour
    if part is Part.MORNING:
        return hour
    if part is Part.NIGHT:
        if hour == 12:
            return 24
        return hour + 12 if hour >= 8 else hour
    return hour + 12 if hour <= 9 else hour


def _not_passed(
    start: datetime, clock: clocks.Clock, part: Part | None, now: datetime, day: days.Day | None
) -> datetime:
    spoken = not clock.written and clock.hour <= 12 and part is None
    if spoken and day is None and clock.hour <= 5 and now.hour >= 21:
        # *Om 1 uur*, said late in the evening, is this night.
        return _on(now.date() + timedelta(days=1), clock.hour, clock.minute)
    if spoken and start.hour < 12 and start < now - JUST_NOW <= start + timedelta(hours=12):
        return start + timedelta(hours=12)
    if start >= now - STILL_ON:
        return start
    if day is None:
        return start + timedelta(days=1)
    if day.repeats:
        return start + timedelta(days=7)
    return start


def _ending(start: datetime, until: tuple[int, int, bool]) -> datetime:
    """The first such hour after the start; of a twelve-hour clock the nearest half day."""
    hour, minute, written = until
    candidates = [hour] if written or hour > 12 else [hour, hour + 12]
    ends = [_on(start.date(), candidate, minute) for candidate in candidates]
    ends += [end + timedelta(days=1) for end in ends]
    return min(end for end in ends if end > start)


def _on(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)  # noqa: DTZ001


def _existing(local: datetime) -> datetime:
    """A wall time that the clock shows: one inside the hour skipped in March is moved an hour on."""
    if local.month == 3 and local.day >= 25 and local.hour == 2:
        return local.replace(tzinfo=ZONE).astimezone(UTC).astimezone(ZONE).replace(tzinfo=None)
    return local


def _minutes(local: datetime) -> str:
    return local.isoformat(timespec="minutes")
