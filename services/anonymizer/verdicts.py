"""What is known of a chunk without its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import Dropped


class Ask:
    """What more a chunk asks for. Bits of an int: an enum's `&` is a call, and there are many."""

    NEIGHBOURS = 1
    """Only its neighbours can judge it."""
    GUARDED = 2
    """A place that is also a surname: leaves at once after an ordinary word, else its neighbours decide."""
    LOUD = 4
    """May make something of a figure elsewhere in the post."""
    CAPITAL = 8
    """A permitted word that was written with a capital: it leaves only where a sentence starts."""
    SINGLE = 16
    """One character."""
    NEW = 32
    """Holds a hashtag outside the list."""
    WATCHED = 64
    """Holds a watch term or a place: a post with it is worth remembering for a deletion."""
    MOMENT = 128
    """Holds a figure or the name of a month: words elsewhere in the post are then weighed as parts of moments."""
    FAR = 256
    """A rule carries what it says further than the next few words."""
    WHOLE = 512
    """Has the rules for neighbours, where they are asked, look at the whole post."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A chunk that is more than one token that leaves or one gap."""

    asks: int = 0
    """Bits of `Ask`."""
    tokens: tuple[str, ...] = ()
    reasons: tuple[int, ...] = ()
    """Numbers of the reasons of what stays behind."""
    new_words: tuple[str, ...] = ()


Quick = str | int | Verdict
"""A chunk without its neighbours: one token that leaves, a gap (the number of its reason), or more than that."""


def as_verdict(judged: Quick) -> Verdict:
    if isinstance(judged, Verdict):
        return judged
    return Verdict(tokens=(judged,)) if isinstance(judged, str) else Verdict(tokens=(GAP,), reasons=(judged,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """For `--explain`: one part of a post that stayed behind."""

    text: str
    reason: Dropped
