"""The configuration as one: every problem at once, with file, line and what to do."""

import datetime
import shutil
from pathlib import Path

import pytest
import typer

from configuration import InvalidConfiguration, load
from configuration.phenomena import PhenomenonClass
from seinpost.check import check

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def config(tmp_path):
    """A small configuration that is in order, to break."""
    for file in ("phenomena/rellen.yaml", "places/gemeenten.csv", "thresholds.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(CONFIG / file, tmp_path / file)
    return tmp_path


def problems(config):
    with pytest.raises(InvalidConfiguration) as error:
        load(config)
    return [(Path(found.file).name, found.line, found.reason, found.suggestion) for found in error.value.problems]


def phenomenon(config, **changed):
    fields = {
        "id": "proef",
        "label": "Proef",
        "owner": "adviseur openbare orde",
        "rationale": "Alleen om te proberen.",
        "expires": "2027-12-31",
        "terms": "[{term: proefterm}]",
    } | changed
    text = "".join(f"{key}: {value}\n" for key, value in fields.items() if value is not None)
    (config / "phenomena" / "proef.yaml").write_text(text, encoding="utf-8")


def test_the_configuration_in_this_repository_is_in_order():
    configuration = load(CONFIG)
    assert {"rellen", "plunderen", "weggeefactie", "car-meet", "project-x", "oproep"} <= {
        phenomenon.id for phenomenon in configuration.phenomena
    }


def test_demonstrations_are_a_class_of_their_own():
    classes = {phenomenon.id: phenomenon.kind for phenomenon in load(CONFIG).phenomena}
    assert {classes[name] for name in ("demonstratie", "boerenactie", "azc-protest")} == {PhenomenonClass.DEMONSTRATION}


FIELD = """
    rellen, rwina, herres, scotoe, skotoe, scouto, ibahesj, wouten, popo, 5-0, matties, meetingpoint, deel dit massaal,
    neem mee, wil minimaal 200 man zien, purge, plunderen, kraaienpoten, koffie drinken, no pyro no party, weggeefactie,
    giveaway, burn-outs, donuts, car meet, trekkers, #boerenprotest, cobra, nitraat, bivak, azc,
    heel nederland platleggen
"""


def test_the_words_of_the_field_are_watched():
    spellings = {
        spelling
        for phenomenon in load(CONFIG).phenomena
        for term in phenomenon.terms
        for spelling in (term.term, *term.variants)
    }
    assert {" ".join(word.split()) for word in FIELD.split(",")} <= spellings


def test_the_same_files_have_the_same_version(config):
    first = load(config).version
    assert load(config).version == first
    (config / "thresholds.yaml").write_text("k_anonymity: 12\n", encoding="utf-8")
    assert load(config).version != first


def test_a_watch_ends_by_itself(config):
    phenomenon(config, expires="2026-06-30")
    configuration = load(config)
    on = {found.id for found in configuration.active_phenomena(datetime.date(2026, 6, 30))}
    after = {found.id for found in configuration.active_phenomena(datetime.date(2026, 7, 1))}
    assert on - after == {"proef"}


def test_every_problem_of_every_file_at_once(config):
    phenomenon(config, terms="[{term: '@iemand'}]", severty="high")
    (config / "thresholds.yaml").write_text("defaults:\n  min_autors: 3\n", encoding="utf-8")
    (config / "calendar.yaml").write_text(
        "events:\n  - {what: Derby, kind: match, where: Roterdam, from: 2027-01-01T12:00, until: 2027-01-01T15:00, "
        "factor: 5}\n",
        encoding="utf-8",
    )
    found = problems(config)
    assert ("thresholds.yaml", 2) in [(file, line) for file, line, _, _ in found]
    assert any(suggestion == "did you mean min_authors?" for *_, suggestion in found)
    assert any(suggestion == "did you mean severity?" for *_, suggestion in found)
    assert any("is a handle" in reason for _, _, reason, _ in found)
    assert ("calendar.yaml", 2, "Roterdam is not a gemeente", "did you mean Rotterdam?") in found


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"terms": "[{term: jan jansen}]"}, "is a person's name"),
        ({"terms": "[{term: proef, variants: [06-12345678]}]"}, "is a phone number"),
        ({"terms": "[{term: proef, variants: ['did:plc:abc123']}]"}, "is an account identifier"),
        ({"terms": "[{term: Proef}]"}, "write proef in lower case"),
        ({"terms": "[{term: proef, role: object}]"}, "needs at least one term with role topic or call"),
        ({"owner": "jan jansen"}, "an owner is a role"),
        ({"rationale": "kort"}, "at least 10 characters"),
        ({"expires": None}, "expires is missing"),
        ({"id": "ander"}, "must equal the file name"),
        ({"watch_places": "[Nergenshuizen]"}, "Nergenshuizen is not a gemeente"),
    ],
)
def test_what_may_not_be_watched_is_refused(config, changed, reason):
    phenomenon(config, **changed)
    assert any(reason in found for _, _, found, _ in problems(config))


def test_a_spelling_stands_for_one_term(config):
    phenomenon(config, terms="[{term: proef}, {term: anders, variants: [proef]}]")
    assert problems(config) == [
        ("proef.yaml", 6, "proef stands for anders here and for proef in proef.yaml", "keep it in one of the two")
    ]


def test_thresholds_for_a_phenomenon_that_is_not_there(config):
    (config / "thresholds.yaml").write_text("phenomena:\n  relen: {min_authors: 3}\n", encoding="utf-8")
    assert ("thresholds.yaml", 2, "relen is not a phenomenon", "did you mean rellen?") in problems(config)


def test_a_file_that_is_not_read_is_told(config):
    (config / "phenomena" / "proef.yml").write_text("id: proef\n", encoding="utf-8")
    assert ("proef.yml", 0, "is not read", "call it proef.yaml") in problems(config)


@pytest.mark.parametrize("content", [b"id: [", b"\xff\xfe", b"", b"- een lijst\n"])
def test_unreadable_files_are_problems_not_crashes(config, content):
    (config / "phenomena" / "proef.yaml").write_bytes(content)
    assert problems(config)[0][0] == "proef.yaml"


def test_check_shows_every_problem_and_ends_with_one(config, capsys, monkeypatch):
    phenomenon(config, terms="[{term: '@iemand'}]")
    monkeypatch.chdir(config)
    with pytest.raises(typer.Exit) as exit_:
        check(config)
    assert exit_.value.exit_code == 1
    shown = capsys.readouterr()
    assert "proef.yaml:6: terms.0.term: " in shown.err
    assert "@iemand is a handle" in shown.err


def test_check_is_content_with_the_configuration_in_this_repository(capsys):
    check(CONFIG)
    assert "in order" in capsys.readouterr().out
