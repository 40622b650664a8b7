"""Leaks, by class of identifier: whatever leaves with the identifier but not without it came from the identifier."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from contracts.anonymous_posts import GAP
from services.anonymizer.moment_words import BIRTH
from services.anonymizer.names import FILLERS, NETWORKS
from services.anonymizer.projection import Projector
from services.anonymizer.vocabulary import INTERFIXES
from tests.anonymizer.identifiers import NAMES, STRUCTURED
from tests.anonymizer.styles import CARRIERS, HELD_OUT, Post, post

POSTS = 1_500
POSTED_MS = 1_637_272_800_000
"""18 November 2021, 22:00 UTC."""
SILENT = INTERFIXES | {GAP, ".", "!", "?", "uit", "trio"}
SCAFFOLD = (
    FILLERS | NETWORKS | BIRTH | {"nummer", "nr", "kenteken", "mijn", "toe", "voeg", "volg", "add", "mail", "tel"}
)
"""Words around an identifier that say what it is (``mijn snap is``): anybody's."""


def leaked(projector: Projector, made: Post, silent: frozenset[str] | set[str] = SILENT) -> list[str]:
    """Tokens that are there because of the identifier. Gaps, full stops and interfixes (``van der``) tell nothing."""
    with_it = Counter(projector.project(made.text, POSTED_MS).tokens)
    without = Counter(projector.project(made.without, POSTED_MS).tokens)
    return [token for token in (with_it - without) if token.lower() not in silent]


@pytest.mark.parametrize("carriers", [CARRIERS, HELD_OUT], ids=["usual", "held-out"])
@pytest.mark.parametrize("kind", STRUCTURED)
def test_no_structured_identifier_leaves(projector: Projector, kind: str, carriers: tuple[str, ...]) -> None:
    rng = random.Random(f"{kind} {carriers[0]}")
    leaks = []
    for _ in range(POSTS):
        made = post(rng, STRUCTURED[kind](rng), carriers)
        if found := leaked(projector, made, SILENT | SCAFFOLD):
            leaks.append((made.text, found))
    assert not leaks, f"{len(leaks)} of {POSTS}: {leaks[:12]}"


@pytest.mark.parametrize("carriers", [CARRIERS, HELD_OUT], ids=["usual", "held-out"])
def test_first_names_stay_behind(projector: Projector, carriers: tuple[str, ...]) -> None:
    rng = random.Random(f"first {carriers[0]}")
    leaks = []
    for _ in range(POSTS):
        made = post(rng, NAMES["first names"](rng), carriers)
        if found := leaked(projector, made):
            leaks.append((made.text, found))
    assert len(leaks) <= 7, f"{len(leaks)} of {POSTS}: {leaks[:12]}"


@pytest.mark.parametrize("carriers", [CARRIERS, HELD_OUT], ids=["usual", "held-out"])
def test_full_names_stay_behind(projector: Projector, carriers: tuple[str, ...]) -> None:
    """Leaked: two parts of the name left together. A single part that is also a word may leave, but seldom does."""
    rng = random.Random(f"full {carriers[0]}")
    together, single = [], []
    for _ in range(POSTS):
        made = post(rng, NAMES["full names"](rng), carriers)
        found = leaked(projector, made)
        if len(found) > 1:
            together.append((made.text, found))
        elif found:
            single.append((made.text, found))
    assert len(together) <= 7, f"{len(together)} of {POSTS}: {together[:12]}"
    assert len(single) <= POSTS // 50, f"{len(single)} of {POSTS}: {single[:30]}"
