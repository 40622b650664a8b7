"""Sentences with slots, compiled once and filled many thousands of times a second."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from exercises.moments import clock_spellings, day_spellings, greeting, weekday
from exercises.scenario import SLOT, Gathering, Spelling
from exercises.spelling import pattern, variants


@dataclass(slots=True)
class Speaker:
    """Who speaks, when, and of what: what slots are filled from."""

    town: str
    local: datetime.datetime
    gathering: Gathering | None


Filler = Callable[[Speaker], str]
Sentence = Callable[[Speaker], str]


class UnknownSlot(ValueError):
    """A sentence has a slot that nothing fills."""


class Composer:
    """Compiles sentences. All randomness comes from ``random``: the same seed, the same words."""

    def __init__(
        self, slots: Mapping[str, Sequence[str]], towns: Sequence[str], spelling: Spelling, random: Random
    ) -> None:
        self._slots = slots
        self._random = random.random
        self._filled: dict[str, Filler] = {}
        self._spelling = spelling
        self._find = pattern(spelling.words)
        self._written = {word.lower(): variants(word, random) for word in spelling.words}
        self._towns = towns

    def sentences(self, templates: Sequence[str]) -> Sentence:
        """One of these, each as likely."""
        rnd = self._random
        compiled = [self._compile(template) for template in templates]
        count = len(compiled)

        def say(speaker: Speaker) -> str:
            return "".join(
                [part if type(part) is str else part(speaker) for part in compiled[int(rnd() * count)]]  # type: ignore[operator]
            )

        return say

    def _compile(self, template: str) -> tuple[str | Filler, ...]:
        parts: list[str | Filler] = []
        end = 0
        for match in SLOT.finditer(template):
            parts += self._words(template[end : match.start()])
            parts.append(self._filler(match.group(1)))
            end = match.end()
        parts += self._words(template[end:])
        return tuple(parts)

    def _words(self, text: str) -> list[str | Filler]:
        if self._find is None or not text:
            return [text] if text else []
        pieces = self._find.split(text)
        return [self._misspelt(piece) if index % 2 else piece for index, piece in enumerate(pieces) if piece]

    def _misspelt(self, word: str) -> Filler:
        rnd, share, written = self._random, self._spelling.share, self._written[word.lower()]
        count = len(written)
        return lambda _: written[int(rnd() * count)] if rnd() < share else word

    def _filler(self, name: str) -> Filler:
        if name not in self._filled:
            self._filled[name] = self._special(name) or self._listed(name)
        return self._filled[name]

    def _listed(self, name: str) -> Filler:
        if name not in self._slots:
            raise UnknownSlot(f"nothing fills the slot {{{name}}}")
        return self.sentences(self._slots[name])

    def _special(self, name: str) -> Filler | None:
        rnd, towns = self._random, self._towns
        special: dict[str, Filler] = {
            "plaats": lambda speaker: speaker.town,
            "elders": lambda _: towns[int(rnd() * len(towns))],
            "groet": lambda speaker: greeting(speaker.local.hour, rnd()),
            "vandaag": lambda speaker: weekday(speaker.local, 0),
            "morgendag": lambda speaker: weekday(speaker.local, 1),
            "cijfer": lambda _: str(1 + int(rnd() * 9)),
            "getal": lambda _: str(10 + int(rnd() * 90)),
            "wanneer": self._when,
            "tijd": self._clock,
            "waar": self._where,
        }
        return special.get(name)

    def _gathering(self, speaker: Speaker) -> Gathering:
        if speaker.gathering is None:
            raise UnknownSlot("{wanneer}, {tijd} and {waar} need a phase with a gathering")
        return speaker.gathering

    def _when(self, speaker: Speaker) -> str:
        ways = day_spellings(speaker.local.date(), self._gathering(speaker).starts)
        return ways[int(self._random() * len(ways))]

    def _clock(self, speaker: Speaker) -> str:
        ways = clock_spellings(self._gathering(speaker).starts)
        return ways[int(self._random() * len(ways))]

    def _where(self, speaker: Speaker) -> str:
        ways = self._gathering(speaker).where
        return ways[int(self._random() * len(ways))]
