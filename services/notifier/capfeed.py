"""An Atom feed (RFC 4287) whose entries lead to alerts as CAP 1.2: for systems that come and look. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.alert import Alert
from services.notifier.cap import MEDIA_TYPE as CAP
from services.notifier.cap import readable

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
NEVER = datetime.datetime.fromtimestamp(0, datetime.UTC)


def feed(alerts: Sequence[Alert], sender: str, base: str) -> bytes:
    """``alerts`` as they are to stand, newest first. ``base``: address of this server, without a slash at its end."""
    root = Element("feed", xmlns=ATOM)
    _add(root, "id", f"urn:seinpost:{sender}:cap")
    _add(root, "title", "Seinpost: meldingen als CAP 1.2")
    _add(root, "updated", _rfc3339(max((_updated(alert) for alert in alerts), default=NEVER)))
    SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=f"{base}/cap/feed.atom")
    author = SubElement(root, "author")
    _add(author, "name", sender)
    for alert in alerts:
        _entry(root, alert, sender, base)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: Element, alert: Alert, sender: str, base: str) -> None:
    mark = "OEFENING: " if alert.exercise else ""
    entry = SubElement(root, "entry")
    _add(entry, "id", f"urn:seinpost:{sender}:alert:{quote(alert.id, safe='')}")
    _add(entry, "title", f"{mark}{alert.label}")
    _add(entry, "updated", _rfc3339(_updated(alert)))
    _add(entry, "published", _rfc3339(datetime.datetime.fromtimestamp(alert.opened_minute * 60, datetime.UTC)))
    _add(entry, "summary", f"{mark}{alert.reason}")
    SubElement(entry, "category", term=alert.phenomenon)
    address = f"{base}/v1/alerts/{quote(alert.id, safe='')}/cap"
    SubElement(entry, "link", rel="alternate", type=CAP, href=address)


def _updated(alert: Alert) -> datetime.datetime:
    """When its last record was written: a replay of old posts is new to a reader."""
    return datetime.datetime.fromtimestamp(alert.emitted_ms // 1000, datetime.UTC)


def _rfc3339(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = readable(text)
