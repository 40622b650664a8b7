from __future__ import annotations

import datetime

import pytest

from configuration.places import Gazetteer, Gemeente
from configuration.receivers import Receivers, Webhook
from contracts.alert import Place, Severity
from services.notifier.delivery.routing import Facts, Route, Routing, delivery_id
from tests.notifier.samples import alert

NOON = datetime.time(12)
ROTTERDAM = Gemeente(
    code="GM0599", name="Rotterdam", official_name="Rotterdam", region="VR17", region_name="Rotterdam-Rijnmond"
)
GAZETTEER = Gazetteer(gemeenten={"GM0599": ROTTERDAM}, names={}, spellings={})


def receiver(**changed: object) -> Webhook:
    return Webhook.model_validate({"id": "meldkamer", "url": "https://example.nl/", "secret": "meldkamer"} | changed)


def decided(
    wanted: dict[str, object], changes: dict[str, object], clock: datetime.time = NOON, *, told: bool = False
) -> Route:
    one = receiver(**wanted)
    routing = Routing.of(Receivers(receivers=(one,)), GAZETTEER)
    return routing.decide(one, Facts.of(alert(**changes)), clock, told=told)


@pytest.mark.parametrize(
    ("wanted", "changes", "expected"),
    [
        ({}, {}, Route.SEND),
        ({}, {"place": Place()}, Route.SEND),
        ({"regions": ("VR17",)}, {}, Route.SEND),
        ({"regions": ("VR01",)}, {}, Route.OTHER_REGION),
        ({"regions": ("VR01",)}, {"place": Place()}, Route.NATIONAL_QUEUE),
        ({"gemeenten": ("rotterdam",)}, {}, Route.SEND),
        ({"gemeenten": ("GM0599",)}, {}, Route.SEND),
        ({"gemeenten": ("GM0599",)}, {"place": Place(region="VR17", gemeente_code="GM0502")}, Route.OTHER_GEMEENTE),
        ({"gemeenten": ("GM0599",)}, {"place": Place(region="VR17")}, Route.GEMEENTE_UNKNOWN),
        ({"phenomena": ("rellen",)}, {}, Route.SEND),
        ({"phenomena": ("weggeefactie",)}, {}, Route.OTHER_PHENOMENON),
        ({"min_severity": Severity.MEDIUM}, {}, Route.SEND),
        ({"min_severity": Severity.HIGH}, {}, Route.NOT_SEVERE),
        ({}, {"exercise": "haren"}, Route.EXERCISE),
        ({"exercises": True}, {"exercise": "haren"}, Route.SEND),
        ({"exercises": True, "regions": ("VR01",)}, {"exercise": "haren"}, Route.OTHER_REGION),
    ],
)
def test_who_gets_it_and_why_not(wanted: dict[str, object], changes: dict[str, object], expected: Route) -> None:
    assert decided(wanted, changes) is expected


@pytest.mark.parametrize(
    ("hours", "clock", "expected"),
    [
        (("08:00-18:00",), "08:00", Route.SEND),
        (("08:00-18:00",), "18:00", Route.OUT_OF_HOURS),
        (("18:00-08:00",), "23:59", Route.SEND),
        (("18:00-08:00",), "07:59", Route.SEND),
        (("18:00-08:00",), "08:00", Route.OUT_OF_HOURS),
        (("06:00-07:00", "18:00-19:00"), "18:30", Route.SEND),
    ],
)
def test_hours_begin_inclusive_and_end_exclusive_also_over_midnight(
    hours: tuple[str, ...], clock: str, expected: Route
) -> None:
    assert decided({"hours": hours}, {}, datetime.time.fromisoformat(clock)) is expected


def test_who_heard_of_an_alert_hears_how_it_goes_on() -> None:
    wanted = {"hours": ("08:00-09:00",), "min_severity": Severity.HIGH}
    assert decided(wanted, {}) is Route.NOT_SEVERE
    assert decided(wanted, {}, told=True) is Route.FOLLOWS
    assert decided(wanted, {"exercise": "haren"}, told=True) is Route.EXERCISE


def test_the_id_of_a_delivery_is_stable_and_its_own() -> None:
    known = delivery_id(alert(), receiver())
    assert known == delivery_id(alert(emitted_ms=1), receiver())
    others = {delivery_id(alert(revision=2), receiver()), delivery_id(alert(), receiver(id="gemeente"))}
    assert len(others | {known, delivery_id(alert(), receiver(), "escalated-1")}) == 4
