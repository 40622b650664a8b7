from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.detector.window import Counts, span

HEAD = 29_000_000


@pytest.mark.parametrize(
    ("scale", "start"),
    # now is minute 7 of an hour; its window ends before minute 8
    [(5, 3), (15, -7), (60, -52), (360, -345), (1440, -1425), (10080, -10020)],
)
def test_a_window_is_never_longer_than_its_scale(scale: int, start: int) -> None:
    hour = HEAD // 60 // 24 * 24 * 60
    assert span(hour + 7, scale) == (hour + start, hour + 8)


@given(
    st.lists(st.tuples(st.integers(HEAD - 10_080, HEAD), st.integers(-3, 50)), max_size=60),
    st.sampled_from([5, 15, 60, 360, 1440, 10080]),
)
def test_every_window_holds_exactly_its_posts(found: list[tuple[int, int]], scale: int) -> None:
    counts = Counts()
    head = HEAD - 11_000
    for minute, posts in sorted(found):
        counts.roll(head, max(head, minute))
        head = max(head, minute)
        counts.add(head, minute, posts)
    counts.roll(head, HEAD)
    start, end = span(HEAD, scale)
    assert counts.total(start, end) == sum(posts for minute, posts in found if start <= minute < end)
    assert Counts.from_parts(counts.to_parts()).total(start, end) == counts.total(start, end)


@given(st.lists(st.integers(-40_000, 3_000_000_000), min_size=1, max_size=20))
def test_cells_grow_with_what_they_hold_and_the_same_counts_are_the_same_bytes(found: list[int]) -> None:
    counts, small = Counts(), Counts()
    for posts in found:
        counts.add(HEAD, HEAD, posts)
    assert counts.total(HEAD - 59, HEAD + 1) == sum(found)
    assert Counts.from_parts(counts.to_parts()).to_parts() == counts.to_parts()
    counts.add(HEAD, HEAD, 1 - sum(found))
    small.add(HEAD, HEAD, 1)
    assert counts.to_parts() == small.to_parts(), "however they came about"


@pytest.mark.parametrize("packed", [(3, 0, b"x"), (1, -1, b"x"), (1, 0, bytes(1_000))])
def test_a_ring_of_something_else_is_refused(packed: tuple[int, int, bytes]) -> None:
    with pytest.raises(ValueError, match="another size"):
        Counts.from_parts([packed] * 3)


def test_rings_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="another size"):
        Counts.from_cells([[0], [0], [0]])
