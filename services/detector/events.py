"""From permitted tokens to one gathering: where, when, the call to come, and what to bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from configuration import Configuration
from configuration.phenomena import Role
from contracts.alert import EventReference, Place
from services.detector import dates, places
from services.detector.dates import Precision, When
from services.detector.place_evidence import Leaving

KEY_MINUTES = 15
"""Starts within one quarter of an hour are one gathering in `Reading.event_key`."""
LONGEST = timedelta(days=1)
"""A longer period (deze week) is no appointment. Saturday and Sunday are one day apart."""
NEGATION_REACH = 2
"""Tokens between a call and the *niet* that turns it round."""
SEPARATED_BY = 5
"""Most tokens inside a call that is taken apart: *neem* zwaar vuurwerk en bivak *mee*."""
_PARTICLES = frozenset(("mee", "allemaal", "massaal"))
"""Second halves of calls that Dutch puts behind what is between: *kom* morgen *allemaal*."""
_NEGATIONS = frozenset(("niet", "nooit", "geen", "not", "don't"))
_CANCELLED = frozenset(("afgelast", "geannuleerd", "gecanceld", "geschrapt", "cancelled", "canceled"))
_CHANGEABLE = frozenset(("datum", "tijd", "tijdstip", "dag", "locatie", "plek"))
_MOVED = _CHANGEABLE | {
    "verplaatst", "verplaatsen", "verzet", "gewijzigd", "verschoven", "uitgeweken", "uitgesteld", "vervroegd",
}  # fmt: skip
"""May say that a gathering got another place or time; `_moved_at` settles those that often say other things."""
_OTHER = frozenset(("nieuwe", "andere", "gewijzigde"))
_TO = frozenset(("naar", "van", "tot"))
_INSTEAD = frozenset(("niet", "ipv", "i.p.v."))
"""Before a date: the old one. *In plaats van* too."""


class CallStrength(IntEnum):
    NONE = 0
    WEAK = 1
    """Says to come, but not both where and when."""
    STRONG = 2
    """Place, time and a call to come or act."""


class Reading:
    """What one post says about a gathering. Never changed."""

    __slots__ = (
        "calls",
        "event_key",
        "moved",
        "objects",
        "place",
        "places",
        "rolled",
        "starts",
        "strength",
        "urge",
        "when",
    )

    def __init__(
        self,
        *,
        place: Place,
        places: tuple[places.Mention, ...],
        when: tuple[When, ...],
        starts: str | None,
        strength: CallStrength,
        calls: tuple[str, ...],
        urge: float,
        objects: tuple[str, ...],
        moved: bool,
        rolled: bool,
        event_key: str | None,
    ) -> None:
        self.place = place
        """The place it is about; `places.NOWHERE` when none is named."""
        self.places = places
        self.when = when
        self.starts = starts
        """Local wall time of the gathering, as `EventReference.starts`; None when the post tells no time to come."""
        self.strength = strength
        self.calls = calls
        """Watched terms that call; empty when the post says not to come, or that it is off."""
        self.urge = urge
        """Weight of these calls together, as configured."""
        self.objects = objects
        self.moved = moved
        """The post itself says that place or time changed; ``place`` and ``starts`` are the new ones."""
        self.rolled = rolled
        """Only a passed hour was told: ``starts`` is tomorrow's, see `dates.When.rolled`."""
        self.event_key = event_key
        """``GM0599|coolsingel|2021-11-19T20:00``: the same gathering, the same key, however it is written. Place and
        start both known. A part of the day is not in it: *vanavond* and *20:00* are two keys, related by their day."""

    @property
    def call(self) -> bool:
        return bool(self.calls)

    def reference(self) -> EventReference | None:
        """The gathering as it stands in an alert; None when the post names no place and time."""
        if self.event_key is None:
            return None
        return EventReference(
            place=self.place.name,
            gemeente=self.place.gemeente,
            starts=self.starts,
            call=self.call,
            objects=self.objects,
        )


