"""Every drill that is shipped: in order, playable in its time, reached in all parts, and plain."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

import configuration
from configuration import Configuration, readability
from configuration.persons import refused
from exercises.clock import FASTEST, SLOWEST, ExerciseClock
from exercises.course import Decided, Facts, Opened, due, event_ms
from exercises.drill import DIRECTORY, LONGEST_MIN, SHORTEST_MIN, Condition, Drill, Kind, ids, unknown_names
from exercises.drill import load as read_drill
from exercises.scenario import load as read_scenario
from seinpost.replay import Replay, projector_of
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.lexicon import load as load_words

REPOSITORY = Path(__file__).parents[2]
WORDS = REPOSITORY / "build" / "lexicon" / "words.gz"
MINUTE_MS = 60_000
DRILLS = ids()
load, scenario = lru_cache(read_drill), lru_cache(read_scenario)
LEAST_TIME_MIN = 1.0
"""Real minutes to read a question and answer it; less is a test of typing."""
LONGEST_SILENCE_MIN, LONGEST_END_MIN = 12.0, 16.0
"""Real minutes in which nothing comes; after the last message there is time to decide."""
MOST_AT_ONCE = 3
"""Messages to one role in one real minute."""


@pytest.fixture(scope="module")
def config() -> Configuration:
    return configuration.load(REPOSITORY / "config")


def texts(drill: Drill) -> Iterator[str]:
    yield from (drill.title, drill.briefing, *drill.goals, *drill.debrief)
    yield from (part.task for part in drill.roles.values())
    for inject in drill.injects:
        yield inject.text
        if (question := inject.question) is not None:
            yield from (question.text, *question.options.values(), question.why, question.lesson)
    for decision in drill.decisions.values():
        yield decision.text
        if decision.expected is not None:
            yield from (decision.expected.why, decision.expected.lesson)


def test_the_six_happenings_and_a_quiet_one_are_there() -> None:
    streams = {load(name).stream for name in DRILLS}
    assert streams >= {"haren-2012", "coolsingel-2021", "zuidplein-2024", "den-haag-2021", "cuijk-2024", "haren-2016"}
    assert any(not scenario(stream).planted for stream in streams), "one in which nothing must be done"


@pytest.mark.parametrize("name", DRILLS)
def test_a_drill_is_in_order_and_has_people_to_play_it(name: str, config: Configuration) -> None:
    drill = load(name)
    phenomena = [phenomenon.id for phenomenon in config.phenomena]
    gemeenten = [gemeente.name for gemeente in config.gazetteer.gemeenten.values()]
    assert unknown_names(DIRECTORY / f"{name}.yaml", drill, phenomena, gemeenten) == []
    kinds = {part.kind for part in drill.roles.values()}
    assert kinds == set(Kind), "all that the field has"
    assert len(drill.gemeenten) == 2, "with a buddy"
    assert any(part.sees_alerts for part in drill.roles.values())
    addressed = {role for inject in drill.injects for role in inject.to}
    assert addressed == drill.roles.keys(), "nobody sits idle"
    questions = [inject.question for inject in drill.injects if inject.question is not None]
    assert len(questions) >= 4
    assert all(question.why for question in questions)
    assert any(question.informs for question in questions)
    assert drill.debrief


@pytest.mark.parametrize("name", DRILLS)
def test_it_is_played_in_its_time(name: str) -> None:
    drill = load(name)
    assert SHORTEST_MIN <= drill.minutes <= LONGEST_MIN
    assert SLOWEST <= drill.speed <= FASTEST
    clock = ExerciseClock(anchor_wall=0, anchor_event=event_ms(drill.starts), speed=drill.speed, running=True)
    assert abs(clock.at(drill.minutes * MINUTE_MS) - event_ms(drill.until)) < MINUTE_MS
    for inject in drill.injects:
        if inject.question is not None and inject.question.within is not None:
            assert inject.question.within / drill.speed >= LEAST_TIME_MIN, f"{inject.id} asks for a reflex"
            latest = max((moment for moment in (inject.at, inject.latest) if moment is not None), default=None)
            if latest is not None:
                left = (event_ms(drill.until) - event_ms(latest)) / MINUTE_MS
                assert inject.question.within <= left, f"{inject.id} comes too late to be answered"


def conditions(drill: Drill) -> list[Condition]:
    return [one for inject in drill.injects for one in (inject.when, inject.unless) if one is not None]


def played(drill: Drill, *, alerts: bool, answers: str) -> dict[str, float]:
    """Inject to the real minute in which it went out. ``answers``: ``expected``, ``other`` or ``none``."""
    clock = ExerciseClock(anchor_wall=0, anchor_event=event_ms(drill.starts), speed=drill.speed, running=True)
    waits = [inject.when for inject in drill.injects if inject.when is not None and inject.when.alert is not None]
    planted = [event_ms(one.from_) for one in scenario(drill.stream).planted] if alerts else []
    began = max([event_ms(drill.starts), *planted])
    asked = {one.alert: one for one in waits} if alerts else {}
    opened = [
        Opened(id=one.alert or "", phenomenon=one.alert or "", gemeente=one.gemeente, at=began)
        for one in asked.values()
    ]
    sent: dict[str, int] = {}
    decided: list[Decided] = []
    at: dict[str, float] = {}
    if answers == "expected":
        decided += [
            Decided(role=one.roles[0], item=name, option=None, at=event_ms(one.expected.by))
            for name, one in drill.decisions.items()
            if one.expected is not None
        ]
    for second in range(0, drill.minutes * 60 + 1, 5):
        now = clock.at(second * 1000)
        facts = Facts(
            sent=sent,
            decided=[one for one in decided if one.at <= now],
            alerts=[one for one in opened if one.at <= now],
        )
        for inject in list(due(drill, facts, now)):
            sent[inject.id], at[inject.id] = now, second / 60
            if inject.question is not None and answers != "none":
                options = list(inject.question.options)
                good = inject.question.expected or tuple(options)
                wanted = [one for one in options if (one in good) is (answers == "expected")] or options
                decided += [
                    Decided(role=role, item=inject.id, option=wanted[0], at=now)
                    for role in inject.question.to or inject.to
                ]
    return at


@pytest.mark.parametrize("name", DRILLS)
def test_every_inject_and_every_question_is_reached(name: str) -> None:
    drill = load(name)
    reached = {
        inject for answers in ("expected", "other", "none") for inject in played(drill, alerts=True, answers=answers)
    }
    assert reached == {inject.id for inject in drill.injects}
    bare = played(drill, alerts=False, answers="none")
    waits = {one.id for one in drill.injects if one.when is not None and one.when.alert is not None}
    assert waits <= bare.keys(), "it goes on, though no alert opens"
    for condition in conditions(drill):
        if condition.unanswered is not None:
            told = [one.id for one in drill.injects if one.when == condition]
            assert not set(told) & played(drill, alerts=True, answers="expected").keys(), "who answers is not reminded"


@pytest.mark.parametrize("name", DRILLS)
@pytest.mark.parametrize("answers", ["expected", "none"])
def test_nobody_is_flooded_and_nobody_waits_for_ever(name: str, answers: str) -> None:
    drill = load(name)
    at = played(drill, alerts=True, answers=answers)
    for role in drill.roles:
        mine = sorted(minute for inject, minute in at.items() if role in drill.inject(inject).to)  # type: ignore[union-attr]
        assert all(b - a >= 1.0 for a, b in zip(mine, mine[MOST_AT_ONCE:], strict=False)), role
    moments = sorted([0.0, *at.values()])
    assert max(b - a for a, b in pairwise(moments)) <= LONGEST_SILENCE_MIN
    assert drill.minutes - moments[-1] <= LONGEST_END_MIN


@pytest.mark.parametrize("name", DRILLS)
def test_what_is_said_is_plain_and_names_nobody(name: str) -> None:
    drill = load(name)
    said = [text for text in texts(drill) if text]
    assert [text for text in said if refused(text)] == []
    assert readability.read("\n".join(said)).score >= readability.LEAST_SCORE


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in DRILLS if name != "project-x-haren"])
def test_the_alerts_it_waits_for_do_open(name: str, config: Configuration) -> None:
    """By the code of live. That of Haren is proven by `seinpost demo`, which plays it."""
    from exercises.generator import posts

    if not WORDS.exists():
        pytest.skip("build/lexicon is missing: python -m lexicon")
    import msgspec

    drill, words = load(name), _words()
    replay = Replay(config, projector_of(config, words))
    found = {}
    for number, one in enumerate(posts(scenario(drill.stream), 1)):
        for alert in replay.take(replay.project(msgspec.json.encode(one), number)):
            # From when it has this name and place: an alert may open as a call, and be named a riot hours later.
            found.setdefault((alert.phenomenon, alert.place.gemeente), alert.updated_minute * MINUTE_MS)
    for inject in drill.injects:
        if inject.when is not None and inject.when.alert is not None:
            opened = found[inject.when.alert, inject.when.gemeente]
            assert inject.latest is not None
            assert opened <= event_ms(inject.latest), "it comes by itself, and not because time is up"


def _words() -> Lexicon:
    return load_words(WORDS)
