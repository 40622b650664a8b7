"""Reads the hour that is told at a place in a post: ``20.30u``, ``half 9``, ``van 8 tot 10``."""

from __future__ import annotations

from services.detector import moment_words as words
from services.detector.moment_words import Part

MAX_HOUR = 24


class Clock:
    __slots__ = ("hour", "minute", "part", "stop", "until", "written")

    def __init__(  # noqa: PLR0917
        self,
        stop: int,
        hour: int,
        minute: int,
        written: bool,
        part: Part | None = None,
        until: tuple[int, int, bool] | None = None,
    ) -> None:
        self.stop = stop
        self.hour = hour
        self.minute = minute
        self.written = written
        """24-hour notation; False: on the twelve-hour clock, the part of the day decides."""
        self.part = part
        self.until = until
        """Hour, minute and ``written`` of the end."""


def number(token: str) -> int | None:
    """A figure of at most two digits, or a number word up to twenty-four."""
    if token.isdecimal():
        return int(token) if len(token) <= 2 else None
    return words.NUMBERS.get(token)


def until_at(tokens: list[str], index: int) -> int:
    """How many tokens say *until* at ``index``: none, ``t/m``, or ``tot en met``."""
    if token_at(tokens, index) not in words.UNTIL:
        return 0
    return 3 if token_at(tokens, index + 1) == "en" and token_at(tokens, index + 2) == "met" else 1


def token_at(tokens: list[str], index: int) -> str:
    return tokens[index] if 0 <= index < len(tokens) else ""


def clock(tokens: list[str], index: int, *, beside_day: bool) -> Clock | None:
    """The hour that is told at ``index``. ``beside_day``: a day was told just before."""
    token = tokens[index]
    if token in ("middernacht", "midnight"):
        return Clock(index + 1, 24, 0, True)
    if token == "noon":
        return Clock(index + 1, 12, 0, True)
    found = _ranged(tokens, index) or _single(tokens, index, beside_day=beside_day)
    if found is None:
        return None
    stop, hour, minute, written, until = found
    part: Part | None = None
    after = token_at(tokens, stop)
    if after in ("'s", "’s", "in", "de") or after in words.PARTS:
        ahead = stop
        while token_at(tokens, ahead) in ("'s", "’s", "in", "de"):
            ahead += 1
        named = words.PARTS.get(token_at(tokens, ahead))
        if named is not None and not (ahead == stop and tokens[ahead] == "morgen"):
            part, stop = named, ahead + 1
    if until is None:
        stop, until = _until(tokens, stop, hour, after_between=token_at(tokens, index - 1) == "tussen")
    return Clock(stop, hour, minute, written, part, until)


def _ranged(tokens: list[str], index: int) -> tuple[int, int, int, bool, tuple[int, int, bool] | None] | None:
    match = words.CLOCK_RANGE.match(tokens[index])
    if match is None:
        return None
    after, before = token_at(tokens, index + 1), token_at(tokens, index - 1)
    named = match[5] or after in words.HOURS
    if not (named or (match[2] and match[4]) or before in words.AT or before in ("van", "tussen")):
        return None
    first, second = int(match[1]), int(match[3])
    if first > MAX_HOUR or second > MAX_HOUR:
        return None
    stop = index + (2 if after in words.HOURS else 1)
    written = match[2] is not None or first > 12 or second > 12
    return stop, first, int(match[2] or 0), written, (second, int(match[4] or 0), written)


def _single(
    tokens: list[str], index: int, *, beside_day: bool
) -> tuple[int, int, int, bool, tuple[int, int, bool] | None] | None:
    token = tokens[index]
    if token[0].isdecimal() and (figure := _figure(tokens, index, beside_day=beside_day)) is not None:
        return (*figure, None)
    if (spoken := _spoken(tokens, index, beside_day=beside_day)) is not None:
        return (*spoken, False, None)
    return None


