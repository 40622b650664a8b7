"""The configuration as one: every problem at once, with file, line and what to do."""

import datetime
import gzip
import shutil
from pathlib import Path

import pytest
import typer

from configuration import InvalidConfiguration, load
from configuration.persons import known_names
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


def problems(config, names=None):
    with pytest.raises(InvalidConfiguration) as error:
        load(config, names)
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
        ({"owner": "burgemeester piet jansen"}, "an owner is a role"),
        ({"rationale": "kort"}, "at least 10 characters"),
        ({"expires": None}, "expires is missing"),
        ({"id": "ander"}, "must equal the file name"),
        ({"watch_places": "[Nergenshuizen]"}, "Nergenshuizen is not a gemeente"),
    ],
)
def test_what_may_not_be_watched_is_refused(config, changed, reason):
    phenomenon(config, **changed)
    assert any(reason in found for _, _, found, _ in problems(config))


@pytest.fixture
def names(tmp_path_factory):
    file = tmp_path_factory.mktemp("lexicon") / "words.gz"
    file.write_bytes(gzip.compress(b"sanneke\tf\nzandstra\ts\nroos\tfo\n"))
    return known_names(file)


def test_a_file_that_its_model_refuses_is_checked_for_the_rest(config, names):
    phenomenon(
        config,
        severty="high",
        terms="[{term: sanneke zandstra}, {term: '@iemand'}, {term: anders, variants: [rellen]}, {term: anders}, 5]",
        owner="burgemeester zandstra",
        watch_places="[Roterdam]",
    )
    found = problems(config, names)
    for line, said in (
        (3, "burgemeester zandstra is a person's name"), (6, "sanneke zandstra is a person's name"),
        (6, "anders stands twice in this file"), (8, "Roterdam is not a gemeente"),
        (7, "severty is not known here"),
    ):  # fmt: skip
        assert any(said in reason and at == line for _, at, reason, _ in found), (said, found)
    assert "rellen stands for rellen here and for anders in proef.yaml" in [reason for _, _, reason, _ in found]
    assert len([1 for *_, reason, _ in found if "@iemand" in reason]) == 1
    assert all(suggestion for *_, reason, suggestion in found if "sanneke" in reason)


def test_a_name_in_a_theme_says_what_to_do(config, names):
    (config / "themes").mkdir()
    shutil.copy(CONFIG / "themes" / "opvang.yaml", config / "themes")
    file = config / "themes" / "opvang.yaml"
    file.write_text(file.read_text().replace("[azc,", "[sanneke, azc,", 1), encoding="utf-8")
    assert ("opvang.yaml", "name the phenomenon instead") in [
        (name, meant) for name, _, _, meant in problems(config, names)
    ]


def test_another_id_than_the_file_says_what_to_do(config):
    phenomenon(config, id="ander")
    assert "write id: proef, or call the file ander.yaml" in [suggestion for *_, suggestion in problems(config)]


def test_a_mistake_in_the_places_hides_no_other(config):
    local = "places:\n  - {name: Marktplein, gemente: Gouda}\n  - {name: Stadspark, gemeente: Groningn}\n"
    (config / "places" / "local.yaml").write_text(local, encoding="utf-8")
    phenomenon(config, watch_places="[Roterdam, Marktplein]")
    reasons = [reason for _, _, reason, _ in problems(config)]
    assert sorted(reasons) == [
        "Groningn is not a gemeente",
        "Roterdam is not a gemeente",
        "places.0.gemente is not known here",
    ]


def test_places_that_cannot_be_read_make_no_others_unknown(config):
    (config / "places" / "local.yaml").write_text("places: [", encoding="utf-8")
    (config / "thresholds.yaml").write_text("regions:\n  VR99: {min_authors: 3}\n", encoding="utf-8")
    phenomenon(config, watch_places="[Marktplein]")
    assert {name for name, *_ in problems(config)} == {"local.yaml", "thresholds.yaml"}


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
