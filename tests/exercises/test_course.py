"""Which injects go out, on a small programme of two roles."""

from __future__ import annotations

import datetime

import pytest

from exercises.course import MINUTE_MS, Decided, Facts, Opened, due, event_ms
from exercises.drill import Drill

START = datetime.datetime(2022, 3, 1, 12, 0)
AT = event_ms(START)


def drill(*injects: dict[str, object]) -> Drill:
    base = {"to": ["oov"], "from": "Wijkagent", "channel": "telefoon", "text": "Er is iets."}
    return Drill.model_validate(
        {
            "id": "klein", "title": "Een kleine", "stream": "none", "starts": START, "minutes": 15,
            "until": START + datetime.timedelta(hours=1), "briefing": "Speel mee.", "goals": ["Iets leren"],
            "roles": {"oov": {"kind": "oov", "gemeente": "Utrecht"}, "om": {"kind": "om", "gemeente": "Utrecht"}},
            "injects": [base | inject for inject in injects],
        }
    )  # fmt: skip


def sent(programme: Drill, minute: int, **facts: object) -> list[str]:
    return [inject.id for inject in due(programme, Facts(**facts), AT + minute * MINUTE_MS)]  # type: ignore[arg-type]


def later(minutes: int) -> datetime.datetime:
    return START + datetime.timedelta(minutes=minutes)


ASKED = {
    "id": "vraag", "at": START,
    "question": {"text": "Wat doet u?", "options": {"ja": "Ja, nu", "nee": "Nee, niet"}},
}  # fmt: skip


def test_at_its_time_and_once() -> None:
    programme = drill({"id": "een", "at": later(10)})
    assert [sent(programme, minute) for minute in (9, 10, 59)] == [[], ["een"], ["een"]]
    assert sent(programme, 59, sent={"een": AT}) == []


def test_a_jump_brings_all_that_was_passed_in_the_order_of_the_file() -> None:
    programme = drill({"id": "b", "at": later(20)}, {"id": "a", "at": later(10)}, {"id": "c", "at": later(50)})
    assert sent(programme, 30) == ["b", "a"]


def test_on_an_alert_of_this_phenomenon_and_gemeente_after_a_while() -> None:
    programme = drill({"id": "een", "when": {"alert": "rellen", "gemeente": "Utrecht"}, "after": 5})

    def opened(phenomenon: str, gemeente: str | None) -> list[Opened]:
        return [Opened(id="x", phenomenon=phenomenon, gemeente=gemeente, at=AT + 10 * MINUTE_MS)]

    assert sent(programme, 59) == []
    assert sent(programme, 59, alerts=opened("oproep", "Utrecht")) == []
    assert sent(programme, 59, alerts=opened("rellen", "Zeist")) == []
    assert sent(programme, 14, alerts=opened("rellen", "Utrecht")) == []
    assert sent(programme, 15, alerts=opened("rellen", "Utrecht")) == ["een"]


def test_at_the_latest_even_without_the_alert() -> None:
    programme = drill({"id": "een", "when": {"alert": "rellen"}, "latest": later(30)})
    assert (sent(programme, 29), sent(programme, 30)) == ([], ["een"])


@pytest.mark.parametrize(
    ("condition", "goes"),
    [
        ({"decided": "vraag"}, True),
        ({"decided": "vraag", "option": "ja"}, True),
        ({"decided": "vraag", "option": "nee"}, False),
        ({"decided": "vraag", "by": "oov"}, True),
        ({"decided": "vraag", "by": "om"}, False),
    ],
)
def test_on_what_was_decided(condition: dict[str, str], goes: bool) -> None:
    programme = drill(ASKED, {"id": "een", "when": condition}, {"id": "twee", "at": START, "unless": condition})
    decided = [Decided(role="oov", item="vraag", option="ja", at=AT + MINUTE_MS)]
    assert sent(programme, 2, sent={"vraag": AT}, decided=decided) == (["een"] if goes else ["twee"])


def test_on_silence() -> None:
    programme = drill(ASKED, {"id": "een", "when": {"unanswered": "vraag", "minutes": 10}})

    def answered(minute: int) -> list[Decided]:
        return [Decided(role="oov", item="vraag", option="ja", at=AT + minute * MINUTE_MS)]

    assert sent(programme, 59) == ["vraag"]  # it was not even asked
    asked = {"vraag": AT}
    assert (sent(programme, 9, sent=asked), sent(programme, 10, sent=asked)) == ([], ["een"])
    assert sent(programme, 30, sent=asked, decided=answered(9)) == []
    assert sent(programme, 30, sent=asked, decided=answered(10)) == ["een"]
