from __future__ import annotations

from services.ingest.seen import PRUNE_EVERY, Seen


def test_the_second_time_is_not_the_first() -> None:
    seen = Seen(100)
    assert seen.first("a", 1)
    assert not seen.first("a", 2)
    assert seen.first("b", 1)


def test_what_a_resume_may_repeat_is_handed_over() -> None:
    #  positions:  10    50 ── 100 ── 120      resumed at 120 - 60: all but the first come again
    seen = Seen(60)
    for identity, position in (("a", 10), ("b", 60), ("c", 100), ("d", 120)):
        seen.first(identity, position)
    after = Seen(60, seen.within(120), 120)
    assert [after.first(identity, 130) for identity in "bcd"] == [False, False, False]
    assert after.first("a", 130)


def test_hashes_are_short_and_hold_nothing_readable() -> None:
    seen = Seen(10)
    seen.first("did:plc:abc app.bsky.feed.post xyz", 1)
    (known,) = seen.within(1)
    assert len(known) == 16
    assert int(known, 16) >= 0


def test_memory_is_bounded() -> None:
    seen = Seen(100)
    for number in range(20 * PRUNE_EVERY):
        seen.first(str(number), number)
    assert len(seen.within(0)) <= PRUNE_EVERY + 101


def test_half_a_surrogate_pair_is_an_identity_too() -> None:
    assert Seen(1).first("\ud800", 1)
