"""Blocks into parts of time: nothing is lost or doubled, clocks may jump, and a ratio says how sure it is."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.picture import PictureBlock
from services.notifier.picture import AMSTERDAM, Cell, Row, Span, before, compare, period, picture

DAY = datetime.date(2020, 12, 15)
NAMES = {"VR17": "Rotterdam-Rijnmond", "VR09": "Utrecht"}


def block(start: int, hours: int = 1, **changed: Any) -> PictureBlock:
    fields: dict[str, Any] = {
        "series": "watch:rellen@GM0599",
        "phenomenon": "rellen",
        "gemeente_code": "GM0599",
        "gemeente": "Rotterdam",
        "region": "VR17",
        "start": start,
        "end": start + 60 * hours,
        "posts": 12 * hours,
        "expected": 2.0 * hours,
        "coverage": 1.0,
    }
    return PictureBlock(**(fields | changed))


def everywhere(start: int, **changed: Any) -> PictureBlock:
    return block(
        start, **({"series": "phenomenon:rellen", "gemeente_code": None, "gemeente": None, "region": None} | changed)
    )


@pytest.mark.parametrize(("span", "days"), [(Span.DAY, 1), (Span.WEEK, 7), (Span.MONTH, 30), (Span.QUARTER, 91)])
def test_a_period_ends_with_its_last_day_and_the_one_before_ends_where_it_begins(span: Span, days: int) -> None:
    this = period(span, DAY)
    assert datetime.datetime.fromtimestamp(this.end * 60, AMSTERDAM) == datetime.datetime(
        2020, 12, 16, tzinfo=AMSTERDAM
    )
    assert this.end - this.start == days * 1440 + (60 if span is Span.QUARTER else 0)  # October has an hour twice
    assert before(this).end == this.start


@pytest.mark.parametrize(("day", "hours"), [(datetime.date(2026, 3, 29), 23), (datetime.date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clock_jumps_has_its_own_length(day: datetime.date, hours: int) -> None:
    this = period(Span.DAY, day)
    assert this.end - this.start == hours * 60
    assert list(this.edges) == sorted(set(this.edges))


def test_a_long_block_is_spread_over_its_hours_and_what_lies_outside_is_left_out() -> None:
    this = period(Span.DAY, DAY)
    found = picture([block(this.start - 120, 4)], this, by_gemeente=True, names=NAMES)
    assert [cell.posts for cell in found.rows[0].cells[:3]] == [12, 12, 0]
    assert found.whole.total.posts == 24
    assert found.whole.total.expected == pytest.approx(4.0)


def test_the_whole_country_holds_what_names_no_place_and_a_region_only_its_own() -> None:
    this = period(Span.DAY, DAY)
    blocks = [block(this.start), block(this.start, region="VR09", gemeente="Utrecht"), everywhere(this.start, posts=50)]
    country = picture(blocks, this, by_gemeente=False, names=NAMES)
    assert country.whole.total.posts == 50
    assert [(row.name, row.total.posts) for row in country.rows] == [("Rotterdam-Rijnmond", 12), ("Utrecht", 12)]
    region = picture(blocks[:1], this, by_gemeente=True, names=NAMES)
    assert (region.whole.total.posts, [row.name for row in region.rows]) == (12, ["Rotterdam"])


def test_what_too_few_people_wrote_is_said_without_a_number() -> None:
    this = period(Span.DAY, DAY)
    (row,) = picture([block(this.start, posts=None)], this, by_gemeente=True, names=NAMES).rows
    assert (row.total.hidden, row.total.posts) == (True, 0)


def test_blind_time_is_told_as_coverage_and_nothing_told_is_not_zero_coverage() -> None:
    this = period(Span.DAY, DAY)
    (row,) = picture([block(this.start, 2, coverage=0.5)], this, by_gemeente=True, names=NAMES).rows
    assert (row.cells[0].coverage, row.cells[5].coverage) == (0.5, None)


@given(
    st.lists(st.tuples(st.integers(-200, 200), st.integers(1, 168), st.integers(0, 500)), max_size=20),
    st.sampled_from(Span),
)
def test_nothing_is_lost_or_doubled(drawn: list[tuple[int, int, int]], span: Span) -> None:
    this = period(span, DAY)
    blocks = [block(this.start + hour * 60, hours, posts=posts) for hour, hours, posts in drawn]
    wanted = sum(
        one.posts * max(0, min(one.end, this.end) - max(one.start, this.start)) / (one.end - one.start)
        for one in blocks
        if one.posts is not None
    )
    found = picture(blocks, this, by_gemeente=True, names=NAMES)
    assert found.whole.total.posts == pytest.approx(wanted)
    assert sum((row.total.posts for row in found.rows), 0.0) == pytest.approx(wanted)


def test_a_comparison_says_how_sure_it_is() -> None:
    clear = compare(Cell(posts=400), Cell(posts=100))
    assert clear is not None
    assert clear.ratio == 4
    assert 3 < clear.low < 4 < clear.high < 5.2
    assert clear.differs
    doubtful = compare(Cell(posts=12), Cell(posts=10))
    assert doubtful is not None
    assert not doubtful.differs
    assert compare(Cell(posts=12), Row("", []).total) is None
