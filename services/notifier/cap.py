"""An alert as CAP 1.2 (OASIS Common Alerting Protocol), for systems that exchange it. Pure.

Never public: scope is Restricted. An alert of ours says that people write, not that something happens, so certainty is
never Observed. Exercises carry status Exercise.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.alert import Alert, Severity, State
from services.notifier.console.times import local, wall_ms
from services.notifier.representation import at_minute, at_ms

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
SEVERITY = {Severity.HIGH: "Severe", Severity.MEDIUM: "Moderate", Severity.LOW: "Minor", Severity.INFO: "Unknown"}
RESTRICTION = "Alleen voor veiligheidsregio's en gemeenten"
LIKELY = 1e-6
"""A tail probability at or below this is called Likely; above it Possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A message that went before."""

    alert: str
    revision: int
    minute: int


def cap(alert: Alert, before: Sequence[Reference], sender: str, web: str = "", *, goes_on: bool = False) -> bytes:
    """The newest record as one CAP message.

    ``before``: the first message of each alert of the happening that was sent, oldest first; an Update or Cancel refers
    to them. ``goes_on``: by other alerts, so that the end of this one cancels nothing. ``web``: address of the alert in
    the console; empty: none is told.
    """
    own = _identifier(alert.id, alert.revision)
    earlier = [one for one in before if _identifier(one.alert, one.revision) != own]
    followed = bool(earlier)
    over = alert.state is State.CLOSED and not goes_on
    root = Element("alert", xmlns=NAMESPACE)
    _add(root, "identifier", own)
    _add(root, "sender", sender)
    _add(root, "sent", _moment(alert.updated_minute))
    _add(root, "status", "Actual" if alert.exercise is None else "Exercise")
    _add(root, "msgType", "Alert" if not followed else "Cancel" if over else "Update")
    _add(root, "scope", "Restricted")
    _add(root, "restriction", RESTRICTION)
    if alert.exercise is not None:
        _add(root, "note", f"OEFENING: {alert.exercise}")
    if followed:
        messages = [f"{sender},{_identifier(one.alert, one.revision)},{_moment(one.minute)}" for one in earlier]
        _add(root, "references", " ".join(messages))
    _info(root, alert, web)
    return _written(root)


def cap_trial(identifier: str, sender: str, now_ms: int, *, heartbeat: bool) -> bytes:
    """A test (status Test), or a sign of life (status System). Neither holds anything to act on."""
    root = Element("alert", xmlns=NAMESPACE)
    _add(root, "identifier", identifier)
    _add(root, "sender", sender)
    _add(root, "sent", at_ms(now_ms).isoformat(timespec="seconds"))
    _add(root, "status", "System" if heartbeat else "Test")
    _add(root, "msgType", "Alert")
    _add(root, "scope", "Restricted")
    _add(root, "restriction", RESTRICTION)
    _add(root, "note", "Seinpost leeft nog." if heartbeat else "Test van Seinpost. Er is niets aan de hand.")
    return _written(root)


def _written(root: Element) -> bytes:
    indent(root)
    message: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return message


def _info(root: Element, alert: Alert, web: str) -> None:
    info = SubElement(root, "info")
    _add(info, "language", "nl-NL")
    _add(info, "category", "Security")
    _add(info, "event", alert.label)
    _add(info, "urgency", "Past" if alert.state is State.CLOSED else "Future" if alert.event else "Unknown")
    _add(info, "severity", SEVERITY[alert.severity])
    _add(info, "certainty", "Likely" if alert.observation.probability <= LIKELY else "Possible")
    if (onset := _onset(alert)) is not None:
        _add(info, "onset", onset)
    mark = "" if alert.exercise is None else "OEFENING: "
    _add(info, "headline", f"{mark}{alert.label}")
    _add(info, "description", f"{mark}{alert.reason}")
    if web:
        _add(info, "web", web)
    for name, value in (
        ("phenomenon", alert.phenomenon),
        ("threshold", alert.threshold),
        ("config", alert.config_version),
    ):
        parameter = SubElement(info, "parameter")
        _add(parameter, "valueName", f"seinpost:{name}")
        _add(parameter, "value", value)
    area = SubElement(info, "area")
    named = [part for part in (alert.place.name, alert.place.gemeente) if part]
    _add(area, "areaDesc", ", ".join(dict.fromkeys(named)) or "Nederland, plaats niet bekend")
    for name, code in (("CBS-gemeentecode", alert.place.gemeente_code), ("veiligheidsregio", alert.place.region)):
        if code:
            geocode = SubElement(area, "geocode")
            _add(geocode, "valueName", name)
            _add(geocode, "value", code)


def _identifier(alert: str, revision: int) -> str:
    return f"{alert}.{revision}"


def _onset(alert: Alert) -> str | None:
    """When people are called to come; None: no time of day was named."""
    start = wall_ms(alert.event.starts) if alert.event and alert.event.starts else None
    return local(start[0]).isoformat(timespec="seconds") if start is not None and start[1] else None


def _moment(minute: int) -> str:
    """CAP wants an offset and refuses Z."""
    return at_minute(minute).astimezone(datetime.UTC).isoformat(timespec="seconds")


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = readable(text)


def readable(text: str) -> str:
    """Without what XML 1.0 does not know: a control character in a label must not make the message unreadable."""
    return "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and letter not in "\ufffe\uffff"))
