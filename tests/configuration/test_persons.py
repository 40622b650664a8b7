"""Seinpost watches phenomena, not people."""

import gzip
import itertools
from pathlib import Path

import pytest

from configuration import load
from configuration.persons import NameLists, Refusal, known_names, read_name_lists, refused, refused_term


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("@relschopper", Refusal.HANDLE),
        ("@iemand@mastodon.example", Refusal.ADDRESS),
        ("straat_koning_99", Refusal.HANDLE),
        ("jongen1998", Refusal.HANDLE),
        ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", Refusal.ACCOUNT),
        ("at://did:web:example", Refusal.ACCOUNT),
        ("06-12345678", Refusal.PHONE),
        ("06 12 34 56 78", Refusal.PHONE),
        ("+31 6 12345678", Refusal.PHONE),
        ("0612345678", Refusal.PHONE),
        ("https://example.org/x", Refusal.ADDRESS),
        ("t.me", Refusal.ADDRESS),
        ("naam@example.org", Refusal.ADDRESS),
        ("mohammed", Refusal.NAME),
        ("jan jansen", Refusal.NAME),
        ("piet van der berg", Refusal.NAME),
        ("06 1234567", Refusal.PHONE),
        ("burgemeester piet jansen", Refusal.NAME),
        ("geert wilders rellen", Refusal.NAME),
    ],
)
def test_refused_with_the_reason(term, reason):
    assert refused(term) is reason


@pytest.mark.parametrize(
    "term",
    ["jan van galenstraat", "rellen jan van galenstraat", "albert heijn plunderen", "willem ii", "6-12-2026",
     "rellen", "project x", "cobra's", "5-0", "26-11-21", "#boerenprotest", "030 rellen", "18 septemberplein",
     "burn-outs", "deel dit massaal", "no pyro no party", "wil minimaal 200 man zien", "cobra 6", "20:00"],
)  # fmt: skip
def test_phenomena_pass(term):
    assert refused(term) is None
    assert refused_term(term) is None


@pytest.mark.parametrize("term", ["jantje.rotterdam", "instagram jantje_010", "rellen #jongen1998", "_koning_ rellen"])
def test_a_handle_among_words_is_refused(term):
    assert refused_term(term) is Refusal.HANDLE


def test_a_sentence_that_lacks_a_space_is_no_handle():
    assert refused("De brug is dicht.Wij gaan om") is None


@pytest.fixture
def names(tmp_path):
    file = tmp_path / "words.gz"
    lines = "merel\tfo\nsanneke\tf\nroos\tfo\nzandstra\ts\nberg\tso\nrellen\tpo\nbakker\tso\n"
    file.write_bytes(gzip.compress(lines.encode()))
    return read_name_lists(file)


@pytest.mark.parametrize(
    "term", ["sanneke", "sanneke zandstra", "merel zandstra", "roos berg", "sanneke merel van den berg", "#sanneke"]
)
def test_the_lists_know_names(names, term):
    assert names.is_name(term)


@pytest.mark.parametrize("term", ["rellen", "merel", "roos", "rellen zandstra", "een berg rellen", "roos rellen"])
def test_words_that_are_also_names_pass(names, term):
    assert not names.is_name(term)


REPOSITORY = Path(__file__).parents[2]
CONFIG = load(REPOSITORY / "config")
PLACES = CONFIG.gazetteer.spellings


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> NameLists:
    build = pytest.importorskip("lexicon.__main__", reason="extra lexicon is not installed").build
    directory = tmp_path_factory.mktemp("lexicon")
    build(directory)
    return read_name_lists(directory / "words.gz")


@pytest.mark.parametrize(
    "term",
    ["halsema", "wilders", "burgemeester piet jansen", "burgemeester halsema", "geert wilders rellen", "femke halsema",
     "rellen ahmed aboutaleb", "dilan yeşilgöz", "Dilan Yesilgöz", "jan-peter balkenende", "#pietjansen",
     "#geertwilders", "carola schouten", "weg met geert wilders nu"],
)  # fmt: skip
def test_the_full_lists_know_names(full, term):
    assert full.refused(term, PLACES) is Refusal.NAME


@pytest.mark.parametrize("term", ["jantje010", "instagram jantje010"])
def test_a_first_name_with_a_number_is_a_handle(full, term):
    assert full.refused(term, PLACES) is Refusal.HANDLE


@pytest.mark.parametrize(
    "term",
    ["vuurwerk afsteken", "de dam", "rellen op de dam", "jan van galenstraat", "geert grootestraat", "rotterdam",
     "anna paulowna", "albert heijn plunderen", "kom op feyenoord", "#feyenoord", "brand op straat", "tien man",
     "koning", "bakker", "visser", "boze boer", "zwarte piet", "rellen010", "cobra 6", "noorwegen", "korte lont",
     "burgemeester aftreden", "#boerenprotest", "azc-protest", "johan cruijff arena"],
)  # fmt: skip
def test_ordinary_terms_pass_the_full_lists(full, term):
    assert full.refused(term, PLACES) is None


def test_no_term_or_owner_of_the_configuration_is_a_person(full):
    spellings = [one for entry in CONFIG.phenomena for term in entry.terms for one in (term.term, *term.variants)]
    spellings += [one for theme in CONFIG.themes for one in theme.terms]
    spellings += [entry.owner for entry in itertools.chain(CONFIG.phenomena, CONFIG.themes)]
    spellings += [event.what for event in CONFIG.calendar.events]
    assert [one for one in spellings if refused_term(one.lower()) or full.refused(one, PLACES)] == []


def test_lists_that_were_not_built_are_no_lists(tmp_path):
    assert known_names(tmp_path / "words.gz") is None
    (tmp_path / "words.gz").write_bytes(b"no gzip")
    assert known_names(tmp_path / "words.gz") is None
