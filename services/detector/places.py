"""Which place a post speaks of: settled by what stands beside the name, or left open with its candidates.

A name is first a *hit*; an ordinary word becomes one only with evidence (`place_evidence`). A hit that several
gemeenten share is settled, in this order, by: a gemeente named beside it, a province or landscape named beside it,
another place that lies in only one of them, words it is known for (`config/places/local.yaml`), the region of the
source, and the gemeente that carries the name without a province behind it. What none of these settles stays open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from configuration.places import Gazetteer, PlaceKind, PlaceName
from contracts.alert import Certainty, Place
from services.detector import place_evidence
from services.detector.place_evidence import Leaving

NOWHERE = Place()


class Settled(StrEnum):
    """Why a name was given its gemeente, or none."""

    ONLY_ONE = "only_one"
    """One gemeente has the name."""
    GEMEENTE_BESIDE = "gemeente_beside"
    AREA_BESIDE = "area_beside"
    """A province or landscape named beside it leaves one."""
    PLACE_BESIDE = "place_beside"
    """Another place in the post lies in, or near, one of them."""
    KNOWN_FOR = "known_for"
    SOURCE_REGION = "source_region"
    FOREMOST = "foremost"
    OPEN = "open"
    """Several gemeenten have it and nothing settles which."""
    AREA = "area"
    """Wider than a gemeente."""
    FOREIGN = "foreign"
    """A configured place outside the Netherlands."""


_CERTAIN = frozenset((Settled.ONLY_ONE, Settled.GEMEENTE_BESIDE, Settled.AREA_BESIDE))


class Mention:
    """A place that a post names. Never changed."""

    __slots__ = ("going", "leaving", "place", "reason", "span")

    def __init__(self, place: Place, reason: Settled, span: tuple[int, int], leaving: Leaving, *, going: bool) -> None:
        self.place = place
        self.reason = reason
        self.span = span
        """Tokens: first, and one past the last."""
        self.leaving = leaving
        self.going = going
        """Behind *naar* and the like."""


class _Hit:
    __slots__ = ("code", "index", "leaving", "locates", "name", "reason")

    def __init__(self, index: int, name: PlaceName) -> None:
        self.index = index
        self.name = name
        self.code: str | None = None
        self.reason = Settled.OPEN
        self.leaving = Leaving.NO
        self.locates = False
        """It only says where the place before it lies."""

    @property
    def here(self) -> bool:
        """A street named beside it may lie in it."""
        return self.leaving is Leaving.NO and not self.locates


class Resolver:
    """``terms``: watched terms, which stand directly before a place more often than before a word."""

    def __init__(self, gazetteer: Gazetteer, terms: Collection[str] = ()) -> None:
        self._gazetteer = gazetteer
        self._terms = frozenset(terms)
        self._canonical = dict(gazetteer.spellings) | {name.lower(): name for name in gazetteer.names}
        self._made: dict[tuple[str, str | None, bool], Place] = {}
        """By name, gemeente and whether that is certain: posts that speak of one place share it."""

    def resolve(self, post: Sequence[str], source_region: str | None = None, *, telling: bool = False) -> Place:
        """The one place a post, as tokens, is about; `NOWHERE` when it names none."""
        tokens = list(post)
        mention = self.principal(tokens, self.mentions(tokens, source_region, telling=telling))
        return mention.place if mention else NOWHERE

    def mentions(
        self, tokens: list[str], source_region: str | None = None, *, telling: bool = False
    ) -> tuple[Mention, ...]:
        """Every place a post names, in reading order.

        ``source_region``: veiligheidsregio the source is of (a local forum); ``telling``: the post also tells when, or
        calls to come.
        """
        hits = self._hits(tokens, telling=telling)
        at = {hit.index for hit in hits}
        towns = {hit.index for hit in hits if PlaceKind.LOCAL not in hit.name.kinds}
        for hit in hits:
            if PlaceKind.LOCAL not in hit.name.kinds:  # *vanaf het Malieveld* starts a march; one leaves a town
                hit.leaving = place_evidence.leaving(tokens, hit.index, at)
                hit.locates = place_evidence.locates(tokens, hit.index, towns)
        # A street that many towns have goes with its town, once that is settled.
        for hit in sorted(hits, key=lambda hit: hit.name.common):
            self._settle(hit, hits, tokens, source_region)
        return tuple(self._mention(hit, tokens) for hit in hits)

    def principal(self, tokens: list[str], mentions: Sequence[Mention]) -> Mention | None:
        """The mention a post is about: settled, then a destination, then a street, then the first."""
        if len(mentions) < 2:
            return mentions[0] if mentions else None
        towns = {mention.span[0] for mention in mentions if not self._is_local(mention)}

        def rank(mention: Mention) -> tuple[int, int, int, int]:
            place = mention.place
            if place.gemeente_code is not None:
                settled = 0
            elif mention.reason in (Settled.AREA, Settled.FOREIGN):
                settled = 2
            else:
                settled = 1
            going = -place_evidence.destination(tokens, mention.span[0])
            if place_evidence.locates(tokens, mention.span[0], towns):
                settled, going = settled + 1, 2
            return settled, going, 0 if self._is_local(mention) else 1, mention.span[0]

        best = min(mentions, key=rank)
        finer = [
            mention
            for mention in mentions
            if mention.place.name
            and best.place.gemeente_code
            and mention.place.gemeente_code == best.place.gemeente_code
        ]
        if best.place.name is None and finer:
            return min(finer, key=rank)
        streets = [mention for mention in finer if self._is_local(mention)]
        return min(streets, key=rank) if streets and not self._is_local(best) else best

    def _is_local(self, mention: Mention) -> bool:
        name = self._gazetteer.names.get(mention.place.name or "")
        return name is not None and PlaceKind.LOCAL in name.kinds

    def _hits(self, tokens: list[str], *, telling: bool) -> list[_Hit]:
        sure: list[_Hit] = []
        doubtful: list[_Hit] = []
        known = self._canonical
        for index, token in enumerate(tokens):
            canonical = known.get(token)
            if canonical is None and not token.islower():
                canonical = known.get(token.lower())
            if canonical is not None and not place_evidence.is_verb(tokens, index):
                name = self._gazetteer.names[canonical]
                (doubtful if name.ordinary_word else sure).append(_Hit(index, name))
        for hit in doubtful:
            if place_evidence.is_place(
                tokens,
                hit.index,
                on_squares=PlaceKind.LOCAL in hit.name.kinds,
                watched=self._terms,
                others=len(sure),
                same_region=self._near(hit.name, sure) or self._known_for(hit.name, tokens) is not None,
                moment_or_call=telling,
            ):
                sure.append(hit)
        return sorted(sure, key=lambda hit: hit.index)

    def _near(self, name: PlaceName, others: Sequence[_Hit]) -> bool:
        regions = {self._gazetteer.region_of(code) for code in name.gemeenten}
        return any(
            not regions.isdisjoint(other.name.regions)
            or (len(other.name.gemeenten) == 1 and self._gazetteer.region_of(other.name.gemeenten[0]) in regions)
            for other in others
        )

    def _known_for(self, name: PlaceName, tokens: list[str]) -> str | None:
        for code, known in name.known_for:
            if not known.isdisjoint(tokens):
                return code
        return None

    def _settle(self, hit: _Hit, hits: Sequence[_Hit], tokens: list[str], source_region: str | None) -> None:
        name = hit.name
        codes = name.gemeenten
        if not codes:
            hit.reason = Settled.AREA if PlaceKind.AREA in name.kinds else Settled.FOREIGN
            return
        if len(codes) == 1 and not name.common:
            hit.code, hit.reason = codes[0], Settled.ONLY_ONE
            return
        others = [other for other in hits if other.name.name != name.name]
        for step in (self._gemeente_beside, self._area_beside, self._place_beside):
            if (found := step(hit, others)) is not None:
                hit.code, hit.reason = found
                return
        if (known := self._known_for(name, tokens)) is not None:
            hit.code, hit.reason = known, Settled.KNOWN_FOR
        elif source_region and len(within := self._within(codes, (source_region,))) == 1:
            hit.code, hit.reason = within[0], Settled.SOURCE_REGION
        elif name.foremost is not None and not name.common:
            hit.code, hit.reason = name.foremost, Settled.FOREMOST

    def _gemeente_beside(self, hit: _Hit, others: Sequence[_Hit]) -> tuple[str, Settled] | None:
        """A town named beside it whose gemeente is one of the candidates; for a common street, any one town."""
        nearest = sorted(others, key=lambda other: abs(other.index - hit.index))
        for town in nearest:
            code = town.name.gemeenten[0] if len(town.name.gemeenten) == 1 and not town.name.common else None
            if code in hit.name.gemeenten and not (hit.name.common and not town.here):
                return code, Settled.GEMEENTE_BESIDE
        if hit.name.common:
            for town in nearest:
                if town.code is not None and not town.name.common and town.here:
                    return town.code, Settled.GEMEENTE_BESIDE
        return None

    def _area_beside(self, hit: _Hit, others: Sequence[_Hit]) -> tuple[str, Settled] | None:
        for other in others:
            if other.name.regions and len(within := self._within(hit.name.gemeenten, other.name.regions)) == 1:
                return within[0], Settled.AREA_BESIDE
        return None

    def _place_beside(self, hit: _Hit, others: Sequence[_Hit]) -> tuple[str, Settled] | None:
        for other in others:
            shared = [code for code in hit.name.gemeenten if code in other.name.gemeenten]
            if len(shared) == 1:
                return shared[0], Settled.PLACE_BESIDE
        if hit.name.common:
            return None
        for other in others:
            regions = {self._gazetteer.region_of(code) for code in other.name.gemeenten}
            if len(regions) == 1 and len(near := self._within(hit.name.gemeenten, regions)) == 1:
                return near[0], Settled.PLACE_BESIDE
        return None

    def _within(self, codes: Sequence[str], regions: Collection[str | None]) -> list[str]:
        return [code for code in codes if self._gazetteer.region_of(code) in regions]

    def _mention(self, hit: _Hit, tokens: list[str]) -> Mention:
        going = hit.leaving is Leaving.NO and place_evidence.destination(tokens, hit.index) > 0
        key = hit.name.name, hit.code, hit.reason in _CERTAIN
        place = self._made.get(key)
        if place is None:
            place = self._made[key] = self._place(hit.name, hit.code, certain=key[2])
        return Mention(place, hit.reason, (hit.index, hit.index + 1), hit.leaving, going=going)

    def _place(self, name: PlaceName, code: str | None, *, certain: bool) -> Place:
        if code is None:
            candidates = tuple(self._gazetteer.gemeenten[code].name for code in name.gemeenten)
            region = name.regions[0] if len(name.regions) == 1 else None
            certainty = Certainty.LIKELY if region else Certainty.UNKNOWN
            return Place(name=name.name, region=region, certainty=certainty, candidates=candidates)
        gemeente = self._gazetteer.gemeenten[code]
        return Place(
            gemeente=gemeente.name,
            gemeente_code=gemeente.code,
            region=gemeente.region,
            name=None if name.name in (gemeente.name, gemeente.town) else name.name,
            certainty=Certainty.CERTAIN if certain else Certainty.LIKELY,
        )
