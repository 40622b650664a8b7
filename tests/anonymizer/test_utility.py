"""What must survive: watch terms, places, dates and times; also misspelt. And ordinary words must stay themselves."""
# ruff: noqa: E501 (tables of spellings are read a row at a time)

from __future__ import annotations

import random
import string
from itertools import accumulate

import pytest

from configuration import Configuration
from configuration.places import PlaceKind
from contracts.anonymous_posts import GAP
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.projection import Projector
from services.anonymizer.vocabulary import Vocabulary

POSTED_MS = 1_637_272_800_000
MOMENTS = (
    "20:00", "19.30", "8:15", "20u", "20.00u", "20:00 uur", "8 uur", "20 uur", "half 9", "half negen", "kwart over 8",
    "kwart voor negen", "10 over 8", "om 8", "vanaf 9", "26-11-21", "26-11-2021", "26/11", "2021-11-26", "26 november",
    "26 nov", "za 27 nov", "zaterdag 27 november 2021", "vrijdag 26-11", "vanavond", "morgen", "overmorgen", "vrijdag",
    "zaterdagavond", "vanmiddag 14:00", "morgenavond 21:00", "acht uur", "21h", "zondag 28 nov 14.00", "20:00-22:00",
    "26nov", "straks", "vannacht", "1 december", "komende zaterdag", "8pm", "tonight", "november 26",
)  # fmt: skip
CARRIERS = (
    "{} in {} {}", "kom naar {1} voor {0} {2}", "{2}: {0} op komst in {1}!!", "wie gaat er mee? {0} in {1}, {2}",
    "let op {0} dreigt in {1} ({2})", "😂 {0} 🔥 in {1} {2}", "alweer {0}?? {2} in {1}", "@iemand {2} {0} in {1} www.x.nl",
    "{0}! {1}! {2}!", "gehoord: {2} wordt het {0} in {1} volgens @wieook",
)  # fmt: skip


@pytest.fixture(scope="module")
def terms(whole: Configuration) -> list[tuple[str, str]]:
    return [
        (spelling, term.term)
        for phenomenon in whole.phenomena
        for term in phenomenon.terms
        for spelling in (term.term, *term.variants)
    ]


@pytest.fixture(scope="module")
def places(whole: Configuration, lexicon: Lexicon) -> list[tuple[str, str]]:
    """Gemeenten and configured places. A village that is also a name needs *in* before it; that has its own test."""
    names = whole.gazetteer.names
    return [
        (spelling, canonical)
        for spelling, canonical in whole.gazetteer.spellings.items()
        if not names[canonical].ordinary_word and names[canonical].kinds != {PlaceKind.WOONPLAATS}
    ]


def test_terms_places_and_moments_survive(
    projector: Projector, terms: list[tuple[str, str]], places: list[tuple[str, str]]
) -> None:
    rng = random.Random(4)
    kept, lost = 0, []
    for _ in range(1_500):
        (term, canonical), (place, name), moment = rng.choice(terms), rng.choice(places), rng.choice(MOMENTS)
        written = rng.choice((term, term, term.upper(), term.capitalize()))
        where = rng.choice((place, name, place.upper(), place.title()))
        text = rng.choice(CARRIERS).format(written, where, moment)
        tokens = projector.project(text, POSTED_MS).tokens
        told = all(part in tokens or part in " ".join(tokens) for part in moment.replace("-22", " 22").lower().split())
        for fine in (canonical in tokens, name in tokens, told):
            kept += fine
            if not fine:
                lost.append((text, tokens))
    assert kept >= 0.98 * 4_500, f"{4_500 - kept} of 4500 lost: {lost[:15]}"


