"""What a drill file holds: the programme of an exercise. Who plays, what they are told when, what is expected of them.

A drill may follow the stream of posts of a scenario, or none (a tabletop). Times are local (Europe/Amsterdam), without
offset, in the time of the happening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, NaiveDatetime, model_validator

from configuration.document import Entry, InvalidConfiguration, Problem, line_of, read
from configuration.persons import refused
from configuration.wording import nearest
from exercises.scenario import ids as scenarios
from exercises.scenario import load as load_scenario
from exercises.scenario import minute_of

DIRECTORY = Path(__file__).parent / "drills"
NO_STREAM = "none"
SHORTEST_MIN, LONGEST_MIN = 15, 60


class Kind(StrEnum):
    """What somebody is in an exercise."""

    BURGEMEESTER = "burgemeester"
    OM = "om"
    POLITIE = "politie"
    OOV = "oov"
    COMMUNICATIE = "communicatie"
    VIC = "vic"
    BUDDYGEMEENTE = "buddygemeente"


class Channel(StrEnum):
    """How a message comes in."""

    TELEFOON = "telefoon"
    MAIL = "mail"
    APP = "app"
    PORTOFOON = "portofoon"
    NIEUWS = "nieuws"
    OVERLEG = "overleg"


def _nobody(text: str) -> str:
    if refusal := refused(text):
        raise ValueError(f"{text} {refusal.value}; write a function")
    return text


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
Text = Annotated[str, Field(min_length=3, max_length=1200)]
Short = Annotated[str, Field(min_length=2, max_length=120)]
Function = Annotated[str, Field(min_length=2, max_length=80), AfterValidator(_nobody)]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class Condition(Entry):
    """One thing that may come true while it is played. Exactly one of ``alert``, ``decided`` and ``unanswered``."""

    alert: str | None = None
    """Id of a phenomenon: an alert of it has opened in this exercise."""
    gemeente: str | None = None
    """With ``alert``: of this gemeente."""
    decided: Id | None = None
    """Id of a decision, or of an inject with a question: it was taken, or answered."""
    option: Id | None = None
    """With ``decided``: answered so."""
    by: Id | None = None
    """With ``decided``: by this role."""
    unanswered: Id | None = None
    """Id of an inject with a question: nobody answered it within ``minutes``."""
    minutes: Minutes = 0

    @model_validator(mode="after")
    def _one_of_three(self) -> Condition:
        if sum(value is not None for value in (self.alert, self.decided, self.unanswered)) != 1:
            raise ValueError("give one of alert, decided and unanswered")
        if self.gemeente is not None and self.alert is None:
            raise ValueError("gemeente goes with alert")
        if (self.option is not None or self.by is not None) and self.decided is None:
            raise ValueError("option and by go with decided")
        if self.minutes and self.unanswered is None:
            raise ValueError("minutes goes with unanswered; to wait after a condition write after beside when")
        return self


class Question(Entry):
    """Asked with an inject. Everybody who gets it answers once, with a reason."""

    text: Text
    to: tuple[Id, ...] = ()
    """Those of the inject who must answer; empty: all of them."""
    options: dict[Id, Short] = Field(min_length=2, max_length=6)
    expected: tuple[Id, ...] = ()
    """Options that are as expected; empty: there is no best answer, only a time."""
    within: Minutes | None = None
    """Exercise minutes after the question."""
    informs: bool = False
    """The answer tells others: it counts for the time to inform."""
    why: str = Field("", max_length=600)
    """Why this is expected; in the report."""
    lesson: str = Field("", max_length=600)
    """In the report when it went otherwise."""


class Inject(Entry):
    """A message to some roles: at a time, on a condition, or both (from that time on, once the condition holds)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: Id
    to: tuple[Id, ...] = Field(min_length=1)
    sender: Function = Field(alias="from")
    """A function (``Wijkagent``), nobody's name."""
    channel: Channel
    text: Text
    at: NaiveDatetime | None = None
    when: Condition | None = None
    unless: Condition | None = None
    """Not sent once this holds."""
    after: Minutes = 0
    """Exercise minutes from when the condition came true."""
    latest: NaiveDatetime | None = None
    """With ``when``: comes at this time even if the condition does not hold."""
    question: Question | None = None

    @model_validator(mode="after")
    def _comes_some_time(self) -> Inject:
        if self.at is None and self.when is None:
            raise ValueError("give at, when, or both")
        if self.when is None and (self.after or self.latest is not None):
            raise ValueError("after and latest go with when")
        if self.at is not None and self.latest is not None and self.latest < self.at:
            raise ValueError("latest must not come before at")
        return self


