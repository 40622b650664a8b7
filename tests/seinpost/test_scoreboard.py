"""All exercises in one table: found, lead, false."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from exercises.scenario import load, minute_of
from exercises.verdict import Opened, judge
from seinpost.cli import app
from seinpost.scoreboard import Row, _cells

CALL = load("coolsingel-2021")


def row(*alerts: Opened) -> Row:
    return Row(scenario=CALL, posts=10, alerts=alerts, verdict=judge(CALL, alerts))


def opened(at: datetime, phenomenon: str, gemeente: str) -> Opened:
    return Opened(id=f"{phenomenon}{at}", phenomenon=phenomenon, gemeente=gemeente, minute=minute_of(at))


def test_a_row_tells_what_was_found_how_early_and_what_was_false() -> None:
    starts = CALL.planted[0].starts
    assert starts is not None
    found = opened(starts - timedelta(hours=24), "oproep", "Rotterdam")
    early = opened(CALL.from_ + timedelta(hours=3), "rellen", "Breda")
    beside = opened(starts - timedelta(hours=2), "voetbal", "Breda")
    days = (CALL.until - CALL.from_) / timedelta(days=1)
    assert _cells(row(found, early, beside)) == (
        "coolsingel-2021", "10", "1 of 1", "24.0 h", "1", "1", f"{2 / days:.2f}",
    )  # fmt: skip
    assert _cells(row())[2:4] == ("0 of 1", "–")


@pytest.mark.timeout(240)
def test_a_call_without_a_wave_is_found_by_the_code_of_live() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "coolsingel-2021", "--alerts"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert "1 of 1" in answer.output
    assert "rellen in Rotterdam" in answer.output, "named by what people are called to, not merely as a call"


def test_an_unknown_exercise_is_one_line() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "nergens"])
    assert answer.exit_code == 2
    assert "nergens.yaml" in answer.output
