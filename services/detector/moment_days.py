"""Reads the day that is told at a place in a post, or a time from now."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.detector import moment_words as words
from services.detector.moment_calendar import easter, ranked_weekday
from services.detector.moment_clocks import MAX_HOUR, number, token_at, until_at
from services.detector.moment_words import Part

YEARS_AHEAD = 10
"""A date further off is no appointment."""
PAST_DAYS_KEPT = 60
"""A day and month without a year is this year's until it is longer ago than this; then next year's."""


class Day:
    __slots__ = ("dated", "first", "last", "part", "repeats", "stop", "weekday")

    def __init__(
        self,
        stop: int,
        first: date,
        last: date | None = None,
        *,
        part: Part | None = None,
        repeats: bool = False,
        weekday: bool = False,
        dated: bool = False,
    ) -> None:
        self.stop = stop
        """One past the last token."""
        self.first = first
        self.last = last
        """Of a week or a weekend."""
        self.part = part
        self.repeats = repeats
        """A bare weekday that is today: next week's when its hour has passed."""
        self.weekday = weekday
        """Only a weekday: a date beside it says the same day more precisely."""
        self.dated = dated
        """Told by its number and month: holds whenever the message is passed on."""

    def until(self, last: date) -> Day:
        """The first of several days."""
        return self._as(last, self.part)

    def at(self, part: Part) -> Day:
        return self._as(self.last, part)

    def _as(self, last: date | None, part: Part | None) -> Day:
        return Day(self.stop, self.first, last, part=part, repeats=self.repeats, weekday=self.weekday, dated=self.dated)


class FromNow:
    __slots__ = ("minutes", "precise", "stop")

    def __init__(self, stop: int, minutes: int, precise: bool) -> None:
        self.stop = stop
        self.minutes = minutes
        self.precise = precise
        """False: the day is told, not the hour (over twee dagen)."""


def day(tokens: list[str], index: int, now: datetime) -> Day | None:
    """The day that is told at ``index``, for a post written at local time ``now``."""
    token = tokens[index]
    today = now.date()
    if token in words.RELATIVE:
        return _relative(tokens, index, now)
    if token in words.RANKS and (ranked := _ranked(tokens, index, today)) is not None:
        return ranked
    if token[0].isdecimal():
        return _dated(tokens, index, today)
    if token in words.WEEKDAYS or token in words.WEEKDAY_PARTS or token in words.SHORT_WEEKDAYS:
        return _weekday(tokens, index, now)
    if token == "over" and (later := from_now(tokens, index)) is not None and not later.precise:
        return Day(later.stop, (now + timedelta(minutes=later.minutes)).date())
    following = token_at(tokens, index + 1)
    if token in words.NUMBERS and following in words.MONTHS and (len(following) > 3 or following == "mei"):
        return _calendar(index + 2, tokens, today, words.NUMBERS[token], words.MONTHS[following])
    if (
        token in words.MONTHS
        and following.isdecimal()
        and len(following) <= 2
        and token_at(tokens, index + 2) not in words.HOURS
    ):
        return _calendar(index + 2, tokens, today, int(following), words.MONTHS[token])
    if token in words.MONTHS and (ordinal := words.ORDINAL.match(following)):
        return _calendar(index + 2, tokens, today, int(ordinal[1]), words.MONTHS[token])
    if token in words.FIXED_DAYS:
        month, day_of_month, part = words.FIXED_DAYS[token]
        return _this_or_next_year(index + 1, today, day_of_month, month, part)
    if token in words.FIRST_AND_SECOND or token in words.EASTER_DAYS or (token, following) == ("goede", "vrijdag"):
        return _feast(tokens, index, today)
    if token == "oud" and following in ("en", "&", "n", "▢") and token_at(tokens, index + 2) == "nieuw":
        return _this_or_next_year(index + 3, today, 31, 12, Part.NIGHT)
    if token in ("weekend", "week"):
        return _period(tokens, index, today)
    if token in ("nacht", "avond", "middag", "ochtend") and index and tokens[index - 1] in words.COMING_OR_THIS:
        return _relative_part(index, now, words.PARTS[token])
    if token in ("nacht", "night") and following == "van" and token_at(tokens, index + 3) == "op":
        named = words.WEEKDAYS.get(token_at(tokens, index + 2), words.SHORT_WEEKDAYS.get(token_at(tokens, index + 2)))
        if named is not None:
            first = today + timedelta(days=(named - today.weekday()) % 7)
            return Day(index + 5, first, part=Part.NIGHT)
    return None


