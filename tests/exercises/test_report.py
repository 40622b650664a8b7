"""The report, from a log written by hand."""

from __future__ import annotations

import msgspec
import pytest

from exercises.course import MINUTE_MS
from exercises.drill import Drill, load
from exercises.log import Line, What, inbox
from exercises.report import Judged, Report, Took, report
from services.notifier.console.report_words import message
from services.notifier.playing.paper import paper

REAL = 1_700_000_000_000
SPEED = 8


@pytest.fixture(scope="module")
def drill() -> Drill:
    return load("weggeefactie-zuidplein")


class Log:
    """Lines at minutes of the exercise."""

    def __init__(self, drill: Drill, *players: str) -> None:
        self.drill = drill
        self.lines: list[Line] = []
        for player in players:
            self.at(0, What.JOINED, player)
        self.at(0, What.STARTED)

    def at(self, minute: float, what: What, role: str | None = None, item: str = "", **detail: object) -> int:
        wall = REAL + round(minute * MINUTE_MS / SPEED)
        event = self.drill.starts_ms + round(minute * MINUTE_MS)
        number = len(self.lines) + 1
        self.lines.append(Line(number=number, wall=wall, event=event, what=what, role=role, item=item, detail=detail))
        return number

    def told(self) -> Report:
        return report("oef-1", self.drill, self.lines)


def judged(found: Report) -> dict[str, Judged]:
    return {one.item: one.judged for one in found.asked}


@pytest.mark.parametrize(
    ("minute", "option", "verdict"),
    [
        (30, "duiden", Judged.AS_EXPECTED),
        (30.1, "duiden", Judged.LATE),
        (30, "opschalen", Judged.AS_EXPECTED),
        (11, "afwachten", Judged.OTHERWISE),
        (99, "afwachten", Judged.OTHERWISE),
    ],
)
def test_an_answer_is_held_against_what_was_expected_within_its_time(
    drill: Drill, minute: float, option: str, verdict: Judged
) -> None:
    log = Log(drill, "oov")
    log.at(10, What.INJECT, item="wijkagent")
    log.at(minute, What.ANSWERED, "oov", "wijkagent", option=option, text="Daarom.")
    assert judged(log.told())["wijkagent"] is verdict


def test_what_nobody_did_and_what_nobody_could(drill: Drill) -> None:
    log = Log(drill, "oov")
    log.at(10, What.INJECT, item="wijkagent")
    log.at(150, What.INJECT, item="pers")
    found = judged(log.told())
    assert (found["wijkagent"], found["pers"]) == (Judged.NOT_DONE, Judged.NOT_PLAYED)
    assert (found["organisator"], found["buur-inlichten"]) == (Judged.NOT_DONE, Judged.NOT_DONE)
    assert "winkelcentrum" not in found, "what never came is nobody's fault"


def test_one_of_the_roles_is_enough_for_a_decision_and_its_day_counts(drill: Drill) -> None:
    for minute, verdict in ((120, Judged.AS_EXPECTED), (121, Judged.LATE)):
        log = Log(drill, "oov", "burgemeester")
        log.at(minute, What.DECIDED, "burgemeester", "buur-inlichten", text="Nu.")
        assert judged(log.told())["buur-inlichten"] is verdict


def test_times_to_see_decide_and_inform(drill: Drill) -> None:
    log = Log(drill, "oov", "buur")
    first = log.at(10, What.INJECT, item="wijkagent")
    log.at(12, What.SEEN, "oov", str(first))
    log.at(18, What.ANSWERED, "oov", "wijkagent", option="duiden", text="Daarom.")
    second = log.at(20, What.ALERT, item="a", phenomenon="weggeefactie", gemeente="Rotterdam", text="Weggeefactie.")
    log.at(24, What.SEEN, "oov", str(second))
    log.at(26, What.MESSAGE, "oov", to=["buur"], text="Let op.")
    found = log.told()
    assert found.speed.see == Took(minutes=3.0, seconds=22.5)
    assert found.speed.decide == Took(minutes=8.0, seconds=60.0)
    assert found.speed.inform == Took(minutes=16.0, seconds=120.0)
    assert found.speed.unseen == 1, "the buddy did not say that it saw"
    assert [message(found, one) for one in found.seen] == [
        "Wijkagent Zuid: Op school ging het gisteren alleen nog over een …",
        "Seinpost: Weggeefactie.",
        "Adviseur openbare orde en veiligheid Rotterdam: Let op.",
    ]


def test_a_wrong_answer_informs_nobody(drill: Drill) -> None:
    log = Log(drill, "communicatie")
    log.at(150, What.INJECT, item="pers")
    log.at(151, What.ANSWERED, "communicatie", "pers", option="geen", text="Liever niet.")
    assert log.told().speed.inform is None


def test_a_jump_counts_in_the_exercise_and_not_in_life(drill: Drill) -> None:
    log = Log(drill, "oov")
    log.at(10, What.INJECT, item="wijkagent")
    jumped = log.lines[-1]
    log.lines.append(
        Line(
            number=9,
            wall=jumped.wall + 5_000,
            event=jumped.event + 60 * MINUTE_MS,
            what=What.ANSWERED,
            role="oov",
            item="wijkagent",
            detail={"option": "duiden", "text": "Daarom."},
        )
    )
    assert next(one.took for one in log.told().asked if one.item == "wijkagent") == Took(minutes=60.0, seconds=5.0)


def test_an_inbox_is_of_one_role(drill: Drill) -> None:
    log = Log(drill, "oov", "politie", "buur")
    log.at(10, What.INJECT, item="wijkagent")
    log.at(20, What.MESSAGE, "oov", to=["buur"], text="Let op.")
    log.at(21, What.ALERT, item="a", phenomenon="weggeefactie", gemeente="Rotterdam", text="Weggeefactie.")
    received = {
        role: [(one.sender, one.question is not None) for one in inbox(drill, log.lines, role)] for role in drill.roles
    }
    assert received["oov"] == [("Wijkagent Zuid", True), ("Seinpost", False)]
    assert received["politie"] == [("Wijkagent Zuid", False)], "it is told, and need not answer"
    assert received["buur"] == [("oov", False)]
    assert received["burgemeester"] == received["communicatie"] == []


def test_it_is_kept_whole_and_fits_on_paper(drill: Drill) -> None:
    log = Log(drill, "oov", "burgemeester")
    log.at(10, What.INJECT, item="wijkagent")
    log.at(12, What.ANSWERED, "oov", "wijkagent", option="duiden", text="<b>&</b> " + "lang " * 390)
    log.at(13, What.DECIDED, "burgemeester", "toegang", text="Te druk ☃.")
    log.at(20, What.LESSON, None, text="Van de leider.")
    log.at(20, What.ENDED)
    found = log.told()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Report) == found
    assert [one.text for one in found.initiatives] == ["De toegang tot het winkelcentrum beperken. Te druk ☃."]
    printed = paper(found)
    assert printed.startswith(b"%PDF-")
    assert paper(found) == printed, "the same report gives the same bytes"
    assert paper(report("oef-2", drill, [])).startswith(b"%PDF-"), "also one that was never begun"
