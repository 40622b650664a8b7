"""An alert in words, for people: mail, Teams, text message. Dutch, B1. Holds nothing that an alert does not hold."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from configuration.guidance import Advice, Guidance
from configuration.receivers import Receivers
from contracts.alert import Alert, Severity
from services.notifier.console import times, words
from services.notifier.console.present import Card, present
from services.notifier.life import Occasion, Status
from services.notifier.store.alerts import Case

HEADLINE = {
    "opened": "Nieuwe melding",
    "reopened": "Melding weer open",
    "moved": "Verplaatst",
    "severity-raised": "Ernstiger geworden",
    "closed": "Voorbij volgens de metingen",
    "released": "Melding niet meer gedempt",
    "escalated": "Nog door niemand gezien",
    "joined": "Hoort bij een eerdere melding",
    "parted": "Deel van de gebeurtenis voorbij",
    "digested": "Druk: meer meldingen op één kaart",
}
SHORT_CHARACTERS = 300
"""Two text messages."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the outbox for receivers that are read by people."""

    subject: str
    text: str
    html: str
    short: str
    thread: str
    """The same for all letters on one happening."""
    urgent: bool = False


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(enabled_extensions=("html",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """Writes letters."""

    regions: dict[str, str]
    """Names of the veiligheidsregio's by code."""
    guidance: Guidance
    receivers: Receivers

    def letter(self, alert: Alert, occasion: Occasion, now_ms: int, *, lead: Alert) -> Letter:
        """``lead``: the alert by which the receiver knows the happening; this one, if it knows no other."""
        card = present(_unhandled(alert, now_ms), now_ms, self.regions)
        values = {
            "card": card,
            "headline": HEADLINE[occasion.value],
            "when": when(card, now_ms),
            "since": full(card.opened.ms),
            "advice": self._advice(card),
            "link": link(self.receivers, f"/meldingen/{quote(alert.id, safe='')}"),
            "lead": lead.label if lead.id != alert.id else "",
            "words": words,
        }
        mark = "OEFENING – " if alert.exercise else ""
        subject = _line(f"{mark}{values['headline']}: {card.title} ({card.severity.lower()})")
        return Letter(
            subject=subject,
            text=_templates.get_template("letter.txt").render(values),
            html=_templates.get_template("letter.html").render(values),
            short=_short(card, values),
            thread=lead.id,
            urgent=alert.severity is Severity.HIGH and alert.exercise is None,
        )

    def trial(self, name: str, now_ms: int, *, heartbeat: bool) -> Letter:
        """A letter that says it is a test (or a sign of life), so that nobody acts on it."""
        values = {
            "headline": "Seinpost leeft nog" if heartbeat else "Test van Seinpost",
            "name": name,
            "at": full(now_ms),
            "heartbeat": heartbeat,
            "link": link(self.receivers, "/instellingen#receivers"),
        }
        return Letter(
            subject=f"{values['headline']} – er is niets aan de hand",
            text=_templates.get_template("trial.txt").render(values),
            html=_templates.get_template("trial.html").render(values),
            short=f"Dit bericht ging {values['at']} naar ontvanger {name}. U hoeft niets te doen.",
            thread=f"trial-{name}",
        )

    def _advice(self, card: Card) -> Advice | None:
        return self.guidance.advice(card.alert.phenomenon, card.phase)


def link(receivers: Receivers, path: str) -> str:
    """Address of a page of the console; empty when no address is configured."""
    return "" if receivers.console_url is None else receivers.console_url.rstrip("/") + path


def full(ms: int) -> str:
    """A letter is read later and elsewhere: never ``gisteren``."""
    then = times.local(ms)
    return f"{times.DAYS[then.weekday()]} {then.day} {times.MONTHS[then.month - 1]} {then.year} {then:%H:%M}"


def when(card: Card, now_ms: int) -> str:
    """When and where people are called to come; empty: nothing was named."""
    event = card.alert.event
    if event is None:
        return ""
    start = times.wall_ms(event.starts) if event.starts else None
    if start is None:
        moment = "tijd niet genoemd"
    elif start[1]:
        moment = full(start[0])
    else:
        moment = times.day(times.local(start[0]).date(), datetime.date.min)
    happening = card.happening
    where = happening.where if happening else ""
    return f"{moment}, {where}" + (", met oproep om te komen" if event.call else "")


def _short(card: Card, values: dict[str, object]) -> str:
    parts = [card.alert.reason, card.where]
    if values["when"]:
        parts.append(f"Genoemd: {values['when']}")
    if values["lead"]:
        parts.insert(0, f"Hoort bij: {values['lead']}")
    if card.alert.exercise:
        parts.insert(0, "OEFENING")  # a gateway may send this line alone
    text = _line(". ".join(part.rstrip(".") for part in parts) + ".")
    end = f" {values['link']}" if values["link"] else ""
    room = SHORT_CHARACTERS - len(end)
    return (text if len(text) <= room else text[: room - 1] + "…") + end


def _line(text: str) -> str:
    """One line, also where a label holds a line break: it goes into a mail header."""
    return " ".join(text.split())[:200]


def _unhandled(alert: Alert, now_ms: int) -> Case:
    return Case(alert=alert, status=Status.NEW, status_ms=now_ms, owner=None, outcome=None, received_ms=now_ms)
