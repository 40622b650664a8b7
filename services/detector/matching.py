"""Which series a post adds to: what it names, where, and whether that counts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from configuration import Configuration
from configuration.mandates import Cover
from configuration.places import Gazetteer
from contracts.alert import Place
from contracts.anonymous_posts import AnonymousPost
from contracts.series_deltas import Subject
from services.detector.calendar import Planned
from services.detector.events import CallStrength, Reader, Reading
from services.detector.gathering import is_street
from services.detector.themes import Themes
from services.detector.vocabulary import REMEMBERED, Vocabulary, Watched
from services.detector.words import FILLER

MAX_PLACES = 3
"""A post that names more places counts for the first three: a list of towns is no news about each of them."""
MAX_WORDS = 12
CALLS = 1.0
"""Least weight of its call terms together for a post to call people; less is looking for company."""


class Contribution:
    """One series one post adds to. Never changed: kept and shared."""

    __slots__ = ("series", "subject", "with_words")

    def __init__(self, *, series: str, subject: Subject, with_words: bool = False) -> None:
        self.series = series
        self.subject = subject
        self.with_words = with_words


class Matching(Protocol):
    """What a fold asks of a matcher."""

    terms: frozenset[str]
    """A post without any of these adds to no series."""
    gazetteer: Gazetteer

    def match(self, post: AnonymousPost, world: str = "") -> tuple[list[Contribution], Reading | None]: ...

    def words(self, post: AnonymousPost) -> list[str]: ...


class Matcher:
    """Which series a post adds to. Built once per configuration and cover; no state.

    ``cover``: what mandates allow now; None where they do not apply, in a backtest. Exercises hold nobody's posts.
    """

    def __init__(self, configuration: Configuration, cover: Cover | None = None) -> None:
        self._cover = cover
        self._allowed: dict[tuple[str, str, str | None], bool] = {}
        self._vocabulary = Vocabulary(configuration)
        self.gazetteer = configuration.gazetteer
        self._reader = Reader(configuration)
        self._themes = Themes(configuration, cover)
        self.terms = self._vocabulary.terms | self._themes.terms
        """A post without any of these adds to no series."""
        gazetteer = configuration.gazetteer
        nothing = self._vocabulary.terms, FILLER, gazetteer.names, gazetteer.spellings
        self._telling_nothing = frozenset().union(*nothing)
        self._planned = Planned(configuration.calendar, configuration.gazetteer)
        self._phenomena = {phenomenon.id: phenomenon for phenomenon in configuration.phenomena}
        self._only_at = {phenomenon.id: frozenset(phenomenon.watch_places) for phenomenon in configuration.phenomena}
        self._at: dict[tuple[str, Place], tuple[Contribution, Contribution]] = {}
        self._everywhere: dict[tuple[str, tuple[str, ...]], tuple[Contribution, ...]] = {}

    def match(self, post: AnonymousPost, world: str = "") -> tuple[list[Contribution], Reading | None]:
        watched = self._vocabulary.find(post.tokens, post.minute)
        themes = self._themes.named(post.tokens, post.minute) if not world else []
        if not watched and not themes:
            return [], None
        reading = self._reader.read(post.tokens, post.minute)
        found: dict[str, Contribution] = {}
        places = _settled(reading)
        if themes:
            regions = [place.region for place in places if place.region is not None]
            for share in self._themes.shares(post.tokens, themes, post.source, regions):
                found[share.series] = Contribution(series=share.series, subject=share.subject)
        covered = self._cover is not None and not world
        for one in _counting(watched, reading):
            only_at = self._only_at[one.phenomenon]
            at, everywhere = places, not only_at
            if only_at:
                at = [place for place in places if _within(place, only_at)]
            if covered:
                at = [place for place in at if self._allows(one.phenomenon, post.source, place.region)]
                everywhere = everywhere and self._allows(one.phenomenon, post.source, None)
            if not everywhere and not at:
                continue
            told = self._expected(one, at, reading, post.minute) or self._series(one, at, reading, everywhere)
            for contribution in told:
                found.setdefault(contribution.series, contribution)
        return list(found.values()), reading

    def _expected(self, one: Watched, at: list[Place], reading: Reading, minute: int) -> list[Contribution]:
        """A post about a planned event counts for that alone: the calendar says how many of these are no news."""
        phenomenon = self._phenomena[one.phenomenon]
        if not phenomenon.planned or reading.objects or reading.place not in at:
            return []
        about = self._planned.about(phenomenon, reading.place, reading.starts, minute, passed_on=reading.rolled)
        if about is None:
            return []
        subject = Subject(phenomenon=one.phenomenon, place=reading.place, event=reading.reference(), planned=about.name)
        series = f"planned:{one.phenomenon}@{reading.place.gemeente_code}/{about.name}"
        return [Contribution(series=series, subject=subject, with_words=True)]

    def _allows(self, phenomenon: str, source: str, region: str | None) -> bool:
        key = phenomenon, source, region
        allowed = self._allowed.get(key)
        if allowed is None:
            allowed = self._allowed[key] = self._cover is None or self._cover.allows(*key)
        return allowed

    def words(self, post: AnonymousPost) -> list[str]:
        """What else a post says, for the context of an alert: neither watch terms nor places nor filler."""
        nothing = self._telling_nothing
        words = [
            token
            for token in dict.fromkeys((*post.tokens, *post.candidates))
            if len(token) > 3 and token not in nothing and not token[0].isdigit()
        ]
        return words[:MAX_WORDS]

    def _series(self, one: Watched, places: list[Place], reading: Reading, everywhere: bool) -> list[Contribution]:
        phenomenon = one.phenomenon
        local = [self._here(phenomenon, place) for place in places]
        told = [watch for watch, _ in local]
        event = reading.reference() if reading.event_key is not None else None
        told_of = event is not None and (event.call or reading.moved)
        if told_of and (everywhere or place_key(reading.place) is not None):
            subject = Subject(phenomenon=phenomenon, place=reading.place, event=event)
            told.append(Contribution(series=f"event:{reading.event_key}", subject=subject, with_words=True))
        told += [place for _, place in local]
        return [*told, *self.all_over(phenomenon, one.topics)] if everywhere else told

    def _here(self, phenomenon: str, place: Place) -> tuple[Contribution, Contribution]:
        """The series of a phenomenon at a place, and that of the place."""
        known = self._at.get((phenomenon, place))
        if known is None:
            key = place_key(place)
            subject = Subject(phenomenon=phenomenon, place=place)
            watch = Contribution(series=f"watch:{phenomenon}@{key}", subject=subject, with_words=True)
            known = watch, Contribution(series=f"place:{key}", subject=Subject(place=place))
            if len(self._at) >= REMEMBERED:
                self._at.clear()
            self._at[phenomenon, place] = known
        return known

    def all_over(self, phenomenon: str, topics: tuple[str, ...]) -> tuple[Contribution, ...]:
        """The series of a phenomenon and of terms that name it, wherever."""
        known = self._everywhere.get((phenomenon, topics))
        if known is None:
            of = Contribution(
                series=f"phenomenon:{phenomenon}", subject=Subject(phenomenon=phenomenon), with_words=True
            )
            named = [
                Contribution(series=f"term:{term}", subject=Subject(phenomenon=phenomenon, term=term))
                for term in topics
            ]
            if len(self._everywhere) >= REMEMBERED:
                self._everywhere.clear()
            known = self._everywhere[phenomenon, topics] = of, *named
        return known


def _counting(watched: tuple[Watched, ...], reading: Reading) -> Iterable[Watched]:
    """Phenomena a post counts for: those it names. If it names none, a call at a place or with something to bring
    counts for the phenomenon it fits best; an object or slang alone is ordinary Dutch and counts for nothing."""
    named = [one for one in watched if one.named]
    if len(named) == 1:
        return named
    if named:
        # The weightiest first: a gathering and a shared term are told under that name.
        return sorted(named, key=lambda one: -one.weight)
    calls = [one for one in watched if one.calls and _calls_to_something(one, reading)]
    return [max(calls, key=lambda one: (one.objects + one.slang + one.own_calls, one.generic))] if calls else []


def _calls_to_something(one: Watched, reading: Reading) -> bool:
    """*Deel dit massaal* is said of anything. A call counts when it says what to bring, or where and when; in the words
    of one phenomenon where is enough. *Wie gaat er mee* looks for company: too light to be a call."""
    if not reading.calls:
        return False
    if one.objects:
        return True
    return reading.urge >= CALLS and (reading.event_key is not None or (one.own_calls and bool(reading.places)))


def _settled(reading: Reading) -> list[Place]:
    """Places that are one place: in a gemeente, or configured outside the country. Doubtful ones count for none."""
    by_key: dict[str, Place] = {}
    principal = place_key(reading.place)
    if principal is not None:
        # *Uit Assen en Zwolle naar Haren* is about Haren.
        return [reading.place]
    for mention in reading.places:
        key = place_key(mention.place)
        if key is not None:
            by_key.setdefault(key, mention.place)
    return list(by_key.values())[:MAX_PLACES]


def is_strong(reading: Reading, gazetteer: Gazetteer) -> bool:
    """A call that may alert without a burst says where, at what hour, and either a spot in the town or what to bring.
    *Kom morgen naar Utrecht* is said every day, and so is *om half negen in Delfzijl*: a village is no spot."""
    if reading.strength is not CallStrength.STRONG or reading.urge < CALLS:
        return False
    event = reading.reference()
    if event is None:
        return False
    return "T" in (event.starts or "") and (is_street(event.place, gazetteer) or bool(event.objects))


def place_key(place: Place) -> str | None:
    """How a place stands in the name of a series; None when it could not be settled."""
    if place.gemeente_code is not None:
        return place.gemeente_code
    return place.name.lower() if place.name is not None and not place.candidates else None


def about(place: Place) -> str | None:
    """The same, also for a name that several towns have: what it is said beside may settle it later."""
    return place_key(place) or (f"?{place.name.lower()}" if place.name is not None else None)


@lru_cache(maxsize=REMEMBERED)
def as_named(place: Place) -> str | None:
    """The same, apart for each name of it that people use and for how sure that is: no two places have one key."""
    key = about(place)
    return None if key is None else f"{key}/{(place.name or '').lower()}/{place.certainty.value}"


def _within(place: Place, only_at: frozenset[str]) -> bool:
    return not only_at.isdisjoint({place.gemeente_code, place.gemeente, place.name})
