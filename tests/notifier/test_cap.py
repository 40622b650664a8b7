from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest

from contracts.alert import Change, Place, State
from services.notifier.cap import NAMESPACE, cap
from services.notifier.store.alerts import Revision
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE, alert


def revision(number: int, minute: int = MINUTE) -> Revision:
    return Revision(
        revision=number, change=Change.OPENED, severity="medium", minute=minute, observed=1, expected=1.0, place=None,
        stored_ms=1,
    )  # fmt: skip


def text(root: Element, path: str) -> str | None:
    return root.findtext("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))


def test_a_first_record_is_an_alert_that_only_the_services_may_see() -> None:
    root = fromstring(cap(alert(), [revision(1)], "seinpost.vr17"))
    assert root.tag == f"{{{NAMESPACE}}}alert"
    assert [text(root, name) for name in ("identifier", "sender", "sent", "status", "msgType", "scope")] == [
        "a1b2c3.1", "seinpost.vr17", "2020-12-15T18:40:00+00:00", "Actual", "Alert", "Restricted",
    ]  # fmt: skip
    assert text(root, "restriction")
    assert text(root, "references") is None
    assert [text(root, f"info/{name}") for name in ("language", "category", "severity", "certainty")] == [
        "nl-NL", "Security", "Moderate", "Likely",
    ]  # fmt: skip
    assert text(root, "info/area/areaDesc") == "Coolsingel, Rotterdam"
    assert text(root, "info/area/geocode/value") == "GM0599"


@pytest.mark.parametrize(("state", "kind"), [(State.OPEN, "Update"), (State.CLOSED, "Cancel")])
def test_what_follows_refers_to_the_first(state: State, kind: str) -> None:
    later = alert(revision=4, state=state, updated_minute=MINUTE + 60)
    root = fromstring(cap(later, [revision(1), revision(4, MINUTE + 60)], "seinpost"))
    assert text(root, "msgType") == kind
    assert text(root, "references") == "seinpost,a1b2c3.1,2020-12-15T18:40:00+00:00"


def test_an_exercise_is_one_and_nothing_is_called_observed() -> None:
    root = fromstring(cap(alert(exercise="haren", place=Place()), [revision(1)], "seinpost"))
    assert text(root, "status") == "Exercise"
    assert text(root, "note") == "OEFENING: haren"
    assert text(root, "info/area/areaDesc") == "Nederland, plaats niet bekend"
    assert "Observed" not in cap(alert(), [], "seinpost").decode()


def test_any_label_stays_readable_xml() -> None:
    root = fromstring(cap(alert(label="<a> & \x00 b", reason="]]>"), [revision(1)], "seinpost"))
    assert text(root, "info/event") == "<a> &  b"


async def test_it_is_in_the_api(served: Served) -> None:
    await served.arrives(alert(), alert(revision=2))
    answer = await served.http.get("/v1/alerts/a1b2c3/cap")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert text(fromstring(answer.content), "msgType") == "Update"
    assert (await served.http.get("/v1/alerts/nergens/cap")).status_code == 404
