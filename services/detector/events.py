"""From permitted tokens to one gathering: where, when, the call to come, and what to bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from configuration import Configuration
from configuration.phenomena import Role
from contracts.alert import EventReference, Place
from services.detector import dates, places


class CallStrength(IntEnum):
    NONE = 0
    WEAK = 1
    """Says to come, or when and where; not both."""
    STRONG = 2
    """Place, time and a call to come or act."""


class Same(StrEnum):
    """How two readings relate."""

    DIFFERENT = "different"
    SAME = "same"
    MOVED_PLACE = "moved_place"
    MOVED_TIME = "moved_time"

    @property
    def moved(self) -> bool:
        return self in (Same.MOVED_PLACE, Same.MOVED_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one post says about a gathering."""

    place: Place
    """The place it is about; `places.NOWHERE` when none is named."""
    places: tuple[places.Mention, ...]
    when: tuple[dates.When, ...]
    starts: str | None
    """Local wall time of the gathering, as `EventReference.starts`."""
    strength: CallStrength
    calls: tuple[str, ...]
    objects: tuple[str, ...]
    event_key: str | None
    """``GM0599|coolsingel|2021-11-19T20:00``: the same gathering, the same key."""

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
    def __init__(self, configuration: Configuration) -> None:
        terms = [term for phenomenon in configuration.phenomena for term in phenomenon.terms]
        self._places = places.Resolver(configuration.gazetteer, [term.term for term in terms])
        self._calls = frozenset(term.term for term in terms if term.role is Role.CALL)
        self._objects = frozenset(term.term for term in terms if term.role is Role.OBJECT)

    def read(self, tokens: Sequence[str], posted_minute: int, source_region: str | None = None) -> Reading:
        when = dates.find(tokens, posted_minute)
        starts = when[0].start if when else None
        calls = tuple(sorted(self._calls.intersection(tokens)))
        objects = tuple(sorted(self._objects.intersection(tokens)))
        mentions = self._places.mentions(tokens, source_region, telling=bool(when or calls))
        principal = self._places.principal(tokens, mentions)
        place = principal.place if principal else places.NOWHERE
        key = None
        where = place.gemeente_code or place.name
        if where and starts:
            key = f"{where}|{(place.name or '').lower()}|{starts}"
        strength = CallStrength.NONE
        if calls:
            strength = CallStrength.STRONG if key else CallStrength.WEAK
        return Reading(
            place=place,
            places=mentions,
            when=when,
            starts=starts,
            strength=strength,
            calls=calls,
            objects=objects,
            event_key=key,
        )


def same_gathering(a: Reading, b: Reading) -> Same:
    """Whether two readings are about one gathering; ``b`` is the later post."""
    return Same.SAME if a.event_key is not None and a.event_key == b.event_key else Same.DIFFERENT