class Expected(Entry):
    by: NaiveDatetime
    why: str = Field("", max_length=600)
    lesson: str = Field("", max_length=600)


class Decision(Entry):
    """What roles may decide of their own accord, at any time."""

    text: Short
    roles: tuple[Id, ...] = Field(min_length=1)
    informs: bool = False
    expected: Expected | None = None
    """Absent: possible, but nobody waits for it. One of the roles taking it is enough."""


class Part(Entry):
    """A role that somebody plays."""

    kind: Kind
    gemeente: str
    task: str = Field("", max_length=600)
    """What this role reads when it comes in."""
    sees_alerts: bool = False
    """Seinpost's own alerts of the exercise come to this role."""


class Drill(Entry):
    """One file in exercises/drills, named after its id."""

    id: Id
    title: str = Field(min_length=3, max_length=80)
    stream: str
    """Id of a scenario whose posts run through the pipeline, or ``none``."""
    starts: NaiveDatetime
    until: NaiveDatetime
    minutes: int = Field(ge=SHORTEST_MIN, le=LONGEST_MIN)
    """How long it takes to play; with starts and until it gives the speed of the clock."""
    briefing: Text
    """Read by everybody before it begins."""
    goals: tuple[Short, ...] = Field(min_length=1)
    roles: dict[Id, Part] = Field(min_length=1)
    injects: tuple[Inject, ...] = Field(min_length=1)
    decisions: dict[Id, Decision] = Field(default_factory=dict)
    debrief: tuple[Text, ...] = ()
    """Questions to talk about afterwards; they stand in the report."""

    @model_validator(mode="after")
    def _in_order(self) -> Drill:
        if self.until <= self.starts:
            raise ValueError("until must be later than starts")
        return self

    @property
    def speed(self) -> float:
        """Exercise minutes in one real minute."""
        return (minute_of(self.until) - minute_of(self.starts)) / self.minutes

    @property
    def starts_ms(self) -> int:
        """Milliseconds since the epoch."""
        return minute_of(self.starts) * 60_000

    @property
    def until_ms(self) -> int:
        return minute_of(self.until) * 60_000

    @property
    def gemeenten(self) -> tuple[str, ...]:
        """That of the first role leads."""
        return tuple(dict.fromkeys(part.gemeente for part in self.roles.values()))

    def inject(self, inject_id: str) -> Inject | None:
        return next((inject for inject in self.injects if inject.id == inject_id), None)


def load(name: str) -> Drill:
    """A drill by id, or by path when it ends in ``.yaml``. Raises `configuration.InvalidConfiguration`."""
    file = Path(name) if name.endswith(".yaml") else DIRECTORY / f"{name}.yaml"
    drill = read(file, Drill)
    problems = [
        Problem(file=str(file), line=line_of(file, *place), reason=reason, suggestion=suggestion)
        for place, reason, suggestion in _loose_ends(drill)
    ]
    if problems:
        raise InvalidConfiguration(problems)
    return drill


def unknown_names(file: Path, drill: Drill, phenomena: Iterable[str], gemeenten: Iterable[str]) -> list[Problem]:
    """Names of the configuration that it does not have."""
    known = {"phenomenon": sorted(phenomena), "gemeente": sorted(gemeenten)}
    named: list[tuple[tuple[str | int, ...], str, str]] = [
        (("roles", name, "gemeente"), "gemeente", part.gemeente) for name, part in drill.roles.items()
    ]
    for place, condition in _conditions(drill):
        if condition.alert is not None:
            named.append(((*place, "alert"), "phenomenon", condition.alert))
        if condition.gemeente is not None:
            named.append(((*place, "gemeente"), "gemeente", condition.gemeente))
    return [
        Problem(
            file=str(file),
            line=line_of(file, *place),
            reason=f"{name} is not a {what}",
            suggestion=nearest(name, known[what]),
        )
        for place, what, name in named
        if name not in known[what]
    ]


