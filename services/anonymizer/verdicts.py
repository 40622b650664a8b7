"""What is known of a chunk without its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import Dropped


class Ask:
    """What more a chunk asks for. Bits of an int: an enum's `&` is a call, and there are many."""

    NEIGHBOURS: Final = 1
    """Only its neighbours can judge it."""
    GUARDED: Final = 2
    """A place that is also a surname: leaves at once after an ordinary word, else its neighbours decide."""
    LOUD: Final = 4
    """May make something of a figure elsewhere in the post."""
    CAPITAL: Final = 8
    """A permitted word that was written with a capital: it leaves only where a sentence starts."""
    SINGLE: Final = 16
    """One character."""
    NEW: Final = 32
    """Holds a hashtag outside the list."""
    WATCHED: Final = 64
    """Holds a watch term or a place: a post with it is worth remembering for a deletion."""
    MOMENT: Final = 128
    """Holds a figure or the name of a month: words elsewhere in the post are then weighed as parts of moments."""
    FAR: Final = 256
    """A rule carries what it says further than the next few words."""
    WHOLE: Final = 512
    """Has the rules for neighbours, where they are asked, look at the whole post."""
    ROW: Final = 1024
    """Holds the rarest word of a row of words that means something: rows are looked for in the post."""


class Verdict:
    """A chunk that is more than one token that leaves or one gap. Never changed: verdicts are kept and shared."""

    __slots__ = ("asks", "new_words", "reasons", "tokens")

    def __init__(
        self,
        asks: int = 0,
        tokens: tuple[str, ...] = (),
        reasons: tuple[int, ...] = (),
        new_words: tuple[str, ...] = (),
    ) -> None:
        self.asks = asks
        """Bits of `Ask`."""
        self.tokens = tokens
        self.reasons = reasons
        """Numbers of the reasons of what stays behind."""
        self.new_words = new_words

    def asking(self, asks: int) -> Verdict:
        """The same, asking for more."""
        return Verdict(self.asks | asks, self.tokens, self.reasons, self.new_words)


Quick = str | int | Verdict
"""A chunk without its neighbours: one token that leaves, a gap (the number of its reason), or more than that."""


def asks_of(judged: Quick) -> int:
    """Bits of `Ask`."""
    return judged.asks if isinstance(judged, Verdict) else 0


def as_verdict(judged: Quick) -> Verdict:
    if isinstance(judged, Verdict):
        return judged
    return Verdict(tokens=(judged,)) if isinstance(judged, str) else Verdict(tokens=(GAP,), reasons=(judged,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """For `--explain`: one part of a post that stayed behind."""

    text: str
    reason: Dropped
