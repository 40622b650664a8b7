"""`config/mandates/*.yaml`: who decided that something may be watched, why, where, and until when.

The fields follow the step plan of the BZK/VNG Handreiking (October 2023): reason, general picture or a named power,
whether it can be done without personal data, lighter means, limits, advice of the data-protection officer and DPIA,
period. What no valid mandate covers is not counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from configuration import law
from configuration.document import Entry
from configuration.persons import refused_term

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EVERY = "*"
"""In ``phenomena``, ``sources`` or ``regions``: all of them, the national queue included."""


def _role(text: str) -> str:
    if refusal := refused_term(text):
        raise ValueError(f"{text} {refusal.value}; write a role")
    return text


Sentence = Annotated[str, Field(min_length=15, max_length=2000)]
RoleName = Annotated[str, Field(min_length=3, max_length=80), AfterValidator(_role)]


class Basis(StrEnum):
    GENERAL_PICTURE = "general-picture"
    """Untargeted work for a picture of public order; carries nothing that is aimed at persons."""
    NAMED_POWER = "named-power"
    """A power that a statute names, with conditions of its own."""


class Ground(Entry):
    kind: Basis
    article: str = Field(min_length=8, max_length=200)
    """As it is cited: ``artikel 172, eerste lid, Gemeentewet``."""
    checked: datetime.date
    """Day on which someone read the article as it stood."""

    @property
    def noted(self) -> str:
        return law.noted(self.article, self.checked)


class LighterMeans(Entry):
    means: str = Field(min_length=3, max_length=200)
    why_not_enough: Sentence


class Decision(Entry):
    by: RoleName
    on: datetime.date
    reference: str = Field(min_length=3, max_length=120)
    """Number of the decision in the organisation's own register."""


class Advice(Entry):
    by: RoleName
    on: datetime.date
    outcome: Sentence
    """What the data-protection officer advised, and what was done with it."""


class Themes(Entry):
    """Permission to count, of some themes, how many posts attack a group. Without it nothing of the kind is counted."""

    watched: tuple[str, ...] = Field(min_length=1)
    """Ids of ``config/themes``; each by name, there is no word for all."""
    necessity: Sentence
    """Why this is necessary, and why knowing less would not do."""
    dpo_advice: Advice
    """On this in particular: the lists name groups by faith, descent, sex, orientation and disability."""


