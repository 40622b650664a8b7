"""Whether the gathering of an alert got another place or time, and how surely.

Another place or hour of one day is taken for a move when half as many call to it as did to the old one. Another day may
as well be another gathering: it is a move when people say so, or, as a guess that is told as such, when calls to the
new day took the place of those to the old one:

    calls to Friday      3 5 4 2 . . . . . . . . | still ahead
    calls to Saturday    . . . . . . 4 6 5 3       one spot, one clock, one phenomenon, no call to Friday since
                                 └ QUIET ┘
"""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from configuration.places import Gazetteer
from contracts.alert import EventReference
from contracts.signal import Signal
from services.detector.episode import Episode
from services.detector.gathering import Relation, begins, fuller, relation, same_but_the_day

QUIET_MINUTES = 180
"""Nobody calls to the old day for so long."""


MOST_BESIDE = 3
"""Other gatherings told beside the one of the alert."""


class Verdict(StrEnum):
    SAME = "same"
    OTHER = "other"
    """Another gathering, or too little is known to tell."""
    MOVED = "moved"
    PERHAPS = "perhaps"
    """Nobody says so, only the day that people call to changed."""
    STANDS = "stands"
    """A guess that proved wrong: people call to the old day again."""


def take(
    episode: Episode,
    signal: Signal,
    event: EventReference,
    gazetteer: Gazetteer,
    *,
    needed: int,
    demonstration: bool,
) -> bool:
    """Take the gathering a signal tells of into an episode. True when it tells that the known one was moved.

    ``needed``: authors who must say so to be believed. ``demonstration``: the episode is one.
    """
    authors = round(signal.observation.authors)
    episode.events[signal.observation.series] = max(authors, episode.events.get(signal.observation.series, 0))
    known = episode.event
    if known is None:
        episode.event, episode.event_heard = event, signal.minute
        return False
    verdict = judge(episode, known, signal, event, gazetteer, needed=needed, demonstration=demonstration)
    if verdict is Verdict.SAME:
        episode.event, episode.event_heard = fuller(known, event, gazetteer), signal.minute
    elif verdict is Verdict.STANDS:
        episode.event, episode.event_heard = episode.moved_from, signal.minute
        episode.moved_from, episode.stands = None, True
    elif verdict is Verdict.OTHER:
        if signal.callers >= needed and signal.first_seen_minute < _first_minute_of_the_day(known):
            note_beside(episode, event, gazetteer)
    else:
        episode.moved_from, episode.event, episode.event_heard = known, event, signal.minute
        episode.move_is_sure = verdict is Verdict.MOVED
        episode.place = signal.subject.place or episode.place
        return True
    return False


def judge(  # noqa: PLR0911
    episode: Episode,
    known: EventReference,
    signal: Signal,
    event: EventReference,
    gazetteer: Gazetteer,
    *,
    needed: int,
    demonstration: bool,
) -> Verdict:
    found = relation(known, event, gazetteer)
    said = signal.movers >= needed
    if found in (Relation.SAME, Relation.NARROWED):
        return Verdict.SAME
    if found is Relation.DIFFERENT:
        return Verdict.OTHER
    old = episode.moved_from
    if old is not None and (old == event or relation(old, event, gazetteer) is Relation.SAME):
        # Who passes on the old call did not hear of the move.
        return Verdict.OTHER if episode.move_is_sure else Verdict.STANDS
    if said:
        return Verdict.MOVED
    if 2 * round(signal.observation.authors) < max(episode.events.values()):
        return Verdict.OTHER
    if found not in (Relation.OTHER_DAY, Relation.OTHER_TOWN):
        return Verdict.MOVED
    guess = not demonstration and _replaces(episode, known, signal, event)
    return Verdict.PERHAPS if guess else Verdict.OTHER


def between_towns(left: Episode, here: Episode, event: EventReference | None) -> bool:
    """Tell of two alerts that the gathering of one was moved to the town of the other. True when that is news."""
    if left.id == here.id or event is None or left.moved_to is not None or here.moved_from is not None:
        return False
    if here.event is None or here.event.starts != event.starts:
        return False
    left.moved_to, here.moved_from, here.move_is_sure = here.event, left.event, True
    here.moved_to = None  # it came back
    return True


def _first_minute_of_the_day(event: EventReference) -> int:
    """From then on *morgen 20:00* is also an old message passed on: it says nothing of another gathering."""
    return begins(replace(event, starts=event.starts[:10])) or 0 if event.starts else 0


def note_beside(episode: Episode, event: EventReference, gazetteer: Gazetteer) -> None:
    """People are called to this place on another day too: the operator must see both."""
    old = episode.moved_from
    passed_on = old is not None and relation(old, event, gazetteer) is Relation.SAME
    if not (event.call and event.starts) or passed_on:
        return
    for at, known in enumerate(episode.beside):
        if relation(known, event, gazetteer) is Relation.SAME:
            both = fuller(known, event, gazetteer)
            episode.beside = (*episode.beside[:at], both, *episode.beside[at + 1 :])
            return
    episode.beside = (*episode.beside[-MOST_BESIDE + 1 :], event)


def _replaces(episode: Episode, known: EventReference, signal: Signal, event: EventReference) -> bool:
    """Calls to two days at once, or to the next one when the first is over, are two gatherings."""
    if episode.stands or signal.subject.phenomenon != episode.phenomenon or not same_but_the_day(known, event):
        return False
    start, heard = begins(known), episode.event_heard
    if start is None or heard is None or start <= signal.minute:
        return False
    return signal.first_seen_minute > heard and signal.minute - heard >= QUIET_MINUTES
