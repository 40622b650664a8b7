"""What leaves of a post, put together from the verdicts on its chunks."""

from __future__ import annotations

from typing import cast

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, Dropped
from services.anonymizer.verdicts import Ask, Quick

STOPS = frozenset(".!?")
_PERSON = NUMBER_OF[Dropped.PERSON]


class Left:
    """Tokens that leave, and the numbers of the reasons of what stays behind."""

    __slots__ = ("gaps", "new_words", "tokens")

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.gaps: list[int] = []
        self.new_words: list[str] = []

    def add(self, found: list[Quick], telling: list[int]) -> None:
        """Chunks that need no neighbours, but for the one before when they have a capital.

        ``telling``: where there is more than one token; what stands between leaves as it is.
        """
        tokens, gaps = self.tokens, self.gaps
        done = 0
        for position in telling:
            if done < position:
                tokens += cast(list[str], found[done:position])
            done = position + 1
            judged = found[position]
            if isinstance(judged, int):
                gaps.append(judged)
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
            elif isinstance(judged, str):
                tokens.append(judged)
            elif judged.asks & Ask.CAPITAL and tokens and tokens[-1] not in STOPS:
                gaps.append(_PERSON)
                if tokens[-1] is not GAP:
                    tokens.append(GAP)
            else:
                gaps += judged.reasons
                if judged.asks & Ask.NEW:
                    self.new_words += judged.new_words
                for token in judged.tokens:
                    if token is not GAP or not tokens or tokens[-1] is not GAP:
                        tokens.append(token)
        tokens += cast(list[str], found[done:])


def token_before(found: list[Quick], position: int) -> str | None:
    """The last token that `Left.add` makes of the chunks before this one."""
    while position:
        position -= 1
        judged = found[position]
        if isinstance(judged, str):
            return judged
        if isinstance(judged, int):
            return GAP
        if judged.asks & Ask.CAPITAL and inside_sentence(found, position):
            return GAP
        if judged.tokens:
            return judged.tokens[-1]
    return None


def inside_sentence(found: list[Quick], position: int) -> bool:
    """Whether something stands before this chunk in its sentence: a capital then makes a name."""
    before = token_before(found, position)
    return before is not None and before not in STOPS
