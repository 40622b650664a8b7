"""Each record once, none before its turn; what is gone for good is not waited for."""

from __future__ import annotations

import pytest
from faust.types import TP

from services.detector import positions
from services.detector.positions import Order, Positions

PARTITION = TP("posts.anonymous", 0)


def test_what_comes_first_is_not_the_first_when_others_stand_before_it() -> None:
    order = Positions()
    order.begin(PARTITION, 41)
    assert order.judge(PARTITION, 43) is Order.AHEAD
    assert order.judge(PARTITION, 41) is Order.NEXT
    order.taken(PARTITION, 41)
    order.begin(PARTITION, 0)
    assert order.judge(PARTITION, 42) is Order.NEXT, "a partition begins once"


def test_a_record_read_again_is_known() -> None:
    order = Positions()
    order.taken(PARTITION, 41)
    assert [order.judge(PARTITION, offset) for offset in (40, 41, 42)] == [Order.REPEATED, Order.REPEATED, Order.NEXT]


def test_a_record_before_its_turn_waits_and_the_gap_is_sought_once() -> None:
    order = Positions()
    order.taken(PARTITION, 41)
    assert order.judge(PARTITION, 43) is Order.AHEAD
    assert [order.should_seek(PARTITION) for _ in range(3)] == [True, False, False]
    assert order.missing() == [PARTITION]
    assert order.judge(PARTITION, 42) is Order.NEXT
    assert order.missing() == []
    order.taken(PARTITION, 42)
    assert order.judge(PARTITION, 43) is Order.NEXT


def test_what_retention_took_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "PATIENCE_S", 0.0)
    order = Positions()
    order.taken(PARTITION, 41)
    assert order.judge(PARTITION, 99) is Order.NEXT