def ids() -> list[str]:
    return sorted(file.stem for file in DIRECTORY.glob("*.yaml"))


Place = tuple[str | int, ...]
Loose = tuple[Place, str, str]


def _loose_ends(drill: Drill) -> Iterator[Loose]:
    """Where, what is wrong, and what may have been meant."""
    yield from _stream(drill)
    seen: set[str] = set(drill.decisions)
    for index, inject in enumerate(drill.injects):
        place: Place = ("injects", index)
        if inject.id in seen:
            yield (*place, "id"), f"{inject.id} stands twice in this file", "give each inject and decision its own id"
        seen.add(inject.id)
        yield from _roles(drill, (*place, "to"), inject.to)
        for field in ("at", "latest"):
            moment = getattr(inject, field)
            if moment is not None and not drill.starts <= moment <= drill.until:
                yield (*place, field), f"{inject.id} comes outside of starts and until", ""
        if inject.question is not None:
            yield from _question((*place, "question"), inject, inject.question)
    for name, decision in drill.decisions.items():
        yield from _roles(drill, ("decisions", name, "roles"), decision.roles)
        if decision.expected is not None and not drill.starts <= decision.expected.by <= drill.until:
            yield ("decisions", name, "expected", "by"), f"{name} is expected outside of starts and until", ""
    for place, condition in _conditions(drill):
        yield from _condition(drill, place, condition)


def _stream(drill: Drill) -> Iterator[Loose]:
    if drill.stream == NO_STREAM:
        return
    known = scenarios()
    if drill.stream not in known:
        yield ("stream",), f"{drill.stream} is not a scenario", nearest(drill.stream, [*known, NO_STREAM])
        return
    scenario = load_scenario(drill.stream)
    if not scenario.from_ <= drill.starts < drill.until <= scenario.until:
        yield ("starts",), f"the stream {drill.stream} runs from {scenario.from_} until {scenario.until}", ""


def _roles(drill: Drill, place: Place, names: Iterable[str]) -> Iterator[Loose]:
    for index, name in enumerate(names):
        if name not in drill.roles:
            yield (*place, index), f"{name} is not one of the roles", nearest(name, list(drill.roles))


def _question(place: Place, inject: Inject, question: Question) -> Iterator[Loose]:
    for index, name in enumerate(question.to):
        if name not in inject.to:
            yield (*place, "to", index), f"{name} does not get this inject", nearest(name, inject.to)
    for index, name in enumerate(question.expected):
        if name not in question.options:
            yield (*place, "expected", index), f"{name} is not an option", nearest(name, list(question.options))


def _conditions(drill: Drill) -> Iterator[tuple[Place, Condition]]:
    for index, inject in enumerate(drill.injects):
        for field in ("when", "unless"):
            condition = getattr(inject, field)
            if condition is not None:
                yield ("injects", index, field), condition


def _condition(drill: Drill, place: Place, condition: Condition) -> Iterator[Loose]:
    questions = {inject.id: inject.question for inject in drill.injects if inject.question is not None}
    if condition.by is not None and condition.by not in drill.roles:
        yield (*place, "by"), f"{condition.by} is not one of the roles", nearest(condition.by, list(drill.roles))
    if condition.decided is not None:
        known = [*drill.decisions, *questions]
        if condition.decided not in known:
            yield (
                (*place, "decided"),
                f"{condition.decided} is neither a decision nor an inject with a question",
                nearest(condition.decided, known),
            )
        elif condition.option is not None:
            question = questions.get(condition.decided)
            options = list(question.options) if question is not None else []
            if condition.option not in options:
                yield (
                    (*place, "option"),
                    f"{condition.option} is not an option of {condition.decided}",
                    nearest(condition.option, options),
                )
    if condition.unanswered is not None and condition.unanswered not in questions:
        yield (
            (*place, "unanswered"),
            f"{condition.unanswered} is not an inject with a question",
            nearest(condition.unanswered, list(questions)),
        )
    if condition.alert is not None and drill.stream == NO_STREAM:
        yield (*place, "alert"), "without a stream no alert opens", "name a scenario as stream"