def _feast(tokens: list[str], index: int, today: date) -> Day | None:
    """``1e kerstdag``, ``tweede pinksterdag``, ``hemelvaart``: fixed to the calendar or to Easter."""
    token, before = tokens[index], token_at(tokens, index - 1)
    second = before in ("tweede", "2e", "2de", "2")
    if token == "kerstdag":
        return _this_or_next_year(index + 1, today, 26 if second else 25, 12)
    shift, lasts = {"paasdag": (int(second), 0), "pinksterdag": (49 + second, 0)}.get(token, (0, 0))
    name = "goede vrijdag" if token == "goede" else token
    shift, lasts = words.EASTER_DAYS.get(name, (shift, lasts))
    for year in (today.year, today.year + 1):
        first = easter(year) + timedelta(days=shift)
        if first + timedelta(days=lasts) >= today:
            last = first + timedelta(days=lasts) if lasts else None
            return Day(index + (2 if token == "goede" else 1), first, last, dated=True)
    return None


def _ranked(tokens: list[str], index: int, today: date) -> Day | None:
    """``eerste zaterdag van juli``, ``laatste vrijdag van de maand``: the next one."""
    weekday = words.WEEKDAYS.get(token_at(tokens, index + 1))
    if weekday is None or token_at(tokens, index + 2) not in ("van", "in"):
        return None
    named, stop = token_at(tokens, index + 3), index + 4
    if named in ("de", "deze", "volgende"):
        if token_at(tokens, index + 4) != "maand":
            return None
        month, stop = (today.month + (named == "volgende") - 1) % 12 + 1, index + 5
    elif (month := words.MONTHS.get(named, 0)) == 0:
        return None
    for ahead in range(14):
        year, number_of_month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        told = ranked_weekday(year, number_of_month + 1, weekday, words.RANKS[tokens[index]])
        if told >= today and (named == "de" or number_of_month + 1 == month):
            return Day(stop, told, dated=True)
    return None


def _relative(tokens: list[str], index: int, now: datetime) -> Day | None:
    token = tokens[index]
    before = token_at(tokens, index - 1)
    if token in ("morgen", "morgens") and before in ("goede", "goeie", "goeden", "'s", "’s", "iedere", "elke"):
        return None
    shift = words.RELATIVE[token]
    if (
        token_at(tokens, index + 1) == "over"
        and (later := from_now(tokens, index + 1)) is not None
        and not later.precise
    ):
        return Day(later.stop, now.date() + timedelta(days=shift, minutes=later.minutes))
    part = words.RELATIVE_PARTS.get(token)
    if part is Part.NIGHT and shift == 0:
        return Day(index + 1, now.date() - timedelta(days=1 if now.hour < 6 else 0), part=part)
    stop = index + 1
    if part is None and (following := words.PARTS.get(token_at(tokens, stop))) is not None and tokens[stop] != "morgen":
        part = following
        stop += 1
    return Day(stop, now.date() + timedelta(days=shift), part=part)


def _relative_part(index: int, now: datetime, part: Part) -> Day:
    back = part is Part.NIGHT and now.hour < 6
    return Day(index + 1, now.date() - timedelta(days=1 if back else 0), part=part)


