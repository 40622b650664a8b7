"""Which open episode a signal belongs to: one gathering, one place, or one phenomenon that has no place yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from configuration import Configuration
from configuration.phenomena import PhenomenonClass
from contracts.alert import Place
from contracts.series_deltas import Subject
from contracts.signal import Signal
from services.detector.episode import Episode, moved_away, under_way
from services.detector.gathering import Relation, ends, holds, relation
from services.detector.matching import place_key
from services.detector.vocabulary import is_generic

MERGE_PLACE_MINUTES = 1440
MERGE_PHENOMENA_MINUTES = 180
"""Within this long of its last sign of life a happening takes in other phenomena at its place."""


class Belonging:
    """Built once per configuration; no state."""

    def __init__(self, configuration: Configuration) -> None:
        self._gazetteer = configuration.gazetteer
        self._thresholds = configuration.thresholds
        self._phenomena = {phenomenon.id: phenomenon for phenomenon in configuration.phenomena}

    def fitting(self, signal: Signal, open_episodes: Sequence[Episode]) -> Iterator[Episode]:
        """Best first: one gathering; the same place; the same phenomenon without a place; the same place and time."""
        subject = signal.subject
        alike = self.is_demonstration(subject.phenomenon)
        near = [one for one in open_episodes if self.is_demonstration(one.phenomenon) is alike]
        own = [one for one in near if one.phenomenon == subject.phenomenon]
        yield from (one for one in near if signal.observation.series in one.events or self._one_gathering(one, subject))
        yield from (one for one in near if self._told_of_another_day(one, signal))
        left = self.left(signal, open_episodes)
        place = subject.place or Place()
        where = place_key(place)
        if where is None:
            # A name that several towns have: any of them that is open; what names no place at all joins the oldest.
            bare = [
                one
                for one in near
                if one.phenomenon != subject.phenomenon
                and (self._yields(one, subject) or self._at_once(one, signal.minute))
            ]
            there = [
                one for one in own + bare if place.name == one.place.name or one.place.gemeente in place.candidates
            ]
            yield from there if place.candidates else own
            return
        yield from (one for one in own if one.where == where)
        yield from (one for one in own if moved_away(one, place))
        for one in own:
            recent = signal.minute - one.opened <= MERGE_PLACE_MINUTES
            explains = 2 * signal.observation.observed >= one.observation.observed
            if (one.where is None or self.encloses(one.place, place)) and recent and explains:
                yield one
        yield from (one for one in own if self.encloses(place, one.place))
        for one in near:
            if one.where == where and (self._at_once(one, signal.minute) or self._yields(one, subject)):
                yield one
        if left is not None and left.place.region == place.region:
            yield left

    def encloses(self, area: Place, place: Place) -> bool:
        """*Noord-Brabant*, and a town in it."""
        wider = area.gemeente_code is None and place.gemeente_code is not None
        return wider and holds(area.name, place.region, self._gazetteer)

    def left(self, signal: Signal, open_episodes: Sequence[Episode]) -> Episode | None:
        """The episode whose gathering was moved here from another town, as enough people say: the only one of this
        phenomenon to which people are called that day. None when there are several, for nobody says which."""
        event, phenomenon = signal.subject.event, signal.subject.phenomenon
        if event is None or not signal.complete or self.is_demonstration(phenomenon):
            return None
        if signal.movers < self.call_authors(signal.subject):
            return None
        awaited = [
            one
            for one in open_episodes
            if one.phenomenon == phenomenon
            and one.event is not None
            and (one.event.call or one.moved_from is not None)
            and one.moved_to is None
            and relation(one.event, event, self._gazetteer) is Relation.OTHER_TOWN
            and (ends(one.event) or 0) > signal.minute
        ]
        return awaited[0] if len(awaited) == 1 else None

    def _at_once(self, episode: Episode, minute: int) -> bool:
        """It fired lately, or people are called to it for these days: what else is said of its place belongs to it."""
        return minute - episode.fired <= MERGE_PHENOMENA_MINUTES or under_way(episode, minute)

    def _one_gathering(self, episode: Episode, subject: Subject) -> bool:
        if episode.event is None or subject.event is None:
            return False
        found = relation(episode.event, subject.event, self._gazetteer)
        moved = found in (Relation.MOVED_PLACE, Relation.MOVED_TIME, Relation.NARROWED)
        return found is Relation.SAME or (moved and episode.phenomenon == subject.phenomenon)

    def _told_of_another_day(self, episode: Episode, signal: Signal) -> bool:
        """While a minute fills, more may follow who say so."""
        event = signal.subject.event
        if episode.event is None or event is None or not signal.movers:
            return False
        if relation(episode.event, event, self._gazetteer) is not Relation.OTHER_DAY:
            return False
        return not signal.complete or signal.movers >= self.call_authors(signal.subject)

    def call_authors(self, subject: Subject) -> int:
        region = subject.place.region if subject.place is not None else None
        return self._thresholds.limits(subject.phenomenon or "", region).call_authors

    def _yields(self, episode: Episode, subject: Subject) -> bool:
        """A bare call belongs to whatever else goes on at its place; never to a demonstration, which would hush it."""
        return self.is_generic(episode.phenomenon) or self.is_generic(subject.phenomenon)

    def is_generic(self, phenomenon: str | None) -> bool:
        known = self._phenomena.get(phenomenon or "")
        return known is not None and is_generic(known)

    def is_demonstration(self, phenomenon: str | None) -> bool:
        """Several phenomena may be one happening; a demonstration stays what it is."""
        known = self._phenomena.get(phenomenon or "")
        return known is not None and known.kind is PhenomenonClass.DEMONSTRATION
