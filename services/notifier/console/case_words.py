"""What the pages of reports to platforms say. Plain Dutch (B1); each statement of law with its article."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.cases.content import Field
from services.notifier.cases.desk import Verdict
from services.notifier.cases.opening import Off
from services.notifier.cases.progress import Status
from services.notifier.cases.triage import Nature, Route

CHECKED = "24 november 2026"
"""When DSA art. 9(2), 16(2) and 20(1) were held against the text of the law."""
UNREAD = "Nog niet nagelezen in de wettekst."
"""Stands with every other article until a lawyer has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    name: str
    means: str
    examples: tuple[str, ...] = ()
    law: str = ""


NATURE = {
    Nature.ILLEGAL: Explained(
        name="Illegaal",
        means="De wet verbiedt het, ook als niemand klaagt.",
        examples=(
            "een oproep om ruiten in te gooien of de politie aan te vallen (opruiing)",
            "een bedreiging",
        ),
        law="Opruiing: artikel 131 Wetboek van Strafrecht. Bedreiging: artikel 285 Wetboek van Strafrecht.",
    ),
    Nature.UNLAWFUL: Explained(
        name="Onrechtmatig",
        means="Het doet iemand onrecht. Die persoon of dat bedrijf kan naar de rechter.",
        examples=(
            "een onware beschuldiging over een winkel of buurtbewoner",
            "een foto van iemand die daar geen toestemming voor gaf",
        ),
        law="Onrechtmatige daad: artikel 6:162 Burgerlijk Wetboek.",
    ),
    Nature.UNWANTED: Explained(
        name="Ongewenst",
        means="Het mag, maar het kan onrust geven.",
        examples=(
            "een weggeefactie van een influencer op een druk plein",
            "een oproep voor een feest waar te veel mensen op af kunnen komen",
        ),
        law="Oproepen tot een demonstratie is een recht: artikel 9 Grondwet. Meld dat niet als ongewenst.",
    ),
}
ROUTE = {
    Route.NOTICE: Explained(
        name="Melding van illegale inhoud",
        means="Het platform moet de ontvangst bevestigen, een besluit nemen en u dat laten weten. Gaat het om seksueel "
        "misbruik van kinderen? Ga dan direct naar de politie, en vul hier niets in.",
        law="DSA (Verordening (EU) 2022/2065), artikel 16 lid 2, 4 en 5.",
    ),
    Route.TERMS: Explained(
        name="Melding volgens de regels van het platform",
        means="Het platform kijkt of dit past bij zijn eigen voorwaarden. Meestal de goede weg bij een weggeefactie.",
        law="DSA, artikel 14 lid 4: een platform past zijn voorwaarden zorgvuldig en objectief toe.",
    ),
    Route.ORDER: Explained(
        name="Bevel van een bevoegde autoriteit",
        means="Alleen met een eigen bevoegdheid in een andere wet, en alleen door wie daarvoor de rol heeft. De DSA "
        "geeft die bevoegdheid niet. Laat een jurist meelezen.",
        law="DSA, artikel 9 lid 2 en overweging 31.",
    ),
    Route.ORGANISER: Explained(
        name="Bel de organisator",
        means="Vaak het snelst: overleg over een andere plek, een andere tijd of toezicht.",
        law="Noteer alleen wat nodig is: AVG (Verordening (EU) 2016/679), artikel 5 lid 1 onder c.",
    ),
    Route.NOTHING: Explained(
        name="Niets doen",
        means="U kijkt mee en doet nu niets. Schrijf op waarom.",
    ),
}
STATUS = {
    Status.DRAFT: "Concept",
    Status.SENT: "Verzonden",
    Status.CONFIRMED: "Ontvangst bevestigd",
    Status.DECIDED: "Besluit gekregen",
    Status.OBJECTED: "Bezwaar gemaakt",
    Status.CLOSED: "Gesloten",
}
NEXT = {
    Status.CONFIRMED: "Het platform bevestigde de ontvangst",
    Status.DECIDED: "Het platform nam een besluit",
    Status.OBJECTED: "Wij maken bezwaar tegen het besluit",
    Status.CLOSED: "Klaar: sluit deze platformmelding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    label: str
    hint: str
    missing: str
    rows: int = 0
    """Of a text area; 0: one line."""


FIELD = {
    Field.URLS: Asked(
        label="Precieze webadressen",
        hint="Het adres van elk bericht zelf, niet van de hoofdpagina. Elk adres op een eigen regel.",
        missing="Vul het precieze webadres in van elk bericht.",
        rows=3,
    ),
    Field.REASONS: Asked(
        label="Motivering",
        hint="Beschrijf wat er staat en waarom u dit vindt. Bij illegaal: noem het wetsartikel.",
        missing="Schrijf waarom.",
        rows=5,
    ),
    Field.RULE: Asked(
        label="Welke regel van het platform",
        hint="Neem de regel over uit de voorwaarden van het platform.",
        missing="Noem de regel van het platform.",
        rows=2,
    ),
    Field.ACCOUNT: Asked(
        label="Account", hint="Alleen als het nodig is om het bericht te vinden.", missing="Vul het account in."
    ),
    Field.SEEN_AT: Asked(label="Wanneer gezien", hint="Datum en tijd.", missing="Vul in wanneer u het zag."),
    Field.LEGAL_BASIS: Asked(
        label="Rechtsgrond",
        hint="Het wetsartikel dat u deze bevoegdheid geeft.",
        missing="Noem de rechtsgrond. Zonder rechtsgrond kan een bevel niet.",
        rows=2,
    ),
    Field.AUTHORITY: Asked(
        label="Autoriteit",
        hint="Wie het bevel geeft, met adres en e-mailadres.",
        missing="Noem de autoriteit.",
        rows=2,
    ),
    Field.REDRESS: Asked(
        label="Rechtsmiddelen",
        hint="Hoe platform en plaatser in bezwaar of beroep kunnen.",
        missing="Schrijf op hoe men in bezwaar of beroep kan.",
        rows=2,
    ),
    Field.TERRITORY: Asked(label="Gebied", hint="Niet groter dan nodig.", missing="Vul het gebied in."),
    Field.LANGUAGE: Asked(
        label="Taal",
        hint="Een taal die het platform heeft opgegeven, of met een vertaling.",
        missing="Vul de taal in.",
    ),
}
GOOD_FAITH = "Ik verklaar te goeder trouw: voor zover wij weten is deze melding juist en volledig."
GAP = {field: asked.missing for field, asked in FIELD.items()} | {
    Field.PLATFORM: "Kies een platform dat deze weg heeft.",
    Field.ORGANISATION: "Vul in config/platforms.yaml de naam en het e-mailadres van uw organisatie in.",
    Field.GOOD_FAITH: "Zet het vinkje bij de verklaring te goeder trouw.",
}
WRONG = {
    Field.URLS: "Een van deze webadressen klopt niet. Gebruik het hele adres van één bericht per regel, hooguit 20.",
}
TOO_LONG = "Deze tekst is te lang, of bevat tekens die niet kunnen."
OFF = {
    Off.NO_KEY: "De sleutel van platformmeldingen ontbreekt. Zonder sleutel kan Seinpost ze niet bewaren.",
    Off.WRONG_KEY: "De sleutel van platformmeldingen klopt niet: 32 willekeurige bytes in base64.",
    Off.SAME_DATABASE: "Platformmeldingen hebben een eigen database nodig. Nu staat daar die van de meldingen.",
    Off.NO_DATABASE: "De database van platformmeldingen is niet te gebruiken.",
}
SEALED = "Deze platformmelding gaat niet open met de sleutels die er zijn. Bel uw beheerder."
MAIL = {
    Verdict.EXERCISE: "Dit is een oefening. Niets hiervan gaat naar een echt adres.",
    Verdict.NO_MAIL: "Seinpost kan dit niet mailen. Kopieer de tekst naar het meldpunt van het platform.",
    Verdict.NOT_DELIVERED: "De mailserver nam het bericht niet aan. Het is nog een concept. Probeer het opnieuw, of "
    "kopieer de tekst.",
}
