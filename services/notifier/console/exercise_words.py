"""Dutch words for exercises, in plain language (B1)."""

from __future__ import annotations

from exercises.drill import Channel, Drill, Kind
from exercises.log import Line, What
from exercises.report import Judged, Took
from services.notifier.console import times, words
from services.notifier.playing import leading, taking_part
from services.notifier.store.exercises import State

KIND = {
    Kind.BURGEMEESTER: "Burgemeester",
    Kind.OM: "Openbaar Ministerie",
    Kind.POLITIE: "Politie",
    Kind.OOV: "Adviseur openbare orde en veiligheid",
    Kind.COMMUNICATIE: "Communicatie",
    Kind.VIC: "Veiligheidsinformatiecentrum",
    Kind.BUDDYGEMEENTE: "Buurgemeente",
}
CHANNEL = {
    Channel.TELEFOON: "Telefoon",
    Channel.MAIL: "E-mail",
    Channel.APP: "App",
    Channel.PORTOFOON: "Portofoon",
    Channel.NIEUWS: "Nieuws",
    Channel.OVERLEG: "Overleg",
    "melding": "Melding van Seinpost",
    "bericht": "Bericht",
}
STATE = {
    State.WAITING: "Nog niet begonnen",
    State.RUNNING: "Loopt",
    State.PAUSED: "Staat stil",
    State.ENDED: "Afgelopen",
}
WHAT = {
    What.STARTED: "Begonnen",
    What.PAUSED: "Stilgezet",
    What.RESUMED: "Verdergegaan",
    What.SPEED: "Andere snelheid",
    What.JUMPED: "Klok versprongen",
    What.ENDED: "Afgelopen",
    What.JOINED: "Doet mee",
    What.INJECT: "Bericht uit het programma",
    What.EXTRA: "Bericht van de leider",
    What.ALERT: "Melding van Seinpost",
    What.MESSAGE: "Bericht",
    What.SEEN: "Gezien",
    What.ANSWERED: "Antwoord",
    What.DECIDED: "Besluit",
    What.LESSON: "Les",
}
JUDGED = {
    Judged.AS_EXPECTED: "Zoals verwacht",
    Judged.LATE: "Te laat",
    Judged.OTHERWISE: "Anders dan verwacht",
    Judged.NOT_DONE: "Niet gedaan",
    Judged.NOT_PLAYED: "Niet gespeeld",
    Judged.OPEN: "Geen verwachting",
}
LEADING = {
    leading.Refusal.UNKNOWN: "Deze oefening bestaat niet.",
    leading.Refusal.NO_SUCH_DRILL: "Kies een programma.",
    leading.Refusal.DENIED: "In deze regio mag u geen oefening leiden.",
    leading.Refusal.STATE: "Dat kan nu niet: de oefening is nog niet begonnen, of al afgelopen.",
    leading.Refusal.SPEED: "Kies een snelheid tussen 0,1 en 600.",
    leading.Refusal.TIME: "Kies een tijd binnen het programma.",
    leading.Refusal.ROLE: "Kies wie het bericht krijgt.",
    leading.Refusal.TEXT: "Schrijf geen naam, nummer of adres van iemand.",
}
TAKING_PART = {
    taking_part.Refusal.GONE: "Uw link werkt niet meer. Vraag de leider om een nieuwe.",
    taking_part.Refusal.STATE: "De oefening is nog niet begonnen, of al afgelopen.",
    taking_part.Refusal.UNKNOWN: "Dit bericht is niet van u.",
    taking_part.Refusal.TWICE: "Dit hebt u al gedaan.",
    taking_part.Refusal.OPTION: "Kies een antwoord.",
    taking_part.Refusal.ROLE: "Kies wie uw bericht krijgt.",
    taking_part.Refusal.TEXT: "Schrijf geen naam, nummer of adres van iemand.",
}
SHORT = "Schrijf in een paar woorden waarom. Schrijf geen namen van personen."


def role(drill: Drill, name: str) -> str:
    """``Burgemeester, Rotterdam``; for two of a kind in one gemeente with their own name."""
    part = drill.roles.get(name)
    if part is None:
        return name
    alike = [one for one in drill.roles.values() if (one.kind, one.gemeente) == (part.kind, part.gemeente)]
    own = f" ({name})" if len(alike) > 1 else ""
    return f"{KIND[part.kind]} {part.gemeente}{own}"


def roles(drill: Drill, names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(role(drill, name) for name in names)


def clock(ms: int) -> str:
    """Exercise time: ``za 13 jan 2024, 11:10``."""
    then = times.local(ms)
    return f"{times.DAYS[then.weekday()]} {then.day} {times.MONTHS[then.month - 1]} {then.year}, {then:%H:%M}"


def took(found: Took | None) -> str:
    """Minutes of the exercise, and real time: ``12 min (45 s echt)``."""
    if found is None:
        return "–"
    real = f"{round(found.seconds)} s" if found.seconds < 120 else f"{round(found.seconds / 60)} min"
    return f"{words.number(found.minutes)} min ({real} echt)"


def line(drill: Drill, one: Line) -> str:  # noqa: PLR0911 - one line for each kind
    """Who and what, for the leader's list of what happened."""
    who = role(drill, one.role) if one.role else "Leider"
    if one.what is What.SEEN:
        return f"{who} zag bericht {one.item}"
    if one.what is What.ANSWERED:
        inject = drill.inject(one.item)
        option = inject.question.options.get(one.option or "", "") if inject and inject.question else ""
        return f"{who}: {option}. {one.text}"
    if one.what is What.DECIDED:
        return f"{who}: {drill.decisions[one.item].text}. {one.text}"
    if one.what is What.JOINED:
        return who
    if one.what is What.SPEED:
        return f"{words.number(float(one.detail.get('speed', 1)))} keer zo snel als gewoon"
    if one.what is What.INJECT:
        inject = drill.inject(one.item)
        return f"Aan {roles(drill, inject.to)}: {inject.text}" if inject else one.item
    if one.what is What.ALERT:
        return one.text
    if one.what in (What.EXTRA, What.MESSAGE):
        sender = one.detail.get("sender") or who
        return f"{sender} aan {roles(drill, list(one.detail.get('to', ())))}: {one.text}"
    return f"{who}: {one.text}" if one.text else ""
