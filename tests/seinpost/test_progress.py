"""What a person sees of a replay, in Dutch."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from exercises.scenario import load, minute_of
from exercises.verdict import Opened, judge
from seinpost.progress import Progress, _lasting
from tests.seinpost.test_summary import COUNTS

CALL = load("coolsingel-2021")
ALERT = Opened(
    id="a1",
    phenomenon="oproep",
    gemeente="Rotterdam",
    minute=minute_of(CALL.planted[0].from_) + 55,
    label="Oproep – Coolsingel (Rotterdam)",
    reason="3 mensen roepen op.",
)


def shown(*alerts: Opened) -> str:
    text = io.StringIO()
    with Progress(Console(file=text, width=120), CALL) as progress:
        progress.begin(100, [minute_of(CALL.from_) * 60], "http://127.0.0.1:1/")
        progress.show(COUNTS, list(alerts))
        progress.show(replace(COUNTS, read=200), list(alerts))
        progress.end(judge(CALL, alerts))
    return text.getvalue()


def test_an_alert_is_shown_once_with_its_reason_and_time() -> None:
    text = shown(ALERT)
    assert text.count("● OEFENING Oproep – Coolsingel (Rotterdam)  18-11-2021 15:55") == 1
    assert text.count("3 mensen roepen op.") == 1
    assert "http://127.0.0.1:1/" in text
    assert "✓ oproep in Rotterdam: gemeld op 18-11-2021 15:55, 1 dag en 4 uur en 35 minuten vooraf" in text


def test_a_miss_and_a_broken_quiet_are_said_aloud() -> None:
    text = shown(replace(ALERT, minute=minute_of(CALL.from_)))
    assert "✗ oproep in Rotterdam: niet gemeld" in text
    assert "✗ melding in rustige tijd: Oproep – Coolsingel (Rotterdam), 17-11-2021 00:00" in text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (61, "1 uur en 1 minuten vooraf"),
        (2 * 1440 + 60, "2 dagen en 1 uur en 0 minuten vooraf"),
        (-5, "5 minuten te laat"),
    ],
)
def test_lead_time_is_told_in_words(minutes: int, text: str) -> None:
    assert _lasting(minutes) == text
