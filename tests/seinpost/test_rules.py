"""Rule tests: the shipped ones hold, and every kind of disappointment is told with file, line and difference."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from configuration import InvalidConfiguration
from configuration.document import read
from seinpost.cli import app
from seinpost.replay import SETTINGS
from seinpost.rules.command import Runner
from seinpost.rules.document import RuleTests
from seinpost.rules.judge import span
from services.anonymizer.lexicon import load as load_lexicon
from tests.brokers.services import REPOSITORY

RULES = REPOSITORY / "exercises" / "rules"
STAD = "receivers: {receivers: [{id: stad, url: 'https://stad.example.nl', secret: stad, regions: [VR01]}]}\n"
CALL = "morgen 20:00 coolsingel rotterdam, kom allemaal en neem vuurwerk mee"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["test-rules", *map(str, arguments)])


@pytest.fixture(scope="module")
def runner() -> Runner:
    """Reads words and configuration once."""
    return Runner(load_lexicon(SETTINGS.lexicon))


def disappointed(runner: Runner, file: Path) -> str:
    return "\n".join(str(each) for _, failed in runner.results(file, read(file, RuleTests)) for each in failed)


@pytest.fixture
def rules(tmp_path: Path):
    """Writes a file with one test: a call by three authors in Rotterdam, and what is expected of it."""

    def write(expect: str, posts: str = f'- {{at: 0, authors: 3, over: 30m, text: "{CALL}"}}', head: str = "") -> Path:
        file = tmp_path / "regels.yaml"
        posts = posts.replace("\n", "\n      ")
        file.write_text(
            f"config: {REPOSITORY / 'config'}\n{head}tests:\n  - name: Proef\n    starts: 2026-11-19T15:00\n"
            f"    posts:\n      {posts}\n    expect:\n      {expect.strip()}\n",
            encoding="utf-8",
        )
        return file

    return write


def test_the_shipped_rules_hold() -> None:
    answer = run(RULES)
    assert answer.exit_code == 0, answer.output
    tests = sum(file.read_text().count("\n  - name:") for file in RULES.glob("*.yaml"))
    assert answer.output.count("ok  ") == tests
    assert f"{tests} tests, 0 failed" in answer.output


@pytest.mark.parametrize(
    ("expect", "line", "told"),
    [
        ("alerts: [{gemeente: Breda}]", 8, ["missing: an alert in Breda", "opened instead: project-x in Rotterdam"]),
        ("alerts: none", 8, ["not expected: project-x in Rotterdam, opened 19-11 15:20"]),
        ("alerts: [{gemeente: Rotterdam, region: VR01}]", 8, ["  - region: VR01\n  + region: VR17"]),
        (
            "alerts: [{gemeente: Rotterdam, phenomenon: rellen}]",
            8,
            ["  - phenomenon: rellen\n  + phenomenon: project-x"],
        ),
        (
            "alerts: [{gemeente: Rotterdam, opened: [0, 10m]}]",
            8,
            ["  - opened: 0m to 10m\n  + opened: 20m (19-11 15:20)"],
        ),
        ("alerts: [{gemeente: Rotterdam, closed: [0, 1d]}]", 8, ["  - closed: 0m to 1d\n  + closed: not"]),
        ("alerts: [{gemeente: Rotterdam, observed: 4}]", 8, ["  - observed: at least 4\n  + observed: 3"]),
        ("alerts: [{gemeente: Rotterdam, kind: burst}]", 8, ["  - kind: burst\n  + kind: call"]),
        (
            "alerts: [{gemeente: Rotterdam, event: {starts: 2026-11-20T21:00}}]",
            8,
            ["  - event.starts: 2026-11-20T21:00\n  + event.starts: 2026-11-20T20:00"],
        ),
        (
            "alerts: [{gemeente: Rotterdam, moved_from: {place: Dam}}]",
            8,
            ["  - moved_from.place: Dam\n  + moved_from.place: none"],
        ),
        ("alerts: [{gemeente: Rotterdam, says: zomaar}]", 8, ["  - says: zomaar"]),
        ("alerts: [{gemeente: Rotterdam, receivers: [stad]}]", 8, ["  - receivers: [stad]\n  + receivers: []"]),
        (
            "thresholds: [{at: 30m, phenomenon: project-x, gemeente: Rotterdam, verdict: fired, "
            "limits: {min_authors: 9}}]",
            8,
            ["  - verdict: fired\n  + verdict: called", "  - min_authors: 9\n  + min_authors: 8", "3 called"],
        ),
        (
            "thresholds: [{at: 30m, phenomenon: rellen, gemeente: Breda, verdict: fired}]",
            8,
            ["  + verdict: no_posts", "no post of this was ever counted"],
        ),
    ],
)
def test_each_disappointment_is_one_readable_difference(rules, runner, expect: str, line: int, told: list[str]) -> None:
    file = rules(expect, head=STAD)
    said = disappointed(runner, file)
    assert f"{file}:{line + 1}: Proef: " in said
    for each in told:
        assert each in said


def test_a_failed_test_is_named_and_counted_and_ends_with_1(rules) -> None:
    file = rules("alerts: none")
    answer = run(file)
    assert answer.exit_code == 1, answer.output
    assert f"FAILED {file}: Proef\n{file}:8: Proef: not expected: " in answer.output
    assert "1 test, 1 failed" in answer.output


def test_several_failures_point_to_their_own_lines(rules, runner) -> None:
    file = rules(
        "alerts:\n        - gemeente: Rotterdam\n          region: VR01\n        - gemeente: Breda\n"
        "      others: allowed"
    )
    said = disappointed(runner, file)
    assert f"{file}:9: Proef: not as expected" in said
    assert f"{file}:11: Proef: missing" in said


def test_others_may_be_allowed(rules, runner) -> None:
    assert not disappointed(runner, rules("alerts: none\n      others: allowed"))


def test_receivers_are_chosen_by_the_code_of_the_notifier(rules, runner) -> None:
    rules_of = {"stad": "gemeenten: [Rotterdam]", "dag": 'hours: ["07:00-15:00"]', "voetbal": "phenomena: [voetbal]"}
    listed = ", ".join(
        f"{{id: {name}, url: 'https://{name}.example.nl', secret: {name}, {rule}}}" for name, rule in rules_of.items()
    )
    head = f"receivers: {{receivers: [{listed}]}}\n"
    assert not disappointed(runner, rules("alerts: [{receivers: [stad]}]", head=head))
    said = disappointed(runner, rules("alerts: [{receivers: [dag]}]", head=head))
    assert "  - receivers: [dag]\n  + receivers: [stad]" in said


def test_another_configuration_is_tried_with_the_same_rules(rules, tmp_path: Path) -> None:
    other = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", other)
    thresholds = other / "thresholds.yaml"
    thresholds.write_text(thresholds.read_text().replace("call_authors: 3", "call_authors: 4"))
    file = rules("alerts: [{gemeente: Rotterdam}]")
    assert run(file).exit_code == 0
    answer = run(file, "--config", other)
    assert answer.exit_code == 1
    assert "missing: an alert in Rotterdam\n  no other alert opened" in answer.output


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("tests: []", 1, "tests"),
        (
            "tests:\n  - name: Proef\n    starts: gisteren\n    posts: [{at: 0, text: x}]\n    expect: {alerts: none}",
            3,
            "starts",
        ),
        (
            "tests:\n  - name: Proef\n    starts: 2026-11-19T15:00\n    posts: [{at: straks, text: x}]\n"
            "    expect: {alerts: none}",
            4,
            "write a time like 10m, 1h30m or -2d",
        ),
        (
            "tests:\n  - name: Proef\n    starts: 2026-11-19T15:00\n    posts: [{at: 0, text: x}]\n"
            "    expect:\n      alarms: none",
            6,
            "did you mean alerts?",
        ),
        ("tests:\n\t- name: Proef", 2, "YAML"),
        (
            "tests:\n  - name: Proef\n    starts: 2026-11-19T15:00\n    posts: [{at: 0, text: x}]\n    expect: {}",
            2,
            "expects nothing",
        ),
    ],
)
def test_what_cannot_be_run_is_told_with_its_line_and_is_no_failure(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    file = tmp_path / "regels.yaml"
    file.write_text(text)
    answer = run(file)
    assert answer.exit_code == 2
    assert f"{file}:{line}: " in answer.output
    assert reason in answer.output


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("alerts: [{phenomenon: relen}]", "relen is not a phenomenon (did you mean rellen?)"),
        ("alerts: [{gemeente: Roterdam}]", "Roterdam is not a gemeente (did you mean Rotterdam?)"),
        ("alerts: [{region: VR71}]", "VR71 is not a veiligheidsregio (did you mean VR"),
        ("alerts: [{receivers: [stat]}]", "stat is not a receiver (did you mean stad?)"),
        (
            "thresholds: [{at: 0, phenomenon: rellen, limits: {min_autors: 3}}]",
            "min_autors is not a limit (did you mean",
        ),
    ],
)
def test_a_misspelt_name_is_a_mistake_and_no_missing_alert(rules, runner, expect: str, told: str) -> None:
    file = rules(expect, head=STAD)
    with pytest.raises(InvalidConfiguration) as mistakes:
        disappointed(runner, file)
    assert f"{file}:9: {told}" in str(mistakes.value)


def test_what_is_not_there_cannot_be_run(rules, tmp_path: Path) -> None:
    assert run(tmp_path / "geen.yaml").exit_code == 2
    assert run(tmp_path).exit_code == 2
    file = rules("alerts: none")
    assert run(file, "--config", tmp_path / "geen").exit_code == 2
    assert run(file, "--lexicon", tmp_path / "geen.gz").exit_code == 2
    assert run(file, "--only", "bestaat niet").exit_code == 2


def test_a_post_that_live_would_refuse_is_told(rules) -> None:
    answer = run(rules("alerts: none", posts='- {at: -20000d, text: "lang geleden"}'))
    assert answer.exit_code == 2
    assert "a post would be refused: too_old" in answer.output


def test_spans_read_as_they_are_written() -> None:
    assert [span(minutes) for minutes in (0, 5, 90, 120, 1440, 1500, -30)] == [
        "0m",
        "5m",
        "1h30m",
        "2h",
        "1d",
        "1d1h",
        "-30m",
    ]
