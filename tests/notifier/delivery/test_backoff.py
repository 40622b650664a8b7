from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.delivery.backoff import wait_s


def test_waits_double_up_to_the_cap() -> None:
    waits = [wait_s(attempt, first_s=1, cap_s=60, random=0.999999) for attempt in range(1, 9)]
    assert [round(wait) for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_jitter_spreads_over_the_upper_half() -> None:
    assert wait_s(3, first_s=1, cap_s=60, random=0.0) == 2
    assert wait_s(3, first_s=1, cap_s=60, random=0.5) == 3


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert wait_s(1, first_s=1, cap_s=60, random=0, asked_s=30) == 30
    assert wait_s(1, first_s=1, cap_s=60, random=0, asked_s=1e9) == 60


@given(st.integers(1, 10**6), st.floats(0, 0.999))
def test_no_wait_is_beyond_the_cap_or_zero(attempts: int, random: float) -> None:
    assert 0 < wait_s(attempts, first_s=1, cap_s=600, random=random) <= 600
