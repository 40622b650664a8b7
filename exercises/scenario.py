"""What a scenario file holds: a happening, or what only looks like one, as phases of posts over ordinary chatter.

Times are local (Europe/Amsterdam) and without offset, as a person would write them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, NaiveDatetime, model_validator

from configuration.document import Entry, read

LOCAL = ZoneInfo("Europe/Amsterdam")
DIRECTORY = Path(__file__).parent / "scenarios"
SLOT = re.compile(r"\{([a-z_0-9]+)\}")


class Timed(Entry):
    """From (inclusive) until (exclusive)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: NaiveDatetime = Field(alias="from")
    until: NaiveDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Timed:
        if self.from_ >= self.until:
            raise ValueError("until must be after from")
        return self

    @property
    def minutes(self) -> range:
        """Minutes since the epoch (UTC)."""
        return range(minute_of(self.from_), minute_of(self.until))


class Gathering(Entry):
    """What posts of a phase speak of: where and when. Slots ``{wanneer}``, ``{tijd}`` and ``{waar}`` come from here."""

    starts: NaiveDatetime
    gemeente: str
    where: tuple[str, ...] = Field(min_length=1)
    """The ways people write the place."""


class Pool(Entry):
    """People who take part; none of them exists."""

    size: int = Field(ge=1, le=200_000)
    towns: dict[str, float] = Field(default_factory=dict)
    """Where they are from, with weights; empty: the towns of the background."""


class Point(Entry):
    at: NaiveDatetime
    per_hour: float = Field(ge=0)


class Spelling(Entry):
    words: tuple[str, ...] = ()
    """Words that people misspell, stretch or write with digits."""
    share: float = Field(0.0, ge=0, le=1)
    """Share of the places where one of them stands that is not spelt as it should be."""


class Phase(Timed):
    """Posts about one thing during one stretch of time. Volume is ``posts_per_day`` or ``curve``."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    posts_per_day: float | None = Field(None, gt=0)
    """Spread over the day by the rhythm of the background."""
    curve: tuple[Point, ...] = ()
    """Posts per hour at these moments, in between on a straight line; day and night are the file's own affair."""
    says: dict[str, float] = Field(min_length=1)
    """Names of lists of sentences, with weights."""
    pool: str
    gathering: str | None = None
    reposts: float = Field(0.0, ge=0, le=0.9)
    quotes: float = Field(0.0, ge=0, le=0.9)

    @model_validator(mode="after")
    def _one_volume(self) -> Phase:
        if (self.posts_per_day is None) == (not self.curve):
            raise ValueError("give either posts_per_day or curve")
        if len(self.curve) == 1:
            raise ValueError("a curve needs two points")
        if any(a.at >= b.at for a, b in zip(self.curve, self.curve[1:], strict=False)):
            raise ValueError("points of a curve must follow each other in time")
        return self


class Background(Entry):
    """Ordinary chatter of many towns, by day and by night."""

    posts_per_day: float = Field(gt=0)
    authors: int = Field(ge=10, le=200_000)
    towns: dict[str, float] = Field(default_factory=dict)
    """Beside those of chatter.yaml."""
    says: dict[str, float] = Field(default_factory=dict)
    """Own lists of sentences beside those of chatter.yaml, with weights (all of chatter.yaml weighs 100)."""
    unrest: float = Field(0.15, ge=0, le=1)
    """How much an hour differs from the same hour of another day (coefficient of variation)."""


class Happening(Timed):
    """Planted: an alert of this phenomenon in this gemeente must open in this time."""

    gemeente: str
    phenomenon: str
    also: tuple[str, ...] = ()
    """Other phenomena under which it may be reported as well: a call to riot may not name rioting."""
    starts: NaiveDatetime | None = None
    """When it came to the street; an alert before it has lead time."""


class Quiet(Timed):
    """No alert may open in this time; with ``phenomena``: none of these."""

    phenomena: tuple[str, ...] = ()
    why: str = ""


class Scenario(Timed):
    """One file in exercises/scenarios, named after its id."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    title: str = Field(min_length=3, max_length=80)
    facts: tuple[str, ...] = Field(min_length=1)
    """What is known of the happening."""
    synthetic: tuple[str, ...] = Field(min_length=1)
    """What was made up for the exercise."""
    networks: dict[str, float] = Field(default_factory=lambda: {"x": 1.0})
    """Where the posts come from, with weights (field ``source``)."""
    max_chars: int = Field(500, ge=50)
    background: Background
    gatherings: dict[str, Gathering] = Field(default_factory=dict)
    pools: dict[str, Pool] = Field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    says: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Lists of sentences with slots in braces."""
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What may stand in a slot, beside those of chatter.yaml; may hold slots itself."""
    spelling: Spelling = Spelling()
    planted: tuple[Happening, ...] = ()
    quiet: tuple[Quiet, ...] = ()

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Scenario:
        for problem in self._loose_ends():
            raise ValueError(problem)
        return self

    def _loose_ends(self) -> Iterator[str]:
        for phase in self.phases:
            if not (self.from_ <= phase.from_ and phase.until <= self.until):
                yield f"phase {phase.id} lies outside the period"
            for name in phase.says.keys() - self.says.keys():
                yield f"phase {phase.id} says {name}, which is not in says"
            if phase.pool not in self.pools:
                yield f"phase {phase.id} has pool {phase.pool}, which is not in pools"
            if phase.gathering is not None and phase.gathering not in self.gatherings:
                yield f"phase {phase.id} has gathering {phase.gathering}, which is not in gatherings"
        for name in self.background.says.keys() - self.says.keys():
            yield f"the background says {name}, which is not in says"
        for happening in self.planted:
            for quiet in self.quiet:
                allowed = quiet.phenomena and happening.phenomenon not in quiet.phenomena
                if not allowed and quiet.from_ < happening.until and happening.from_ < quiet.until:
                    yield f"the happening of {happening.from_} is planted in a time that must stay quiet"


def minute_of(local: datetime.datetime) -> int:
    """Minutes since the epoch of a local time; of an hour that comes twice the first is meant."""
    return int(local.replace(tzinfo=LOCAL).timestamp()) // 60


def load(name: str) -> Scenario:
    """A scenario by id, or by path when it ends in ``.yaml``. Raises `configuration.InvalidConfiguration`."""
    return read(Path(name) if name.endswith(".yaml") else DIRECTORY / f"{name}.yaml", Scenario)


def ids() -> list[str]:
    return sorted(file.stem for file in DIRECTORY.glob("*.yaml"))