class Reader:
    """Built once per configuration; no state."""

    def __init__(self, configuration: Configuration) -> None:
        terms = [term for phenomenon in configuration.phenomena for term in phenomenon.terms]
        self._places = places.Resolver(configuration.gazetteer, [term.term for term in terms])
        self._calls: dict[str, float] = {}
        for term in terms:
            if term.role is Role.CALL:
                self._calls[term.term] = max(term.weight, self._calls.get(term.term, 0.0))
        self._objects = frozenset(term.term for term in terms if term.role is Role.OBJECT)
        self._apart = {
            (words[0], words[1]): term.term
            for term in terms
            if term.role is Role.CALL
            for words in (spelling.split() for spelling in (term.term, *term.variants))
            if len(words) == 2 and words[1] in _PARTICLES
        }
        self._verbs = frozenset(verb for verb, _ in self._apart)

    def read(self, post: Sequence[str], posted_minute: int, source_region: str | None = None) -> Reading:
        """Read a post, as tokens, written at ``posted_minute`` (minutes since the epoch). ``source_region``: see
        `Resolver`."""
        tokens = list(post)
        when = dates.find(tokens, posted_minute)
        left = _left(tokens, when)
        calls = self._called(tokens, left)
        moved_at = _moved_at(tokens)
        named = self._places.mentions(tokens, source_region, telling=bool(when or calls))
        mentions = tuple(mention for mention in named if not _is_origin(mention, named, calling=bool(calls)))
        principal = self._places.principal(tokens, _behind(mentions, moved_at) or mentions)
        place = principal.place if principal else places.NOWHERE
        appointment = _appointment(
            tokens, [one for one in when if one not in left] if left else when, posted_minute, moved_at
        )
        starts = None if appointment is None else _rounded_now(appointment)
        key = _key(place, starts)
        strength = CallStrength.NONE
        if calls:
            strength = CallStrength.STRONG if key is not None else CallStrength.WEAK
        return Reading(
            place=place,
            places=mentions,
            when=when,
            starts=starts,
            strength=strength,
            calls=calls,
            urge=sum([self._calls[call] for call in calls], 0.0),
            objects=tuple(sorted(self._objects.intersection(tokens))),
            moved=(moved_at is not None or bool(left)) and key is not None,
            rolled=appointment is not None and appointment.rolled,
            event_key=key,
        )

    def _called(self, tokens: list[str], left: Sequence[When]) -> tuple[str, ...]:
        found: list[tuple[int, str]] = []
        if not self._calls.keys().isdisjoint(tokens):
            found = [(index, token) for index, token in enumerate(tokens) if token in self._calls]
        if not self._verbs.isdisjoint(tokens):
            found += self._taken_apart(tokens)
        if not found or (not left and _off_at(tokens) is not None) or _says_stay_away(tokens):
            return ()
        if left:  # *kom niet vrijdag maar zaterdag* calls, to Saturday
            old = {index for when in left for index in range(max(0, when.span[0] - 1), when.span[1])}
            off_at = _off_at(tokens)
            old |= set() if off_at is None else {off_at}
            tokens = ["" if index in old else token for index, token in enumerate(tokens)]
        return tuple(sorted({term for index, term in found if not _negated(tokens, index)}))

    def _taken_apart(self, tokens: list[str]) -> list[tuple[int, str]]:
        """*Neem vuurwerk mee*: verb and particle with something between."""
        return [
            (index, self._apart[verb, particle])
            for index, verb in enumerate(tokens)
            if verb in self._verbs
            for particle in tokens[index + 1 : index + SEPARATED_BY + 2]
            if (verb, particle) in self._apart
        ]


def _is_origin(mention: places.Mention, named: Sequence[places.Mention], *, calling: bool) -> bool:
    """Where people come from is not where they go. *Beelden uit Rotterdam* tells of Rotterdam, *met zijn allen uit
    Rotterdam* calls them away from it."""
    if mention.leaving is Leaving.MAYBE:
        return calling or any(other.going and other.span != mention.span for other in named)
    return mention.leaving is Leaving.YES


def _negated(tokens: list[str], index: int) -> bool:
    return not _NEGATIONS.isdisjoint(tokens[max(0, index - NEGATION_REACH) : index + NEGATION_REACH + 1])


