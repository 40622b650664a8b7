"""Dutch words for what the contracts say in English. Plain (B1): an operator reads them at four in the morning."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from configuration.mandates import EVERY, Mandate
from configuration.receivers import Kind
from contracts.stage_health import Stage
from services.notifier import stages

SEVERITY = {"high": "Hoog", "medium": "Middel", "low": "Laag", "info": "Ter informatie"}
STATUS = {
    "new": "Nieuw",
    "seen": "Gezien",
    "in-progress": "In behandeling",
    "closed": "Afgesloten",
    "reopened": "Heropend",
}
OUTCOME = {"terecht": "Terecht", "niet-terecht": "Niet terecht", "oefening": "Oefening"}
ACTION = {
    "acknowledge": "Gezien",
    "take": "In behandeling genomen",
    "close": "Afgesloten",
    "reopen": "Heropend",
    "note": "Notitie",
    "read": "Gelezen",
    "export": "Geëxporteerd",
    "escalate": "Niet gezien, doorgestuurd",
    "silence": "Demping gevraagd",
    "end-silence": "Demping beëindigd",
    "notice-silence": "Einde van demping gezien",
    "retention": "Bewaartijd voorbij, verwijderd",
    "test-receiver": "Ontvanger getest",
    "open-dossier": "Dossier geopend",
    "update-dossier": "Dossier bijgewerkt",
    "add-dossier": "Dossier aangevuld",
    "export-dossier": "Dossier verzegeld meegegeven",
    "delete-dossier": "Bewaartijd voorbij, dossier verwijderd",
    "case-open": "Platformmelding begonnen",
    "case-read": "Platformmelding gelezen",
    "case-export": "Platformmelding geëxporteerd",
    "case-triage": "Platformmelding beoordeeld",
    "case-write": "Platformmelding ingevuld",
    "case-send": "Platformmelding verzonden",
    "case-status": "Platformmelding bijgewerkt",
    "case-delete": "Platformmelding vernietigd",
    "campaign": "Campagne opgeschreven",
    "end-campaign": "Campagne weggehaald",
    "mandate-ended": "Mandaat afgelopen, beeld verwijderd",
}
CHANGE = {
    "opened": "Melding geopend",
    "updated": "Bijgewerkt",
    "moved": "Verplaatst",
    "closed": "Voorbij volgens de metingen",
}
CERTAINTY = {"certain": "zeker", "likely": "waarschijnlijk", "unknown": "niet zeker"}
SOURCE_STATUS = {"live": "Live", "late": "Laat", "blind": "Blind", "ended": "Afgelopen"}
SOURCE_REASON = {
    "ok": "ontvangt berichten",
    "starting": "is aan het starten",
    "silent": "is langer stil dan gewoon",
    "lagging": "loopt achter",
    "refused": "wordt geweigerd door de aanbieder",
    "unreachable": "is niet te bereiken",
    "protocol": "stuurt iets dat niet te lezen is",
    "stopped": "is gestopt",
    "finished": "is tot het einde gelezen",
    "no-mandate": "wordt niet gelezen: er is geen geldig mandaat",
    "partial": "werkt maar voor een deel",
    "unheard": "heeft niets meer van zich laten horen",
}
STAGE = {stages.name(Stage.ANONYMIZER): "de anonimisering", stages.name(Stage.DETECTOR): "de detectie"}
STAGE_REASON = {
    "ok": "verwerkt alle berichten",
    "starting": "heeft nog niets van zich laten horen",
    "partial": "verwerkt maar een deel van de berichten",
    "unheard": "heeft niets meer van zich laten horen",
}
NOTICE = {
    "configuration": "Een wijziging in de configuratie klopt niet en is niet overgenomen. "
    "De vorige configuratie blijft gelden: Seinpost kijkt door.",
    "mandate": "Een mandaat is afgelopen. Wat alleen daaronder viel, telt Seinpost niet meer. "
    "Verleng het mandaat, of haal het bestand weg.",
    "no-mandate": "Er is geen geldig mandaat. Seinpost telt nu alleen oefeningen.",
}
SERVICE = {"anonymizer": "De anonimisering", "detector": "De detectie", "notifier": "De meldkamer"}
OCCASION = {
    "opened": "geopend",
    "reopened": "heropend",
    "moved": "verplaatst",
    "severity-raised": "ernstiger geworden",
    "closed": "voorbij",
    "joined": "hoort bij een eerdere melding",
    "parted": "voorbij, de gebeurtenis gaat door",
    "released": "niet meer gedempt of verzameld",
    "escalated": "door niemand gezien",
    "digested": "eerste van een verzameling",
}
KEPT = {
    "alerts": "Meldingen met hun geschiedenis",
    "dossiers": "Dossiers",
    "events": "Wijzigingen voor open schermen",
    "feedback": "Oordelen",
    "silences": "Afgelopen dempingen",
    "cases": "Platformmeldingen",
    "picture": "Blokken van het beeld",
    "exercises": "Oefeningen",
    "exercise_reports": "Verslagen van oefeningen",
}
HELD = {
    "silenced": "Gedempt: deze melding staat niet op Nu zolang de demping loopt.",
    "inhibited": "Deze melding valt onder de melding van de gebeurtenis en heeft geen eigen kaart.",
    "digested": "Verzameld: deze dienst kreeg meer meldingen dan afgesproken.",
}
DELIVERY = {"pending": "Wacht", "delivered": "Bezorgd", "expired": "Opgegeven"}
ATTEMPT = {
    "delivered": "bevestigd",
    "partly": "deels bevestigd",
    "refused": "geweigerd",
    "unreachable": "niet bereikbaar",
    "timeout": "geen antwoord",
    "broken": "niet te versturen; uw beheerder ziet in het logboek van de dienst waarom",
    "expired": "te oud geworden",
}
SCOPE = {
    "alerts:read": "meldingen lezen",
    "alerts:handle": "meldingen afhandelen",
    "alerts:export": "meldingen exporteren",
    "sources:read": "bronnen bekijken",
    "deliveries:read": "verzendingen bekijken",
    "receivers:test": "ontvangers testen",
    "configuration:read": "instellingen bekijken",
    "audit:read": "logboek lezen",
    "metrics:read": "landelijke cijfers lezen",
    "cases:read": "meldingen aan platforms lezen",
    "cases:write": "meldingen aan platforms maken",
    "exercises:read": "oefeningen en verslagen lezen",
    "exercises:lead": "oefeningen leiden",
    "dossiers:read": "dossiers lezen",
    "dossiers:write": "dossiers maken en bijhouden",
}
TRIAL = {"test": "test", "heartbeat": "teken van leven"}
RECEIVER = {
    "webhook": "webhook",
    "alertmanager": "webhook als van Alertmanager",
    "cap": "CAP 1.2",
    "email": "e-mail",
    "apprise": "Teams, sms of andere dienst",
}
PHASE = {"voor": "Voor", "tijdens": "Tijdens", "na": "Na"}
KIND = {"burst": "Veel meer berichten dan gewoon", "call": "Duidelijke oproep, nog zonder piek"}


WENT_WELL = frozenset(
    {"done", "already", "draft", "sent", "confirmed", "decided", "objected", "closed", "deleted"},
)
"""Results in the audit log; the statuses of reports to platforms among them."""


def went_well(result: str) -> bool:
    return result in WENT_WELL or result.startswith("step-")


def number(value: float) -> str:
    """``1.904``, ``3,1``; a comma for decimals, as in Dutch."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", ".")
    return f"{value:.1f}".replace(".", ",")