def _figure(tokens: list[str], index: int, *, beside_day: bool) -> tuple[int, int, int, bool] | None:
    token = tokens[index]
    before, after = token_at(tokens, index - 1), token_at(tokens, index + 1)
    if match := words.CLOCK.match(token):
        hour, minute = int(match[1]), int(match[2])
        if hour > MAX_HOUR or minute > 59 or after in words.NO_HOUR or before in words.NO_HOUR_BEHIND:
            return None
        stop = index + (2 if after in words.HOURS or after in ("am", "pm") else 1)
        meridiem = match[3] or (after if after in ("am", "pm") else None)
        if meridiem:
            return stop, hour % 12 + (12 if meridiem == "pm" else 0), minute, True
        return stop, hour, minute, len(match[1]) == 2 or hour >= 7
    if match := words.HOUR.match(token):
        hour = int(match[1])
        if hour > MAX_HOUR or before in words.DURATION_BEFORE or after in words.DURATION_AFTER:
            return None
        if match[3]:
            return index + 1, hour % 12 + (12 if match[3] == "pm" else 0), 0, True
        return index + 1, hour, 0, hour > 12 or token[0] == "0"
    if (match := words.FOUR.match(token)) and (match[3] or after in words.HOURS):
        return index + (1 if match[3] else 2), int(match[1]), int(match[2]), True
    return None


def _spoken(tokens: list[str], index: int, *, beside_day: bool) -> tuple[int, int, int] | None:
    token = tokens[index]
    if token in words.HALF_HOURS:
        return index + 1, words.HALF_HOURS[token] - 1, 30
    before, after = token_at(tokens, index - 1), token_at(tokens, index + 1)
    if (
        token == "half"
        and (hour := number(after)) is not None
        and 1 <= hour <= 12
        and token_at(tokens, index + 2) != "miljoen"
    ):
        return _swallow_hours(tokens, index + 2), hour - 1, 30
    if token == "kwart" and after in ("voor", "over") and (hour := number(token_at(tokens, index + 2))) is not None:
        return (_swallow_hours(tokens, index + 3), *_shifted(hour, 0, 15 if after == "over" else -15))
    if (figure := number(token)) is None:
        return None
    if figure <= 30 and (minutes := _minutes_past(tokens, index, figure)) is not None:
        return minutes
    if (
        after in ("uur", "uurtje")
        and token_at(tokens, index + 2) == "of"
        and token == "een"
        and (hour := number(token_at(tokens, index + 3))) is not None
    ):
        return _swallow_hours(tokens, index + 4), hour, 0
    if figure > MAX_HOUR:
        return None
    if after in words.HOURS or after in ("am", "pm"):
        if before in words.DURATION_BEFORE or token_at(tokens, index + 2) in words.DURATION_AFTER:
            return None
        if token == "een" and (before not in words.AT or token_at(tokens, index + 2) == "of"):
            return None
        if after in ("am", "pm"):
            return index + 2, figure % 12 + (12 if after == "pm" else 0), 0
        return _minutes_behind(tokens, index, figure)
    if token_at(tokens, index + 3) in words.PARTS and tokens[index + 1 : index + 3] == ["in", "de"]:
        return (index + 1, figure, 0) if figure <= 12 else None
    if before == "van" and token_at(tokens, index - 2) == "klok":
        return index + 1, figure, 0
    if token in words.SPOKEN_HOURS and (before in words.AT or before in ("na", "voor")):
        return index + 1, figure, 0
    if token in ("een", "acht") and before not in words.CERTAINLY_AT:
        return None
    if before in words.CERTAINLY_AT or (
        before in words.AT and (beside_day or after in ("'s", "’s") or after in words.PARTS)
    ):
        return None if after in words.NO_HOUR or token == "een" else (index + 1, figure, 0)
    if beside_day and (after in words.UNTIL or after in ("'s", "’s")):
        return index + 1, figure, 0
    if before in ("van", "tussen") and (after in words.UNTIL or (before == "tussen" and after == "en")):
        end = number(token_at(tokens, index + 2))
        if token_at(tokens, index + 2) in ("half", "kwart"):
            return index + 1, figure, 0
        clear = token_at(tokens, index + 3) in words.HOURS or token_at(tokens, index + 3) in ("'s", "’s") or beside_day
        ended = words.HOUR.match(token_at(tokens, index + 2)) or words.CLOCK.match(token_at(tokens, index + 2))
        if ended or (
            end is not None and end <= MAX_HOUR and (clear or token_at(tokens, index + 3) not in words.NO_HOUR)
        ):
            return index + 1, figure, 0
    if (
        after in words.UNTIL
        and token_at(tokens, index + 3) in words.HOURS
        and number(token_at(tokens, index + 2)) is not None
    ):
        return index + 1, figure, 0
    return None


