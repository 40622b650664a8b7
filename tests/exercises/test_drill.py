"""Drill files: what is refused, with line and the nearest name, and what every shipped one must be."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import configuration
from configuration import InvalidConfiguration
from exercises.drill import DIRECTORY, Drill, ids, load, unknown_names
from seinpost.cli import app
from tests.exercises.test_scenario import REPOSITORY

SMALL = """\
id: klein
title: Een kleine oefening
stream: zuidplein-2024
starts: 2024-01-13T11:00
until: 2024-01-13T12:00
minutes: 15
briefing: Speel mee.
goals: [Iets leren]
roles:
  oov: {kind: oov, gemeente: Rotterdam}
  buur: {kind: buddygemeente, gemeente: Dordrecht}
injects:
  - id: bel
    to: [oov]
    from: Wijkagent
    channel: telefoon
    at: 2024-01-13T11:10
    text: Er gaat iets rond.
    question:
      text: Wat doet u?
      options: {wachten: Wachten, bellen: De buurgemeente bellen}
      expected: [bellen]
  - id: later
    to: [buur]
    from: Vervoerder
    channel: mail
    when: {decided: bel, option: bellen}
    text: Het is druk.
decisions:
  toegang: {text: De toegang beperken, roles: [oov]}
"""


def drill(tmp_path: Path, text: str) -> Drill:
    file = tmp_path / "klein.yaml"
    file.write_text(text, encoding="utf-8")
    return load(str(file))


def test_a_small_drill_is_read(tmp_path: Path) -> None:
    found = drill(tmp_path, SMALL)
    assert (found.speed, found.gemeenten) == (4.0, ("Rotterdam", "Dordrecht"))


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (("stream: zuidplein-2024", "stream: zuidplein-2014"), 3, "did you mean zuidplein-2024?"),
        (("starts: 2024-01-13T11:00", "starts: 2024-01-10T11:00"), 4, "runs from"),
        (("minutes: 15", "minutes: 14"), 6, "greater than or equal to 15"),
        (("kind: oov", "kind: oof"), 10, "did you mean oov?"),
        (("to: [oov]", "to: [oof]"), 14, "did you mean oov?"),
        (("from: Wijkagent", "from: jan de vries"), 15, "write a function"),
        (("channel: telefoon", "channel: telefon"), 16, "did you mean telefoon?"),
        (("at: 2024-01-13T11:10", "at: 2024-01-13T13:10"), 17, "outside of starts and until"),
        (("expected: [bellen]", "expected: [belen]"), 22, "did you mean bellen?"),
        (("expected: [bellen]", "to: [buur]"), 22, "buur does not get this inject"),
        (("when: {decided: bel,", "when: {decided: bal,"), 27, "did you mean bel?"),
        (("option: bellen}", "option: belen}"), 27, "did you mean bellen?"),
        (("{decided: bel, option: bellen}", "{unanswered: later}"), 27, "later is not an inject with a question"),
        (("{decided: bel, option: bellen}", "{minutes: 3}"), 27, "one of alert, decided and unanswered"),
        (("    when: {decided: bel, option: bellen}\n", ""), 23, "give at, when, or both"),
        (("  toegang: {text", "  later: {text"), 23, "stands twice"),
        (("roles: [oov]}", "roles: [om]}"), 30, "om is not one of the roles"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, reason: str) -> None:
    assert change[0] in SMALL
    with pytest.raises(InvalidConfiguration) as refused:
        drill(tmp_path, SMALL.replace(*change))
    problems = [str(problem) for problem in refused.value.problems]
    assert any(reason in problem and f"klein.yaml:{line}:" in problem for problem in problems), problems


def test_a_tabletop_waits_for_no_alert(tmp_path: Path) -> None:
    text = SMALL.replace("stream: zuidplein-2024", "stream: none")
    assert drill(tmp_path, text).stream == "none"
    with pytest.raises(InvalidConfiguration, match="without a stream no alert opens"):
        drill(tmp_path, text.replace("{decided: bel, option: bellen}", "{alert: rellen}"))


def test_the_command_names_what_the_configuration_does_not_have(tmp_path: Path) -> None:
    text = SMALL.replace("gemeente: Dordrecht", "gemeente: Dordtrecht").replace(
        "{decided: bel, option: bellen}", "{alert: weggeefaktie}"
    )
    drill(tmp_path, text)
    told = CliRunner().invoke(app, ["exercise", "check", str(tmp_path / "klein.yaml")])
    assert told.exit_code == 1
    assert "klein.yaml:11: Dordtrecht is not a gemeente (did you mean Dordrecht?)" in told.output
    assert "klein.yaml:27: weggeefaktie is not a phenomenon (did you mean weggeefactie?)" in told.output


@pytest.fixture(scope="module")
def whole() -> configuration.Configuration:
    return configuration.load(REPOSITORY / "config")


@pytest.mark.parametrize("name", ids())
def test_a_shipped_drill_can_be_played(name: str, whole: configuration.Configuration) -> None:
    shipped = load(name)
    phenomena = [phenomenon.id for phenomenon in whole.phenomena]
    gemeenten = [gemeente.name for gemeente in whole.gazetteer.gemeenten.values()]
    assert shipped.id == name
    assert not unknown_names(DIRECTORY / f"{name}.yaml", shipped, phenomena, gemeenten)
    asked = {role for inject in shipped.injects for role in inject.to}
    assert asked == shipped.roles.keys(), "somebody has nothing to play"
    assert any(inject.question and inject.question.expected for inject in shipped.injects)


def test_the_drill_of_the_how_to_is_in_order(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "how-to" / "write-an-exercise.md").read_text(encoding="utf-8")
    written = next(block for block in page.split("```yaml\n")[1:] if "\ninjects:" in block).split("```")[0]
    assert drill(tmp_path, written).id == "waterfeest"
