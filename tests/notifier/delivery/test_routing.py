from __future__ import annotations

import pytest

from configuration.receivers import Webhook
from contracts.alert import Place
from services.notifier.delivery.routing import Route, delivery_id, route
from tests.notifier.samples import alert


def receiver(**changed: object) -> Webhook:
    return Webhook.model_validate({"id": "meldkamer", "url": "https://example.nl/", "secret": "meldkamer"} | changed)


@pytest.mark.parametrize(
    ("wanted", "changes", "expected"),
    [
        ({}, {}, Route.SEND),
        ({}, {"place": Place()}, Route.SEND),
        ({"regions": ("VR17",)}, {}, Route.SEND),
        ({"regions": ("VR01",)}, {}, Route.OTHER_REGION),
        ({"regions": ("VR01",)}, {"place": Place()}, Route.NATIONAL_QUEUE),
        ({}, {"exercise": "haren"}, Route.EXERCISE),
        ({"exercises": True}, {"exercise": "haren"}, Route.SEND),
        ({"exercises": True, "regions": ("VR01",)}, {"exercise": "haren"}, Route.OTHER_REGION),
    ],
)
def test_who_gets_it_and_why_not(wanted: dict[str, object], changes: dict[str, object], expected: Route) -> None:
    assert route(receiver(**wanted), alert(**changes)) is expected


def test_the_id_of_a_delivery_is_stable_and_its_own() -> None:
    known = delivery_id(alert(), receiver())
    assert known == delivery_id(alert(emitted_ms=1), receiver())
    others = {delivery_id(alert(revision=2), receiver()), delivery_id(alert(), receiver(id="gemeente"))}
    assert len(others | {known}) == 3
