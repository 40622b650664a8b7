"""Seinpost watches phenomena, not people."""

import gzip

import pytest

from configuration.persons import Refusal, read_name_lists, refused


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
    ],
)
def test_refused_with_the_reason(term, reason):
    assert refused(term) is reason


@pytest.mark.parametrize(
    "term",
    ["rellen", "project x", "cobra's", "5-0", "26-11-21", "#boerenprotest", "030 rellen", "18 septemberplein",
     "burn-outs", "deel dit massaal", "no pyro no party", "wil minimaal 200 man zien", "cobra 6", "20:00"],
)  # fmt: skip
def test_phenomena_pass(term):
    assert refused(term) is None


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
