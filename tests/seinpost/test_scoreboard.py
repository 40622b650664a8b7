"""All exercises in one table: found, lead, false."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from exercises.scenario import load, minute_of
from exercises.verdict import Opened, judge
from seinpost.cli import app
from seinpost.recording import Bar, Recording
from seinpost.scoreboard import COLUMNS, Row, _cells, renew
from tests.brokers.services import REPOSITORY

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
        "coolsingel-2021", "10", "1 of 1", "24.0 h", "1", "1", f"{2 / days:.2f}", "1 of 3",
    )  # fmt: skip
    assert _cells(row())[2:4] == ("0 of 1", "–")


@pytest.mark.timeout(240)
def test_a_call_without_a_wave_is_found_by_the_code_of_live() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "coolsingel-2021", "--alerts"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert "1 of 1" in answer.output
    assert "rellen in Rotterdam" in answer.output, "named by what people are called to, not merely as a call"


def test_an_alert_without_a_gemeente_is_unknown_and_one_that_the_exercise_speaks_of_is_right() -> None:
    starts = CALL.planted[0].starts
    assert starts is not None
    nowhere = opened(starts, "rellen", "Rotterdam")
    nowhere = Opened(id="x", phenomenon="rellen", gemeente=None, minute=nowhere.minute)
    assert row(nowhere).placed == (0, 0, 1)
    eindhoven = load("den-haag-2021")
    told = Opened(id="y", phenomenon="rellen", gemeente="Eindhoven", minute=minute_of(eindhoven.from_))
    whole = Row(scenario=eindhoven, posts=1, alerts=(told,), verdict=judge(eindhoven, (told,)))
    assert whole.placed == (1, 0, 0)


@pytest.mark.timeout(240)
def test_the_documentation_shows_what_a_fresh_run_shows(tmp_path: Path) -> None:
    """Out of date? `seinpost scenarios --write docs` renews the table and the plots; look at what changed."""
    name = "talentenshow"
    docs = REPOSITORY / "docs"
    page = tmp_path / "reference" / "exercises.md"
    page.parent.mkdir()
    shutil.copy(docs / "reference" / "exercises.md", page)
    answer = CliRunner().invoke(app, ["scenarios", name, "--write", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert page.read_text() == (docs / "reference" / "exercises.md").read_text()
    fresh = (tmp_path / "images" / "exercises" / f"{name}.svg").read_text()
    kept = (docs / "images" / "exercises" / f"{name}.svg").read_text()
    assert _bars(fresh) == _bars(kept), "the posts are the same for the same seed"
    assert _line(fresh) == pytest.approx(_line(kept), abs=10), "what was expected, in pixels"
    for picture in (docs / "images" / "exercises").glob("*.svg"):
        assert picture.stat().st_size < 12_000
        assert picture.stem in (docs / "reference" / "exercises.md").read_text()
        ElementTree.parse(picture)


def _bars(picture: str) -> str:
    found = re.search(r'class="b" d="([^"]*)"', picture)
    assert found
    return found.group(1)


def _line(picture: str) -> list[float]:
    found = re.search(r'points="([^"]*)"', picture)
    assert found
    return [float(number) for point in found.group(1).split() for number in point.split(",")]


def test_an_exercise_that_is_not_in_the_table_yet_is_added(tmp_path: Path) -> None:
    page = tmp_path / "reference" / "exercises.md"
    page.parent.mkdir()
    page.write_text(f"# Exercises\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n| other | 1 |\n")
    recording = Recording(
        scenario=CALL,
        posts=10,
        alerts=(),
        counts={},
        series="watch:rellen@GM0599",
        about="rellen in Rotterdam",
        course=(Bar(minute=CALL.minutes.start, observed=3, expected=1.5),),
        bar_minutes=30,
    )
    renew(tmp_path, [recording])
    assert "| coolsingel-2021 | 10 | 0 of 1 |" in page.read_text()
    assert "| other | 1 |" in page.read_text()
    first = page.read_text()
    renew(tmp_path, [recording])
    assert page.read_text() == first


def test_an_unknown_exercise_is_one_line() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "nergens"])
    assert answer.exit_code == 2
    assert "nergens.yaml" in answer.output
