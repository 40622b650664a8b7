"""What the pages of reports to platforms say. Plain Dutch (B1). What the law says stands in `cases/law.py`."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.cases.content import Field
from services.notifier.cases.desk import Verdict
from services.notifier.cases.opening import Off
from services.notifier.cases.progress import Status
from services.notifier.cases.triage import Nature, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    name: str
    means: str
    examples: tuple[str, ...] = ()


NATURE = {
    Nature.ILLEGAL: Explained(
        name="Illegaal",
        means="Iets wat de wet verbiedt.",
        examples=(
            "een oproep om ruiten in te gooien of de politie aan te vallen (opruiing)",
            "een bedreiging met de dood of met brandstichting",
        ),
    ),
    Nature.UNLAWFUL: Explained(
        name="Onrechtmatig",
        means="Het doet een persoon of bedrijf onrecht. Ook dan kunt u het als illegale inhoud melden.",
        examples=(
            "een onware beschuldiging over een winkel of buurtbewoner",
            "privébeelden van iemand die dat niet wil",
        ),
    ),
    Nature.UNWANTED: Explained(
        name="Ongewenst",
        means="Het mag, maar het kan onrust geven. Een oproep om te demonstreren hoort hier niet: meld die niet.",
        examples=(
            "een weggeefactie van een influencer op een druk plein",
            "een oproep voor een feest waar te veel mensen op af kunnen komen",
        ),
    ),
}
ROUTE = {
    Route.NOTICE: Explained(
        name="Melding van illegale inhoud",
        means="U meldt dat er iets illegaals staat; het platform beslist. Gaat het om seksueel misbruik van kinderen? "
        "Ga dan direct naar de politie, en vul hier niets in.",
    ),
    Route.TERMS: Explained(
        name="Melding volgens de regels van het platform",
        means="Het platform kijkt of dit past bij zijn eigen voorwaarden. Meestal de goede weg bij een weggeefactie.",
    ),
    Route.ORDER: Explained(
        name="Bevel van een bevoegde autoriteit",
        means="Alleen met een eigen bevoegdheid in een andere wet, en alleen door wie daarvoor de rol heeft. Laat een "
        "jurist meelezen.",
    ),
    Route.ORGANISER: Explained(
        name="Bel de organisator",
        means="Vaak het snelst: overleg over een andere plek, een andere tijd of toezicht.",
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
        hint="Wie het bevel geeft, met adres en e-mailadres. Moet een ander horen wat het platform deed? Noem die ook.",
        missing="Noem de autoriteit.",
        rows=2,
    ),
    Field.REDRESS: Asked(
        label="Rechtsmiddelen",
        hint="Hoe platform en plaatser in bezwaar of beroep kunnen.",
        missing="Schrijf op hoe men in bezwaar of beroep kan.",
        rows=2,
    ),
    Field.TERRITORY: Asked(label="Gebied", hint="Niet groter dan strikt nodig.", missing="Vul het gebied in."),
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