def _minutes_behind(tokens: list[str], index: int, hour: int) -> tuple[int, int, int]:
    """``20 uur``, and ``20 uur 30``."""
    stop = index + 2
    minutes, following = token_at(tokens, stop), token_at(tokens, stop + 1)
    told = minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60 and int(minutes) % 5 == 0
    if told and following not in words.MONTHS and following not in words.NO_HOUR:
        return stop + 1, hour, int(minutes)
    return stop, hour, 0


def _minutes_past(tokens: list[str], index: int, figure: int) -> tuple[int, int, int] | None:
    """``5 voor half 9``, ``tien over 8``, ``10 minuten voor 8``."""
    at = index + (2 if token_at(tokens, index + 1) in words.MINUTES else 1)
    if token_at(tokens, at) not in ("voor", "over"):
        return None
    shift = figure if tokens[at] == "over" else -figure
    if token_at(tokens, at + 1) == "half" and (hour := number(token_at(tokens, at + 2))) is not None:
        return (_swallow_hours(tokens, at + 3), *_shifted(hour, -30, shift))
    if (hour := words.HALF_HOURS.get(token_at(tokens, at + 1), -1)) > 0:
        return (at + 2, *_shifted(hour, -30, shift))
    hour_told = number(token_at(tokens, at + 1))
    if (
        hour_told is None
        or hour_told > MAX_HOUR
        or token_at(tokens, at + 1) == "een"
        or token_at(tokens, at + 2) in words.NO_HOUR
    ):
        return None
    return (_swallow_hours(tokens, at + 2), *_shifted(hour_told, 0, shift))


def _shifted(hour: int, *minutes: int) -> tuple[int, int]:
    """*Kwart voor een* is said on the twelve-hour clock: before one o'clock comes twelve."""
    total = (hour * 60 + sum(minutes)) % 1440
    return total // 60 or (12 if hour else 0), total % 60


def _swallow_hours(tokens: list[str], index: int) -> int:
    return index + 1 if token_at(tokens, index) in words.HOURS else index


def _until(
    tokens: list[str], index: int, hour: int, *, after_between: bool
) -> tuple[int, tuple[int, int, bool] | None]:
    token = token_at(tokens, index)
    joined = until_at(tokens, index) or (after_between and token == "en")
    at = index + joined
    following = token_at(tokens, at)
    if not following or not (joined or words.CLOCK.match(following)):
        return index, None
    if joined and (half := _spoken(tokens, at, beside_day=False)) is not None:
        return half[0], (half[1], half[2], False)
    if following[0].isdecimal() and (figure := _figure(tokens, at, beside_day=False)) is not None:
        if not joined and figure[1] <= hour:
            return index, None
        return figure[0], (figure[1], figure[2], figure[3])
    if (
        joined
        and (end := number(following)) is not None
        and end <= MAX_HOUR
        and token_at(tokens, at + 1) not in words.NO_HOUR
    ):
        return _swallow_hours(tokens, at + 1), (end, 0, end > 12)
    return index, None
