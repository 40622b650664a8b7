"""Two more real crises, on recorded posts without authors: when the watch opens, against what people marked by hand."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import configuration
from seinpost.backtest import run
from services.anonymizer.lexicon import Lexicon

HERE = Path(__file__).parent
Recorded = Callable[[str], Path]


def about(file: Path) -> Counter[int]:
    """Posts per minute that people marked as about the crisis; the label is not given to the detector."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    moments = (datetime.datetime.fromisoformat(each["created_at"]) for each in lines if each["label"] != "off-topic")
    return Counter(int(at.timestamp()) // 60 for at in moments)


def first_surge(posts: Counter[int]) -> int:
    """Begin of the first ten minutes with ten posts and four times as many as usual, once six hours are known."""
    begin = min(posts)
    for minute in range(begin + 360, max(posts)):
        before = sum(count for at, count in posts.items() if at < minute)
        now = sum(posts[at] for at in range(minute, minute + 10))
        if now >= 10 and now >= 4 * 10 * before / (minute - begin):
            return minute
    raise AssertionError("no surge at all")


def opened(file: Path, crisis: str, lexicon: Lexicon) -> list[int]:
    return [alert.opened_minute for alert in run(file, configuration.load(HERE / crisis), lexicon).alerts]


def test_queensland_opens_within_ten_minutes_of_the_first_surge_and_not_before(
    recorded: Recorded, lexicon: Lexicon
) -> None:
    file = recorded("crisislex/2013_queensland_floods.jsonl")
    surge = first_surge(about(file))
    assert surge <= opened(file, "queensland", lexicon)[0] <= surge + 10


def test_sandy_opens_again_within_ten_minutes_when_it_surges_the_next_day(recorded: Recorded, lexicon: Lexicon) -> None:
    """The evening before is all there is to compare with; the alert that it opened closed in the night."""
    file = recorded("crisislex/2012_sandy_hurricane.jsonl")
    surge = first_surge(about(file))
    alerts = run(file, configuration.load(HERE / "sandy"), lexicon).alerts
    open_then = [one for one in alerts if one.opened_minute <= surge + 10 and (one.closed_minute or surge) >= surge]
    assert open_then
    assert len(alerts) <= 4, "not by opening an alert every few hours"


def test_sandy_was_under_way_when_the_recording_began_and_opens_with_the_tenth_post(
    recorded: Recorded, lexicon: Lexicon
) -> None:
    """Before the first alert there is no calm to compare with; the least number of posts decides."""
    file = recorded("crisislex/2012_sandy_hurricane.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    named = [each["created_at"] for each in lines if "hurricane" in each["text"].lower()]
    tenth = datetime.datetime.fromisoformat(named[9]).timestamp() / 60
    assert tenth - 5 <= opened(file, "sandy", lexicon)[0] <= tenth + 10
