"""Which phenomena a post speaks of: dictionary look-ups on canonical tokens, nothing more."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

from configuration import Configuration
from configuration.phenomena import Phenomenon, Role

MINUTES_A_DAY = 1440
ENOUGH_WEIGHT = 0.5
"""Topics lighter than this are everyday words: they name a phenomenon only together with another topic or a call."""


SAID_ONCE = 8
"""Watch terms in a post beyond which repeats are left out of what is remembered."""
REMEMBERED = 20_000
"""Combinations of watch terms; people use few."""


class Watched:
    """One phenomenon found in one post. Never changed: kept and shared."""

    __slots__ = ("calls", "generic", "named", "objects", "own_calls", "phenomenon", "slang", "topics", "weight")

    def __init__(
        self,
        *,
        phenomenon: str,
        topics: tuple[str, ...],
        calls: bool,
        objects: bool,
        slang: bool,
        weight: float,
        named: bool,
        own_calls: bool = False,
        generic: bool = False,
    ) -> None:
        self.phenomenon = phenomenon
        self.topics = topics
        """Terms that name the phenomenon, in reading order, without repeats."""
        self.calls = calls
        self.objects = objects
        self.slang = slang
        self.weight = weight
        """Of its topics and calls together, as configured."""
        self.named = named
        """The post names the phenomenon; calls, objects and slang alone only count beside a place or a time, and an
        everyday word (*feest*) only beside a call or another topic."""
        self.own_calls = own_calls
        """It calls in words that belong to this phenomenon, not in words that serve any gathering."""
        self.generic = generic
        """The phenomenon has no topic: it only says that people are called, not to what."""


class Vocabulary:
    """All watch terms of a configuration. A phenomenon past its last day is not matched any more."""

    def __init__(self, configuration: Configuration) -> None:
        self._roles: dict[str, tuple[tuple[int, Role, float], ...]] = {}
        self._phenomena = configuration.phenomena
        self._until = tuple(_end_minute(phenomenon) for phenomenon in configuration.phenomena)
        self._generic = tuple(is_generic(phenomenon) for phenomenon in configuration.phenomena)
        self._shared_calls = generic_calls(configuration)
        roles: dict[str, list[tuple[int, Role, float]]] = {}
        for number, phenomenon in enumerate(configuration.phenomena):
            for term in phenomenon.terms:
                roles.setdefault(term.term, []).append((number, term.role, term.weight))
        self._roles = {term: tuple(found) for term, found in roles.items()}
        self.terms = frozenset(self._roles)
        self._is_term = self.terms.__contains__
        self._found: dict[tuple[str, ...], tuple[int, tuple[Watched, ...]]] = {}
        """By the terms of a post, in their order: until which minute all they stand for is watched, and that."""

    def find(self, tokens: Sequence[str], minute: int) -> tuple[Watched, ...]:
        """Phenomena of one post written at ``minute`` (minutes since the epoch), in the order of the configuration."""
        hits = tuple(filter(self._is_term, tokens))
        if not hits:
            return ()  # nearly every post
        if len(hits) > SAID_ONCE:
            hits = tuple(dict.fromkeys(hits))  # said again and again it is the same
        known = self._found.get(hits)
        if known is None:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            known = self._found[hits] = self._watched(hits)
        until, watched = known
        return watched if minute < until else self._watched(hits, minute)[1]

    def _watched(self, hits: Sequence[str], minute: int = 0) -> tuple[int, tuple[Watched, ...]]:
        by_phenomenon: dict[int, dict[Role, list[str]]] = {}
        weights: dict[int, float] = {}
        for token in dict.fromkeys(hits):
            for number, role, weight in self._roles[token]:
                by_phenomenon.setdefault(number, {}).setdefault(role, []).append(token)
                if role in (Role.TOPIC, Role.CALL):
                    weights[number] = weights.get(number, 0.0) + weight
        watched = tuple(
            Watched(
                phenomenon=self._phenomena[number].id,
                topics=tuple(roles.get(Role.TOPIC, ())),
                calls=Role.CALL in roles,
                objects=Role.OBJECT in roles,
                slang=Role.SLANG in roles,
                weight=weights.get(number, 0.0),
                named=Role.TOPIC in roles and weights.get(number, 0.0) >= ENOUGH_WEIGHT,
                own_calls=not self._shared_calls.issuperset(roles.get(Role.CALL, ())),
                generic=self._generic[number],
            )
            for number, roles in sorted(by_phenomenon.items())
            if minute < self._until[number]
        )
        return min(self._until[number] for number in by_phenomenon), watched


def is_generic(phenomenon: Phenomenon) -> bool:
    """Without a topic a phenomenon says that people are called, not to what: any other phenomenon tells more."""
    return all(term.role is not Role.TOPIC for term in phenomenon.terms)


def generic_calls(configuration: Configuration) -> frozenset[str]:
    """Calls that serve any gathering."""
    return frozenset(
        term.term
        for phenomenon in configuration.phenomena
        if is_generic(phenomenon)
        for term in phenomenon.terms
        if term.role is Role.CALL
    )


def _end_minute(phenomenon: Phenomenon) -> int:
    """First minute after the last day of a watch (UTC)."""
    return calendar.timegm(phenomenon.expires.timetuple()) // 60 + MINUTES_A_DAY