def _weekday(tokens: list[str], index: int, now: datetime) -> Day | None:
    token = tokens[index]
    before, after = token_at(tokens, index - 1), token_at(tokens, index + 1)
    part: Part | None = None
    stop = index + 1
    if token in words.WEEKDAY_PARTS:
        wanted, part = words.WEEKDAY_PARTS[token]
    elif token in words.WEEKDAYS:
        wanted = words.WEEKDAYS[token]
    else:
        wanted = words.SHORT_WEEKDAYS[token]
        if not (before in words.COMING or after in ("a.s.", "a.s") or _begins_moment(tokens, index + 1)):
            return None
    if part is None and after in words.PARTS:
        part, stop = words.PARTS[after], stop + 1
    elif part is None and after in ("'s", "’s") and token_at(tokens, stop + 1) in words.PARTS:
        part, stop = words.PARTS[tokens[stop + 1]], stop + 2
    today = now.date()
    ahead = (wanted - today.weekday()) % 7
    if (coming := _postfix(tokens, stop)) is not None:
        stop = coming
        return Day(stop, today + timedelta(days=ahead or 7), part=part, weekday=True)
    if after == "op" and words.WEEKDAY_PARTS.get(token_at(tokens, index + 2)) == ((wanted + 1) % 7, Part.NIGHT):
        return Day(index + 3, today + timedelta(days=ahead), part=Part.NIGHT, weekday=True)
    if before in words.COMING or _coming_in_pieces(tokens, index - 4):
        return Day(stop, today + timedelta(days=ahead or 7), part=part, weekday=True)
    if before in words.NEXT or (before == "week" and token_at(tokens, index - 2) in words.NEXT):
        monday = today + timedelta(days=7 - today.weekday())
        return Day(stop, monday + timedelta(days=wanted), part=part, weekday=True)
    if token_at(tokens, stop) in words.NEXT and token_at(tokens, stop + 1) == "week":
        monday = today + timedelta(days=7 - today.weekday())
        return Day(stop + 2, monday + timedelta(days=wanted), part=part, weekday=True)
    if before in words.LAST:
        return Day(stop, today - timedelta(days=(today.weekday() - wanted) % 7 or 7), part=part, weekday=True)
    if (
        token_at(tokens, stop) == "over"
        and (later := from_now(tokens, stop)) is not None
        and later.minutes % 10080 == 0
    ):
        return Day(later.stop, today + timedelta(days=ahead, minutes=later.minutes), part=part, weekday=True)
    if (numbered := _day_of_month(tokens, stop, today, wanted)) is not None:
        return numbered
    return Day(stop, today + timedelta(days=ahead), part=part, repeats=ahead == 0, weekday=True)


def _postfix(tokens: list[str], index: int) -> int | None:
    """``vrijdag a.s.``, also when the full stops became tokens of their own."""
    token = token_at(tokens, index)
    if token in ("a.s.", "a.s", "aanstaande"):
        return index + (2 if token_at(tokens, index + 1) == "." and token == "a.s" else 1)
    return index + 4 if _coming_in_pieces(tokens, index) else None


def _coming_in_pieces(tokens: list[str], index: int) -> bool:
    """``a.s.`` as the anonymizer lets it through: its letters are not all permitted, its full stops are."""
    return index >= 0 and tokens[index : index + 4 : 3] == ["a", "."] and tokens[index + 1] == "."


def _begins_moment(tokens: list[str], index: int) -> bool:
    token = token_at(tokens, index)
    if not token:
        return False
    if token in words.PARTS or token in ("om", "'s", "’s"):
        return token not in ("morgen", "vroeg")
    if not token[0].isdecimal():
        return False
    following = token_at(tokens, index + 1)
    if token.isdecimal():
        return len(token) <= 2 and (
            following in words.MONTHS or following in words.HOURS or following not in words.NO_HOUR
        )
    return any(
        form.match(token)
        for form in (words.CLOCK, words.HOUR, words.DATE, words.DAY_MONTH, words.ORDINAL, words.CLOCK_RANGE)
    )


