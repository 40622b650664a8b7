"""The command line: everything is listed, everything loads, and help is fast because it loads nothing."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from seinpost.cli import COMMANDS, app

runner = CliRunner()


def test_help_lists_every_command() -> None:
    answer = runner.invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0
    for name, (_, line) in COMMANDS.items():
        assert name in answer.output
        assert line in answer.output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_exists_and_explains_itself(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    target = getattr(importlib.import_module(module), attribute)
    assert isinstance(target, typer.Typer) or inspect.getdoc(target)
    answer = runner.invoke(app, [name, "--help"])
    assert answer.exit_code == 0, answer.output


def test_help_loads_no_service_and_no_broker() -> None:
    script = (
        "import sys\nfrom seinpost.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "heavy = [name for name in sys.modules if name.split('.')[0] in ('services', 'aiokafka', 'faust', 'scipy')]\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    answer = runner.invoke(app, ["dmeo"])
    assert answer.exit_code == 2
    assert "demo" in answer.output


def test_exercises_are_listed_with_what_must_be_found() -> None:
    answer = runner.invoke(app, ["exercise", "list"])
    assert "haren-2012" in answer.output
    assert "project-x in Groningen" in answer.output
    assert "geen melding" in answer.output


def test_an_unknown_exercise_is_one_line_and_no_traceback() -> None:
    answer = runner.invoke(app, ["exercise", "generate", "nergens"])
    assert answer.exit_code == 1
    assert "nergens.yaml:0: this file is missing" in answer.output
