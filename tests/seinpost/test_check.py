"""`seinpost check` as an analyst meets it: every mistake at once, with file, line, reason and what was meant."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from seinpost.check import READ
from seinpost.cli import app
from tests.brokers.services import REPOSITORY

GOOD = """\
id: proef
label: Proef
kind: disorder
severity: medium
owner: adviseur openbare orde
rationale: Alleen om te proberen.
expires: 2090-12-31
terms:
  - {term: proefterm, role: topic}
"""
THRESHOLDS, PROEF = "thresholds.yaml", "phenomena/proef.yaml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small configuration that is in order, to break."""
    for file in ("phenomena/rellen.yaml", "places/gemeenten.csv", THRESHOLDS):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "config" / file, tmp_path / file)
    (tmp_path / PROEF).write_text(GOOD)
    return tmp_path


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the name lists, which take long to read; but for the test that needs them."""
    if "name lists" not in request.node.name:
        monkeypatch.chdir(tmp_path)


def check(config: Path) -> Result:
    return CliRunner().invoke(app, ["check", str(config)])


def proef(old: str, new: str) -> dict[str, str]:
    assert old in GOOD
    return {PROEF: GOOD.replace(old, new)}


ROLE = "role: topic"
MISTAKES: dict[str, tuple[dict[str, str | bytes | None], str]] = {
    "unknown key": ({PROEF: GOOD + "kleur: rood\n"}, f"{PROEF}:10: kleur is not known here"),
    "misspelt key": (proef("severity", "severty"), f"{PROEF}:4: severty is not known here (did you mean severity?)"),
    "misspelt key in a term": (
        proef(ROLE, "rol: topic"),
        f"{PROEF}:9: terms.0.rol is not known here (did you mean role?)",
    ),
    "misspelt value": (
        proef("disorder", "disordr"),
        f"{PROEF}:3: kind: disordr is none of disorder, gathering, demonstration (did you mean disorder?)",
    ),
    "handle": (
        proef("proefterm", "'@iemand'"),
        f"{PROEF}:9: terms.0.term: @iemand is a handle: Seinpost watches phenomena, not people "
        "(name what happens, not who)",
    ),
    "DID": (
        proef("proefterm", "'did:plc:abc123xyz'"),
        f"{PROEF}:9: terms.0.term: did:plc:abc123xyz is an account identifier",
    ),
    "phone": (proef("proefterm", "06-12345678"), f"{PROEF}:9: terms.0.term: 06-12345678 is a phone number"),
    "name of a person": (proef("proefterm", "piet jansen"), f"{PROEF}:9: terms.0.term: piet jansen is a person's name"),
    "name in the name lists": (proef("proefterm", "annelies bakker"), f"{PROEF}:9: annelies bakker is a person's name"),
    "handle among variants": (
        proef(ROLE, "role: topic, variants: [goed, '@fout']"),
        f"{PROEF}:9: terms.0.variants.1: @fout is a handle",
    ),
    "expired": (proef("2090-12-31", "2024-01-01"), f"{PROEF}:7: this watch ended on 2024-01-01 (give a new day"),
    "term twice": (
        proef("terms:\n", "terms:\n  - {term: proefterm, role: call}\n"),
        f"{PROEF}:10: proefterm stands twice in this file (keep one of the two)",
    ),
    "term with two meanings": (
        proef(ROLE, "role: topic, variants: [relletjes]"),
        "relletjes stands for rellen here and for proefterm in proef.yaml (keep it in one of the two)",
    ),
    "no owner": (proef("owner: adviseur openbare orde\n", ""), f"{PROEF}:1: owner is missing"),
    "day first": (
        proef("2090-12-31", "31-12-2090"),
        f"{PROEF}:7: expires: 31-12-2090 is no date or time (did you mean 2090-12-31?)",
    ),
    "day that does not exist": (
        proef("2090-12-31", "2090-02-30"),
        f"{PROEF}:7: not valid YAML: 2090-02-30 does not exist",
    ),
    "unknown region": (
        {THRESHOLDS: "regions:\n  VR99: {min_authors: 3}\n"},
        f"{THRESHOLDS}:2: VR99 is not a veiligheidsregio (did you mean VR",
    ),
    "region by name": (
        {THRESHOLDS: "regions:\n  Rotterdam Rijnmond: {min_authors: 3}\n"},
        f"{THRESHOLDS}:2: Rotterdam Rijnmond is not a veiligheidsregio (did you mean VR17, Rotterdam-Rijnmond?)",
    ),
    "no colon": (proef("terms:", "terms"), f"{PROEF}:9: not valid YAML: could not find expected ':'"),
    "bracket left open": (proef("topic}", "topic"), f"{PROEF}:10: not valid YAML: expected ',' or '}}'"),
    "tab": (proef("  - {", "\t- {"), "that cannot start any token (use spaces, not tabs)"),
    "not UTF-8": (
        {PROEF: GOOD.replace("Alleen", "Éénmaal").encode("latin-1")},
        f"{PROEF}:6: not UTF-8 (save the file as UTF-8)",
    ),
    "empty file": ({PROEF: ""}, f"{PROEF}:0: is empty"),
    "missing file": ({"places/gemeenten.csv": None}, "places/gemeenten.csv:0: this file is missing"),
    "misspelt file": ({"treshold.yaml": "{}"}, "treshold.yaml:0: is not read (did you mean thresholds.yaml?)"),
    "out of range": (
        {THRESHOLDS: "k_anonymity: 1\n"},
        f"{THRESHOLDS}:1: k_anonymity: must be greater than or equal to 5",
    ),
    "decimal comma": (
        {THRESHOLDS: "defaults:\n  min_ratio: 2,5\n"},
        f"{THRESHOLDS}:2: defaults.min_ratio: 2,5 is not a number (write 2.5)",
    ),
    "number as term": (
        proef("proefterm", "112"),
        f"{PROEF}:9: terms.0.term: 112 is not text (write '112' between quotes)",
    ),
    "no value": (proef("label: Proef", "label:"), f"{PROEF}:2: label: has no value"),
    "Dutch yes": (proef(ROLE, "fold: nee"), f"{PROEF}:9: terms.0.fold: nee is not true or false"),
    "unknown place": (
        proef("terms:", "watch_places: [Roterdam]\nterms:"),
        f"{PROEF}:8: Roterdam is not a gemeente (did you mean Rotterdam?)",
    ),
    "local place": (
        {"places/local.yaml": "places:\n  - {name: Plein, gemeente: Roterdam}\n"},
        "places/local.yaml:2: Roterdam is not a gemeente (did you mean Rotterdam?)",
    ),
    "advice for nothing": (
        {"guidance.yaml": "guidance:\n  - phenomenon: relen\n    phases: {voor: {options: [x]}}\n"},
        "guidance.yaml:2: relen is not a phenomenon (did you mean rellen?)",
    ),
    "key twice": (proef("kind:", "label: Nog een\nkind:"), f"{PROEF}:3: not valid YAML: found duplicate key"),
    "list instead of names": ({PROEF: "- a\n"}, f"{PROEF}:1: must hold names with values"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_where_it_stands(config: Path, name: str) -> None:
    files, told = MISTAKES[name]
    for file, content in files.items():
        if content is None:
            (config / file).unlink()
        elif isinstance(content, bytes):
            (config / file).write_bytes(content)
        else:
            (config / file).write_text(content)
    answer = check(config)
    assert answer.exit_code == 1, answer.output
    assert told in answer.output.replace(f"{config}/", "")
    assert f"{config}: 1 problem\n" in answer.output, answer.output


def test_mistakes_in_all_files_are_told_at_once(config: Path) -> None:
    (config / PROEF).write_text(GOOD.replace("severity", "severty").replace("2090-12-31", "gisteren"))
    (config / THRESHOLDS).write_text("k_anonymity: 1\nregions:\n  VR99: {}\n")
    (config / "calendar.yaml").write_text("events: [{what: Derby}]\n")
    (config / "kalender.yaml").write_text("")
    places = [line.split(" ")[0].removeprefix(f"{config}/") for line in check(config).output.splitlines()[:-1]]
    assert {place.split(":")[0] for place in places} == {PROEF, THRESHOLDS, "calendar.yaml", "kalender.yaml"}
    assert places == sorted(places, key=lambda place: (place.split(":")[0], int(place.split(":")[1])))


def test_a_mistake_is_not_told_again_by_what_refers_to_it(config: Path) -> None:
    (config / PROEF).write_text(GOOD + "kleur: rood\n")
    (config / THRESHOLDS).write_text("phenomena:\n  proef: {min_authors: 3}\n")
    assert "1 problem\n" in check(config).output


def test_what_ends_soon_is_no_mistake_and_is_told(config: Path) -> None:
    soon = datetime.date.today() + datetime.timedelta(days=7)
    (config / PROEF).write_text(GOOD.replace("2090-12-31", soon.isoformat()))
    answer = check(config)
    assert answer.exit_code == 0
    assert f"Ends soon: proef, on {soon}." in answer.output


def test_every_file_that_is_shipped_is_read() -> None:
    assert {entry.name for entry in (REPOSITORY / "config").iterdir()} <= READ | {"README.md"}


def test_names_of_files_are_not_guessed_for_hidden_files(config: Path) -> None:
    (config / ".thresholds.yaml.swp").write_bytes(b"\x00")
    (config / "LEESMIJ.md").write_text("Van ons.")
    assert check(config).exit_code == 0