def _day_of_month(tokens: list[str], index: int, today: date, weekday: int) -> Day | None:
    """``zaterdag 21``, ``vrijdag de 13e``: the next such weekday with that number."""
    if token_at(tokens, index) == "de":
        index += 1
    token = token_at(tokens, index)
    ordinal = words.ORDINAL.match(token)
    if ordinal is None and not (token.isdecimal() and len(token) <= 2):
        return None
    wanted = int(ordinal[1]) if ordinal else int(token)
    following = token_at(tokens, index + 1)
    if following in words.MONTHS or following in words.HOURS or following in words.NO_HOUR or not 1 <= wanted <= 31:
        return None
    if following in ("voor", "over") and token_at(tokens, index + 2):
        return None
    for ahead in range(62):
        candidate = today + timedelta(days=ahead)
        if candidate.day == wanted and candidate.weekday() == weekday:
            return Day(index + 1, candidate)
    return None


def _dated(tokens: list[str], index: int, today: date) -> Day | None:
    token = tokens[index]
    if token.isdecimal() or (ordinal := words.ORDINAL.match(token)):
        figure = int(token) if token.isdecimal() else int(ordinal[1])  # type: ignore[index]
        following = token_at(tokens, index + 1).rstrip(".")
        if (several := _several_days(tokens, index, today, figure)) is not None:
            return several
        if following in words.MONTHS and len(token) <= 4:
            return _calendar(index + 2, tokens, today, figure, words.MONTHS[following])
        if not token.isdecimal() and token_at(tokens, index - 1) == "de":
            return _next_numbered(index + 1, today, figure)
        return None
    if (match := words.DATE.match(token)) and token != "24/7":
        figure, month, year = int(match[1]), int(match[3]), match[4]
        if year is None and match[2] != "/" and not _date_rather_than_time(tokens, index, figure, month, match[2]):
            return None
        return _exact(index + 1, today, figure, month, year)
    if match := words.ISO_DATE.match(token):
        return _exact(index + 1, today, int(match[3]), int(match[2]), match[1])
    if (match := words.DAY_MONTH.match(token)) and match[2] in words.MONTHS:
        if match[3] is None:
            return _calendar(index + 1, tokens, today, int(match[1]), words.MONTHS[match[2]])
        return _exact(index + 1, today, int(match[1]), words.MONTHS[match[2]], match[3])
    return None


def _several_days(tokens: list[str], index: int, today: date, figure: int) -> Day | None:
    """``13 t/m 15 juni``."""
    joined = until_at(tokens, index + 1) or int(token_at(tokens, index + 1) == "en")
    at = index + 1 + joined
    month = words.MONTHS.get(token_at(tokens, at + 1).rstrip("."))
    last = number(token_at(tokens, at))
    if not joined or month is None or last is None or last <= figure:
        return None
    ends = _calendar(at + 2, tokens, today, last, month)
    begins = _this_or_next_year(index + 1, today, figure, month)
    return Day(ends.stop, begins.first, ends.first) if ends is not None and begins is not None else None


def _date_rather_than_time(tokens: list[str], index: int, first: int, second: int, mark: str) -> bool:
    """``26.11`` and ``26-11`` against ``19.30`` and ``20-22``."""
    if not (1 <= first <= 31 and 1 <= second <= 12):
        return False
    before, after = token_at(tokens, index - 1), token_at(tokens, index + 1)
    if mark == "-" and len(tokens[index]) == 3 and not _is_day(before) and not words.CLOCK.match(after):
        return before in ("op", "datum", "van") or after in ("om", "vanaf")  # else *3-1* is a score
    if after in words.HOURS or before in words.AT or before in ("van", "tussen"):
        return False
    if after in ("om", "vanaf") or words.CLOCK.match(after):
        return True
    return mark == "-" or (first > MAX_HOUR or (second % 5 != 0 and first > 12))


def _is_day(token: str) -> bool:
    return token in words.WEEKDAYS or token in words.SHORT_WEEKDAYS or token in words.WEEKDAY_PARTS


