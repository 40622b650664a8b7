from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from benchmarks.nab import evaluate, probation, row_weights, scored, sigmoid
from seinpost.score import HEADER, BadRow, judged, read, score, write

START = datetime(2024, 1, 1)


def counts(values: list[int], minutes: int = 5) -> list[str]:
    return [
        "timestamp,value",
        *(f"{START + timedelta(minutes=minutes * at)},{value}" for at, value in enumerate(values)),
    ]


def quiet(days: int, mean: float = 20.0, per_day: int = 288, seed: int = 1) -> list[int]:
    return [int(value) for value in np.random.default_rng(seed).poisson(mean, days * per_day)]


def verdicts(lines: list[str]) -> list[tuple[float, float, float]]:
    rows = read(lines)
    return [(one.expected, one.probability, one.anomaly_score) for one in judged(rows)]


def test_a_row_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("\n".join(counts(quiet(3))))
    out = StringIO()
    write(path, out)
    found = list(csv.reader(StringIO(out.getvalue())))
    assert tuple(found[0]) == HEADER
    assert [row[0] for row in found[1:]] == [line.split(",")[0] for line in counts(quiet(3))[1:]]
    assert all(0 <= float(row[4]) <= 1 and 0 < float(row[3]) <= 1 and float(row[2]) > 0 for row in found[1:])


def test_values_come_back_as_they_were_written(tmp_path: Path) -> None:
    path, out = tmp_path / "counts.csv", StringIO()
    path.write_text("timestamp,value\n2024-01-01 00:00,7.5\n2024-01-01 00:05,8.0\n2024-01-01 00:05,08\n")
    write(path, out)
    assert [row["value"] for row in csv.DictReader(StringIO(out.getvalue()))] == ["7.5", "8.0", "08"]


def test_no_row_knows_what_follows() -> None:
    lines = counts(quiet(6))
    whole = verdicts(lines)
    changed = lines[:1500] + counts(quiet(6, mean=900, seed=2))[1500:]
    assert verdicts(changed)[:1499] == whole[:1499]


