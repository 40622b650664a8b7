"""The rules for neighbours look at stretches of a post: they find what they find in the whole post."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from contracts.anonymous_posts import GAP
from services.anonymizer.characters import word_set
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.projection import Projector

CREATED_MS = 1_637_272_800_000
KNOWN = sorted(
    word_set(
        """de het een van der den in op te naar bij uit om rond vanaf half kwart over voor tussen en meneer mevrouw nr
        nummer kerkstraat markt station euro keer uur u twee drie acht ten mei april jan zo ma vr morgen vanavond
        geboren jarig utrecht haren dam best goes horst leek rotterdam coolsingel amsterdam rellen plunderen vuurwerk
        jaap fatima jansen niet maar zijn wij dat als met gezellig lekker vandaag mensen iedereen xqvz bkrf ab zk 😂 , .
        - ( ' @jaap https://t.co/x1 #rellen #nieuwwoord haag bergen zoom capelle aan ijssel"""
    )
)
FIGURES = sorted(
    word_set(
        """8 20 100 1234 2021 19.30 20:00 20u 21-11 3/5 06-12345678 0612345678 9751BC 12-abc-3 4, (7) 5. 1e 010 12a
        24/7"""
    )
)


def text(rng: random.Random) -> str:
    words = [rng.choice(FIGURES if rng.random() < 0.3 else KNOWN) for _ in range(rng.randrange(3, 16))]
    return " ".join(word.capitalize() if rng.random() < 0.1 else word for word in words)


def whole(projector: Projector, made: str) -> tuple[str, ...]:
    """What leaves when the rules look at all of the post."""
    (verdict,) = projector._neighbours.judge_whole(made.split(), CREATED_MS, [])
    return tuple(verdict.tokens)


def test_a_stretch_is_judged_as_in_the_whole_post(projector: Projector, lexicon: Lexicon) -> None:
    """Of rows of nothing but words that rules know. What is told otherwise is little, and never lets a name or a figure
    out: a date or an hour in words is lost, a *te* is kept."""
    rng = random.Random(7)
    otherwise = 0
    for _ in range(4_000):
        made = text(rng)
        found, wanted = projector.project(made, CREATED_MS).tokens, whole(projector, made)
        if found != wanted:
            otherwise += 1
            more = Counter(found) - Counter(wanted)
            assert all(token == GAP or token in lexicon.permitted for token in more), (made, found, wanted)
    assert otherwise <= 10, f"{otherwise} of 4,000"


@pytest.mark.parametrize(
    "words",
    [
        "laat 7113 ga 246 met rust",
        "iemand 5669 we 7 nog gezien",
        "burgemeester ter 4 ' op haarzelf",
        "637383424 in 5 the",
    ],
)
def test_letters_of_a_plate_are_found_past_short_words_and_signs(projector: Projector, words: str) -> None:
    assert projector.project(words, CREATED_MS).tokens == whole(projector, words)


def test_what_is_kept_of_a_stretch_is_for_words_alike_and_no_others(projector: Projector) -> None:
    """The same place behind an ordinary word, a name and an unknown word, twice over: whatever was judged first."""
    for _ in range(2):
        assert "Utrecht" in projector.project("toen kwam iemand van Utrecht langs", CREATED_MS).tokens
        assert "Utrecht" not in projector.project("toen kwam fatima van Utrecht langs", CREATED_MS).tokens
        assert "Utrecht" not in projector.project("toen kwam xqvzrt van Utrecht langs", CREATED_MS).tokens
