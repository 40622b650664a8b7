"""Whether a post attacks a group: dictionary look-ups on permitted words, and where they stand (`config/attack.yaml`).

▢  alle  moslims  ▢  moeten  weg        exclude, wished: *weg* and *moeten* within the window of *moslims*
moslims  zijn  niet  achterlijk         nothing: *niet* stands before *achterlijk*
achterlijk  wat  een  weer              nothing: no group
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from configuration.attack import Attack, How, Rule

Meaning = TypeVar("Meaning")

NEGATED_WITHIN = 3
BEFORE_GROUP = 2
"""An attribute stands at most so many words before the group it is said of (*vieze, vuile …*)."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Why a post counts as an attack, and on which groups."""

    rule: Rule
    groups: tuple[str, ...]
    """Each once, in reading order."""


class _Hit(msgspec.Struct, frozen=True):
    start: int
    end: int
    """Exclusive."""
    rule: Rule
    how: How


class Lexicon:
    """The lists, ready to be looked up. Pure; built once per configuration."""

    def __init__(self, attack: Attack) -> None:
        self._window = attack.window
        self._groups = Phrases({term: group.id for group in attack.groups for term in group.terms})
        self._slurs = Phrases({term: group.id for group in attack.groups for term in attack.slurs(group)})
        self._words = Phrases({word: (each.rule, each.how) for each in attack.words for word in each.words})
        self._copulas = Phrases(dict.fromkeys(attack.copulas, True))
        self._wishes = Phrases(dict.fromkeys(attack.wishes, True))
        self._counter = Phrases(dict.fromkeys(attack.counter_speech, True))
        self._negations = frozenset(attack.negations)

    def find(self, tokens: Iterable[str]) -> Finding | None:
        """The first rule that holds, in the order: slur, then attacking words as they are read."""
        words = [word for token in tokens for word in token.lower().split()]
        groups = list(self._groups.find(words))
        slurs = [found for found in self._slurs.find(words) if not self._negated(words, found[0])]
        if not (groups or slurs) or next(self._counter.find(words), None) is not None:
            return None
        if slurs:
            return Finding(rule=Rule.SLUR, groups=tuple(dict.fromkeys(group for _, _, group in slurs)))
        copulas = [start for start, _, _ in self._copulas.find(words)]
        wishes = [start for start, _, _ in self._wishes.find(words)]
        for start, end, (rule, how) in self._words.find(words):
            if self._negated(words, start):
                continue
            hit = _Hit(start, end, rule, how)
            named = [group for at, until, group in groups if self._said_of(hit, at, until, copulas, wishes)]
            if named:
                return Finding(rule=rule, groups=tuple(dict.fromkeys(named)))
        return None

    def _said_of(self, hit: _Hit, at: int, until: int, copulas: Sequence[int], wishes: Sequence[int]) -> bool:
        """``at``, ``until``: where the group stands."""
        between = at - hit.end if at >= hit.end else hit.start - until
        if not 0 <= between <= self._window:
            return False
        before = at >= hit.end
        match hit.how:
            case How.NEAR:
                return True
            case How.TOWARDS:
                return before
            case How.SAID_OF if before:
                return between < BEFORE_GROUP
            case How.SAID_OF:
                return any(until <= copula < hit.start for copula in copulas)
            case How.WISHED:
                first, last = min(at, hit.start), max(until, hit.end)
                return any(first - self._window <= wish < last + self._window for wish in wishes)

    def _negated(self, words: Sequence[str], start: int) -> bool:
        return not self._negations.isdisjoint(words[max(0, start - NEGATED_WITHIN) : start])


class Phrases(Generic[Meaning]):
    """Words and rows of words by their first word; the longest row that stands somewhere counts."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        for phrase, meaning in meanings.items():
            row = tuple(phrase.split())
            self._by_first.setdefault(row[0], []).append((row, meaning))
        for rows in self._by_first.values():
            rows.sort(key=lambda found: -len(found[0]))

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, Meaning]]:
        """Start, end (exclusive) and meaning of each, in reading order, none within another."""
        position = 0
        while position < len(words):
            for row, meaning in self._by_first.get(words[position], ()):
                end = position + len(row)
                if tuple(words[position:end]) == row:
                    yield position, end, meaning
                    position = end
                    break
            else:
                position += 1
