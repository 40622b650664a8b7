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


def test_rings_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="another size"):
        Counts.from_parts([[0], [0], [0]])
