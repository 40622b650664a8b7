from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from contracts.alert import EventReference, Place, Severity, State
from services.notifier.cap import NAMESPACE, Reference, cap, cap_trial
from services.notifier.capfeed import ATOM, feed
from tests.notifier.samples import MINUTE, alert

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "cap_schema" / "CAP-v1.2.xsd"))


def revision(number: int, minute: int = MINUTE, of: str = "a1b2c3") -> Reference:
    return Reference(alert=of, revision=number, minute=minute)


def valid(message: bytes) -> etree._Element:
    """The message, held against the schema of OASIS."""
    root = etree.fromstring(message)
    SCHEMA.assertValid(root)
    return root


def text(root: etree._Element, path: str) -> str | None:
    found = root.findtext("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))
    return None if found is None else str(found)


def test_a_first_record_is_an_alert_that_only_the_services_may_see() -> None:
    root = valid(cap(alert(), [revision(1)], "seinpost.vr17"))
    assert root.tag == f"{{{NAMESPACE}}}alert"
    assert [text(root, name) for name in ("identifier", "sender", "sent", "status", "msgType", "scope")] == [
        "a1b2c3.1", "seinpost.vr17", "2020-12-15T18:40:00+00:00", "Actual", "Alert", "Restricted",
    ]  # fmt: skip
    assert text(root, "restriction")
    assert text(root, "references") is None
    assert [text(root, f"info/{name}") for name in ("language", "category", "severity", "certainty", "onset")] == [
        "nl-NL", "Security", "Moderate", "Likely", "2020-12-15T22:00:00+01:00",
    ]  # fmt: skip
    assert text(root, "info/area/areaDesc") == "Coolsingel, Rotterdam"
    assert text(root, "info/area/geocode/value") == "GM0599"


@pytest.mark.parametrize(("state", "kind"), [(State.OPEN, "Update"), (State.CLOSED, "Cancel")])
def test_what_follows_refers_to_the_first(state: State, kind: str) -> None:
    later = alert(revision=4, state=state, updated_minute=MINUTE + 60)
    root = valid(cap(later, [revision(1)], "seinpost"))
    assert text(root, "msgType") == kind
    assert text(root, "references") == "seinpost,a1b2c3.1,2020-12-15T18:40:00+00:00"


def test_another_alert_of_a_happening_updates_the_first_and_only_its_end_cancels() -> None:
    other = alert(id="ander", revision=2)
    root = valid(cap(other, [revision(1)], "seinpost", goes_on=True))
    assert text(root, "msgType") == "Update"
    assert text(root, "references") == "seinpost,a1b2c3.1,2020-12-15T18:40:00+00:00"
    over = alert(id="ander", revision=3, state=State.CLOSED)
    heard = [revision(1), revision(2, of="ander")]
    assert text(valid(cap(over, heard, "seinpost", goes_on=True)), "msgType") == "Update"
    last = valid(cap(over, heard, "seinpost"))
    assert text(last, "msgType") == "Cancel"
    assert [one.split(",")[1] for one in (text(last, "references") or "").split()] == ["a1b2c3.1", "ander.2"]


def test_an_exercise_is_one_and_nothing_is_called_observed() -> None:
    root = valid(cap(alert(exercise="haren", place=Place()), [revision(1)], "seinpost"))
    assert text(root, "status") == "Exercise"
    assert text(root, "note") == "OEFENING: haren"
    assert text(root, "info/area/areaDesc") == "Nederland, plaats niet bekend"
    assert "Observed" not in cap(alert(), [], "seinpost").decode()


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize(
    "event", [None, EventReference(starts="2021-11-19"), EventReference(starts="2021-11-19T20:00")]
)
def test_every_severity_and_every_kind_of_time_is_valid(severity: Severity, event: EventReference | None) -> None:
    message = cap(alert(severity=severity, event=event), [revision(1)], "seinpost", web="https://example.nl/m/1")
    assert text(valid(message), "info/web") == "https://example.nl/m/1"


@pytest.mark.parametrize(("heartbeat", "status"), [(False, "Test"), (True, "System")])
def test_a_test_and_a_sign_of_life_cannot_be_taken_for_an_alert(heartbeat: bool, status: str) -> None:
    root = valid(cap_trial("test_1", "seinpost", MINUTE * 60_000, heartbeat=heartbeat))
    assert text(root, "status") == status
    assert text(root, "info/event") is None


def test_any_label_stays_readable_xml() -> None:
    root = valid(cap(alert(label="<a> & \x00\uffff b", reason="]]>"), [revision(1)], "seinpost"))
    assert text(root, "info/event") == "<a> &  b"


def test_the_schema_can_refuse() -> None:
    with pytest.raises(etree.DocumentInvalid):
        valid(cap(alert(), [revision(1)], "seinpost").replace(b"Restricted", b"Secret"))


def test_the_feed_leads_to_each_alert() -> None:
    root = etree.fromstring(feed([alert(id="a/b"), alert(id="o", exercise="haren")], "vr17", "https://s.example.nl"))
    names = {"a": ATOM}
    assert root.xpath("a:entry/a:link/@href", namespaces=names) == [
        "https://s.example.nl/v1/alerts/a%2Fb/cap", "https://s.example.nl/v1/alerts/o/cap",
    ]  # fmt: skip
    assert root.xpath("a:entry/a:title/text()", namespaces=names) == [
        "Oproep tot rellen – Rotterdam", "OEFENING: Oproep tot rellen – Rotterdam",
    ]  # fmt: skip
    assert root.xpath("string(a:updated)", namespaces=names) == "2020-12-15T18:40:04Z"
    assert len(set(root.xpath("//a:id/text()", namespaces=names))) == 3
    assert etree.fromstring(feed([], "vr17", "")).xpath("string(a:updated)", namespaces=names) == "1970-01-01T00:00:00Z"
