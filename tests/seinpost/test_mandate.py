"""`seinpost mandate` as people use it: every gap is asked again, what was decided is kept, the page tells all."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from configuration import load
from seinpost.mandate import mandate

CONFIG = Path(__file__).parents[2] / "config"
ANSWERS = """\
Feesten in Groningen
Kort
Een uitnodiging liep in 2012 uit op rellen in Haren.
zomaar
general-picture
artikel 172, eerste lid, Gemeentewet
gisteren
2026-11-01
Er worden alleen woorden en plaatsen geteld.
wijkagent
Dat komt te laat: mensen zijn dan al onderweg.
Bellen met de organisator.
Van een oproep is vaak niet bekend wie hem deed.


Niemand wordt gevolgd, ook geen groep.
Kort
Er gaat geen bericht naar de politie.

jan de vries
burgemeester
2026-11-01
B-12
functionaris gegevensbescherming
2026-11-02
Akkoord, mits na een half jaar beoordeeld.
DPIA-4
VR01
project-x, rellen
*
2026-12-01 00:00
2027-06-01 00:00
"""


@pytest.fixture
def config(tmp_path):
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def run(*arguments, typed=""):
    return CliRunner().invoke(mandate, [*map(str, arguments)], input=typed)


def test_the_questions_refuse_gaps_and_write_a_mandate_that_loads(config):
    result = run("new", "haren", "--config", config, typed=ANSWERS)
    assert result.exit_code == 0, result.output
    assert result.output.count("kan niet:") == 5
    written = {one.id: one for one in load(config).mandates}["haren"]
    assert written.phenomena == ("project-x", "rellen")
    assert written.decision.by == "burgemeester"
    assert [lighter.means for lighter in written.lighter_means] == ["wijkagent", "Bellen met de organisator."]
    assert written.limits == ("Niemand wordt gevolgd, ook geen groep.", "Er gaat geen bericht naar de politie.")
    again = run("new", "haren", "--config", config, typed=ANSWERS)
    assert again.exit_code == 2
    assert "not overwritten" in again.output


def test_a_mandate_for_what_does_not_exist_is_not_written(config):
    result = run("new", "haren", "--config", config, typed=ANSWERS.replace("project-x, rellen", "schaatsen"))
    assert result.exit_code == 1
    assert "schaatsen is not a phenomenon" in result.output
    assert not (config / "mandates" / "haren.yaml").exists()


def test_the_list_says_when_nothing_is_in_force(config):
    assert "in force" in run("list", "--config", config).output
    file = config / "mandates" / "voorbeeld.yaml"
    text = file.read_text(encoding="utf-8").replace("until: 2028-01-01", "until: 2026-01-06")
    file.write_text(text, encoding="utf-8")
    result = run("list", "--config", config)
    assert result.exit_code == 1
    assert "voorbeeld\tended" in result.output
    assert "no mandate is in force" in result.output


def test_the_page_for_the_council_holds_every_step(config):
    text = run("page", "voorbeeld", "--config", config).output
    one = load(config).mandates[0]
    for said in (
        one.reason,
        one.without_personal_data,
        one.lighter_means[0].means,
        one.limits[0],
        one.decision.reference,
    ):
        assert said in text
    assert "artikel 172, eerste lid, Gemeentewet (nagelezen op 30-11-2026)" in text
    assert "tot 01-01-2028 00:00" in text