@pytest.mark.parametrize(("minutes", "per_day"), [(1, 1440), (5, 288), (15, 96), (60, 24), (1440, 1)])
def test_one_burst_is_one_high_row_at_any_step(minutes: int, per_day: int) -> None:
    values = quiet(max(9, 60 // per_day * 9), per_day=per_day)
    at = len(values) * 7 // 9
    values[at : at + 4] = [400, 300, 200, 100]
    scores = [score for _, _, score in verdicts(counts(values, minutes))]
    assert max(range(len(scores)), key=scores.__getitem__) in {at, at + 1}
    assert sum(score > 0.95 for score in scores) <= 5
    assert verdicts(counts(values, minutes))[at][1] < 1e-6


def test_zeros_then_a_burst() -> None:
    values = [0] * 288 * 7 + [40, 20, 3]
    expected, probability, score = verdicts(counts(values))[-3]
    assert expected > 0
    assert probability < 1e-9
    assert score > 0.95


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-01-01 00:10:00,many", "line 4: value is not a number"),
        ("2024-01-01 00:10:00,-3", "line 4: value is not a count"),
        ("2024-01-01 00:10:00,nan", "line 4: value is not a count"),
        ("yesterday,3", "line 4: timestamp is not an ISO 8601"),
        ("2024-01-01 00:10:00", "line 4: 1 columns, not 2"),
        ("2023-12-31 00:10:00,3", "line 4: earlier than the row before it"),
        ('"2024-01-01 00:10:00,3', "line 4: not CSV"),
    ],
)
def test_a_bad_row_is_named(line: str, reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        read([*(one + "\n" for one in counts([1, 2])), line + "\n"])


def test_columns_are_found_by_name() -> None:
    rows = read(["value,place,timestamp", "3,Haren,2024-01-01T01:00:00+01:00"])
    assert [(row.value, row.minute) for row in rows] == [(3, 28401120)]
    with pytest.raises(BadRow, match="line 1"):
        read(["when,what", "1,2"])


def test_the_command(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(score)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("\n".join(counts([1, 2, 3])))
    bad.write_text("\n".join([*counts([1]), "x,1"]))
    run = CliRunner().invoke(app, [str(good)])
    assert (run.exit_code, len(run.stdout.splitlines())) == (0, 4)
    run = CliRunner().invoke(app, [str(bad)])
    assert run.exit_code == 1
    assert "line 3" in run.output
    assert CliRunner().invoke(app, [str(tmp_path / "none.csv")]).exit_code == 1


def test_the_rules_of_nab() -> None:
    assert probation(15_902) == 750
    assert probation(1_000) == 150
    assert sigmoid(-1.0) == pytest.approx(0.98661, abs=1e-5)
    assert sigmoid(0.0) == 0
    weights = row_weights(1000, [(400, 499)])
    assert weights[400] == (0, 1.0)
    assert weights[499][1] == pytest.approx(sigmoid(-0.01) / sigmoid(-1.0))
    assert weights[300] == (None, -0.11)
    assert weights[999] == (None, -0.11)
    assert -0.11 < weights[510][1] < 0
    perfect = [0.0] * 1000
    perfect[400] = 1.0
    assert evaluate([(perfect, [(400, 499)])]).standard == pytest.approx(100)
    assert evaluate([([0.5] * 1000, [(400, 499)])]).standard == 0
    late = [0.0] * 1000
    late[499] = 1.0
    assert 50 < evaluate([(late, [(400, 499)])]).standard < 60


@pytest.mark.timeout(120)
def test_nab_tweets_above_75(recorded: Callable[[str], Path]) -> None:
    folder = recorded("nab")
    labelled = json.loads((folder / "windows.json").read_text())
    outcome = evaluate([scored(folder / name, spans) for name, spans in labelled.items()])
    assert outcome.standard > 75
    assert math.isclose(outcome.windows, 15)


GAPS = st.sampled_from([1, 5, 5, 5, 5, 15, 60, 60, 1440, 20_000])
VALUES = st.one_of(st.just(0), st.integers(0, 50), st.just(10**12), st.floats(0, 1e12))
SERIES = st.lists(st.tuples(GAPS, VALUES), min_size=1, max_size=80)


def irregular(series: list[tuple[int, float]]) -> list[str]:
    minutes, lines = 0, ["timestamp,value"]
    for gap, value in series:
        minutes += gap
        lines.append(f"{START + timedelta(minutes=minutes)},{value}")
    return lines


@settings(max_examples=60, deadline=None)
@example(series=[(1440, 3)] + [(60, value % 7) for value in range(40)], cut=20)
@given(series=SERIES, cut=st.integers(1, 80))
def test_what_follows_changes_nothing_whatever_the_steps(series: list[tuple[int, float]], cut: int) -> None:
    assert verdicts(irregular(series[:cut])) == verdicts(irregular(series))[:cut]


@settings(max_examples=60, deadline=None)
@example(series=[(5, 7)] * 80)
@example(series=[(5, 10**12)] * 80)
@given(series=SERIES)
def test_gaps_constants_and_huge_counts_give_figures_that_mean_something(series: list[tuple[int, float]]) -> None:
    found = verdicts(irregular(series))
    assert len(found) == len(series)
    for expected, probability, anomaly in found:
        assert 0 < expected < math.inf
        assert 0 < probability <= 1
        assert 0 <= anomaly <= 1


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(st.one_of(st.text(max_size=40), st.just("2024-01-01,3"), st.just("2024-01-02,-1")), max_size=5))
def test_any_text_is_read_or_refused_with_its_line(lines: list[str]) -> None:
    refused = ""
    try:
        read(["timestamp,value\n", *(line + "\n" for line in lines)])
    except BadRow as error:
        refused = str(error)
    assert not refused or refused.startswith("line ")


def test_a_constant_series_is_nobodys_burst() -> None:
    assert max(score for _, _, score in verdicts(counts([50] * 288 * 5))) < 0.5
