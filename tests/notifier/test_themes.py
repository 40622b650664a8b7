"""Shares, base rates and rises: what is not told is not nought, and a coincidence is only called that."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.events import DatedEvent
from contracts.theme import Part, ThemeBlock
from services.notifier.picture import Period, Span, period
from services.notifier.themes import Kind, base_rates, rises, share, views

DAY = datetime.date(2020, 12, 15)
MONTH = period(Span.MONTH, DAY)


def block(start: int, part: Part, posts: int | None, hours: int = 24, **changed: Any) -> ThemeBlock:
    of = {"group": "moslims"} if part is Part.TARGET else {"source": "bluesky"}
    fields: dict[str, Any] = {
        "series": f"theme:opvang/{part}:{next(iter(of.values()))}",
        "theme": "opvang",
        "part": part,
        "start": start,
        "end": start + hours * 60,
        "posts": posts,
        "coverage": 1.0,
        "method": "0123456789ab",
        **of,
    }
    return ThemeBlock(**(fields | changed))


def days(attacks: list[int | None], others: list[int | None]) -> list[ThemeBlock]:
    """One block of each a day, from the beginning of the month on."""
    found = []
    for index, (attack, other) in enumerate(zip(attacks, others, strict=True)):
        found.append(block(MONTH.edges[index], Part.ATTACK, attack))
        found.append(block(MONTH.edges[index], Part.OTHER, other))
    return found


def test_a_share_is_of_what_both_are_told_of() -> None:
    told = [*days([10, 20], [90, 80]), block(MONTH.edges[2], Part.OTHER, 500)]  # attacks of that day still wait
    view = views(told, MONTH, ["opvang"])["opvang"]
    first, second, third, *_ = view.cells()
    assert first is not None
    assert second is not None
    assert first.share is not None
    assert (first.posts, first.share.value) == (100, 0.1)
    assert third is None
    assert view.total.share is not None
    assert view.total.share.value == pytest.approx(30 / 200)


def test_what_too_few_people_wrote_makes_no_share() -> None:
    view = views(days([None, 20], [90, 80]), MONTH, ["opvang"])["opvang"]
    assert view.cells()[0] is None
    assert view.hidden


def test_a_source_that_is_not_told_yet_is_left_out_of_both_sides() -> None:
    told = [*days([10], [90]), block(MONTH.edges[0], Part.OTHER, 900, source="mastodon")]
    (cell, *_) = views(told, MONTH, ["opvang"])["opvang"].cells()
    assert cell is not None
    assert cell.posts == 100


def test_a_long_block_is_spread_over_its_days() -> None:
    told = [block(MONTH.edges[0], Part.ATTACK, 30, hours=72), *days([0] * 3, [90] * 3)[1::2]]
    cells = views(told, MONTH, ["opvang"])["opvang"].cells()[:3]
    assert [cell and cell.attacks for cell in cells] == [10, 10, 10]


def test_the_base_rate_is_by_platform_and_of_all_themes() -> None:
    earlier = Period(span=Span.MONTH, edges=(MONTH.start, MONTH.end))
    told = [*days([10], [90]), *days([30], [70])]
    told[2:] = [ThemeBlock(**{**_fields(one), "theme": "geloof"}) for one in told[2:]]
    rates = base_rates(told, earlier, ["opvang", "geloof"], ["bluesky", "mastodon"])
    assert rates["bluesky"] is not None
    assert rates["bluesky"].value == pytest.approx(0.2)
    assert rates["mastodon"] is None


def _fields(one: ThemeBlock) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


def test_a_rise_stands_beside_what_happened_then_and_says_how_often_that_was_so() -> None:
    attacks: list[int | None] = [10] * 30
    others: list[int | None] = [190] * 30
    attacks[20] = 60  # a larger share
    others[25] = 900  # more posts, a smaller share
    event = DatedEvent(what="Besluit", on=DAY - datetime.timedelta(days=10), themes=("opvang",), source="krant")
    view = views(days(attacks, others), MONTH, ["opvang"])["opvang"]
    found, beside = rises(view, MONTH, [event])
    assert [(rise.part, rise.kind, [one.what for one in rise.events]) for rise in found] == [
        (20, Kind.SHARE, ["Besluit"]),
        (25, Kind.NUMBER, []),
    ]
    # The event was on day 19: its day and the two after it.
    assert (beside.with_event, beside.with_event_rises) == (3, 1)
    assert (beside.without_event, beside.without_event_rises) == (27, 1)


def test_an_ordinary_month_has_no_rise_and_few_days_cannot_have_one() -> None:
    view = views(days([9, 11, 10, 12, 8] * 6, [190, 180, 210, 200, 195] * 6), MONTH, ["opvang"])["opvang"]
    assert rises(view, MONTH, [])[0] == []
    few = views(days([10, 10, 90], [190, 190, 110]), MONTH, ["opvang"])["opvang"]
    assert rises(few, MONTH, [])[0] == []


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_an_interval_holds_its_share_and_stays_within_all_and_nothing(posts: int, part: float) -> None:
    found = share(posts * part, posts)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_the_interval_is_wilsons() -> None:
    found = share(10, 100)
    assert (found.low, found.high) == (pytest.approx(0.0552, abs=1e-4), pytest.approx(0.1744, abs=1e-4))
