"""The report of a session: what was decided against what was expected, times to see, decide and inform, lessons. Pure.

Times are given twice: in minutes of the exercise, by which the programme judges, and in real seconds, by which people
read and think. A jump of the clock counts in the first and not in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from textwrap import shorten

from exercises.course import MINUTE_MS, event_ms
from exercises.drill import Drill, Question
from exercises.log import RECEIVED, Line, What, addressed, asks, played, shown


class Judged(StrEnum):
    AS_EXPECTED = "as-expected"
    LATE = "late"
    """As expected, after its time."""
    OTHERWISE = "otherwise"
    NOT_DONE = "not-done"
    NOT_PLAYED = "not-played"
    """Nobody played a role that could."""
    OPEN = "open"
    """Nothing was expected."""


BEGINNING = 60
"""Characters of a message by which it is known again."""
FAILED = frozenset({Judged.LATE, Judged.OTHERWISE, Judged.NOT_DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    minutes: float
    """Of the exercise."""
    seconds: float
    """Real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to a role, or a decision that was expected of some."""

    item: str
    what: str
    """The question, or the decision."""
    roles: tuple[str, ...]
    answered: str
    """As the option reads; empty: nothing was decided."""
    reason: str
    expected: tuple[str, ...]
    """Options as they read; empty: nothing was expected."""
    within: str
    """Until when: ``20 min``, or a local time; empty: no limit."""
    took: Took | None
    judged: Judged
    why: str
    lesson: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How long something lay unseen with a role."""

    role: str
    item: str
    took: Took | None
    """None: it never said that it saw."""
    sender: str = ""
    """A function, or a role; empty in a report that was kept before it was told."""
    text: str = ""
    """As it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    event: int
    wall: int
    what: What
    role: str | None
    text: str
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Medians over all roles; None: nothing to measure."""

    see: Took | None
    decide: Took | None
    inform: Took | None
    """From the first thing that anybody received to the first time that somebody told others."""
    unseen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    role: str | None
    """None: of the leader."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    name: str
    kind: str
    gemeente: str
    played: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    session: str
    drill: str
    title: str
    stream: str
    goals: tuple[str, ...]
    roles: tuple[Role, ...]
    began: int
    """Wall time; 0: it never began."""
    ended: int
    """0: nothing ever happened in it."""
    timeline: tuple[Moment, ...]
    asked: tuple[Asked, ...]
    initiatives: tuple[Moment, ...]
    """Decisions that nobody was waiting for."""
    seen: tuple[Seen, ...]
    speed: Speed
    lessons: tuple[Lesson, ...]
    debrief: tuple[str, ...]

    def counted(self, judged: Judged) -> int:
        return sum(one.judged is judged for one in self.asked)


def report(session: str, drill: Drill, lines: Sequence[Line]) -> Report:
    there = played(lines)
    asked = (*_questions(drill, lines, there), *_decisions(drill, lines, there))
    seen = tuple(_seen(drill, lines, there))
    began = next((line.wall for line in lines if line.what is What.STARTED), 0)
    ended = next((line.wall for line in lines if line.what is What.ENDED), lines[-1].wall if lines else 0)
    return Report(
        session=session,
        drill=drill.id,
        title=drill.title,
        stream=drill.stream,
        goals=drill.goals,
        roles=tuple(
            Role(name=name, kind=part.kind.value, gemeente=part.gemeente, played=name in there)
            for name, part in drill.roles.items()
        ),
        began=began,
        ended=ended,
        timeline=tuple(_moment(drill, line) for line in lines if line.what not in (What.SEEN, What.LESSON)),
        asked=asked,
        initiatives=tuple(
            _moment(drill, line)
            for line in lines
            if line.what is What.DECIDED and drill.decisions[line.item].expected is None
        ),
        seen=seen,
        speed=Speed(
            see=_middle(one.took for one in seen),
            decide=_middle(one.took for one in asked if one.answered),
            inform=_to_inform(drill, lines),
            unseen=sum(one.took is None for one in seen),
        ),
        lessons=tuple(Lesson(role=line.role, text=line.text) for line in lines if line.what is What.LESSON),
        debrief=drill.debrief,
    )


def _questions(drill: Drill, lines: Sequence[Line], there: frozenset[str]) -> Iterator[Asked]:
    answers = {(line.item, line.role): line for line in lines if line.what is What.ANSWERED}
    for line in lines:
        for role in addressed(drill, line):
            question = asks(drill, line, role)
            if question is not None:
                yield _question(line, role, question, answers.get((line.item, role)), there)


def _question(line: Line, role: str, question: Question, answer: Line | None, there: frozenset[str]) -> Asked:
    took = _took(line, answer) if answer else None
    right = answer is not None and (not question.expected or answer.option in question.expected)
    late = took is not None and question.within is not None and took.minutes > question.within
    if role not in there:
        judged = Judged.NOT_PLAYED
    elif answer is None:
        judged = Judged.NOT_DONE
    elif not right:
        judged = Judged.OTHERWISE
    elif late:
        judged = Judged.LATE
    else:
        judged = Judged.AS_EXPECTED if question.expected or question.within is not None else Judged.OPEN
    return Asked(
        item=line.item,
        what=question.text,
        roles=(role,),
        answered=question.options.get(answer.option or "", "") if answer else "",
        reason=answer.text if answer else "",
        expected=tuple(question.options[option] for option in question.expected),
        within=f"{question.within} min" if question.within is not None else "",
        took=took,
        judged=judged,
        why=question.why,
        lesson=question.lesson,
    )


def _decisions(drill: Drill, lines: Sequence[Line], there: frozenset[str]) -> Iterator[Asked]:
    begin = next((line for line in lines if line.what in RECEIVED), None)
    for name, decision in drill.decisions.items():
        if decision.expected is None:
            continue
        taken = next((line for line in lines if line.what is What.DECIDED and line.item == name), None)
        if not there.intersection(decision.roles):
            judged = Judged.NOT_PLAYED
        elif taken is None:
            judged = Judged.NOT_DONE
        else:
            judged = Judged.AS_EXPECTED if taken.event <= event_ms(decision.expected.by) else Judged.LATE
        yield Asked(
            item=name,
            what=decision.text,
            roles=(taken.role,) if taken and taken.role else decision.roles,
            answered=decision.text if taken else "",
            reason=taken.text if taken else "",
            expected=(decision.text,),
            within=f"{decision.expected.by:%H:%M}",
            took=_took(begin, taken) if taken and begin else None,
            judged=judged,
            why=decision.expected.why,
            lesson=decision.expected.lesson,
        )


def _seen(drill: Drill, lines: Sequence[Line], there: frozenset[str]) -> Iterator[Seen]:
    saw = {(line.role, line.item): line for line in lines if line.what is What.SEEN}
    for line in lines:
        for role in addressed(drill, line):
            if role in there:
                found = saw.get((role, str(line.number)))
                sender, _, whole = shown(drill, line)
                text = shorten(whole, BEGINNING, placeholder=" …")
                yield Seen(
                    role=role,
                    item=line.item or text,
                    took=_took(line, found) if found else None,
                    sender=sender,
                    text=text,
                )


def _to_inform(drill: Drill, lines: Sequence[Line]) -> Took | None:
    begin = next((line for line in lines if line.what in RECEIVED), None)
    told = next((line for line in lines if _informs(drill, line)), None)
    return _took(begin, told) if begin and told else None


def _informs(drill: Drill, line: Line) -> bool:
    """Somebody told others: by a decision, an answer or a message of their own."""
    if line.what is What.DECIDED:
        return drill.decisions[line.item].informs
    inject = drill.inject(line.item) if line.what is What.ANSWERED else None
    if inject is not None and inject.question is not None and inject.question.informs:
        return not inject.question.expected or line.option in inject.question.expected
    return line.what is What.MESSAGE


def _moment(drill: Drill, line: Line) -> Moment:
    said = shown(drill, line)[2] if line.what in RECEIVED else line.text
    if line.what is What.DECIDED:
        said = f"{drill.decisions[line.item].text}. {line.text}"
    inject = drill.inject(line.item) if line.what is What.ANSWERED else None
    if inject is not None and inject.question is not None:
        said = f"{inject.question.options.get(line.option or '', '')}. {line.text}"
    return Moment(
        event=line.event, wall=line.wall, what=line.what, role=line.role, text=said, to=addressed(drill, line)
    )


def _took(begin: Line, end: Line) -> Took:
    return Took(
        minutes=round((end.event - begin.event) / MINUTE_MS, 1), seconds=round((end.wall - begin.wall) / 1000, 1)
    )


def _middle(times: Iterable[Took | None]) -> Took | None:
    found = [one for one in times if one is not None]
    if not found:
        return None
    return Took(
        minutes=round(median(one.minutes for one in found), 1), seconds=round(median(one.seconds for one in found), 1)
    )
