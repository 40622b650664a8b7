"""Articles of law that reports to platforms name: on the page, in the text that goes out, and in the API."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.cases.progress import Status
from services.notifier.cases.triage import Nature, Route
from services.notifier.law import ASSEMBLY, AVG, BURGERLIJK_WETBOEK_6, DSA, STRAFRECHT, Article

REGULATION = "Verordening (EU) 2022/2065, de digitaledienstenverordening"
DSA_IS = f"De DSA is {REGULATION}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Element(Article):
    """What a report must hold."""

    short: str
    """In English, for the API."""


def _element(where: str, short: str, says: str) -> Element:
    return Element(cited=f"{where}, DSA", short=f"DSA art. {short}", read=DSA, says=says)


NOTICE = Article(
    cited="artikel 16 DSA",
    read=DSA,
    says="Ieder kan een platform melden dat er iets staat wat hij illegaal vindt; het platform neemt daarover een "
    "besluit.",
)
TO_PLATFORM = _element("artikel 16, lid 1", "16(1)", "Een melding gaat over iets dat bij dit platform staat.")
REASONS = _element("artikel 16, lid 2, onder a", "16(2)(a)", "Een melding zegt waarom dit illegaal is.")
ADDRESSES = _element("artikel 16, lid 2, onder b", "16(2)(b)", "Een melding zegt precies waar dit staat.")
SENDER = _element("artikel 16, lid 2, onder c", "16(2)(c)", "Een melding noemt naam en e-mailadres van wie meldt.")
GOOD_FAITH = _element("artikel 16, lid 2, onder d", "16(2)(d)", "Wie meldt, verklaart dat te goeder trouw te doen.")
RECEIPT = Article(
    cited="artikel 16, lid 4, DSA", read=DSA, says="Het platform bevestigt de ontvangst zonder onnodige vertraging."
)
DECISION = Article(
    cited="artikel 16, lid 5, DSA",
    read=DSA,
    says="Het platform laat zijn besluit zonder onnodige vertraging weten, en zegt wat u ertegen kunt doen.",
)

ORDER = Article(
    cited="artikel 9 DSA",
    read=DSA,
    says="Een bevoegde autoriteit kan een platform bevelen op te treden tegen bepaalde illegale inhoud, op grond van "
    "het recht van de Unie of van een lidstaat.",
)
ORDERED = _element("artikel 9, lid 1", "9(1)", "Een bevel gaat naar het platform waar de inhoud staat.")
LEGAL_BASIS = _element("artikel 9, lid 2, onder a, i", "9(2)(a)(i)", "Een bevel noemt zijn rechtsgrond.")
ORDER_REASONS = _element(
    "artikel 9, lid 2, onder a, ii", "9(2)(a)(ii)", "Een bevel zegt welke bepaling de inhoud illegaal maakt, en waarom."
)
AUTHORITY = _element("artikel 9, lid 2, onder a, iii", "9(2)(a)(iii)", "Een bevel zegt wie het geeft.")
ORDER_ADDRESSES = _element(
    "artikel 9, lid 2, onder a, iv", "9(2)(a)(iv)", "Een bevel zegt precies waar de inhoud staat."
)
REDRESS = _element(
    "artikel 9, lid 2, onder a, v", "9(2)(a)(v)", "Een bevel zegt wat het platform en de plaatser ertegen kunnen doen."
)
TERRITORY = _element("artikel 9, lid 2, onder b", "9(2)(b)", "Een bevel geldt niet verder dan strikt nodig.")
LANGUAGE = _element(
    "artikel 9, lid 2, onder c", "9(2)(c)", "Een bevel gaat in een taal die het platform opgaf, of met een vertaling."
)
EFFECT = Article(
    cited="artikel 9, lid 1, DSA",
    read=DSA,
    says="Het platform laat zonder onnodige vertraging weten of en wanneer het gevolg gaf aan het bevel.",
)
NO_POWER = Article(cited="overweging 31 DSA", read=DSA, says="De DSA is zelf geen rechtsgrond voor een bevel.")

TERMS = Article(
    cited="artikel 14, lid 4, DSA",
    read=DSA,
    says="Een platform past zijn voorwaarden zorgvuldig, objectief en evenredig toe, en let op de grondrechten van "
    "gebruikers.",
)
OBJECTION = Article(
    cited="artikelen 19 en 20, lid 1 en 2, DSA",
    read=DSA,
    says="U kunt er bij het platform een klacht over indienen tot ten minste zes maanden nadat u het besluit kreeg. "
    "Voor kleine platforms geldt dit niet.",
)
OBJECTION_ANSWER = Article(
    cited="artikel 20, lid 5, DSA",
    read=DSA,
    says="Het platform laat zonder onnodige vertraging weten wat het met uw klacht doet, en waarom.",
)

PERSONAL_DATA = Article(
    cited="artikel 5, lid 1, onder c, e en f, AVG",
    read=AVG,
    says="Persoonsgegevens: niet meer dan nodig, niet langer dan nodig, en goed beveiligd.",
)
ONLY_WHAT_IS_NEEDED = Article(
    cited="artikel 5, lid 1, onder c, AVG",
    read=AVG,
    says="Gebruik van persoonsgegevens niet meer dan nodig is voor uw doel.",
)

NATURE: dict[Nature, tuple[Article, ...]] = {
    Nature.ILLEGAL: (
        Article(
            cited="artikel 131 Wetboek van Strafrecht",
            read=STRAFRECHT,
            says="Opruiing: in het openbaar aanzetten tot een strafbaar feit, of tot geweld tegen het openbaar gezag.",
        ),
        Article(
            cited="artikel 285 Wetboek van Strafrecht",
            read=STRAFRECHT,
            says="Bedreiging: met onder meer de dood, zware mishandeling, brandstichting of openlijk geweld door een "
            "groep.",
        ),
    ),
    Nature.UNLAWFUL: (
        Article(
            cited="artikel 6:162 Burgerlijk Wetboek",
            read=BURGERLIJK_WETBOEK_6,
            says="Onrechtmatige daad: wie een ander onrecht doet, en wie dat is toe te rekenen, moet de schade "
            "vergoeden.",
        ),
        Article(
            cited="artikel 3, onder h, DSA",
            read=DSA,
            says="Illegale inhoud is alles wat in strijd is met het recht van de Unie of van een lidstaat, om welk "
            "soort recht het ook gaat.",
        ),
    ),
    Nature.UNWANTED: (ASSEMBLY,),
}
ROUTE: dict[Route, tuple[Article, ...]] = {
    Route.NOTICE: (NOTICE, RECEIPT, DECISION),
    Route.TERMS: (TERMS,),
    Route.ORDER: (ORDER, NO_POWER),
    Route.ORGANISER: (ONLY_WHAT_IS_NEEDED,),
    Route.NOTHING: (),
}


def waiting(route: Route | None, status: Status) -> tuple[Article, ...]:
    """What the law says of the answer that one waits for. Of a report by a platform's own terms it says nothing."""
    if status is Status.OBJECTED:
        return (OBJECTION_ANSWER,)
    return {Route.NOTICE: (RECEIPT, DECISION), Route.ORDER: (EFFECT,)}.get(route, ()) if route else ()
