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
    FIGURE = 2
    """With NEIGHBOURS: a figure by itself, of which little can be made but by its neighbours."""
    GUARDED = 4
    """A place that is also a surname: leaves at once after an ordinary word, else its neighbours decide."""
    LOUD = 8
    """May make something of a figure elsewhere in the post."""
    CAPITAL = 16
    """A permitted word that was written with a capital: it leaves only where a sentence starts."""
    BESIDE = 32
    """May be in a row of words with the chunk before or after it (`Verdict.before`, `Verdict.after`)."""
    ROW = 64
    """May be a row of words by itself."""
    SINGLE = 128
    """One character."""
    NEW = 256
    """Holds a hashtag outside the list."""
    WATCHED = 512
    """Holds a watch term or a place: a post with it is worth remembering for a deletion."""
    MOMENT = 1024
    """Holds a figure or the name of a month: words elsewhere in the post are then weighed as parts of moments."""
    FAR = 2048
    """A rule carries what it says further than the next few words."""
    WHOLE = 4096
    """Has the rules for neighbours, where they are asked, look at the whole post."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A chunk that is more than one token that leaves or one gap."""

    asks: int = 0
    """Bits of `Ask`."""
    tokens: tuple[str, ...] = ()
    reasons: tuple[int, ...] = ()
    """Numbers of the reasons of what stays behind."""
    new_words: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    """It is in a row of words with a chunk before it that ends with one of these (in lower case) …"""
    after: tuple[str, ...] = ()
    """… or with a chunk after it that begins with one of these."""


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
