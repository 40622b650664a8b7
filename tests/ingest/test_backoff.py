from __future__ import annotations

import random

import pytest

from services.ingest.backoff import Backoff


class Longest(random.Random):
    """Always the longest wait."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_it_doubles_up_to_the_cap() -> None:
    backoff = Backoff(0.5, 10, Longest())
    assert [backoff.next_wait_s(held_s=0) for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_connection_that_held_starts_it_anew() -> None:
    backoff = Backoff(0.5, 10, Longest())
    assert [backoff.next_wait_s(held_s=held) for held in (0, 0, 29, 31)] == [0.5, 1, 2, 0.5]


def test_full_jitter() -> None:
    backoff = Backoff(1, 1, random.Random(7))
    waits = [backoff.next_wait_s(held_s=0) for _ in range(200)]
    assert 0 <= min(waits) < 0.05
    assert 0.95 < max(waits) <= 1


@pytest.mark.parametrize(("wish", "wait"), [(0.1, 0.5), (30, 30), (1e9, 3600)])
def test_the_source_may_ask_for_longer_but_not_for_ever(wish: float, wait: float) -> None:
    assert Backoff(0.5, 10, Longest()).next_wait_s(held_s=0, retry_after_s=wish) == wait


def test_after_years_of_failures_it_still_counts() -> None:
    backoff = Backoff(0.5, 10, Longest())
    assert {backoff.next_wait_s(held_s=0) for _ in range(5_000)} >= {10}
