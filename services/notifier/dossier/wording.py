"""The words of a dossier, for the page and for paper. Plain Dutch (B1).

Figures that go together are called *samenhang (correlatie)*. No line here says that one thing brought about another:
figures cannot show that.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from configuration import law
from services.notifier.console import times, words
from services.notifier.dossier.bodies import (
    Action,
    Correction,
    Correlation,
    Decision,
    ExplanationWeighed,
    Happening,
    LighterMeasure,
    Mandate,
    Opening,
    PhysicalEvent,
    Revision,
    Series,
    Versions,
    read,
)
from services.notifier.dossier.lists import (
    Authority,
    Considered,
    Cover,
    Explanation,
    Found,
    Hand,
    Happened,
    Kind,
    Measure,
    Mistake,
    PlayedPart,
    Power,
    Size,
    Witness,
)
from services.notifier.dossier.record import Entry, ms_of

KIND = {
    Kind.OPENING: "Dossier geopend",
    Kind.HAPPENING: "De melding",
    Kind.REVISION: "Gemeten",
    Kind.SERIES: "Verloop online",
    Kind.ACTION: "Gedaan",
    Kind.PHYSICAL_EVENT: "Gebeurtenis op straat",
    Kind.EXPLANATION: "Andere verklaring",
    Kind.LIGHTER_MEASURE: "Lichter middel",
    Kind.DECISION: "Besluit",
    Kind.MANDATE: "Mandaat",
    Kind.VERSIONS: "Versies",
    Kind.CORRELATION: "Samenhang (correlatie)",
    Kind.CORRECTION: "Verbetering",
    Kind.DELETION: "Verwijdering",
}
HAND = {
    Hand.READER: "lezer",
    Hand.OPERATOR: "operator",
    Hand.ANALYST: "analist",
    Hand.ADMINISTRATOR: "beheerder",
    Hand.PRIVACY_OFFICER: "functionaris gegevensbescherming",
    Hand.PLATFORM_REPORTER: "platformmelder",
    Hand.COMPETENT_AUTHORITY: "bevoegd gezag",
    Hand.LOCAL: "gebruiker van deze computer",
    Hand.TOKEN: "ander systeem",
    Hand.SEINPOST: "Seinpost zelf",
    Hand.UNKNOWN: "rol niet bekend",
}
HAPPENED = {
    Happened.GATHERING: "Samenkomst",
    Happened.DAMAGE: "Vernieling",
    Happened.ARSON: "Brandstichting",
    Happened.VIOLENCE: "Geweld",
    Happened.VIOLENCE_AGAINST_RESPONDERS: "Geweld tegen hulpverleners",
    Happened.FIREWORKS: "Vuurwerk",
    Happened.LOOTING: "Plundering",
    Happened.BLOCKADE: "Blokkade",
    Happened.EVACUATION: "Ontruiming",
    Happened.NOTHING: "Geen bijzonderheden",
}
SIZE = {
    Size.UNKNOWN: "aantal onbekend",
    Size.UP_TO_10: "minder dan 10 mensen",
    Size.UP_TO_50: "10 tot 50 mensen",
    Size.UP_TO_200: "50 tot 200 mensen",
    Size.UP_TO_1000: "200 tot 1.000 mensen",
    Size.MORE: "meer dan 1.000 mensen",
}
WITNESS = {
    Witness.POLICE: "politieregistratie",
    Witness.SUPERVISION: "toezicht op straat",
    Witness.CAMERAS: "cameratoezicht",
    Witness.CITIZEN: "melding van een burger",
    Witness.EMERGENCY_SERVICE: "hulpdienst",
    Witness.NEWS: "nieuwsbericht",
}
EXPLANATION = {
    Explanation.NATIONAL_NEWS: "Nieuws in landelijke media",
    Explanation.MATCH_OR_EVENT: "Een wedstrijd of evenement",
    Explanation.EARLIER_DISORDER: "Eerdere ongeregeldheden",
    Explanation.CLOSED_CHANNELS: "Een oproep via besloten kanalen, die Seinpost niet ziet",
    Explanation.ACTION_OF_AUTHORITY: "Optreden van de overheid zelf",
    Explanation.WEATHER_OR_DAY_OFF: "Het weer of een vrije dag",
    Explanation.CHANCE: "Toeval",
    Explanation.MEASUREMENT: "Een meetfout of een bron die niets zag",
}
PLAYED_PART = {
    PlayedPart.YES: "Speelde mee",
    PlayedPart.NO: "Speelde niet mee",
    PlayedPart.UNKNOWN: "Onbekend",
}
MEASURE = {
    Measure.ORGANISER: "Gesprek met de organisator",
    Measure.PARENTS: "Ouders aanspreken",
    Measure.YOUTH_WORK: "Jongerenwerk",
    Measure.COMMUNICATION: "Communicatie of tegengeluid",
    Measure.SUPERVISION: "Meer toezicht",
    Measure.PLATFORM: "Afspraken met een platform",
    Measure.SHOPS_AND_TRANSPORT: "Afspraken met winkels en vervoer",
    Measure.PERMIT: "Vergunning of voorschriften",
}
CONSIDERED = {
    Considered.APPLIED: "Toegepast",
    Considered.INSUFFICIENT: "Onvoldoende",
    Considered.UNSUITABLE: "Niet passend",
    Considered.NOT_CONSIDERED: "Niet overwogen",
}
POWER = {
    Power.LIGHT_ORDER: "Bevel (lichte bevelsbevoegdheid)",
    Power.AREA_BAN: "Gebiedsverbod, groepsverbod of meldplicht",
    Power.UNDER_TWELVE: "Bevel over een kind onder de twaalf",
    Power.GATHERING_ORDER: "Bevel bij een openbare samenkomst",
    Power.SEARCH_AREA: "Veiligheidsrisicogebied",
    Power.EMERGENCY_ORDER: "Noodbevel",
    Power.EMERGENCY_REGULATION: "Noodverordening",
    Power.HOLDING: "Bestuurlijke ophouding",
    Power.LOCAL_BYLAW: "Maatregel op grond van de APV",
    Power.DEMONSTRATION: "Voorschrift of beperking bij een demonstratie",
    Power.NONE: "Geen maatregel",
}
AUTHORITY = {
    Authority.MAYOR: "burgemeester",
    Authority.CHAIR_OF_REGION: "voorzitter van de veiligheidsregio",
    Authority.PROSECUTOR: "officier van justitie",
    Authority.POLICE: "politie",
    Authority.COUNCIL: "gemeenteraad",
}
MISTAKE = {
    Mistake.TIME: "Verkeerd tijdstip",
    Mistake.PLACE: "Verkeerde plaats",
    Mistake.CHOICE: "Verkeerde keuze",
    Mistake.TWICE: "Staat er dubbel in",
    Mistake.KNOWN_BETTER: "Later beter bekend",
}
FOUND = {
    Found.TOO_FEW: "Te weinig waarnemingen",
    Found.NOT_SHOWN: "Geen samenhang (correlatie) aangetoond",
    Found.CORRELATED: "Samenhang (correlatie)",
}
COVER = {
    Cover.VALID: "geldig",
    Cover.NOT_NEEDED: "niet nodig: dit is een oefening",
    Cover.NONE: "in deze configuratie staat geen mandaat dat dit dekt",
}
NOT_CAUSE = (
    "Samenhang zegt dat twee dingen samen voorkwamen. Waardoor iets gebeurde, is met deze cijfers niet te zeggen."
)


def line(entry: Entry) -> str:
    """The entry in one sentence, without its time."""
    return _LINES[entry.kind](entry.body)


def short(entry: Entry) -> str:
    """To choose the entry by, where a line is cut off: an article would lose the day on which it was read."""
    return _decided(read(entry.body, Decision)) if entry.kind is Kind.DECISION else line(entry)


def clock(text: str) -> str:
    """A moment of an entry as Dutch local time: ``di 15-12-2020 19:40``."""
    then = times.local(ms_of(text))
    return f"{times.DAYS[then.weekday()]} {then:%d-%m-%Y %H:%M}"


def number(decimal: str) -> str:
    return decimal.replace(".", ",")


def correlation(found: Correlation) -> list[str]:
    """What came out, with what it rests on and what stands beside it; a sentence each."""
    bars = words.count(found.bars, "balk", "balken")
    basis = f"{bars} van {words.scale(found.bar_minutes)}, {words.count(found.events, 'gebeurtenis', 'gebeurtenissen')}"
    said = [f"{FOUND[found.found]}. Bekeken: {basis}."]
    if found.found is Found.TOO_FEW:
        said.append(
            f"Nodig zijn ten minste {found.min_bars} balken en {found.min_events} gebeurtenissen in dezelfde tijd, "
            "die niet alle gelijk zijn."
        )
    else:
        said.append(_figures(found))
    said.append(NOT_CAUSE)
    if found.played_part:
        also = "; ".join(_small(EXPLANATION[one]) for one in found.played_part)
        said.append(f"Volgens de beoordeling speelde ook mee: {also}.")
    if found.unanswered:
        open_ = "; ".join(_small(EXPLANATION[one]) for one in found.unanswered)
        said.append(f"Nog niet beoordeeld: {open_}.")
    return said


def _small(text: str) -> str:
    """Within a sentence; names keep their capital."""
    return text[:1].lower() + text[1:]


def _figures(found: Correlation) -> str:
    lag = found.lag_minutes or 0
    order = (
        f"de berichten {times.duration(lag)} vóór de gebeurtenissen"
        if lag > 0
        else f"de gebeurtenissen {times.duration(lag)} vóór de berichten"
        if lag < 0
        else "berichten en gebeurtenissen gelijk op"
    )
    within = (
        f"met 95% zekerheid tussen {number(found.low)} en {number(found.high)}"
        if found.low is not None and found.high is not None
        else "te onzeker voor een interval"
    )
    return (
        f"De hoogste coëfficiënt is {number(found.coefficient or '')} ({within}), met {order}; gezocht tot "
        f"{times.duration(found.searched_minutes)} verschil. Kans dat toeval zoiets geeft (p): {number(found.p or '')}."
    )


def _opening(body: Any) -> str:
    said = read(body, Opening)
    real = f" OEFENING: {said.exercise}." if said.exercise else ""
    return f"Geopend door: {HAND[said.by]}. Bewaard tot {said.term_days} dagen nadat de melding is afgesloten.{real}"


def _happening(body: Any) -> str:
    said = read(body, Happening)
    where = said.place.name or said.place.gemeente or "plaats niet bekend"
    sure = words.CERTAINTY.get(said.place.certainty, said.place.certainty)
    found = f"{said.label}. {said.reason} Plaats: {where} ({sure}). Grens: {said.threshold}."
    found += f" Eerst gezien {clock(said.first_seen)}, geopend {clock(said.opened)}"
    return f"{found}, voorbij {clock(said.closed)}." if said.closed else f"{found}."


def _revision(body: Any) -> str:
    said = read(body, Revision)
    change = words.CHANGE.get(said.change, said.change)
    posts = words.count(said.observed, "bericht", "berichten")
    place = f", {said.place}" if said.place else ""
    return f"{change} ({clock(said.at)}): {posts}, verwacht {words.expected(float(said.expected))}{place}."


def _series(body: Any) -> str:
    said = read(body, Series)
    bars = f"{words.count(len(said.points), 'balk', 'balken')} van {words.scale(said.bar_minutes)}"
    seen = f"{bars}; {said.coverage_percent}% van het venster gezien"
    blind = [one.source for one in said.sight if one.status == "blind"]
    sources = ", ".join(f"{name}: {words.number(count)}" for name, count in said.sources.items())
    found = f"{seen}. Bronnen: {sources or 'niet bekend'}."
    return f"{found} Zag niets: {', '.join(blind)}." if blind else found


def _action(body: Any) -> str:
    said = read(body, Action)
    what = words.ACTION.get(said.action, said.action)
    outcome = f" als {words.OUTCOME.get(said.outcome, said.outcome).lower()}" if said.outcome else ""
    return f"{what}{outcome} ({clock(said.at)}), door: {HAND[said.by]}."


def _event(body: Any) -> str:
    said = read(body, PhysicalEvent)
    where = f"{said.place}, {said.gemeente}" if said.place else said.gemeente
    return f"{HAPPENED[said.happened]} ({clock(said.at)}), {where}; {SIZE[said.size]}; bron: {WITNESS[said.witness]}."


def _explanation(body: Any) -> str:
    said = read(body, ExplanationWeighed)
    return f"{EXPLANATION[said.explanation]}: {PLAYED_PART[said.answer].lower()}."


def _measure(body: Any) -> str:
    said = read(body, LighterMeasure)
    return f"{MEASURE[said.measure]}: {CONSIDERED[said.answer].lower()}."


def _decision(body: Any) -> str:
    said = read(body, Decision)
    ground = f"; grondslag: {_article(said.article, said.article_checked)}" if said.article else ""
    return f"{_decided(said)}{ground}."


def _decided(said: Decision) -> str:
    return f"{POWER[said.power]} ({clock(said.at)}), door: {AUTHORITY[said.authority]}"


def _mandate(body: Any) -> str:
    said = read(body, Mandate)
    if said.cover is not Cover.VALID:
        return f"Mandaat: {COVER[said.cover]}."
    return (
        f"Mandaat {said.id}: besloten door {said.decided_by} op {_date(said.decided_on)} (kenmerk {said.decision}), "
        f"geldig van {_date(said.starts)} tot {_date(said.until)}; grondslag: "
        f"{_article(said.article or '', said.article_checked)}; advies van {said.dpo} op {_date(said.dpo_advised_on)}; "
        f"DPIA {said.dpia}."
    )


def _versions(body: Any) -> str:
    said = read(body, Versions)
    return f"{said.software}; configuratie van de melding {said.alert_config}, van dit dossier {said.room_config}."


def _correction(body: Any) -> str:
    said = read(body, Correction)
    instead = f" In plaats daarvan geldt regel {said.replaced_by}." if said.replaced_by else ""
    return f"Regel {said.number} klopt niet: {MISTAKE[said.mistake].lower()}.{instead}"


def _correlated(body: Any) -> str:
    return " ".join(correlation(read(body, Correlation)))


def _article(cited: str, checked: str | None) -> str:
    """Entries keep what was so when they were made: the first ones name articles that nobody had read yet."""
    return law.noted(cited, datetime.date.fromisoformat(checked)) if checked else f"{cited} (toen nog niet nagelezen)"


def _date(text: str | None) -> str:
    return "-".join(reversed((text or "")[:10].split("-")))


_LINES: dict[Kind, Callable[[Any], str]] = {
    Kind.OPENING: _opening,
    Kind.HAPPENING: _happening,
    Kind.REVISION: _revision,
    Kind.SERIES: _series,
    Kind.ACTION: _action,
    Kind.PHYSICAL_EVENT: _event,
    Kind.EXPLANATION: _explanation,
    Kind.LIGHTER_MEASURE: _measure,
    Kind.DECISION: _decision,
    Kind.MANDATE: _mandate,
    Kind.VERSIONS: _versions,
    Kind.CORRELATION: _correlated,
    Kind.CORRECTION: _correction,
}
