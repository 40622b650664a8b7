"""An article of law, what it says in our words, and which text was read on which day.

There is no article without a day: a sentence about the law that nobody held against the law does not reach a screen.
Whoever reads one again puts the new day here; a dossier keeps the day that was here when its entry was made.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from configuration import law


class Text(StrEnum):
    """What was read."""

    CONSOLIDATED = "consolidated"
    """The text as amended, as the government publishes it, in a copy that names the day from which it is in force."""
    OFFICIAL_JOURNAL = "official-journal"
    """The text as it was adopted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    on: datetime.date
    text: Text
    of: datetime.date
    """Consolidated: in force from this day on. Official journal: published on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    cited: str
    """As lawyers cite it."""
    says: str
    """In plain Dutch: what of it matters here, and nothing that it does not say."""
    read: Reading

    @property
    def checked(self) -> datetime.date:
        return self.read.on

    @property
    def reading(self) -> str:
        return law.reading(self.checked)

    @property
    def noted(self) -> str:
        """For pages and paper."""
        return law.noted(self.cited, self.checked)

    @property
    def bracketed(self) -> str:
        """Behind a sentence, in texts that people write: drills, the configuration."""
        return f"({self.cited}; {self.reading})"


_READ = datetime.date(2026, 11, 30)


def _consolidated(year: int, month: int, day: int) -> Reading:
    return Reading(on=_READ, text=Text.CONSOLIDATED, of=datetime.date(year, month, day))


def _official_journal(year: int, month: int, day: int) -> Reading:
    return Reading(on=_READ, text=Text.OFFICIAL_JOURNAL, of=datetime.date(year, month, day))


GRONDWET = _consolidated(2023, 2, 22)
GEMEENTEWET = _consolidated(2026, 10, 1)
OPENBARE_MANIFESTATIES = _consolidated(2010, 10, 10)
BESTUURSRECHT = _consolidated(2026, 7, 1)
STRAFRECHT = _consolidated(2026, 7, 1)
BURGERLIJK_WETBOEK_6 = _consolidated(2026, 7, 16)
DSA = _official_journal(2022, 10, 27)
AVG = _official_journal(2016, 5, 4)

PUBLIC_ORDER = Article(
    cited="artikel 172, eerste lid, Gemeentewet",
    read=GEMEENTEWET,
    says="De burgemeester is belast met de handhaving van de openbare orde.",
)
ASSEMBLY = Article(
    cited="artikel 9 Grondwet",
    read=GRONDWET,
    says="Het recht tot vergadering en betoging wordt erkend, behoudens ieders verantwoordelijkheid volgens de wet.",
)
