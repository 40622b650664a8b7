"""Rows of words are looked for only where they may be: none may be missed by that."""

from __future__ import annotations

import random

import pytest

from configuration import Configuration
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.rows import Rows
from services.anonymizer.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def written(whole: Configuration, lexicon: Lexicon) -> list[str]:
    return sorted(Vocabulary(whole, lexicon).rows())


def test_every_row_may_be_where_its_telling_word_stands(written: list[str]) -> None:
    rng = random.Random(1)
    rows = Rows(written)
    assert len(written) > 1_000
    for row in written:
        words = [*rng.choices(("wij", "gaan", "nog", "@jaap", "12"), k=3), *row.split(), "dus", "ja"]
        for chunks in (words, [word.capitalize() for word in words], [f"({word}" for word in words]):
            told = [at for at, chunk in enumerate(chunks) if chunk.lower().strip("()[]{}<>") in rows.telling]
            assert any(rows.may_be_at(chunks, at) for at in told), chunks
        assert rows.are_in(" ".join(words).lower())


def test_a_telling_word_beside_others_holds_no_row() -> None:
    rows = Rows(["den haag", "sint jansplein zuid", " om acht"])
    assert rows.telling == {"haag", "jansplein", "acht"}
    assert not rows.may_be_at(["in", "haag", "is", "het"], 1)
    assert rows.may_be_at(["in", "DEN", "Haag"], 2)
    assert rows.may_be_at(["het", "jansplein", "zuid"], 1)
    assert rows.may_be_at(["'den", "haag"], 1), "what is no plain word may be anything"
    assert not rows.may_be_at(["acht", "mensen"], 0)
