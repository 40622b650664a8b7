"""Articles of law that a dossier names, each with the day on which somebody read it as it stood.

Whoever reads an article again puts the new day here. A dossier keeps the day that was here when the entry was made.
Where no day stands, nobody held the sentence against the text of the law yet, and every page says so.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from services.notifier.dossier.lists import Power

CHECKED = datetime.date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    cited: str
    """As lawyers cite it."""
    says: str
    """In plain Dutch, in one sentence."""
    checked: datetime.date | None = None

    @property
    def reading(self) -> str:
        """When it was read, for the page."""
        return f"nagelezen op {self.checked:%d-%m-%Y}" if self.checked else "nog niet nagelezen in de wettekst"


ARTICLES: dict[Power, Article] = {
    Power.LIGHT_ORDER: Article(
        cited="artikel 172, derde lid, Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag bij (dreigende) verstoring van de openbare orde bevelen geven die nodig zijn.",
    ),
    Power.AREA_BAN: Article(
        cited="artikel 172a Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag wie de orde herhaaldelijk verstoorde een gebied of groep verbieden, of laten melden.",
    ),
    Power.UNDER_TWELVE: Article(
        cited="artikel 172b Gemeentewet",
        says="De burgemeester mag wie gezag heeft over een kind onder de twaalf bevelen geven over dat kind.",
    ),
    Power.GATHERING_ORDER: Article(
        cited="artikel 174, tweede lid, Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag bij een openbare samenkomst bevelen geven voor veiligheid en gezondheid.",
    ),
    Power.SEARCH_AREA: Article(
        cited="artikel 151b Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag, als de raad dat bij verordening toestond, een veiligheidsrisicogebied aanwijzen.",
    ),
    Power.EMERGENCY_ORDER: Article(
        cited="artikel 175 Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag bij ernstige wanordelijkheden, of ernstige vrees ervoor, alle nodige bevelen geven.",
    ),
    Power.EMERGENCY_REGULATION: Article(
        cited="artikel 176 Gemeentewet",
        checked=CHECKED,
        says="De burgemeester mag in de gevallen van artikel 175 voorschriften geven die voor iedereen gelden.",
    ),
    Power.HOLDING: Article(
        cited="artikelen 154a en 176a Gemeentewet",
        says="De burgemeester mag een groep tijdelijk laten ophouden, onder de voorwaarden die daar staan.",
    ),
    Power.LOCAL_BYLAW: Article(
        cited="de algemene plaatselijke verordening van de gemeente, op grond van artikel 149 Gemeentewet",
        says="De raad stelt verordeningen vast, bijvoorbeeld over samenscholing; zie de verordening zelf.",
    ),
    Power.DEMONSTRATION: Article(
        cited="artikelen 2 en 5 Wet openbare manifestaties",
        says="De burgemeester mag een betoging alleen beperken voor gezondheid, verkeer of tegen wanordelijkheden.",
    ),
}
"""`Power.NONE` rests on nothing."""
FRAME = (
    Article(
        cited="artikel 172, eerste lid, Gemeentewet",
        checked=CHECKED,
        says="De burgemeester is belast met de handhaving van de openbare orde.",
    ),
    Article(
        cited="artikel 3:2 Algemene wet bestuursrecht",
        says="Wie een besluit voorbereidt, verzamelt de nodige kennis over de feiten en de belangen.",
    ),
    Article(
        cited="artikel 3:4, tweede lid, Algemene wet bestuursrecht",
        says="De nadelen van een besluit mogen niet onevenredig zijn aan de doelen; daarom telt wat lichter kon.",
    ),
    Article(
        cited="artikel 3:46 Algemene wet bestuursrecht",
        says="Een besluit rust op een deugdelijke motivering.",
    ),
)
"""Why a dossier is kept at all."""
