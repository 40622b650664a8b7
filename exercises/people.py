"""People who do not exist: handles of things and numbers, a home town each; few say much, many say little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random

THINGS = (
    "fiets", "stroopwafel", "regenjas", "duinpan", "klompen", "molen", "bakfiets", "dropje", "polder", "sloot",
    "kaasplank", "pindakaas", "tompouce", "dijk", "zeewind", "paraplu", "koffie", "appeltaart", "schaats", "hagelslag",
    "bitterbal", "fluitketel", "wolk", "sneeuwpop", "tulp", "knikker", "trampoline", "kroket", "zonnebril", "gitaar",
    "skateboard", "pixel", "nachtbus", "vlieger", "hoepel", "kwast", "zwembad", "lantaarn", "vuurtoren", "boomhut",
)  # fmt: skip
KINDS = (
    "blauwe", "snelle", "stille", "natte", "rode", "echte", "kleine", "dolle", "oude", "gouden", "zoute", "vrije",
    "ronde", "lompe", "nette", "wilde", "slome", "late", "koude", "zoete",
)  # fmt: skip
TALKATIVE = 2.2
"""Exponent of the draw: at 2.2 a tenth of the people writes about a third of the posts."""


@dataclass(frozen=True, slots=True)
class Person:
    handle: str
    town: str
    careless: bool
    """Writes without capitals."""


class Crowd:
    """Draws who writes a post."""

    def __init__(self, name: str, size: int, towns: Mapping[str, float], random: Random) -> None:
        names = list(towns)
        weights = list(accumulate(towns.values()))
        self._random = random.random
        self.people = [
            Person(handle=_handle(name, number, random), town=town, careless=random.random() < 0.4)
            for number, town in enumerate(random.choices(names, cum_weights=weights, k=size))
        ]

    def somebody(self) -> Person:
        return self.people[int(len(self.people) * self._random() ** TALKATIVE)]


def _handle(crowd: str, number: int, random: Random) -> str:
    """Ends in a number that belongs to one person of one crowd, so that two people never share a handle."""
    thing, kind = THINGS[int(random.random() * len(THINGS))], KINDS[int(random.random() * len(KINDS))]
    joint = "_" if number % 3 else ""
    return f"{kind}{joint}{thing}_{crowd[:2]}{number}"
