"""Turns a scenario into posts, in order of time, one JSON object a line. The same seed gives the same bytes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

import msgspec

from configuration.document import Entry, read
from exercises.people import Crowd
from exercises.rhythm import PerMinute, curve, daily, poisson, restless
from exercises.scenario import LOCAL, Gathering, Phase, Scenario
from exercises.sentences import Composer, Sentence, Speaker

CHATTER = Path(__file__).parent / "chatter.yaml"
REMEMBERED = 60
"""Latest posts of a stream that others repeat or quote."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One line, as the file source reads it."""

    id: str
    created_at: str
    text: str
    author: str
    lang: str
    source: str


class Chatter(Entry):
    """`chatter.yaml`: what people in Dutch towns talk of on any day."""

    hours: tuple[float, ...]
    weekend: float
    reposts: float
    quotes: float
    towns: dict[str, float]
    weights: dict[str, float]
    says: dict[str, tuple[str, ...]]
    slots: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Draft:
    at_ms: int
    author: str
    text: str


class _Stream:
    """One kind of talk: its volume, its people, its sentences."""

    def __init__(
        self,
        rate: PerMinute,
        crowd: Crowd,
        says: Iterable[tuple[Sentence, float]],
        random: Random,
        *,
        minutes: range,
        gathering: Gathering | None = None,
        reposts: float = 0.0,
        quotes: float = 0.0,
    ) -> None:
        sentences, weights = zip(*says, strict=True)
        self.minutes = minutes
        self._rate = rate
        self._crowd = crowd
        self._sentences: tuple[Sentence, ...] = sentences
        self._weights = list(accumulate(weights))
        self._random = random
        self._gathering = gathering
        self._reposts = reposts
        self._quotes = reposts + quotes
        self._recent: list[tuple[str, str]] = []
        self._written = 0

    def minute(self, minute: int, local: datetime.datetime) -> Iterator[_Draft]:
        random = self._random
        for _ in range(poisson(self._rate(minute), random)):
            person = self._crowd.somebody()
            said = self._say(Speaker(town=person.town, local=local, gathering=self._gathering))
            said = said.lower() if person.careless else said[:1].upper() + said[1:]
            text = self._repeated(said)
            yield _Draft(minute * 60_000 + int(random.random() * 60_000), person.handle, text)
            if text is said:
                self._remember(person.handle, said)

    def _say(self, speaker: Speaker) -> str:
        drawn = self._random.random() * self._weights[-1]
        return next(sentence for sentence, upto in zip(self._sentences, self._weights, strict=True) if drawn < upto)(
            speaker
        )

    def _repeated(self, said: str) -> str:
        drawn = self._random.random()
        if drawn >= self._quotes or not self._recent:
            return said
        handle, text = self._recent[int(self._random.random() * len(self._recent))]
        if drawn < self._reposts:
            return f"RT @{handle}: {text}"
        return f"{said} “@{handle}: {text}”"

    def _remember(self, handle: str, text: str) -> None:
        if len(self._recent) < REMEMBERED:
            self._recent.append((handle, text))
        else:
            self._recent[self._written % REMEMBERED] = (handle, text)
        self._written += 1


def posts(scenario: Scenario, seed: int = 1) -> Iterator[Post]:
    """All posts of a scenario, oldest first; ids count up. Needs memory for one minute of posts only."""
    streams = _streams(scenario, seed)
    random = _random(scenario, seed, "networks")
    networks, weights = list(scenario.networks), list(accumulate(scenario.networks.values()))
    number = 0
    for minute in scenario.minutes:
        local = datetime.datetime.fromtimestamp(minute * 60, LOCAL)
        drafts = [draft for stream in streams if minute in stream.minutes for draft in stream.minute(minute, local)]
        drafts.sort(key=lambda draft: draft.at_ms)
        written = datetime.datetime.fromtimestamp(minute * 60, datetime.UTC).strftime("%Y-%m-%dT%H:%M:")
        for draft in drafts:
            number += 1
            seconds = draft.at_ms % 60_000
            yield Post(
                id=f"{scenario.id}-{number:07}",
                created_at=f"{written}{seconds // 1000:02}.{seconds % 1000:03}Z",
                text=draft.text[: scenario.max_chars],
                author=draft.author,
                lang="nl",
                source=random.choices(networks, cum_weights=weights)[0],
            )


def write(scenario: Scenario, seed: int, file: Path) -> int:
    """Write all posts as JSONL; returns how many."""
    encoder = msgspec.json.Encoder()
    count = 0
    with file.open("wb") as lines:
        for post in posts(scenario, seed):
            lines.write(encoder.encode(post) + b"\n")
            count += 1
    return count


def expected_posts(scenario: Scenario, minutes: range) -> float:
    """How many posts the scenario means to have in these minutes."""
    rates = [(scenario.minutes, _background_rate(scenario, read(CHATTER, Chatter)))]
    rates += [(phase.minutes, _phase_rate(phase, read(CHATTER, Chatter))) for phase in scenario.phases]
    return sum(rate(minute) for span, rate in rates for minute in span if minute in minutes)


def _streams(scenario: Scenario, seed: int) -> list[_Stream]:
    chatter = read(CHATTER, Chatter)
    towns = chatter.towns | scenario.background.towns
    slots = chatter.slots | scenario.slots

    def random(part: str) -> Random:
        return _random(scenario, seed, part)

    composer = Composer(slots, list(towns), scenario.spelling, random("words"))
    said: dict[str, Sentence] = {name: composer.sentences(lines) for name, lines in scenario.says.items()}
    total = sum(chatter.weights.values())
    ordinary = [(composer.sentences(chatter.says[name]), 100 * w / total) for name, w in chatter.weights.items()]
    ordinary += [(said[name], weight) for name, weight in scenario.background.says.items()]
    streams = [
        _Stream(
            restless(_background_rate(scenario, chatter), scenario.background.unrest, random("unrest")),
            Crowd("achtergrond", scenario.background.authors, towns, random("people")),
            ordinary,
            random("background"),
            minutes=scenario.minutes,
            reposts=chatter.reposts,
            quotes=chatter.quotes,
        )
    ]
    crowds = {
        name: Crowd(name, pool.size, pool.towns or towns, random(f"pool {name}"))
        for name, pool in scenario.pools.items()
    }
    for phase in scenario.phases:
        streams.append(
            _Stream(
                _phase_rate(phase, chatter),
                crowds[phase.pool],
                [(said[name], weight) for name, weight in phase.says.items()],
                random(f"phase {phase.id}"),
                minutes=phase.minutes,
                gathering=scenario.gatherings[phase.gathering] if phase.gathering else None,
                reposts=phase.reposts,
                quotes=phase.quotes,
            )
        )
    return streams


def _random(scenario: Scenario, seed: int, part: str) -> Random:
    """A generator of its own for each part, so that a change in one leaves the others as they were."""
    return Random(f"{seed}/{scenario.id}/{part}")  # noqa: S311 - posts, not secrets


def _background_rate(scenario: Scenario, chatter: Chatter) -> PerMinute:
    return daily(scenario.background.posts_per_day, chatter.hours, chatter.weekend)


def _phase_rate(phase: Phase, chatter: Chatter) -> PerMinute:
    if phase.curve:
        return curve(phase.curve)
    return daily(phase.posts_per_day or 0.0, chatter.hours, 1.0)
