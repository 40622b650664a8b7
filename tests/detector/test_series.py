from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.detector.burst import Limits, threshold_for
from services.detector.series import MAX_SOURCES, Series
from services.detector.window import Reason, WindowTest

START = 29_000_000 // 1440 * 1440
DAY = 1440
LIMITS = Limits(probability=threshold_for(0.1, 1_000))


def people(posts: int, authors: int | None = None) -> list[str]:
    return [f"author-{n % (authors or posts)}" for n in range(posts)]


def burst(series: Series, minute: int, posts: int, authors: int | None = None) -> WindowTest | None:
    for at, author in enumerate(people(posts, authors)):
        series.add(minute + at * 5 // posts, 1, [author], {"bluesky": 1})
    return series.test(minute + 4, LIMITS)


def noise(days: int, rate: float, seed: int = 1) -> Iterable[tuple[int, int]]:
    counts = np.random.default_rng(seed).poisson(rate / 60, days * DAY)
    return ((START + int(minute), int(counts[minute])) for minute in counts.nonzero()[0])


def test_seven_days_of_zero_then_a_crowd_fires() -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    found = burst(series, START + 7 * DAY, 40)
    assert found is not None
    assert (found.verdict, found.observed, found.authors, found.baseline) == (Reason.FIRED, 40, 40.0, "own")
    assert not found.coordinated
    assert found.sources == {"bluesky": 40}


def test_a_new_series_says_that_its_baseline_is_pooled() -> None:
    found = burst(Series.empty("watch"), START, 40)
    assert found is not None
    assert (found.verdict, found.baseline) == (Reason.FIRED, "pooled")


def test_many_posts_by_three_authors_are_coordinated_and_no_crowd() -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    found = burst(series, START + 7 * DAY, 500, authors=3)
    assert found is not None
    assert (found.coordinated, found.verdict, found.authors) == (True, Reason.TOO_FEW_AUTHORS, 3.0)


@pytest.mark.parametrize(("rate", "posts"), [(0.0, 40), (2.0, 40), (600.0, 500)])
def test_the_window_drawn(rate: float, posts: int) -> None:
    series = Series.empty("term")
    series.add(START, 0)
    for minute, count in noise(10, rate):
        series.add(minute, count, people(count), {"bluesky": count})
    # ... | now-4 now-3 now-2 now-1 now |
    found = burst(series, START + 10 * DAY, posts)
    assert found is not None
    assert found.verdict is Reason.FIRED
    assert (found.start_minute, found.end_minute) == (START + 10 * DAY, START + 10 * DAY + 5)
    assert found.expected == pytest.approx(rate / 12, rel=0.3, abs=0.1)
    assert found.ratio == pytest.approx(found.observed / found.expected)


def test_nothing_to_say_of_an_ordinary_minute() -> None:
    series = Series.empty("term")
    for minute, count in noise(10, 60.0):
        series.add(minute, count, people(count))
    assert series.test(START + 10 * DAY, LIMITS) is None


def test_a_slow_growth_is_found_at_a_long_scale() -> None:
    series = Series.empty("term")
    for minute, count in noise(14, 2.0):
        series.add(minute, count, people(count))
    for at in range(0, DAY, 6):
        series.add(START + 14 * DAY + at, 1, [f"new{at}"], {"bluesky": 1})
    found = series.test(START + 15 * DAY, LIMITS)
    assert found is not None
    assert found.verdict is Reason.FIRED
    assert found.scale_minutes >= 360


def level_after(gap: bool, marked: bool) -> float:
    series = Series.empty("term")
    for minute, count in noise(14, 60.0):
        if not (gap and START + 10 * DAY <= minute < START + 11 * DAY):
            series.add(minute, count)
    if marked:
        series = Series.empty("term")
        for minute, count in noise(14, 60.0):
            if minute >= START + 10 * DAY and not series.missing:
                series.mark_missing(START + 10 * DAY, START + 11 * DAY)
            if not START + 10 * DAY <= minute < START + 11 * DAY:
                series.add(minute, count)
    return series.expected(START + 14 * DAY, START + 14 * DAY + 60)


def test_a_lost_day_moves_the_expectation_by_less_than_five_percent() -> None:
    whole = level_after(gap=False, marked=False)
    assert level_after(gap=True, marked=True) == pytest.approx(whole, rel=0.05)
    assert level_after(gap=True, marked=False) < 0.95 * whole, "the day would have counted as empty"


def test_a_lost_day_moves_the_threshold_by_less_than_five_percent() -> None:
    def threshold(lost: bool) -> int:
        series = Series.empty("term")
        for minute, count in noise(14, 600.0, seed=3):
            if minute >= START + 10 * DAY and lost and not series.missing:
                series.mark_missing(START + 10 * DAY, START + 11 * DAY)
            if not (lost and START + 10 * DAY <= minute < START + 11 * DAY):
                series.add(minute, count)
        value = series.to_bytes()
        limits = Limits(probability=1e-6, min_authors=0, min_sources=0, min_ratio=1.0, scales_minutes=(5, 15, 60))
        for posts in range(40, 400):
            tried = Series.from_bytes(value)
            tried.add(START + 14 * DAY + 200, posts)
            found = tried.test(START + 14 * DAY + 200, limits)
            if found is not None and found.verdict is Reason.FIRED:
                return posts
        raise AssertionError("never fired")

    assert threshold(lost=True) == pytest.approx(threshold(lost=False), rel=0.05)


def test_blind_minutes_lower_what_is_expected_and_are_reported() -> None:
    series = Series.empty("term")
    for minute, count in noise(10, 60.0):
        series.add(minute, count)
    whole = series.expected(START + 10 * DAY, START + 10 * DAY + 60)
    series.mark_missing(START + 10 * DAY, START + 10 * DAY + 30)
    series.mark_missing(START + 10 * DAY + 10, START + 10 * DAY + 40, share=0.5)
    assert series.missing == (
        (START + 10 * DAY, START + 10 * DAY + 10, 1.0),
        (START + 10 * DAY + 10, START + 10 * DAY + 30, 1.0),
        (START + 10 * DAY + 30, START + 10 * DAY + 40, 0.5),
    )
    assert series.expected(START + 10 * DAY, START + 10 * DAY + 60) == pytest.approx(whole * 25 / 60, rel=0.1)


def test_posts_that_come_after_a_blind_spell_are_no_burst() -> None:
    series = Series.empty("term")
    series.mark_missing(START + 20 * DAY, START + 20 * DAY + 30)
    limits = Limits(probability=1e-4, min_ratio=1.5)
    fired = []
    for minute, count in noise(21, 1_200.0):
        series.add(minute, count, (f"a{minute}-{n}" for n in range(count)), {"bluesky": count})
        if START + 20 * DAY + 30 <= minute < START + 20 * DAY + 90:
            found = series.test(minute, limits)
            fired += [found] if found is not None and found.verdict is Reason.FIRED else []
        if minute > START + 20 * DAY + 90:
            break
    assert fired == []


def test_a_window_nobody_saw_says_so() -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    series.advance(START + 7 * DAY)
    for at in range(40):
        series.add(START + 7 * DAY, 1, [f"a{at}"])
    found = series.test(START + 7 * DAY, LIMITS, coverage=0.1)
    assert found is not None
    assert (found.verdict, found.coverage) == (Reason.BLIND, 0.1)


def test_what_fires_is_the_shortest_window_that_the_full_test_lets_fire() -> None:
    rng = random.Random(9)
    outcomes = {True: 0, False: 0}
    for _ in range(400):
        series = Series.empty(rng.choice(("watch", "term", "phenomenon")))
        crowd = [f"a{number}" for number in range(rng.choice((3, 9, 40)))]
        minute = START
        for _ in range(rng.randrange(5, 60)):
            minute += rng.choice((0, 0, 1, 1, 3, 20, 300))
            author = [rng.choice(crowd)] if rng.random() < 0.9 else []
            source = rng.choice(("bluesky", "bluesky", "mastodon"))
            series.add(minute, -1 if rng.random() < 0.05 else 1, author, {source: 1})
            if rng.random() < 0.02:
                series.mark_missing(minute - 5, minute + rng.choice((1, 60)), rng.choice((0.5, 1.0)))
        limits = Limits(
            probability=rng.choice((1e-2, 1e-4, 1e-6)),
            min_authors=rng.choice((0, 2, 8)),
            min_posts=rng.choice((2, 10)),
            min_sources=rng.choice((1, 2)),
            min_ratio=rng.choice((1.0, 4.0)),
        )
        tests = [series.test(minute, replace(limits, scales_minutes=(scale,))) for scale in limits.scales_minutes]
        fired = [test for test in tests if test is not None and test.verdict is Reason.FIRED]
        assert series.firing(minute, limits) == (fired[0] if fired else None)
        outcomes[bool(fired)] += 1
    assert min(outcomes.values()) > 50


def test_retracted_posts_are_counted_back() -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    assert burst(series, START + 7 * DAY, 40) is not None
    for at in range(40):
        series.add(START + 7 * DAY + at * 5 // 40, -1, [f"author-{at}"], {"bluesky": -1})
    assert series.test(START + 7 * DAY + 4, LIMITS) is None


def test_posts_without_authors_count_as_one_author() -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    series.add(START + 7 * DAY, 40, sources={"rss": 40})
    found = series.test(START + 7 * DAY, LIMITS)
    assert found is not None
    assert (found.authors, found.verdict, found.coordinated) == (1.0, Reason.TOO_FEW_AUTHORS, False)


def test_sources_are_told_apart_up_to_a_limit() -> None:
    series = Series.empty("watch")
    for at in range(MAX_SOURCES + 3):
        series.add(START, 2, [f"a{at}", f"b{at}"], {f"source{at}": 2})
    found = series.test(START, LIMITS)
    assert found is not None
    assert len(found.sources) == MAX_SOURCES + 1
    assert sum(found.sources.values()) == found.observed == 2 * (MAX_SOURCES + 3)


def test_points_are_what_was_counted() -> None:
    series = Series.empty("term")
    for at in range(0, 600, 5):
        series.add(START + at, 1)
    points = series.points(START + 600, 4, 60)
    assert [(start - START, observed) for start, observed, _ in points] == [(420, 12), (480, 12), (540, 12), (600, 0)]
    assert all(expected > 0 for _, _, expected in points)


moments = st.lists(
    st.tuples(st.integers(0, 4 * DAY), st.integers(-2, 30), st.integers(0, 90), st.sampled_from(["a", "b", "c"])),
    max_size=40,
)


def filled(found: list[tuple[int, int, int, str]]) -> Series:
    series = Series.empty("place")
    for minute, posts, author, source in found:
        series.add(START + minute, posts, [f"author-{author}"] if author else [], {source: posts})
    return series


@given(moments, moments)
@settings(deadline=None)
def test_stored_and_read_back_it_goes_on_the_same(
    before: list[tuple[int, int, int, str]], after: list[tuple[int, int, int, str]]
) -> None:
    kept = filled(sorted(before))
    read = Series.from_bytes(kept.to_bytes())
    assert read.to_bytes() == kept.to_bytes()
    for minute, posts, author, source in sorted(after):
        for series in (kept, read):
            series.add(START + 4 * DAY + minute, posts, [f"author-{author}"], {source: posts})
    now = START + 9 * DAY
    assert kept.test(now, LIMITS) == read.test(now, LIMITS)
    assert read.to_bytes() == kept.to_bytes()


@given(moments, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_within_an_hour_the_order_of_posts_does_not_matter(
    found: list[tuple[int, int, int, str]], shuffle: random.Random
) -> None:
    hour = [(minute % 60, posts, author, "a") for minute, posts, author, _ in found]
    other = list(hour)
    shuffle.shuffle(other)
    one, two = Series.empty("place"), Series.empty("place")
    for series, order in ((one, hour), (two, other)):
        series.add(START, 0)
        for minute, posts, author, source in order:
            series.add(START + minute, posts, [f"author-{author}"], {source: posts})
        series.advance(START + DAY)
    assert one.to_bytes() == two.to_bytes()


@given(st.lists(st.integers(1, 20), min_size=1, max_size=20))
@settings(deadline=None)
def test_within_a_minute_it_only_gets_more_surprising(steps: list[int]) -> None:
    series = Series.empty("watch")
    series.add(START, 0)
    last, fired = 1.0, False
    author = 0
    for posts in steps:
        series.add(START + 3 * DAY, posts, [f"a{author + n}" for n in range(posts)])
        author += posts
        found = series.test(START + 3 * DAY, LIMITS)
        if found is not None:
            assert found.probability <= last
            assert not fired or found.verdict is Reason.FIRED
            last, fired = found.probability, found.verdict is Reason.FIRED


VERSION_1_START = 29_903_760
VERSION_1 = (
    "c-ou8xU@X6Bst?8;|cExKq4^j90U8TFB2z&*c>22=(PO<1~53v=x}PemvgB8K1T+I1C9)X4A>oYu&1VZAGQ6cW*#iuCf{Lbpl6scvi!#oy"
    "TedG3#(Yr*k?{aIZR+XHw>nv!UA+06CqzrUY?Xwnp&J)xgs~QxFkO%KW}kSaq%R2M<F&qqbNj4IZzB^53(3!WQ4m8C!l*~qhCxh;<0wH#S{?|"
    "bk9>Pbc-n#yxDkA#S}4qn0!P-s7lMz#h;Jw#X-)!msPf;NxwB<o|u+8f05bR+jSY|*3C8&*}Zmw#FZl=XT47_<^-N#bn!XC2x5cq5e5LP>|Ku"
)
"""What it wrote of the series made in the test, compressed."""


@pytest.mark.parametrize("value", [b"", b"\xc1", b"\x93\x02\x03\x04", Series.empty("x").to_bytes()[:-9]])
def test_bytes_of_something_else_are_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="state"):
        Series.from_bytes(value)


def test_a_series_of_version_1_is_read_and_goes_on() -> None:
    kept = Series.from_bytes(zlib.decompress(base64.b85decode(VERSION_1)))
    made = Series.empty("watch")
    for minute, posts in ((0, 3), (7, 1), (61, 200), (180, 2), (1_500, 1)):
        sources = {"bluesky": posts - 1, "mastodon": 1} if posts > 1 else {"rss": 1}
        made.add(VERSION_1_START + minute, posts, [f"a{number}" for number in range(min(posts, 5))], sources)
    made.add(VERSION_1_START + 1_501, 4)
    made.mark_missing(VERSION_1_START + 1_400, VERSION_1_START + 1_410, 0.5)
    made.add(VERSION_1_START + 1_502, -1)
    assert kept.to_bytes() == made.to_bytes()


def test_a_new_series_takes_little() -> None:
    series = Series.empty("watch")
    series.count(START, 1, "bluesky", [1])
    assert len(series.to_bytes()) < 100


def test_the_value_stays_small() -> None:
    series = Series.empty("term")
    for minute, count in noise(9, 600.0):
        series.add(minute, count, (f"a{minute}-{n}" for n in range(count)), {"bluesky": count})
    assert len(series.to_bytes()) < 16_000  # of which 12,000 the authors seen last
