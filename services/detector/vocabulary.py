"""Which phenomena a post speaks of: dictionary look-ups on canonical tokens, nothing more."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass

from configuration import Configuration
from configuration.phenomena import Phenomenon, Role

MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One phenomenon found in one post."""

    phenomenon: str
    topics: tuple[str, ...]
    """Terms that name the phenomenon, in reading order, without repeats."""
    calls: bool
    objects: bool
    slang: bool

    @property
    def named(self) -> bool:
        """The post names the phenomenon; calls, objects and slang alone only count beside a place or a time."""
        return bool(self.topics)


class Vocabulary:
    """All watch terms of a configuration. A phenomenon past its last day is not matched any more."""

    def __init__(self, configuration: Configuration) -> None:
        self._roles: dict[str, tuple[tuple[int, Role], ...]] = {}
        self._phenomena = configuration.phenomena
        self._until = tuple(_end_minute(phenomenon) for phenomenon in configuration.phenomena)
        roles: dict[str, list[tuple[int, Role]]] = {}
        for number, phenomenon in enumerate(configuration.phenomena):
            for term in phenomenon.terms:
                roles.setdefault(term.term, []).append((number, term.role))
        self._roles = {term: tuple(found) for term, found in roles.items()}
        self.terms = frozenset(self._roles)

    def find(self, tokens: Sequence[str], minute: int) -> tuple[Watched, ...]:
        """Phenomena of one post written at ``minute`` (minutes since the epoch), in the order of the configuration."""
        terms = self.terms
        hits = [token for token in tokens if token in terms]
        if not hits:
            return ()
        by_phenomenon: dict[int, dict[Role, list[str]]] = {}
        for token in dict.fromkeys(hits):
            for number, role in self._roles[token]:
                by_phenomenon.setdefault(number, {}).setdefault(role, []).append(token)
        return tuple(
            Watched(
                phenomenon=self._phenomena[number].id,
                topics=tuple(roles.get(Role.TOPIC, ())),
                calls=Role.CALL in roles,
                objects=Role.OBJECT in roles,
                slang=Role.SLANG in roles,
            )
            for number, roles in sorted(by_phenomenon.items())
            if minute < self._until[number]
        )


def _end_minute(phenomenon: Phenomenon) -> int:
    """First minute after the last day of a watch (UTC)."""
    return calendar.timegm(phenomenon.expires.timetuple()) // 60 + MINUTES_A_DAY