def _off_at(tokens: list[str]) -> int | None:
    """Where a post says that it is off: ``afgelast``, ``gaat niet door``."""
    if not _CANCELLED.isdisjoint(tokens):
        return next(index for index, word in enumerate(tokens) if word in _CANCELLED)
    if "door" not in tokens:
        return None
    return next((index for index, pair in enumerate(pairwise(tokens)) if pair == ("niet", "door")), None)


def _says_stay_away(tokens: list[str]) -> bool:
    return "blijf" in tokens and not set(pairwise(tokens)).isdisjoint({("blijf", "weg"), ("blijf", "thuis")})


def _moved_at(tokens: list[str]) -> int | None:
    """Where a post says that place or time changed. *Verzet* is resistance too, and *plek* any spot."""
    if _MOVED.isdisjoint(tokens):
        return None
    for index, word in enumerate(tokens):
        if word not in _MOVED or (index and tokens[index - 1] in _NEGATIONS):
            continue
        if word == "verzet" and _TO.isdisjoint(tokens[index + 1 : index + 2]):
            continue
        if word in _CHANGEABLE and (not index or tokens[index - 1] not in _OTHER):
            continue
        return index
    return None


def _left(tokens: list[str], found: Sequence[When]) -> list[When]:
    """Moments that were given up for another one: *niet vrijdag maar zaterdag*, *zaterdag in plaats van vrijdag*,
    *vrijdag gaat niet door, zaterdag wel*."""
    if len(found) < 2:
        return []
    off_at = _off_at(tokens)
    old = [
        when
        for when in found
        if not _INSTEAD.isdisjoint(tokens[max(0, when.span[0] - 1) : when.span[0]])
        or tokens[max(0, when.span[0] - 2) : when.span[0]] == ["plaats", "van"]
        or (off_at is not None and when.span[1] <= off_at)
    ]
    return old if len(old) < len(found) else []


def _behind(mentions: Sequence[places.Mention], moved_at: int | None) -> tuple[places.Mention, ...]:
    """Where it was moved to: the places named after the word, without the one it was moved from."""
    if moved_at is None:
        return ()
    return tuple(mention for mention in mentions if mention.span[0] > moved_at)


def _appointment(tokens: list[str], found: Sequence[When], posted_minute: int, moved_at: int | None) -> When | None:
    """The moment to come: still ahead, an hour before a day, the first; of what was moved the last it was moved to."""
    if not found:
        return None
    now = dates.local(posted_minute)
    ahead = [when for when in found if _is_ahead(when, now)]
    if moved_at is not None:
        later = [when for when in ahead if when.span[0] > moved_at or _is_towards(tokens, when)]
        return later[-1] if later else (ahead[0] if ahead else None)
    return min(ahead, key=lambda when: when.precision is not Precision.MINUTE, default=None)


def _is_towards(tokens: list[str], when: When) -> bool:
    return when.span[0] > 0 and tokens[when.span[0] - 1] == "naar"


def _is_ahead(when: When, now: datetime) -> bool:
    start = datetime.fromisoformat(when.start)
    if when.precision is Precision.DATE:
        if when.end is not None and datetime.fromisoformat(when.end) - start > LONGEST:
            return False
        return start.date() >= now.date()
    return start >= now - dates.STILL_ON


def _rounded_now(when: When) -> str:
    """*nu* is told to the hour, so that posts of one happening agree."""
    return f"{when.start[:13]}:00" if when.now and when.precision is Precision.MINUTE else when.start


def _key(place: Place, starts: str | None) -> str | None:
    where = place.gemeente_code or (place.name or "").lower()
    if not where or starts is None:
        return None
    return f"{where}|{(place.name or '').lower()}|{_rounded(starts)}"


@lru_cache(maxsize=4_096)
def _rounded(starts: str) -> str:
    if "T" not in starts:
        return starts
    clock = datetime.fromisoformat(starts)
    return clock.replace(minute=clock.minute // KEY_MINUTES * KEY_MINUTES).isoformat(timespec="minutes")