def misspelt(rng: random.Random, word: str) -> str:
    """One slip, or two in a longer word; a letter stretched; a figure for a letter; a Cyrillic look-alike; spaces."""
    draw = rng.random()
    place = rng.randrange(1, len(word) - 1)
    if draw < 0.15:
        return word[:place] + word[place] * rng.randrange(3, 7) + word[place + 1 :]
    if draw < 0.27:
        return word.translate(str.maketrans("eoia", "301@" if rng.random() < 0.5 else "3014"))
    if draw < 0.34:
        return word.translate(str.maketrans("aeo", "аео"))
    if draw < 0.40:
        return " ".join(word)
    for _ in range(2 if len(word) >= 9 and draw > 0.75 else 1):
        place = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(4)
        if kind == 0:
            word = word[:place] + word[place + 1 :]
        elif kind == 1:
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif kind == 2:
            word = word[:place] + rng.choice(string.ascii_lowercase) + word[place + 1 :]
        else:
            word = word[:place] + rng.choice(string.ascii_lowercase) + word[place:]
    return word


def test_misspelt_terms_and_places_fold(
    projector: Projector,
    lexicon: Lexicon,
    whole: Configuration,
    terms: list[tuple[str, str]],
    places: list[tuple[str, str]],
) -> None:
    """Spellings of one word of six letters or more. A slip that makes another word or a name is that word."""
    exact = {term.term for phenomenon in whole.phenomena for term in phenomenon.terms if not term.fold}
    spellings = [
        (spelling.lower(), canonical)
        for spelling, canonical in [*terms, *places]
        if spelling.isalpha() and spelling.isascii() and len(spelling) >= 6 and canonical not in exact
    ]
    known = lexicon.ordinary | lexicon.first_names | lexicon.surnames | Vocabulary(whole, lexicon).words.keys()
    rng = random.Random(5)
    folded, missed, number = 0, [], 0
    while number < 1_500:
        spelling, canonical = rng.choice(spellings)
        written = misspelt(rng, spelling)
        if written in known or written == spelling:
            continue
        number += 1
        if canonical in projector.project(f"vanavond {written} hoor", POSTED_MS).tokens:
            folded += 1
        else:
            missed.append((written, spelling))
    assert folded >= 0.95 * number, f"{number - folded} of {number} missed: {missed[:40]}"


def test_ordinary_words_are_not_folded(projector: Projector, whole: Configuration, lexicon: Lexicon) -> None:
    """Posts of Dutch words by frequency, slips included: at most one term or place in a thousand that is not there."""
    from wordfreq import get_frequency_dict

    frequencies = get_frequency_dict("nl", wordlist="large")
    words = [word for word in frequencies if word.isalpha()]
    weights = list(accumulate(frequencies[word] for word in words))
    vocabulary = Vocabulary(whole, lexicon)
    glued = set(vocabulary.words)
    rng = random.Random(6)
    false = []
    for _ in range(5_000):
        chosen = [word for word in rng.choices(words, cum_weights=weights, k=14) if word not in glued]
        tokens = projector.project(" ; ".join(chosen), POSTED_MS).tokens
        phrases = {entry.canonical for words in vocabulary.phrases.values() for _, entry in words}
        found = [
            token
            for token in tokens
            if token in vocabulary.released and token.lower() not in chosen and token not in phrases
        ]
        if found:
            false.append((found, chosen))
    assert len(false) <= 5, f"{len(false)} of 5000: {false[:20]}"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Haren en haren", ("Haren", "en", "haren")),
        ("op de Dam", ("op", "de", "Dam")),
        ("meneer Van Dam in Haren", (GAP, "in", "Haren")),
        ("burgemeester van Haren spreekt", None),
        ("trein naar Best", ("trein", "naar", "Best")),
        ("bel 010 1234567 of kom naar 010", None),
        ("Utrecht in opstand 26-11-21, 19.30", None),
    ],
)
def test_a_name_stays_only_in_its_role(projector: Projector, text: str, tokens: tuple[str, ...] | None) -> None:
    found = projector.project(text, POSTED_MS).tokens
    if tokens is not None:
        assert found == tokens or found[-len(tokens) :] == tokens
    if "burgemeester" in text:
        assert "Haren" not in found
    if "010" in text:
        assert found.count("Rotterdam") == 1
    if "opstand" in text:
        assert {"Utrecht", "26-11-21", "19.30"} <= set(found)
