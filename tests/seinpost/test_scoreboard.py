"""All exercises in one table: found, lead, false."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from exercises.scenario import ids, load, minute_of
from exercises.verdict import Opened, judge
from seinpost.cli import app
from seinpost.recording import Bar, Recording
from seinpost.scoreboard import renew
from seinpost.standing import COLUMNS, TOGETHER, Placed, Row, Together, speaks_of
from tests.brokers.services import REPOSITORY

CALL = load("coolsingel-2021")
STARTS = CALL.planted[0].starts
assert STARTS is not None


def row(*alerts: Opened) -> Row:
    return Row(scenario=CALL, posts=10, alerts=alerts, verdict=judge(CALL, alerts))


def opened(at: datetime, phenomenon: str, gemeente: str) -> Opened:
    return Opened(id=f"{phenomenon}{at}", phenomenon=phenomenon, gemeente=gemeente, minute=minute_of(at))


def test_a_row_tells_what_was_found_how_early_and_what_was_false() -> None:
    found = opened(STARTS - timedelta(hours=24), "oproep", "Rotterdam")
    early = opened(CALL.from_ + timedelta(hours=3), "rellen", "Breda")
    beside = opened(STARTS - timedelta(hours=2), "voetbal", "Breda")
    days = (CALL.until - CALL.from_) / timedelta(days=1)
    assert row(found, early, beside).cells == (
        "coolsingel-2021", "10", "1 of 1", "24.0 h", "1", "1", f"{2 / days:.2f}", "0", "1 of 3", "0",
    )  # fmt: skip
    assert row().cells[2:4] == ("0 of 1", "–")
    assert row().cells[7:] == ("0", "–", "0")


def test_a_second_alert_of_one_happening_is_a_repeat_and_nothing_else() -> None:
    first = opened(STARTS - timedelta(hours=24), "oproep", "Rotterdam")
    again = opened(STARTS - timedelta(hours=2), "rellen", "Rotterdam")
    one = row(first, again)
    assert one.verdict.repeats == (again,)
    assert one.cells[2:8] == ("1 of 1", "24.0 h", "0", "0", "0.00", "1")


def test_the_last_row_tells_all_exercises_together() -> None:
    first = opened(STARTS - timedelta(hours=24), "oproep", "Rotterdam")
    again = opened(STARTS - timedelta(hours=2), "rellen", "Rotterdam")
    nowhere = Opened(id="x", phenomenon="rellen", gemeente=None, minute=first.minute)
    wrong = opened(STARTS - timedelta(hours=3), "voetbal", "Breda")
    days = 2 * ((CALL.until - CALL.from_) / timedelta(days=1))
    together = Together(rows=(row(first, again, wrong), row(nowhere)))
    assert together.cells == (
        TOGETHER, "20", "1 of 2", "at least 24.0 h", "0", "2", f"{2 / days:.2f}", "1 of 4 (25.0%)",
        "2 of 3 (66.7%)", "1",
    )  # fmt: skip
    assert Together(rows=(row(), row())).cells[1:] == ("20", "0 of 2", "–", "0", "0", "0.00", "0", "–", "0")


def test_a_run_with_too_many_alerts_in_a_wrong_gemeente_does_not_pass() -> None:
    found = opened(STARTS - timedelta(hours=24), "oproep", "Rotterdam")
    wrong = opened(STARTS - timedelta(hours=3), "voetbal", "Breda")
    nowhere = Opened(id="x", phenomenon="voetbal", gemeente=None, minute=found.minute)
    assert row(found, wrong).verdict.passed, "all that was planted is found, and no quiet is broken"
    assert not Together(rows=(row(found, wrong),)).passed
    assert Together(rows=(row(found, nowhere),)).passed, "onbekend is allowed"
    assert Together(rows=(row(*[found] * 19, wrong),)).passed, "95 in 100"
    assert not Together(rows=(row(*[found] * 18, wrong),)).passed
    assert not Together(rows=(row(found), row())).passed, "one was missed"


def test_the_command_fails_on_a_wrong_gemeente(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (row(opened(STARTS - timedelta(hours=24), "oproep", "Rotterdam"), opened(STARTS, "voetbal", "Breda")),)
    monkeypatch.setattr("seinpost.scoreboard.recordings", lambda *_: rows)
    monkeypatch.setattr("seinpost.scoreboard.row_of", lambda one: one)
    answer = CliRunner().invoke(app, ["scenarios", "coolsingel-2021"])
    assert answer.exit_code == 1
    assert "too few alerts are in the right gemeente: 1 of 2" in answer.output
    monkeypatch.setattr("seinpost.scoreboard.recordings", lambda *_: (row(rows[0].alerts[0]),))
    assert CliRunner().invoke(app, ["scenarios", "coolsingel-2021"]).exit_code == 0


@pytest.mark.timeout(240)
def test_a_call_without_a_wave_is_found_by_the_code_of_live() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "coolsingel-2021", "--alerts"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert "1 of 1" in answer.output
    assert "rellen in Rotterdam" in answer.output, "named by what people are called to, not merely as a call"


def test_an_alert_without_a_gemeente_is_unknown_and_one_that_the_exercise_speaks_of_is_right() -> None:
    nowhere = opened(STARTS, "rellen", "Rotterdam")
    nowhere = Opened(id="x", phenomenon="rellen", gemeente=None, minute=nowhere.minute)
    assert row(nowhere).placed == Placed(right=0, wrong=0, unknown=1)
    eindhoven = load("den-haag-2021")
    told = Opened(id="y", phenomenon="rellen", gemeente="Eindhoven", minute=minute_of(eindhoven.from_))
    whole = Row(scenario=eindhoven, posts=1, alerts=(told,), verdict=judge(eindhoven, (told,)))
    assert whole.placed == Placed(right=1, wrong=0, unknown=0)


def test_a_gemeente_is_right_by_its_whole_name_only() -> None:
    fact = "In Den Haag en Alphen-Chaam was het druk, in Zwolle-Zuid en Leidschendam niet."
    heard = dict.fromkeys((*CALL.says, "elders"), ("trein naar Utrecht",))
    told = CALL.model_copy(update={"facts": (fact,), "says": {**heard, "elders": ("file bij Breda",)}})
    assert all(speaks_of(told, name) for name in ("Rotterdam", "Den Haag", "Alphen-Chaam", "Utrecht"))
    assert not any(speaks_of(told, name) for name in ("Haag-Oost", "Alphen", "Zwolle", "Leid", "Leidschen", "Rotter"))
    assert not speaks_of(told, "Breda"), "no phase says so, only the ordinary chatter"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["talentenshow", "zuidplein-2024"])
def test_the_documentation_shows_what_a_fresh_run_shows(tmp_path: Path, name: str) -> None:
    """Out of date? `seinpost scenarios --write docs` renews the table and the plots; look at what changed."""
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


def test_the_row_of_all_together_is_renewed_by_a_run_of_all_alone(tmp_path: Path) -> None:
    page = tmp_path / "reference" / "exercises.md"
    page.parent.mkdir()
    head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    recording = Recording(
        scenario=CALL, posts=10, alerts=(), counts={}, series="", about="", course=(), bar_minutes=30
    )  # fmt: skip
    page.write_text(f"{head}| coolsingel-2021 | 1 |\n| other | 1 |\n| {TOGETHER} | 2 |\n\n| other | 3 |\n")
    renew(tmp_path, [recording])
    assert f"| {TOGETHER} | 2 |\n\n| other | 3 |\n" in page.read_text(), "not by a part"
    page.write_text(f"{head}| coolsingel-2021 | 1 |\n| {TOGETHER} | 2 |\n\n| other | 3 |\n")
    renew(tmp_path, [recording])
    assert f"| {TOGETHER} | 10 | 0 of 1 |" in page.read_text()
    assert page.read_text().endswith("|\n\n| other | 3 |\n")


def test_the_totals_in_the_documentation_are_those_of_its_rows() -> None:
    text = (REPOSITORY / "docs" / "reference" / "exercises.md").read_text()
    table = text.partition(f"|{'---|' * len(COLUMNS)}\n")[2].partition("\n\n")[0]
    *lines, last = [dict(zip(COLUMNS, line.strip("| ").split(" | "), strict=True)) for line in table.splitlines()]
    assert sorted(line["exercise"] for line in lines) == ids()
    assert last["exercise"] == TOGETHER

    def numbers(column: str, at: int = 0) -> int:
        return sum(int(line[column].split(" of ")[at]) for line in lines if line[column] != "–")

    days = sum(len(load(line["exercise"]).minutes) for line in lines) / 1440
    false = numbers("broke quiet") + numbers("others")
    assert last["posts"] == str(numbers("posts"))
    assert last["found"] == f"{numbers('found')} of {numbers('found', 1)}"
    assert last["per day"] == f"{false / days:.2f}"
    assert last["broke quiet"] == str(numbers("broke quiet"))
    assert last["others"] == str(numbers("others"))
    assert last["onbekend"] == str(numbers("onbekend"))
    alerts, repeats = numbers("placed", 1) + numbers("onbekend"), numbers("repeats")
    assert last["repeats"] == f"{repeats} of {alerts} ({repeats / alerts:.1%})"
    right, placed = numbers("placed"), numbers("placed", 1)
    assert last["placed"] == f"{right} of {placed} ({right / placed:.1%})"


def test_an_unknown_exercise_is_one_line() -> None:
    answer = CliRunner().invoke(app, ["scenarios", "nergens"])
    assert answer.exit_code == 2
    assert "nergens.yaml" in answer.output
