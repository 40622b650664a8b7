"""How the peers are scored on exercises: found, delay, false alarms."""

from __future__ import annotations

from collections import Counter

import pytest

import configuration
from benchmarks.scenario_peers import RULES, Alarm, peer, score
from configuration import Configuration
from exercises.scenario import load
from seinpost.recording import Recording
from tests.brokers.services import REPOSITORY

CALL = load("coolsingel-2021")
PLANTED = CALL.planted[0].minutes.start
HERE, ELSEWHERE = "watch:oproep@GM0599", "watch:oproep@GM0758"


@pytest.fixture(scope="module")
def config() -> Configuration:
    return configuration.load(REPOSITORY / "config")


def recording(**counts: Counter[int]) -> Recording:
    return Recording(
        scenario=CALL, posts=0, alerts=(), counts=counts, series=HERE, about="", course=(), bar_minutes=30,
    )  # fmt: skip


def wave(start: int, posts: int) -> Counter[int]:
    return Counter({start + index: 1 for index in range(posts)})


@pytest.mark.parametrize("method", RULES)
def test_every_peer_sees_a_wave_after_quiet_at_the_end_of_its_hour(method: str) -> None:
    at = CALL.minutes.start + 40 * 60
    alarms = peer(recording(**{HERE: wave(at, 40)}), *RULES[method])
    assert alarms[0] == (HERE, at + 59)


def test_nine_posts_are_too_few_unless_nothing_is_asked() -> None:
    few = recording(**{HERE: wave(CALL.minutes.start + 40 * 60, 9)})
    assert peer(few, *RULES["EARS C1"]) == []
    assert peer(few, *RULES["EARS C1"], least_posts=1)


def test_alarms_elsewhere_or_before_are_false_and_those_close_together_are_one(config: Configuration) -> None:
    alarms: list[Alarm] = [
        (HERE, PLANTED - 600),
        (ELSEWHERE, PLANTED - 500),
        (ELSEWHERE, PLANTED - 440),
        (ELSEWHERE, PLANTED),
        (HERE, PLANTED + 90),
        (HERE, CALL.planted[0].minutes.stop + 60),
    ]
    found = score(recording(), alarms, config)
    assert (found.found, found.planted, found.delays) == (1, 1, (90,))
    assert found.false == 3, "before; elsewhere twice, of which two are close together"


def test_a_miss_has_no_delay(config: Configuration) -> None:
    assert score(recording(), [], config).delays == ()
