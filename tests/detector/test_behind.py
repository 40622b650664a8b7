"""A worker is taken for hung when nothing goes on: not when it is idle, and not while tables are being read."""

from __future__ import annotations

from services.detector.behind import MOVING_PATIENCE_S, Liveness, Standing

STALLED_S = 60.0


def test_idle_is_no_hanging() -> None:
    liveness = Liveness(0.0)
    liveness.working(0, 0.0)
    assert liveness.standing(10_000.0, STALLED_S) is Standing.WORKING


def test_records_that_wait_must_be_taken() -> None:
    liveness = Liveness(0.0)
    liveness.working(5, 100.0)
    assert liveness.standing(159.0, STALLED_S) is Standing.WORKING
    assert liveness.standing(160.0, STALLED_S) is Standing.STALLED
    liveness.working(5, 159.0)
    assert liveness.standing(160.0, STALLED_S) is Standing.WORKING


def test_a_rebalance_that_never_ends_is_seen() -> None:
    liveness = Liveness(0.0)
    liveness.working(0, 0.0)
    for second in range(100, 100 + int(MOVING_PATIENCE_S)):
        liveness.moving(float(second), 0)
        assert liveness.standing(float(second), STALLED_S) is Standing.WORKING
    assert liveness.standing(100 + MOVING_PATIENCE_S, STALLED_S) is Standing.MOVING
    liveness.working(0, 0.0)
    assert liveness.standing(10_000.0, STALLED_S) is Standing.WORKING


def test_a_table_that_is_being_read_takes_as_long_as_it_takes() -> None:
    liveness = Liveness(0.0)
    for second in range(0, 3_600, 60):
        liveness.moving(float(second), 1_000_000 - second)
        assert liveness.standing(float(second), STALLED_S) is Standing.WORKING
    assert liveness.standing(3_540 + MOVING_PATIENCE_S, STALLED_S) is Standing.MOVING


def test_a_worker_that_never_begins_is_seen() -> None:
    assert Liveness(0.0).standing(MOVING_PATIENCE_S, STALLED_S) is Standing.MOVING
