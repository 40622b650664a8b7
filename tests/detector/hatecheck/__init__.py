"""The Dutch part of Multilingual HateCheck, made from its templates, and how a method does on it. See README.md."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RESAMPLED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    template: int
    functionality: str
    text: str

    @property
    def hateful(self) -> bool:
        return not self.functionality.endswith("_nh")


@dataclass(slots=True)
class Counts:
    """Cases by what they are (hateful or not) and what the method said."""

    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    rejections: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.hits += other.hits
        self.misses += other.misses
        self.false_alarms += other.false_alarms
        self.rejections += other.rejections
        return self

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)

    @property
    def macro_f1(self) -> float:
        """The mean of F1 for hateful and F1 for not hateful: half the score is for leaving alone what is no attack."""
        wrong = self.misses + self.false_alarms
        of_hate = 2 * self.hits / max(1, 2 * self.hits + wrong)
        of_the_rest = 2 * self.rejections / max(1, 2 * self.rejections + wrong)
        return (of_hate + of_the_rest) / 2


def cases() -> Iterator[Case]:
    """Every template once for each group or slur it has a place for."""
    tables = (HERE / "placeholders.tsv").read_text(encoding="utf-8").split("\n\n")
    fillings = [list(csv.DictReader(io.StringIO(table), delimiter="\t")) for table in tables]
    with (HERE / "templates.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            for text in _filled(row["template"], fillings):
                yield Case(template=int(row["templ_id"]), functionality=row["functionality"], text=text)


def _filled(template: str, fillings: Iterable[list[dict[str, str]]]) -> Iterator[str]:
    for table in fillings:
        for holder in table[0]:
            if holder in template:
                for row in table:
                    text = template.replace(holder, row[holder])
                    yield text[:1].upper() + text[1:]
                return
    yield template


def counted(found: Callable[[str], bool]) -> dict[tuple[int, str], Counts]:
    """By template."""
    by_template: dict[tuple[int, str], Counts] = defaultdict(Counts)
    for case in cases():
        counts, said = by_template[case.template, case.functionality], found(case.text)
        if case.hateful:
            counts += Counts(hits=1) if said else Counts(misses=1)
        else:
            counts += Counts(false_alarms=1) if said else Counts(rejections=1)
        by_template[case.template, case.functionality] = counts
    return by_template


def total(counts: Iterable[Counts]) -> Counts:
    found = Counts()
    for one in counts:
        found += one
    return found


def interval(by_template: dict[tuple[int, str], Counts]) -> tuple[float, float]:
    """95 % interval of macro-F1: whole templates are drawn again, for their cases differ in one word only."""
    rng, all_of_them = random.Random(1), list(by_template.values())
    drawn = sorted(total(rng.choices(all_of_them, k=len(all_of_them))).macro_f1 for _ in range(RESAMPLED))
    return drawn[RESAMPLED // 40], drawn[-RESAMPLED // 40 - 1]
