"""Boston, 15 April 2013, on recorded posts without authors: the watch opens in time, and not before."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import configuration
from seinpost.backtest import run
from services.anonymizer.lexicon import Lexicon

EXPLOSION = datetime.datetime(2013, 4, 15, 18, 49, 44, tzinfo=datetime.UTC)
CONFIG = Path(__file__).parent / "boston"


def test_the_watch_opens_within_ten_minutes_and_not_before(recorded: Callable[[str], Path], lexicon: Lexicon) -> None:
    result = run(recorded("crisislex/2013_boston_bombings.jsonl"), configuration.load(CONFIG), lexicon)
    first = min(result.alerts, key=lambda alert: alert.opened_minute)
    opened = datetime.datetime.fromtimestamp(first.opened_minute * 60, datetime.UTC)
    assert EXPLOSION < opened <= EXPLOSION + datetime.timedelta(minutes=10)
    assert first.phenomenon == "explosie"
    assert first.place.name == "Boston"
    assert "schrijvers onbekend" in first.reason, "these posts name no author: no crowd may be claimed"
