"""Which figures are part of a date or a time. All others stay behind."""

from __future__ import annotations

import datetime

from services.anonymizer import moment_words as words
from services.anonymizer.atoms import Atom, Kind, Mark
from services.anonymizer.characters import word_set
from services.anonymizer.vocabulary import INTERFIXES

EARLIEST = datetime.timedelta(days=-7)
LATEST = datetime.timedelta(days=400)
"""A date further from the post is no appointment; it may be a birthday."""

PRICE = word_set(
    "euro eur € km meter kilo kg procent % jaar jr man pers personen cent keer x min minuten graden km/u kmu"
)


class Moments:
    """Finds moments in one post. ``kept`` maps atom indexes to what may leave; ``out_of_range`` holds struck dates."""

    def __init__(self, atoms: list[Atom], posted: datetime.date, marked: list[int]) -> None:
        """``marked``: indexes of the atoms with marks, ascending."""
        self._atoms = atoms
        self._posted = posted
        self._figures = [index for index in marked if atoms[index].marks & Mark.FIGURE]
        self._telling = [index for index in marked if atoms[index].marks & (Mark.FIGURE | Mark.TEMPORAL)]
        self._births = [index for index in marked if atoms[index].marks & Mark.BIRTH]
        self.kept: dict[int, tuple[str, ...]] = {}
        self.out_of_range: set[int] = set()
        self._strong: set[int] = set()
        self._dates: set[int] = set()

    def find(self) -> None:
        for index in self._telling:
            atom = self._atoms[index]
            if index in self.kept or index in self.out_of_range:
                continue
            if atom.kind == Kind.NUMBER:
                self._figure(index, atom.text)
            elif atom.kind == Kind.NUMBER_WORD:
                self._counted(index, words.NUMBERS.get(atom.text))
            elif atom.kind == Kind.WORD and (atom.text in words.MONTHS or atom.text in words.SHORT_DAYS):
                self._named(index, atom.text)
            elif atom.text == "half":
                self._half(index)
        self._beside_births()
        self._among_other_figures()

    def _figure(self, index: int, text: str) -> None:
        if words.CLOCK.fullmatch(text):
            if self._text(index + 1) in PRICE or self._sign(index - 1) in ("€", "$"):
                return
            self._keep(index, text, strong=":" in text or text[-1].isalpha())
        elif text != "24/7" and (match := words.DATE.fullmatch(text)):
            if match[2] == "." and match[4] is None:
                return
            if match[4] is None and self._text(index - 1) in words.HOUSE_WORDS:
                return
            if match[4] is None and self._after_street(index) and not self._soon(int(match[1]), int(match[3])):
                return
            self._date(index, text, int(match[1]), int(match[3]), match[4])
        elif match := words.ISO_DATE.fullmatch(text):
            self._date(index, text, int(match[3]), int(match[2]), match[1])
            self._strong.add(index)
        elif words.HOUR.fullmatch(text):
            self._keep(index, text, strong=True)
        elif match := words.RANGE.fullmatch(text):
            first, second = text.split("-")
            self.kept[index] = (first, second)
            self._strong.add(index)
        elif (match := words.DAY_MONTH.fullmatch(text)) and match[2] in words.MONTHS:
            self._date(index, text, int(match[1]), words.MONTHS[match[2]], match[3])
        elif match := words.DAY.fullmatch(text):
            self._counted(index, int(match[1]), ordinal=not text.isdigit())
        elif text in ("0", "00"):
            self._counted(index, 0)

    def _counted(self, index: int, value: int | None, *, ordinal: bool = False) -> None:
        """A bare number: a day with its month or weekday, an hour with its unit, or part of ``kwart over 8``."""
        if value is None:
            return
        after, before = self._text(index + 1), self._text(index - 1)
        if ordinal and after in words.AMBIGUOUS_MONTHS and self._text(index + 2) in INTERFIXES:
            return  # 1e Jan van der Heijdenstraat
        if ordinal and value <= 2 and after in words.FEAST_DAYS:
            self._keep(index)
        elif before == "tussen" and after == "en" and not ordinal:
            self._between(index, value)
        elif after in words.MONTHS and 1 <= value <= 31:
            self._spelled(index, value, words.MONTHS[after], self._year(index + 2))
        elif (
            before in words.MONTHS
            and 1 <= value <= 31
            and self._atoms[index].kind == Kind.NUMBER
            and index - 1 not in self.kept
        ):
            self._spelled(index - 1, value, words.MONTHS[before], self._year(index + 1))
        elif after in words.UNITS and value <= 24 and not ordinal:
            self._keep(index, strong=True)
            if self._atoms[index + 1].kind == Kind.WORD:
                self._keep(index + 1, after)
        elif ((before in words.DAYS or before in words.SHORT_DAYS) and 1 <= value <= 31) or (
            before in ("voor", "over") and self._text(index - 2) == "kwart"
        ):
            self._keep(index)
        elif after in ("voor", "over") and value <= 30 and not ordinal:
            self._past(index)
        elif (
            before in words.BEFORE_TIME
            and value <= 24
            and not ordinal
            and not self._is_figure(index + 1)
            and after not in PRICE
        ):
            self._keep(index)

    def _between(self, index: int, value: int) -> None:
        """``tussen 8 en 10``: two hours, the later one last, unless something else is counted."""
        until = self._value(index + 2)
        if until is not None and value < until <= 24 and self._text(index + 3) not in PRICE:
            self._keep(index)
            self._keep(index + 2)

    def _past(self, index: int) -> None:
        """``10 over 8``, ``5 voor half 9``."""
        hour = index + 2
        if self._text(hour) == "half":
            hour += 1
        if self._value(hour) is not None and 0 <= (self._value(hour) or 0) <= 24:
            self._keep(index)
            self._keep(hour)

    def _half(self, index: int) -> None:
        value = self._value(index + 1)
        if value is not None and 1 <= value <= 12:
            self._keep(index, "half")
            self._keep(index + 1)

    def _named(self, index: int, text: str) -> None:
        """An ambiguous month or short day: only beside what makes it one."""
        before = self._text(index - 1)
        if text in words.SHORT_DAYS:
            if self._is_moment(index + 1):
                self._keep(index, text)
            return
        if (
            text in words.AMBIGUOUS_MONTHS
            and text not in ("jan", "mar", "may")
            and (
                before in words.BEFORE_MONTH and not self._atoms[index + 1].capital
                if index + 1 < len(self._atoms)
                else before in words.BEFORE_MONTH
            )
        ):
            self._keep(index, text)
        elif self._value(index + 1) is not None and self._atoms[index + 1].kind == Kind.NUMBER:
            self._counted(index + 1, self._value(index + 1))

    def _date(self, index: int, text: str, day: int, month: int, year: str | None) -> None:
        if self._within(day, month, year):
            self._keep(index, text)
            self._dates.add(index)
        else:
            self.out_of_range.add(index)

    def _spelled(self, first: int, day: int, month: int, year: tuple[str | None, int | None]) -> None:
        """Day and month in two atoms from ``first``, and a year perhaps."""
        year_text, year_index = year
        indexes = [first, first + 1] + ([year_index] if year_index is not None else [])
        if self._within(day, month, year_text):
            for index in indexes:
                self._keep(index)
            self._dates.update(indexes)
        else:
            self.out_of_range.update(indexes)

    def _within(self, day: int, month: int, year: str | None) -> bool:
        if year is None:
            return True
        full = int(year) if len(year) == 4 else 2000 + int(year)
        try:
            date = datetime.date(full, month, day)
        except ValueError:
            return False
        return EARLIEST <= date - self._posted <= LATEST

    def _after_street(self, index: int) -> bool:
        before = self._atoms[index - 1] if index else None
        return before is not None and (before.local or words.STREET.fullmatch(before.text) is not None)

    def _soon(self, day: int, month: int) -> bool:
        """Within a month: ``Coolsingel 19-11`` is an appointment, ``Coolsingel 16-2`` in November a house number."""
        for year in (self._posted.year, self._posted.year + 1):
            try:
                ahead = datetime.date(year, month, day) - self._posted
            except ValueError:
                continue
            if EARLIEST <= ahead <= datetime.timedelta(days=31):
                return True
        return False

    def _year(self, index: int) -> tuple[str | None, int | None]:
        text = self._text(index).lstrip("'")
        if index < len(self._atoms) and self._atoms[index].kind == Kind.NUMBER and words.YEAR.fullmatch(text):
            counted = len(text) == 2 and self._text(index + 1) in words.UNITS | PRICE
            return (None, None) if counted else (text, index)
        return None, None

    def _beside_births(self) -> None:
        """A date near a word of birth stays behind, whatever its year."""
        if not self.kept:
            return
        for index in self._births:
            for near in range(index - 4, index + 7):
                if near in self.kept and near not in self._strong:
                    del self.kept[near]
                    self.out_of_range.add(near)

    def _among_other_figures(self) -> None:
        """A weak moment (``12.34``, ``06-12``) inside a row of figures that are none is part of a telephone number."""
        if len(self._figures) < 2:
            return
        done = -1
        for start in self._figures:
            if start <= done:
                continue
            end = start
            while end + 1 < len(self._atoms) and (
                self._is_figure(end + 1) or (self._sign(end + 1) in tuple("-/(+)") and self._is_figure(end + 2))
            ):
                end += 1
            row = [index for index in range(start, end + 1) if self._is_figure(index)]
            if len(row) > 1 and any(index not in self.kept for index in row):
                for index in row:
                    if index not in self._strong:
                        self.kept.pop(index, None)
            done = end

    def _keep(self, index: int, text: str | None = None, *, strong: bool = False) -> None:
        self.kept[index] = (text or self._atoms[index].text,)
        if strong:
            self._strong.add(index)

    def _is_moment(self, index: int) -> bool:
        if index >= len(self._atoms):
            return False
        atom = self._atoms[index]
        if index in self.kept:
            return True
        if atom.kind == Kind.NUMBER:
            return bool(
                words.CLOCK.fullmatch(atom.text)
                or words.HOUR.fullmatch(atom.text)
                or words.DATE.fullmatch(atom.text)
                or words.DAY.fullmatch(atom.text)
                or words.DAY_MONTH.fullmatch(atom.text)
            )
        return atom.text in words.RELATIVE or atom.text in ("avond", "middag", "ochtend", "nacht", "om")

    def _value(self, index: int) -> int | None:
        if not 0 <= index < len(self._atoms):
            return None
        atom = self._atoms[index]
        if atom.kind == Kind.NUMBER and (match := words.DAY.fullmatch(atom.text)):
            return int(match[1])
        return words.NUMBERS.get(atom.text) if atom.kind == Kind.NUMBER_WORD else None

    def _is_figure(self, index: int) -> bool:
        return 0 <= index < len(self._atoms) and self._atoms[index].figure

    def _text(self, index: int) -> str:
        return self._atoms[index].text if 0 <= index < len(self._atoms) else ""

    def _sign(self, index: int) -> str:
        return self._atoms[index].text if 0 <= index < len(self._atoms) and self._atoms[index].kind == Kind.SIGN else ""
