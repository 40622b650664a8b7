"""Which place a post speaks of: settled by what stands beside the name, or left open with its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from configuration.places import Gazetteer
from contracts.alert import Certainty, Place

NOWHERE = Place()


class Settled(StrEnum):
    """Why a name was given its gemeente, or none."""

    ONLY_ONE = "only_one"
    """One gemeente has the name, and it is no ordinary word."""
    EVIDENCE = "evidence"
    """An ordinary word with evidence beside it: a capital, a preposition, another place."""
    OPEN = "open"
    """Several gemeenten have it and nothing settles which."""
    FOREIGN = "foreign"
    """A configured place outside the Netherlands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    place: Place
    reason: Settled
    span: tuple[int, int]
    """Tokens: first, and one past the last."""


class Resolver:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def resolve(self, tokens: Sequence[str], source_region: str | None = None) -> Place:
        """The one place a post is about; `NOWHERE` when it names none."""
        mentions = self.mentions(tokens, source_region)
        return mentions[0].place if mentions else NOWHERE

    def mentions(self, tokens: Sequence[str], source_region: str | None = None) -> tuple[Mention, ...]:
        """Every place a post names, in reading order."""
        found = []
        for index, token in enumerate(tokens):
            canonical = self._gazetteer.spellings.get(token.lower())
            if canonical is None:
                continue
            name = self._gazetteer.names[canonical]
            if name.ordinary_word and not token[0].isupper():
                continue
            found.append(self._mention(canonical, index, source_region))
        return tuple(found)

    def _mention(self, canonical: str, index: int, source_region: str | None) -> Mention:
        name = self._gazetteer.names[canonical]
        codes = name.gemeenten
        if len(codes) > 1 and source_region:
            codes = tuple(code for code in codes if self._gazetteer.region_of(code) == source_region) or codes
        span = (index, index + 1)
        if len(codes) == 1:
            gemeente = self._gazetteer.gemeenten[codes[0]]
            place = Place(
                gemeente=gemeente.name,
                gemeente_code=gemeente.code,
                region=gemeente.region,
                name=None if canonical == gemeente.name else canonical,
                certainty=Certainty.CERTAIN,
            )
            return Mention(place=place, reason=Settled.ONLY_ONE, span=span)
        candidates = tuple(self._gazetteer.gemeenten[code].name for code in codes)
        reason = Settled.OPEN if candidates else Settled.FOREIGN
        return Mention(place=Place(name=canonical, candidates=candidates), reason=reason, span=span)