def _calendar(stop: int, tokens: list[str], today: date, figure: int, month: int) -> Day | None:
    if token_at(tokens, stop) == ".":
        following = token_at(tokens, stop + 1)
        stop += 1 if following and following[0].isdecimal() else 0
    if (year := words.YEAR.match(token_at(tokens, stop))) and token_at(tokens, stop + 1) not in words.HOURS:
        told = year[1] or year[2]
        clear = year[2] is not None or tokens[stop].startswith("'")
        if clear or (int(told) > MAX_HOUR and int(told) in (today.year % 100, today.year % 100 + 1)):
            return _exact(stop + 1, today, figure, month, told)
    return _this_or_next_year(stop, today, figure, month)


def _exact(stop: int, today: date, figure: int, month: int, year: str | None) -> Day | None:
    if year is None:
        return _this_or_next_year(stop, today, figure, month)
    told = int(year) if len(year) == 4 else 2000 + int(year)
    if abs(told - today.year) > YEARS_AHEAD:
        return None
    try:
        return Day(stop, date(told, month, figure), dated=True)
    except ValueError:
        return None


def _this_or_next_year(stop: int, today: date, figure: int, month: int, part: Part | None = None) -> Day | None:
    for year in (today.year, today.year + 1):
        try:
            told = date(year, month, figure)
        except ValueError:
            continue
        if told >= today - timedelta(days=PAST_DAYS_KEPT):
            return Day(stop, told, part=part, dated=True)
    return None


def _next_numbered(stop: int, today: date, figure: int) -> Day | None:
    for ahead in range(62):
        if (candidate := today + timedelta(days=ahead)).day == figure:
            return Day(stop, candidate)
    return None


def _period(tokens: list[str], index: int, today: date) -> Day | None:
    before = token_at(tokens, index - 1)
    monday = today - timedelta(days=today.weekday())
    following = token_at(tokens, index + 1)
    if tokens[index] == "week" and (following in words.WEEKDAYS or following in words.WEEKDAY_PARTS):
        return None
    if before in words.NEXT:
        monday += timedelta(days=7)
    elif before in words.COMING:
        monday += timedelta(days=7 if tokens[index] == "week" or today.weekday() >= 5 else 0)
    elif before not in words.WITHIN_PERIOD or (tokens[index] == "week" and before not in words.THIS):
        return None
    if tokens[index] == "week":
        return Day(index + 1, max(monday, today), monday + timedelta(days=6))
    saturday = monday + timedelta(days=5)
    return Day(index + 1, max(saturday, today), monday + timedelta(days=6))


def from_now(tokens: list[str], index: int) -> FromNow | None:
    """``over 2 uur``, ``over een half uur``, ``over anderhalf uur``, ``over twee weken``."""
    if tokens[index] != "over":
        return None
    if words.PARTS.get(token_at(tokens, index - 1)) is None and number(token_at(tokens, index - 1)) is not None:
        return None
    if token_at(tokens, index - 1) == "kwart":
        return None
    at = index + 1
    amount: float
    if token_at(tokens, at) == "anderhalf":
        amount, at = 1.5, at + 1
    elif token_at(tokens, at) in ("half", "halfuur") or (
        token_at(tokens, at) == "een" and token_at(tokens, at + 1) in ("half", "halfuur")
    ):
        at += 1 if token_at(tokens, at) == "een" else 0
        if token_at(tokens, at) == "halfuur" or token_at(tokens, at + 1) in ("uur", "uurtje"):
            return FromNow(at + (1 if tokens[at] == "halfuur" else 2), 30, True)
        return None
    elif (count := _count(token_at(tokens, at))) is not None:
        amount, at = float(count), at + 1
    else:
        glued = words.HOUR.match(token_at(tokens, at))
        return FromNow(at + 1, int(glued[1]) * 60, True) if glued and not glued[3] else None
    unit = words.SPANS.get(token_at(tokens, at))
    if unit is None:
        return None
    return FromNow(at + 1, int(amount * unit), unit < 1440)


def _count(token: str) -> int | None:
    if token.isdecimal() and len(token) <= 3:
        return int(token)
    return 1 if token == "een" else words.NUMBERS.get(token)
