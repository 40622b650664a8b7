"""The picture: blocks of whole hours, each of at least k people, that together hold what was counted."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.anonymous_posts import AnonymousPost
from contracts.picture import PictureBlock
from services.detector.picture import LONGEST
from services.detector.pipeline import Pipeline
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, post, replay, whole

T = MONDAY_NOON
CONFIGURATION = whole()
K = CONFIGURATION.thresholds.k_anonymity
RIOT = "rellen in Rotterdam"
HERE = "watch:rellen@GM0599"
WEEKS = 3 * 7 * 1440


def picture(posts: list[AnonymousPost], partitions: int = 1, exercise: str | None = None) -> list[PictureBlock]:
    """Of posts and of event time that goes on long enough for all to be told."""
    end = max(post.minute for post in posts)
    later = [post(end + minutes, "mooi weer", f"later-{minutes}") for minutes in (61, 130, WEEKS, WEEKS + 61)]
    pipeline = Pipeline(CONFIGURATION, partitions=partitions)
    replay(CONFIGURATION, batches([*posts, *later], partitions, exercise=exercise), pipeline=pipeline)
    return sorted(pipeline.picture, key=lambda block: (block.series, block.start))


def of_rotterdam(blocks: list[PictureBlock]) -> list[PictureBlock]:
    return [block for block in blocks if block.series == HERE]


def test_an_hour_with_a_crowd_is_one_block_with_its_figures() -> None:
    (block,) = of_rotterdam(picture([*chatter(T, 60), *crowd(T + 5, RIOT, 30, minutes=50)]))
    assert (block.start, block.end, block.posts) == (T, T + 60, 30)
    assert (block.phenomenon, block.gemeente, block.region) == ("rellen", "Rotterdam", "VR17")
    assert block.sources == {"bluesky": 30}
    assert block.coverage == 1.0
    assert 0 < block.expected < 30


def test_hours_of_few_people_wait_for_each_other() -> None:
    hours = [one for hour in range(4) for one in crowd(T + 60 * hour + 3, RIOT, 4, minutes=40)]
    first, *rest = of_rotterdam(picture([*chatter(T, 240), *hours]))
    assert (first.start, first.end, first.posts) == (T, T + 180, 12)
    assert [(block.start, block.posts) for block in rest] == []  # four more people within the week: never told


def test_too_few_people_in_a_week_are_told_without_a_number() -> None:
    posts = [*crowd(T + 3, RIOT, 4), *crowd(T + 8 * 1440, RIOT, 4)]
    (block,) = of_rotterdam(picture([*chatter(T, 60), *posts]))
    assert (block.start, block.end, block.posts) == (T, T + LONGEST, None)
    assert (block.sources, block.words) == ({}, ())


def test_quiet_hours_between_are_told_with_what_was_expected_of_them() -> None:
    posts = [*crowd(T + 3, RIOT, 30), *crowd(T + 300, RIOT, 30)]
    first, quiet, last = of_rotterdam(picture([*chatter(T, 60), *posts]))
    assert (first.end, quiet.start, quiet.end, last.start) == (T + 60, T + 60, T + 300, T + 300)
    assert (quiet.posts, quiet.sources) == (0, {})
    assert quiet.expected > 0


def test_a_source_of_few_people_is_not_told_apart() -> None:
    some = [post(T + 10, RIOT, f"other-{number}", source="mastodon") for number in range(3)]
    (block,) = of_rotterdam(picture([*chatter(T, 60), *crowd(T + 5, RIOT, 30), *some]))
    assert (block.posts, block.sources) == (33, {})


def test_an_exercise_has_a_picture_of_its_own() -> None:
    (block,) = of_rotterdam(picture(crowd(T + 5, RIOT, 30), exercise="oefening"))
    assert block.exercise == "oefening"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9 * 1440), st.integers(0, 25), st.sampled_from((RIOT, "rellen in Utrecht"))),
        min_size=1,
        max_size=150,
    )
)
def test_every_number_is_of_k_people_and_no_post_is_told_twice(drawn: list[tuple[int, int, str]]) -> None:
    posts = [post(T + minute, text, f"author-{author}") for minute, author, text in drawn]
    blocks = picture(posts)
    by_series = defaultdict(list)
    for block in blocks:
        by_series[block.series].append(block)
    for town in ("GM0599", "GM0344"):
        mine = by_series[f"watch:rellen@{town}"]
        name = {"GM0599": "Rotterdam", "GM0344": "Utrecht"}[town]
        assert all(first.end <= second.start for first, second in itertools.pairwise(mine))
        for block in mine:
            inside = [one for one in posts if name in one.tokens and block.start <= one.minute < block.end]
            if block.posts is None:
                assert inside
            else:
                assert block.posts == len(inside)
                assert not inside or len({one.author for one in inside}) >= K


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2880), st.integers(0, 40)), min_size=1, max_size=120))
def test_partitions_change_nothing(drawn: list[tuple[int, int]]) -> None:
    posts = [post(T + minute, RIOT, f"author-{author}") for minute, author in drawn]
    assert picture(posts, partitions=1) == picture(posts, partitions=3)