class Mandate(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    title: str = Field(min_length=5, max_length=120)
    """Dutch; stands on the console and on the page for the council."""
    reason: Sentence
    ground: Ground
    without_personal_data: Sentence
    """Why this reaches its end without personal data."""
    lighter_means: tuple[LighterMeans, ...] = Field(min_length=1)
    limits: tuple[Sentence, ...] = Field(min_length=1)
    """What the watch will not do."""
    decision: Decision
    dpo_advice: Advice
    dpia: str = Field(min_length=3, max_length=120)
    """Reference of the data protection impact assessment."""
    regions: tuple[str, ...] = Field(min_length=1)
    """Veiligheidsregio codes (``VR01``), or ``*``: the whole country and what has no place."""
    phenomena: tuple[str, ...] = Field(min_length=1)
    sources: tuple[str, ...] = Field(min_length=1)
    themes: Themes | None = None
    starts: datetime.datetime = Field(alias="from")
    """Local wall time (Europe/Amsterdam)."""
    until: datetime.datetime
    """Local wall time, exclusive: at this moment counting has stopped."""

    @model_validator(mode="after")
    def _in_order(self) -> Mandate:
        if self.starts.tzinfo or self.until.tzinfo:
            raise ValueError("write local time without an offset")
        if self.until <= self.starts:
            raise ValueError("until must be later than from")
        if max(self.decision.on, self.dpo_advice.on) > self.starts.date():
            raise ValueError("a mandate starts on or after the day of its decision and of the advice on it")
        if self.themes is not None and self.themes.dpo_advice.on > self.starts.date():
            raise ValueError("a mandate starts on or after the day of the advice on its themes")
        return self

    def valid_at(self, now: datetime.datetime) -> bool:
        """``now`` is aware."""
        return _aware(self.starts) <= now < _aware(self.until)

    def watches(self, phenomenon: str | None, region: str | None, theme: str | None = None) -> bool:
        """``phenomenon`` None: any that it names. With ``theme``: that instead, and only where it is named."""
        if theme is not None:
            return self.themes is not None and theme in self.themes.watched and _in(region, self.regions)
        return (phenomenon is None or _in(phenomenon, self.phenomena)) and _in(region, self.regions)

    def ended(self, now: datetime.datetime) -> bool:
        return now >= _aware(self.until)

    def days_left(self, now: datetime.datetime) -> int:
        """Whole days; negative when it has ended."""
        return (_aware(self.until) - now).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What may be watched at one moment."""

    mandates: tuple[Mandate, ...]
    changes_at: datetime.datetime | None
    """When a mandate next starts or ends; before that the answer stays the same."""
    ended: tuple[Mandate, ...] = ()
    """Of the same configuration."""

    def allows(self, phenomenon: str | None, source: str, region: str | None, theme: str | None = None) -> bool:
        """``phenomenon`` None: any. ``region`` None: no place was named; only a mandate for every region covers it.
        With ``theme``: what may be counted of that."""
        return any(
            mandate.watches(phenomenon, region, theme) and _in(source, mandate.sources) for mandate in self.mandates
        )

    def watches(self, phenomenon: str | None, region: str | None, theme: str | None = None) -> bool:
        """Whether anything may be counted of a phenomenon (None: of any) in a region, from whatever source."""
        return any(mandate.watches(phenomenon, region, theme) for mandate in self.mandates)

    def keeps(self, before: Cover, phenomenon: str | None, region: str | None, theme: str | None = None) -> bool:
        """Whether what was counted under ``before`` may still be held: not what a mandate that ended gave, unless one
        that is valid gives the same."""
        ended = [mandate for mandate in before.mandates if mandate not in self.mandates]
        return self.watches(phenomenon, region, theme) and not any(
            self._lacks(mandate, phenomenon, region, theme) for mandate in ended
        )

    def held_from(
        self, phenomenon: str | None, region: str | None, theme: str | None = None
    ) -> datetime.datetime | None:
        """For who does not know what was in force before: `keeps` holds for what was counted from here on, of what is
        watched. None: for all of it. A mandate that left the configuration is not known here."""
        ends = (_aware(mandate.until) for mandate in self.ended if self._lacks(mandate, phenomenon, region, theme))
        return max(ends, default=None)

    def _lacks(self, ended: Mandate, phenomenon: str | None, region: str | None, theme: str | None) -> bool:
        """Whether ``ended`` gave counts from a source that no valid mandate gives them from."""
        if not ended.watches(phenomenon, region, theme):
            return False
        mine = (mandate for mandate in self.mandates if mandate.watches(phenomenon, region, theme))
        return not any(EVERY in other.sources or set(ended.sources) <= set(other.sources) for other in mine)

    def reads(self, source: str) -> bool:
        """Whether a source may be read at all."""
        return any(_in(source, mandate.sources) for mandate in self.mandates)


def cover(mandates: Iterable[Mandate], now: datetime.datetime) -> Cover:
    """What ``mandates`` allow at ``now`` (aware)."""
    found = tuple(mandates)
    moments = (moment for mandate in found for moment in (_aware(mandate.starts), _aware(mandate.until)))
    return Cover(
        mandates=tuple(mandate for mandate in found if mandate.valid_at(now)),
        changes_at=min((moment for moment in moments if moment > now), default=None),
        ended=tuple(mandate for mandate in found if mandate.ended(now)),
    )


def _in(name: str | None, listed: tuple[str, ...]) -> bool:
    return EVERY in listed or (name is not None and name in listed)


def _aware(local: datetime.datetime) -> datetime.datetime:
    return local.replace(tzinfo=AMSTERDAM)
