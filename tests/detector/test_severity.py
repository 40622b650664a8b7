"""How grave an alert is called: the ladder of docs/reference/configuration.md."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from configuration import Configuration
from contracts.alert import Alert, EventReference, Kind, Place, Severity
from services.detector.episode import severity
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, replay, whole
from tests.notifier.samples import alert

NEEDED = 8
HERE = Place(gemeente="Rotterdam", gemeente_code="GM0599", region="VR17")
NOWHERE = Place()
SPOKEN_OF = EventReference(place="Coolsingel", starts="2026-11-09T20:00")
GATHERING = replace(SPOKEN_OF, call=True)
ARMED = replace(GATHERING, objects=("vuurwerk",))
FEW: dict[str, Any] = {"authors": 3 * NEEDED - 1, "ratio": 50.0}
ORDINARY: dict[str, Any] = {"authors": 3 * NEEDED, "ratio": 9.9}
CROWD: dict[str, Any] = {"authors": 3 * NEEDED, "ratio": 10.0}
COORDINATED = CROWD | {"coordinated": True}
BURST, CALL = Kind.BURST, Kind.CALL


@pytest.fixture(scope="module")
def config() -> Configuration:
    return whole()


@pytest.mark.parametrize(
    ("phenomenon", "kind", "event", "place", "seen", "expected"),
    [
        pytest.param("rellen", BURST, None, HERE, FEW, Severity.LOW, id="a burst"),
        pytest.param("rellen", BURST, None, HERE, ORDINARY, Severity.LOW, id="many people, not ten times the usual"),
        pytest.param("rellen", BURST, SPOKEN_OF, HERE, FEW, Severity.LOW, id="a gathering nobody is called to"),
        pytest.param("rellen", BURST, replace(SPOKEN_OF, objects=("vuurwerk",)), HERE, FEW, Severity.LOW, id="objects"),
        pytest.param("rellen", CALL, None, HERE, FEW, Severity.MEDIUM, id="a strong call"),
        pytest.param("rellen", CALL, GATHERING, HERE, FEW, Severity.MEDIUM, id="call and gathering are one step"),
        pytest.param("rellen", BURST, GATHERING, HERE, FEW, Severity.MEDIUM, id="called to a gathering"),
        pytest.param("rellen", BURST, None, HERE, CROWD, Severity.MEDIUM, id="a crowd"),
        pytest.param("rellen", CALL, None, HERE, CROWD, Severity.MEDIUM, id="a crowd is a step of a burst only"),
        pytest.param("rellen", CALL, ARMED, HERE, FEW, Severity.HIGH, id="told what to bring"),
        pytest.param("rellen", BURST, GATHERING, NOWHERE, CROWD, Severity.HIGH, id="a crowd that is called"),
        pytest.param("rellen", CALL, GATHERING, NOWHERE, CROWD, Severity.MEDIUM, id="a called crowd, place unknown"),
        pytest.param("rellen", CALL, GATHERING, HERE, CROWD, Severity.HIGH, id="a called crowd, place known"),
        pytest.param("rellen", BURST, ARMED, HERE, CROWD, Severity.HIGH, id="nothing is above high"),
        pytest.param("oproep", BURST, ARMED, HERE, CROWD, Severity.MEDIUM, id="the phenomenon sets the ceiling"),
        pytest.param("rellen", BURST, ARMED, HERE, COORDINATED, Severity.LOW, id="coordinated"),
        pytest.param("boerenactie", BURST, ARMED, HERE, CROWD, Severity.INFO, id="a demonstration"),
        pytest.param("demonstratie", CALL, GATHERING, HERE, COORDINATED, Severity.INFO, id="the same, coordinated"),
    ],
)
def test_the_ladder(
    config: Configuration,
    phenomenon: str,
    kind: Kind,
    event: EventReference | None,
    place: Place,
    seen: dict[str, Any],
    expected: Severity,
) -> None:
    observation = replace(alert().observation, **seen)
    watched = next(one for one in config.phenomena if one.id == phenomenon)
    assert severity(watched, kind, place=place, event=event, observation=observation, needed=NEEDED) is expected


@pytest.mark.parametrize("people", [12, 60])
@pytest.mark.parametrize("text", ["rellen in Rotterdam", "rellen vanavond 20:00 coolsingel Rotterdam kom_allemaal"])
def test_slang_raises_nothing(config: Configuration, text: str, people: int) -> None:
    day = MONDAY_NOON + 1440

    def told(words: str) -> list[Alert]:
        posts = [*chatter(MONDAY_NOON, 1440 + 120), *crowd(day, words, people)]
        return list(last(replay(config, batches(posts))).values())

    plain, slang = told(text), told(f"{text} matties scotoe popo wouten")
    assert plain
    assert [(one.phenomenon, one.place.gemeente, one.severity) for one in slang] == [
        (one.phenomenon, one.place.gemeente, one.severity) for one in plain
    ]
