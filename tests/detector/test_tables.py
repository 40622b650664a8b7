"""When values of a table are written, and what is done after."""

from __future__ import annotations

from typing import Any

import faust
import pytest

from contracts.series_deltas import Subject
from services.detector.staggered import StaggeredSeries
from services.detector.state import Glance, SeriesState
from services.detector.tables import PACK_AFTER, CheckpointedTable
from tests.detector.posts import MONDAY_NOON


def table(name: str) -> CheckpointedTable:
    app: Any = faust.App("tables", store="memory://", autodiscover=False)
    return CheckpointedTable(app, name=name, partitions=1, key_type=bytes, value_type=bytes)


def test_a_value_is_written_a_while_after_it_first_changed_with_all_it_was_given_until_then() -> None:
    series, clocks = table("series"), table("clocks")
    part, clock = series.part(0), clocks.part(0)
    staggered = StaggeredSeries(series, clocks, lag=2)
    part.put("a", b"1")
    clock.put("", b"clock 1")
    due = staggered.turn({0: 1}, everything=False)
    assert (due.series, due.clocks, due.positions) == ([], {}, {})
    part.put("a", b"2")
    part.put("b", b"2")
    clock.put("", b"clock 2")
    assert staggered.turn({0: 2}, everything=False).positions == {}
    part.put("a", b"3")
    due = staggered.turn({0: 3}, everything=False)
    assert due.series == [(0, b"0:a", b"3")]
    assert list(due.clocks.values()) == [(0, b"0:", b"clock 1")], (
        "a clock is never ahead of series that are not written"
    )
    assert due.positions == {0: 1}
    due = staggered.turn({0: 3}, everything=True)
    assert due.series == [(0, b"0:b", b"2")]
    assert due.positions == {0: 3}
    assert not staggered.waiting


def test_records_that_change_nothing_are_done_too() -> None:
    staggered = StaggeredSeries(table("series"), table("clocks"), lag=1)
    assert staggered.turn({0: 1}, everything=False).positions == {}
    assert staggered.turn({0: 1}, everything=False).positions == {0: 1}
    assert not staggered.waiting


def test_what_nobody_changes_is_packed_and_comes_back_the_same() -> None:
    series = table("series")
    part = series.part(0)
    part.put("a", b"1")
    series.written()
    series.generation += PACK_AFTER + 1
    part.put("b", b"1")
    series.written()
    assert list(series.live) == [b"0:b"]
    assert (part.stored("a"), part.stored("b")) == (b"1", None)
    assert part.get("a") == b"1"


def test_a_crowd_of_series_is_written_at_once_and_packed_from_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.detector.tables.MOST_UNPACKED", 3)
    monkeypatch.setattr("services.detector.staggered.MOST_UNPACKED", 3)
    series, clocks = table("series"), table("clocks")
    part = series.part(0)
    staggered = StaggeredSeries(series, clocks, lag=10)
    for name in "abc":
        part.put(name, name.encode())
    assert staggered.turn({0: 1}, everything=False).positions == {}, "three are no crowd"
    part.put("d", b"d")
    part.put("e", b"e")
    due = staggered.turn({0: 2}, everything=False)
    assert due.positions == {0: 2}
    assert list(series.live) == [b"0:c", b"0:d", b"0:e"]
    assert [part.get(name) for name in "abcde"] == [b"a", b"b", b"c", b"d", b"e"], "what is packed is not gone"


def test_a_flood_between_two_checkpoints_is_packed_before_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.detector.tables.MOST_UNPACKED", 3)
    series = table("series")
    part = series.part(0)
    for name in "abcdef":
        part.put(name, name.encode())
        assert len(series.live) <= 3
    assert series.size == 6
    assert list(part.names()) == list("abcdef")
    assert part.stored("a") == b"a", "a worker that looks at its head needs not unpack it"
    assert part.get("a") == b"a"
    part.put("a", b"A")
    part.drop("b")
    assert (part.get("b"), part.stored("b")) == (None, None)
    assert list(part.names()) == list("acdef")
    assert len(series.live) <= 3
    written = [(key, value) for _, key, value in series.written()]
    assert written == [
        (b"0:a", b"A"), (b"0:b", None), (b"0:c", b"c"), (b"0:d", b"d"), (b"0:e", b"e"), (b"0:f", b"f")
    ], "each once, in the order of their first change"  # fmt: skip
    assert [part.get(name) for name in "abcdef"] == [b"A", None, b"c", b"d", b"e", b"f"]
    assert not series.written()


def test_what_is_in_hands_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.detector.tables.MOST_UNPACKED", 1)
    series = table("series")
    part = series.part(0)
    part.put("a", b"a")
    part.put("b", b"b")
    assert part.get("a") == b"a"
    assert list(series.live) == [b"0:a"]
    part.put("a", b"A")
    assert part.get("b") == b"b"
    assert part.get("a") == b"A"


def test_a_glance_at_bytes_sees_what_the_whole_state_says() -> None:
    state = SeriesState.new(Subject(phenomenon="rellen"), "watch", MONDAY_NOON)
    state.counts.add(MONDAY_NOON, 3, ["a", "b"])
    state.kept.open_minute = MONDAY_NOON
    state.kept.ahead = {MONDAY_NOON + 1: []}
    seen = Glance.of_bytes(state.to_bytes())
    assert seen == Glance.of(state)
    assert (seen.head, seen.ahead, seen.open_minute) == (MONDAY_NOON, (MONDAY_NOON + 1,), MONDAY_NOON)
