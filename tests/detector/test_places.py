"""Own sentences, placed as a Dutch reader would; open where a reader could not tell."""

from pathlib import Path

import pytest

from configuration import load
from contracts.alert import Certainty
from services.detector import dates
from services.detector.places import NOWHERE, Resolver, Settled
from tests.detector.sentences import Tokens

SENTENCES = Path(__file__).parent / "expressions" / "places.tsv"
CONFIG = Path(__file__).parents[2] / "config"
A_MINUTE = 27_000_000


@pytest.fixture(scope="module")
def configuration():
    return load(CONFIG)


@pytest.fixture(scope="module")
def resolver(configuration):
    return Resolver(configuration.gazetteer, [term.term for p in configuration.phenomena for term in p.terms])


@pytest.fixture(scope="module")
def tokens(configuration):
    return Tokens(configuration)


@pytest.fixture(scope="module")
def calls(configuration):
    return {term.term for p in configuration.phenomena for term in p.terms if term.role == "call"}


def sentences():
    region = None
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            region = line[2:]
        elif line and not line.startswith("#"):
            sentence, expected = line.split("\t")
            name, _, gemeente = expected.rpartition(">")
            yield sentence, region, name, gemeente


def test_at_least_five_hundred_sentences_and_95_percent_right(resolver, tokens, calls):
    wrong = []
    total = 0
    for sentence, region, name, expected in sentences():
        total += 1
        words = tokens.of(sentence)
        telling = bool(dates.find(words, A_MINUTE)) or not calls.isdisjoint(words)
        mentions = resolver.mentions(words, region, telling=telling)
        meant = next((m for m in mentions if words[m.span[0]] == name), None) if name else None
        place = meant.place if meant else resolver.resolve(words, region, telling=telling)
        found = place.gemeente or ("?" if place.candidates else "-")
        if found != expected:
            wrong.append((sentence, expected, found))
    assert total >= 500
    assert len(wrong) <= 0.05 * total, "\n".join(map(str, wrong))


def place(resolver, *words, region=None):
    return resolver.resolve(words, region)


def test_a_known_square_is_certain(resolver):
    found = place(resolver, "morgen", "20:00", "Coolsingel")
    assert (found.gemeente, found.gemeente_code, found.region) == ("Rotterdam", "GM0599", "VR17")
    assert (found.name, found.certainty) == ("Coolsingel", Certainty.CERTAIN)


def test_the_hague_is_shown_by_its_everyday_name(resolver):
    assert place(resolver, "rellen", "Den Haag").gemeente == "Den Haag"
    assert place(resolver, "rellen", "'s-Gravenhage").gemeente == "Den Haag"


def test_what_nothing_settles_stays_open_with_its_candidates(resolver):
    found = place(resolver, "vrijdag", "naar", "Haren")
    assert found.gemeente is None
    assert found.certainty is Certainty.UNKNOWN
    assert set(found.candidates) == {"Groningen", "Oss"}


def test_a_gap_does_not_hide_the_town_beside_it(resolver):
    assert place(resolver, "▢", "in", "Haren", "▢", "Oss").gemeente == "Oss"


def test_a_street_that_many_towns_have_follows_its_town(resolver):
    assert place(resolver, "Stationsweg", "Zwolle").gemeente == "Zwolle"
    assert place(resolver, "Stationsweg").candidates == ("Groningen",)


def test_the_region_of_the_source_only_makes_likely(resolver):
    found = place(resolver, "naar", "Haren", region="VR21")
    assert (found.gemeente, found.certainty) == ("Oss", Certainty.LIKELY)


def test_a_landscape_of_one_region_routes_without_a_gemeente(resolver):
    found = place(resolver, "boeren", "in", "Twente")
    assert (found.gemeente, found.region, found.certainty) == (None, "VR05", Certainty.LIKELY)


def test_a_place_abroad_has_no_candidates(resolver):
    (mention,) = resolver.mentions(["explosion", "Boston"])
    assert mention.reason is Settled.FOREIGN
    assert mention.place.candidates == ()


def test_no_place_is_nowhere(resolver):
    assert place(resolver, "mijn", "haren", "zijn", "nat") == NOWHERE


def test_every_gemeente_is_found_by_its_own_name(configuration, resolver):
    for gemeente in configuration.gazetteer.gemeenten.values():
        spelled = configuration.gazetteer.spellings[gemeente.name.lower()]
        found = place(resolver, "rellen", "naar", spelled, "vanavond")
        shared = len(configuration.gazetteer.names[spelled].gemeenten) > 1
        assert found.gemeente == gemeente.name or (shared and gemeente.name in found.candidates), gemeente.name


@pytest.mark.parametrize(
    ("sentence", "gemeente"),
    [
        ("rellen in Velp bij Grave", "Land van Cuijk"),
        ("rellen in Velp", "Rheden"),
        ("Katwijk aan de Maas, vanavond", "Land van Cuijk"),
        ("Oosterhout bij Nijmegen", "Overbetuwe"),
        ("niet in Breda maar in Tilburg vanavond", "Tilburg"),
        ("gaat niet door in Venlo, nu Roermond", "Roermond"),
        ("politie Rotterdam waarschuwt voor rellen in Schiedam", "Schiedam"),
        ("jongens uit Gouda in Waddinxveen", "Waddinxveen"),
        ("dat gaat leiden tot rellen", None),
        ("rellen in leiden tot diep in de nacht", "Leiden"),
    ],
)
def test_what_stands_before_a_name_says_what_it_is_there_for(resolver, tokens, sentence, gemeente):
    assert resolver.resolve(tokens.of(sentence)).gemeente == gemeente
