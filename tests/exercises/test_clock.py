"""The clock of an exercise.

    event   jump ─▶┌──
      │        ┌───┘      ┌── speed 4
      │   ┌────┘ pause ───┘
      └───┴──────────────────────▶ wall
"""  # fmt: skip

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.clock import FASTEST, SLOWEST, ExerciseClock, ImpossibleSpeed

BEGIN = ExerciseClock(anchor_wall=1_000_000, anchor_event=5_000_000, speed=2.0, running=True)


def test_it_runs_at_its_speed_and_stands_still_in_a_pause() -> None:
    paused = BEGIN.paused(1_010_000)
    assert BEGIN.at(1_010_000) == paused.at(1_010_000) == paused.at(9_999_999) == 5_020_000
    assert paused.started(2_000_000).at(2_001_000) == 5_022_000


def test_a_change_of_speed_or_a_jump_counts_from_that_moment() -> None:
    faster = BEGIN.at_speed(1_010_000, 4.0)
    assert (faster.at(1_010_000), faster.at(1_011_000)) == (5_020_000, 5_024_000)
    jumped = faster.jumped(1_011_000, 7_000_000)
    assert (jumped.at(1_011_000), jumped.at(1_012_000)) == (7_000_000, 7_004_000)
    assert BEGIN.paused(1_010_000).jumped(1_020_000, 7_000_000).at(1_030_000) == 7_000_000


def test_a_wall_clock_set_back_does_not_turn_it_back() -> None:
    assert BEGIN.at(0) == 5_000_000


@pytest.mark.parametrize("speed", [0.0, -1.0, SLOWEST / 2, FASTEST * 2, math.nan, math.inf])
def test_a_speed_that_nobody_can_follow_is_refused(speed: float) -> None:
    with pytest.raises(ImpossibleSpeed):
        BEGIN.at_speed(1_000_000, speed)


DEED = st.tuples(st.sampled_from(["pause", "start", "speed"]), st.integers(0, 10**7), st.floats(SLOWEST, FASTEST))


@given(st.lists(DEED, max_size=20))
def test_without_a_jump_it_never_goes_back_nor_leaps(deeds: list[tuple[str, int, float]]) -> None:
    clock, now = BEGIN, BEGIN.anchor_wall
    for what, later, speed in deeds:
        before = clock.at(now)
        now += later
        after = clock.at(now)
        assert before <= after <= before + math.ceil(later * FASTEST) + 1
        clock = {"pause": clock.paused(now), "start": clock.started(now), "speed": clock.at_speed(now, speed)}[what]
        assert clock.at(now) == after
