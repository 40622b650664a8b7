from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.detector import sketch as module
from services.detector.sketch import EXACT, KEEP, AuthorSketch

few = patch.multiple(module, EXACT=20, SLACK=3)
"""Few are exact and a sketch is trimmed often, so that drawn posts go beyond both."""

posts = st.lists(st.tuples(st.integers(20_000_000, 20_005_000), st.integers(0, 300)), max_size=200)


def sketch_of(found: list[tuple[int, int]]) -> AuthorSketch:
    sketch = AuthorSketch()
    for minute, author in found:
        sketch.add(minute, [f"author-{author}"])
    return sketch


@few
@given(posts, st.randoms(use_true_random=False))
def test_the_order_of_posts_does_not_matter(found: list[tuple[int, int]], shuffle: random.Random) -> None:
    other = list(found)
    shuffle.shuffle(other)
    assert sketch_of(found).to_parts() == sketch_of(other).to_parts()


@few
@given(posts, posts)
def test_a_merge_is_the_sketch_of_both(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    merged = sketch_of(one)
    merged.merge(sketch_of(other))
    assert merged.to_parts() == sketch_of(one + other).to_parts()


@few
@given(posts)
def test_round_trip(found: list[tuple[int, int]]) -> None:
    parts = sketch_of(found).to_parts()
    assert AuthorSketch.from_parts(*parts).to_parts() == parts


@few
@given(posts, st.integers(20_000_000, 20_005_000))
def test_exact_while_few(found: list[tuple[int, int]], since: int) -> None:
    really = len({author for minute, author in found if minute >= since})
    if really < module.EXACT:
        assert sketch_of(found).distinct(since) == really


@pytest.mark.parametrize("really", [1_025, 1_200, 3_000, 10_000, 60_000])
def test_close_when_many(really: int) -> None:
    sketch = AuthorSketch()
    for author in range(really):
        sketch.add(1000 + author % 60, [f"a{author}"])
    assert sketch.distinct(1000) == pytest.approx(really, rel=0.2)
    assert sketch.distinct(1030) == pytest.approx(really / 2, rel=0.25)


def test_few_in_a_short_window_stay_exact_among_many_before() -> None:
    sketch = AuthorSketch()
    sketch.add(100, (f"early{n}" for n in range(5_000)))
    sketch.add(200, (f"late{n}" for n in range(40)))
    assert sketch.distinct(200) == 40


def test_a_thousand_are_exact_under_every_key() -> None:
    """What live counts under the key of the day is what a backtest counts under its own."""
    for day in ("monday", "tuesday"):
        sketch = AuthorSketch()
        for author in range(3 * EXACT):
            sketch.add(1000 + author, [f"{day}-{author}"])
        assert sketch.distinct(1001 + 2 * EXACT) == EXACT - 1


def test_what_a_release_that_kept_fewer_left_behind_is_read_as_it_meant_it() -> None:
    with patch.multiple(module, EXACT=64, SLACK=0):
        old = AuthorSketch()
        old.add(1000, (f"a{n}" for n in range(5_000)))
        parts = old.to_parts()
    sketch = AuthorSketch.from_parts(*parts)
    sketch.add(990, ["late"])
    assert sketch.distinct(998) == pytest.approx(5_000, rel=0.2)
    sketch.forget(500)
    assert sketch.distinct(998) == pytest.approx(5_000, rel=0.2)


def test_what_no_window_reaches_is_forgotten() -> None:
    sketch = AuthorSketch()
    sketch.add(1000, (f"old{n}" for n in range(5_000)))
    sketch.add(1000 + KEEP, (f"new{n}" for n in range(2_000)))
    sketch.forget(1000 + KEEP - 10)
    assert sketch.distinct(0) == pytest.approx(2_000, rel=0.2)
    assert sketch.registers is not None
    sketch.forget(1001 + KEEP)
    assert (len(sketch.minutes), sketch.registers) == (0, None)