def expected(value: float) -> str:
    return number(value) if value >= 0.95 else "minder dan 1"


def authors(value: float) -> str:
    """Some sources do not say who writes."""
    return count(round(value), "schrijver", "schrijvers") if value >= 0.5 else "schrijvers onbekend"


def count(value: float, one: str, many: str) -> str:
    return f"{number(value)} {one if round(value) == 1 else many}"


def percent(share: float) -> str:
    return f"{math.floor(share * 100 + 0.5)}%"


def hundredth(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def tenth(share: float) -> str:
    """Per cent with one decimal: for shares of which a tenth matters."""
    return f"{share * 100:.1f}%".replace(".", ",")


def chance(probability: float) -> str:
    """How likely chance alone is, rounded to what a person can weigh."""
    if probability <= 1e-9:
        return "kleiner dan 1 op 1 miljard"
    if probability <= 1e-6:
        return "kleiner dan 1 op 1 miljoen"
    if probability >= 0.01:
        return f"ongeveer 1 op {number(max(1, round(1 / probability)))}"
    power = math.floor(-math.log10(probability))
    return f"kleiner dan 1 op {number(10**power)}"


def sureness(probability: float, coverage: float, *, coordinated: bool) -> str:
    """One word for the card; the numbers stand on the page of the alert."""
    if coordinated:
        return "Weinig schrijvers, veel berichten: geen menigte"
    if coverage < 0.5:
        return "Onzeker: de bronnen zagen minder dan de helft"
    if probability <= 1e-6 and coverage >= 0.9:
        return "Bijna zeker geen toeval"
    return "Waarschijnlijk geen toeval"


def scale(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minuten"
    if minutes == 60:
        return "1 uur"
    if minutes < 1440:
        return f"{minutes // 60} uur"
    return "1 dag" if minutes == 1440 else f"{minutes // 1440} dagen"


def takes(receiver: Kind, regions: dict[str, str]) -> str:
    """Which alerts a receiver gets. ``regions``: names by code."""
    named = ", ".join(regions.get(code, code) for code in receiver.regions)
    parts = [named or ("alle gemeenten" if receiver.gemeenten else "alle regio’s en landelijk")]
    if receiver.gemeenten:
        parts[-1] = f"{named}: {', '.join(receiver.gemeenten)}" if named else ", ".join(receiver.gemeenten)
    if receiver.phenomena:
        parts.append(f"alleen {', '.join(receiver.phenomena)}")
    if receiver.min_severity != "info":
        parts.append(f"vanaf {SEVERITY[receiver.min_severity].lower()}")
    if receiver.hours:
        parts.append(" en ".join(receiver.hours))
    parts.append("ook oefeningen" if receiver.exercises else "geen oefeningen")
    return "; ".join(parts)


def mandate_state(mandate: Mandate, now_ms: int) -> str:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    until = f"tot {mandate.until:%d-%m-%Y %H:%M}"
    if mandate.valid_at(now):
        left = mandate.days_left(now)
        return f"{until} (nog {count(left, 'dag', 'dagen')})" if left else f"{until} (minder dan een dag)"
    return (
        f"afgelopen op {mandate.until:%d-%m-%Y %H:%M}"
        if mandate.ended(now)
        else f"vanaf {mandate.starts:%d-%m-%Y %H:%M}"
    )


def listed(names: tuple[str, ...], what: str) -> str:
    return f"alle {what}" if EVERY in names else ", ".join(names)
