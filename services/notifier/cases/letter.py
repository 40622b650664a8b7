"""What goes to a platform or an organiser: text to copy or mail, and the same as JSON. In Dutch, with the articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from configuration.platforms import Organisation, Platform
from services.notifier.cases import law
from services.notifier.cases.content import Content
from services.notifier.cases.law import REGULATION
from services.notifier.cases.triage import Route

EXERCISE = "OEFENING – NIET VERSTUREN – OEFENING"
TITLE = {
    Route.NOTICE: f"Melding van illegale inhoud ({law.NOTICE.cited})",
    Route.TERMS: "Melding van inhoud in strijd met uw voorwaarden",
    Route.ORDER: f"Bevel om op te treden tegen illegale inhoud ({law.ORDER.cited})",
    Route.ORGANISER: "Gesprek met de organisator",
    Route.NOTHING: "Besluit om niets te doen",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Letter:
    """A complete report, on its way out."""

    reference: str
    route: Route
    exercise: bool
    platform: Platform | None
    organisation: Organisation | None
    content: Content

    @property
    def subject(self) -> str:
        """Holds nothing that was typed: subjects travel and are listed."""
        return f"{'OEFENING: ' if self.exercise else ''}{TITLE[self.route]}, kenmerk {self.reference}"

    @property
    def text(self) -> str:
        head = [TITLE[self.route], f"Kenmerk: {self.reference}"]
        if self.platform is not None and self.route not in (Route.ORGANISER, Route.NOTHING):
            head.append(f"Aan: {self.platform.name}")
        if self.organisation is not None:
            head.append(f"Van: {self.organisation.name}, {self.organisation.email}")
        parts = ["\n".join(head), *(f"{title}\n{text}" for title, text in self._sections() if text)]
        if ending := ENDING.get(self.route):
            parts.append(ending)
        if self.exercise:
            parts = [EXERCISE, *parts, EXERCISE]
        return "\n\n".join(parts) + "\n"

    def _sections(self) -> list[tuple[str, str]]:
        content = self.content
        places = "\n".join(f"- {url}" for url in content.urls)
        seen = [("Account", content.account), ("Gezien op", content.seen_at)]
        if self.route is Route.NOTICE:
            return [
                (f"1. Waar de inhoud staat ({law.ADDRESSES.cited})", places),
                *seen,
                (f"2. Waarom deze inhoud illegaal is ({law.REASONS.cited})", content.reasons),
                (f"3. Wie meldt ({law.SENDER.cited})", self._sender()),
                (f"4. Verklaring ({law.GOOD_FAITH.cited})", GOOD_FAITH if content.good_faith else ""),
            ]
        if self.route is Route.TERMS:
            return [
                ("Waar de inhoud staat", places),
                *seen,
                ("Welke regel van uw platform", content.rule),
                ("Wat er aan de hand is", content.reasons),
                ("Wie meldt", self._sender()),
            ]
        if self.route is Route.ORDER:
            return [
                (f"1. Rechtsgrond ({law.LEGAL_BASIS.cited})", content.legal_basis),
                (f"2. Motivering ({law.ORDER_REASONS.cited})", content.reasons),
                (f"3. Autoriteit ({law.AUTHORITY.cited})", content.authority),
                (f"4. Waar de inhoud staat ({law.ORDER_ADDRESSES.cited})", places),
                *seen,
                (f"5. Rechtsmiddelen ({law.REDRESS.cited})", content.redress),
                (f"6. Gebied waarvoor dit geldt ({law.TERRITORY.cited})", content.territory),
                (f"7. Taal ({law.LANGUAGE.cited})", content.language),
            ]
        if self.route is Route.ORGANISER:
            return [("Zo kunt u beginnen", OPENING.format(self._sender() or "…")), ("Wat u vraagt", content.reasons)]
        return [("Waarom", content.reasons)]

    def _sender(self) -> str:
        return f"{self.organisation.name}, {self.organisation.email}" if self.organisation else ""

    @property
    def record(self) -> dict[str, Any]:
        """The same for programs; names of the fields after the articles."""
        content = self.content
        return {
            "reference": self.reference,
            "route": self.route.value,
            "regulation": REGULATION if self.route in (Route.NOTICE, Route.ORDER) else None,
            "exercise": self.exercise,
            "platform": self.platform.name if self.platform else None,
            "notifier": self.organisation.model_dump(include={"name", "email"}) if self.organisation else None,
            "urls": list(content.urls),
            "account": content.account or None,
            "seenAt": content.seen_at or None,
            "reasons": content.reasons,
            "rule": content.rule or None,
            "goodFaith": content.good_faith,
            "legalBasis": content.legal_basis or None,
            "authority": content.authority or None,
            "redress": content.redress or None,
            "territory": content.territory or None,
            "language": content.language or None,
        }


GOOD_FAITH = (
    "Wij verklaren te goeder trouw te menen dat de informatie en beweringen in deze melding juist en volledig zijn."
)
OPENING = (
    "Goedendag, u spreekt met {}. Wij zien dat er online veel aandacht is voor uw plan. Wij bellen om mee te denken, "
    "want bij eerdere bijeenkomsten kwamen er meer mensen dan verwacht. Klopt het wat wij lezen: waar, wanneer, en "
    "hoeveel mensen verwacht u? Wie zorgt er voor de veiligheid?"
)
ENDING = {
    Route.NOTICE: f"Wij vragen u de ontvangst te bevestigen ({law.RECEIPT.cited}) en ons uw besluit te laten weten, "
    f"met de mogelijkheden om er bezwaar tegen te maken ({law.DECISION.cited}). {law.DSA_IS}",
    Route.TERMS: "Dit is geen melding van illegale inhoud. Wij vragen u te beoordelen of dit past bij uw eigen "
    "voorwaarden, en ons te laten weten wat u doet.",
    Route.ORDER: "Wij vragen u ons te laten weten of en wanneer u gevolg geeft aan dit bevel "
    f"({law.EFFECT.cited}). {law.DSA_IS}",
}
