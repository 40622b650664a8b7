"""Event time of several streams: the slowest tells the minute, an idle one is not waited for.

minute   100        110                500            510
p0       ●──idle                       ●──────────────●
p1       ●──────────●──idle            (still to come)  ●
aligned  100        110   all silent   110: p1 is waited for again until it speaks or idles
"""

from __future__ import annotations

from services.detector.event_time import Alignment


def test_the_slowest_stream_tells_the_minute() -> None:
    alignment = Alignment.of(range(2))
    assert alignment.report(0, 100, idle=False) is None, "nothing is known of the other yet"
    assert alignment.report(1, 90, idle=False) == 90
    assert alignment.report(1, 105, idle=False) == 100


def test_an_idle_stream_is_not_waited_for() -> None:
    alignment = Alignment.of(range(2))
    alignment.report(0, 100, idle=False)
    alignment.report(1, 100, idle=False)
    alignment.report(0, 100, idle=True)
    assert alignment.report(1, 110, idle=False) == 110


def test_after_silence_everywhere_a_backlog_waits_for_all() -> None:
    alignment = Alignment.of(range(2))
    for stream in range(2):
        alignment.report(stream, 100, idle=False)
    for stream in range(2):
        alignment.report(stream, 100, idle=True)
    assert alignment.report(0, 500, idle=False) == 100
    assert alignment.report(0, 510, idle=False) == 100
    assert alignment.report(1, 505, idle=False) == 505


def test_after_silence_everywhere_the_other_may_say_it_still_idles() -> None:
    alignment = Alignment.of(range(2))
    alignment.report(0, None, idle=True)
    alignment.report(1, None, idle=True)
    assert alignment.report(0, 500, idle=False) is None, "a backlog may come partition by partition"
    assert alignment.report(1, None, idle=True) == 500


def test_after_a_short_silence_nothing_is_waited_for() -> None:
    alignment = Alignment.of(range(2))
    for stream in range(2):
        alignment.report(stream, 100, idle=False)
        alignment.report(stream, 100, idle=True)
    assert alignment.report(0, 104, idle=False) == 104
