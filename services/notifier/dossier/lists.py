"""The closed lists. What people add to a dossier is chosen from these; nobody types a text, so no person can be in it.

The values are Dutch: they stand in files that Dutch courts and councils read.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Of an entry."""

    OPENING = "opening"
    HAPPENING = "happening"
    REVISION = "revision"
    SERIES = "series"
    ACTION = "action"
    PHYSICAL_EVENT = "physical-event"
    EXPLANATION = "explanation"
    LIGHTER_MEASURE = "lighter-measure"
    DECISION = "decision"
    MANDATE = "mandate"
    VERSIONS = "versions"
    CORRELATION = "correlation"
    CORRECTION = "correction"
    DELETION = "deletion"
    """Only in a certificate of deletion, which is a chain of one."""


class Hand(StrEnum):
    """Who did something: a role, never a name. A court weighs what an office did; an office is no personal data."""

    READER = "lezer"
    OPERATOR = "operator"
    ANALYST = "analist"
    ADMINISTRATOR = "beheerder"
    PRIVACY_OFFICER = "functionaris-gegevensbescherming"
    PLATFORM_REPORTER = "platformmelder"
    COMPETENT_AUTHORITY = "bevoegd-gezag"
    LOCAL = "lokale-gebruiker"
    TOKEN = "api-sleutel"  # noqa: S105 - a word, not a secret
    SEINPOST = "seinpost"
    UNKNOWN = "onbekend"
    """Done before roles were kept with actions."""


class Happened(StrEnum):
    """What was seen on the street."""

    GATHERING = "samenkomst"
    DAMAGE = "vernieling"
    ARSON = "brandstichting"
    VIOLENCE = "geweld"
    VIOLENCE_AGAINST_RESPONDERS = "geweld-tegen-hulpverleners"
    FIREWORKS = "vuurwerk"
    LOOTING = "plundering"
    BLOCKADE = "blokkade"
    EVACUATION = "ontruiming"
    NOTHING = "geen-bijzonderheden"
    """Somebody looked, and all was quiet. Counts as no event."""


class Size(StrEnum):
    UNKNOWN = "onbekend"
    UP_TO_10 = "tot-10"
    UP_TO_50 = "10-tot-50"
    UP_TO_200 = "50-tot-200"
    UP_TO_1000 = "200-tot-1000"
    MORE = "meer-dan-1000"


class Witness(StrEnum):
    """Where the knowledge of a physical event comes from."""

    POLICE = "politieregistratie"
    SUPERVISION = "toezicht"
    CAMERAS = "cameratoezicht"
    CITIZEN = "melding-van-burger"
    EMERGENCY_SERVICE = "hulpdienst"
    NEWS = "nieuwsbericht"


class Explanation(StrEnum):
    """What else may lie behind it. Every one of them asks for an answer."""

    NATIONAL_NEWS = "landelijk-nieuws"
    MATCH_OR_EVENT = "wedstrijd-of-evenement"
    EARLIER_DISORDER = "eerdere-ongeregeldheden"
    CLOSED_CHANNELS = "besloten-kanalen"
    ACTION_OF_AUTHORITY = "optreden-van-overheid"
    WEATHER_OR_DAY_OFF = "weer-of-vrije-dag"
    CHANCE = "toeval"
    MEASUREMENT = "meetfout-of-blinde-bron"


class PlayedPart(StrEnum):
    YES = "speelde-mee"
    NO = "speelde-niet-mee"
    UNKNOWN = "onbekend"


class Measure(StrEnum):
    """Lighter than an order."""

    ORGANISER = "gesprek-met-organisator"
    PARENTS = "ouders"
    YOUTH_WORK = "jongerenwerk"
    COMMUNICATION = "communicatie-of-tegengeluid"
    SUPERVISION = "toezicht"
    PLATFORM = "afspraken-met-platform"
    SHOPS_AND_TRANSPORT = "afspraken-met-winkels-en-vervoer"
    PERMIT = "vergunning-of-voorschriften"


class Considered(StrEnum):
    APPLIED = "toegepast"
    INSUFFICIENT = "onvoldoende"
    UNSUITABLE = "niet-passend"
    NOT_CONSIDERED = "niet-overwogen"


class Power(StrEnum):
    """What was decided. The article of each stands in `services.notifier.dossier.law`."""

    LIGHT_ORDER = "lichte-bevelsbevoegdheid"
    AREA_BAN = "gebiedsverbod-groepsverbod-meldplicht"
    UNDER_TWELVE = "bevel-aan-ouders-onder-twaalf"
    GATHERING_ORDER = "bevel-bij-openbare-samenkomst"
    SEARCH_AREA = "veiligheidsrisicogebied"
    EMERGENCY_ORDER = "noodbevel"
    EMERGENCY_REGULATION = "noodverordening"
    HOLDING = "bestuurlijke-ophouding"
    LOCAL_BYLAW = "plaatselijke-verordening"
    DEMONSTRATION = "voorschrift-of-beperking-demonstratie"
    NONE = "geen-maatregel"


class Authority(StrEnum):
    """By whose authority."""

    MAYOR = "burgemeester"
    CHAIR_OF_REGION = "voorzitter-veiligheidsregio"
    PROSECUTOR = "officier-van-justitie"
    POLICE = "politie"
    COUNCIL = "gemeenteraad"


class Mistake(StrEnum):
    """Why an earlier entry is wrong."""

    TIME = "verkeerd-tijdstip"
    PLACE = "verkeerde-plaats"
    CHOICE = "verkeerde-keuze"
    TWICE = "dubbel"
    KNOWN_BETTER = "later-beter-bekend"


class Found(StrEnum):
    """What a correlation came to."""

    TOO_FEW = "te-weinig-waarnemingen"
    NOT_SHOWN = "geen-samenhang-aangetoond"
    CORRELATED = "samenhang"


class Cover(StrEnum):
    """Under which mandate was watched."""

    VALID = "geldig"
    NOT_NEEDED = "niet-nodig-oefening"
    NONE = "geen-in-deze-configuratie"


ENTERED = frozenset({Kind.PHYSICAL_EVENT, Kind.EXPLANATION, Kind.LIGHTER_MEASURE, Kind.DECISION})
"""What people enter, and so what a correction may speak of."""
