"""What leaves of a post, put together from the verdicts on its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.anonymous_posts import GAP
from services.anonymizer.atoms import NUMBER_OF, Dropped
from services.anonymizer.verdicts import Ask

STOPS = frozenset(".!?")
_PERSON = NUMBER_OF[Dropped.PERSON]


class Left:
    """Tokens that leave, and the numbers of the reasons of what stays behind."""

    __slots__ = ("gaps", "new_words", "tokens")

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.gaps: list[int] = []
        self.new_words: list[str] = []

    def add(self, found: Sequence[Any], telling: Sequence[int]) -> None:
        """Chunks that need no neighbours, but for the one before when they have a capital.

        ``found``: of `Quick`; ``telling``: where there is more than one token, what stands between leaves as it is.
        The innermost loop. Verdicts are told apart by their class: `isinstance` takes three times as long.
        """
        tokens, gaps = self.tokens, self.gaps
        done = 0
        for position in telling:
            if done < position:
                tokens += found[done:position]
            done = position + 1
            judged = found[position]
            if judged.__class__ is int:
                gaps.append(judged)
                if not tokens or tokens[-1] is not GAP:
                    tokens.append(GAP)
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
        tokens += found[done:]


def token_before(found: Sequence[Any], position: int) -> str | None:
    """The last token that `Left.add` makes of the chunks before this one."""
    while position:
        position -= 1
        judged = found[position]
        if judged.__class__ is str:
            return str(judged)
        if judged.__class__ is int:
            return GAP
        if judged.asks & Ask.CAPITAL and inside_sentence(found, position):
            return GAP
        if judged.tokens:
            return str(judged.tokens[-1])
    return None


def inside_sentence(found: Sequence[Any], position: int) -> bool:
    """Whether something stands before this chunk in its sentence: a capital then makes a name."""
    before = token_before(found, position)
    return before is not None and before not in STOPS
