"""When a source is believed.

gap 60 s, max lag 10 s          seconds:  0 ──── heard ──── +60 ──── +61 ──▶
                                          blind   live       live     blind (silent)
"""

from __future__ import annotations

import pytest

from contracts.source_health import Reason, Status
from services.ingest.watch import Verdict, Watch

GAP_S = 60.0
START = 1_000_000_000


def watch(*, replay: bool = False) -> Watch:
    return Watch(max_lag_s=10, replay=replay)


def verdict(watch: Watch, at_s: float = 0) -> tuple[Status, Reason]:
    found: Verdict = watch.verdict(START + int(at_s * 1000), GAP_S)
    return found.status, found.reason


def test_nothing_is_known_at_the_start() -> None:
    assert verdict(watch()) == (Status.BLIND, Reason.STARTING)


def test_silence_beyond_the_expected_gap_is_blindness() -> None:
    seen = watch()
    seen.heard(START)
    assert verdict(seen, 60) == (Status.LIVE, Reason.OK)
    assert verdict(seen, 60.001) == (Status.BLIND, Reason.SILENT)
    seen.heard(START + 61_000)
    assert verdict(seen, 61) == (Status.LIVE, Reason.OK)


def test_silence_in_a_replay_is_calm() -> None:
    seen = watch(replay=True)
    seen.heard(START)
    assert verdict(seen, 10_000) == (Status.LIVE, Reason.OK)


def test_one_cut_after_hearing_is_no_blindness_two_are() -> None:
    seen = watch()
    seen.heard(START)
    seen.failed(Reason.UNREACHABLE)
    assert verdict(seen, 1) == (Status.LIVE, Reason.OK)
    seen.failed(Reason.UNREACHABLE)
    assert verdict(seen, 2) == (Status.BLIND, Reason.UNREACHABLE)
    seen.heard(START + 3_000)
    assert verdict(seen, 3) == (Status.LIVE, Reason.OK)


def test_a_cut_that_lasts_is_silence() -> None:
    seen = watch()
    seen.heard(START)
    seen.failed(Reason.UNREACHABLE)
    assert verdict(seen, 61) == (Status.BLIND, Reason.SILENT)


def test_a_refusal_and_a_failure_before_anything_was_heard_are_blindness_at_once() -> None:
    refused = watch()
    refused.heard(START)
    refused.failed(Reason.REFUSED)
    assert verdict(refused) == (Status.BLIND, Reason.REFUSED)
    never = watch()
    never.failed(Reason.PROTOCOL)
    assert verdict(never) == (Status.BLIND, Reason.PROTOCOL)


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ((9_000,), (Status.LIVE, Reason.OK)),
        ((11_000,), (Status.LATE, Reason.LAGGING)),
        ((51_000,), (Status.BLIND, Reason.LAGGING)),
        # One post with an old date says nothing while others are fresh.
        ((10_000_000, 500, 10_000_000), (Status.LIVE, Reason.OK)),
        ((None,), (Status.LIVE, Reason.OK)),
    ],
)
def test_the_freshest_post_tells_the_lag(lags: tuple[int | None, ...], expected: tuple[Status, Reason]) -> None:
    seen = watch()
    for lag_ms in lags:
        seen.post(START, lag_ms)
    seen.heard(START)
    assert verdict(seen) == expected
    # No post since: what was known of the lag stays.
    assert verdict(seen, 1) == expected


def test_the_lag_is_over_when_a_fresh_post_came() -> None:
    seen = watch()
    seen.post(START, 11_000)
    seen.heard(START)
    assert verdict(seen) == (Status.LATE, Reason.LAGGING)
    seen.post(START, 100)
    assert verdict(seen) == (Status.LIVE, Reason.OK)
    assert seen.lag_s == pytest.approx(0.1)


def test_what_has_ended_stays_ended() -> None:
    seen = watch()
    seen.failed(Reason.UNREACHABLE)
    seen.finished()
    assert verdict(seen, 1_000) == (Status.ENDED, Reason.FINISHED)
