"""Articles of law that a dossier names. A dossier keeps the day that stood with one when the entry was made."""

from __future__ import annotations

from services.notifier.dossier.lists import Power
from services.notifier.law import BESTUURSRECHT, GEMEENTEWET, OPENBARE_MANIFESTATIES, PUBLIC_ORDER, Article

ARTICLES: dict[Power, Article] = {
    Power.LIGHT_ORDER: Article(
        cited="artikel 172, derde lid, Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag bij verstoring van de openbare orde, of ernstige vrees daarvoor, de bevelen geven "
        "die nodig zijn om de orde te handhaven.",
    ),
    Power.AREA_BAN: Article(
        cited="artikel 172a Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag wie de openbare orde ernstig of herhaaldelijk verstoorde, bij ernstige vrees voor "
        "meer, een gebied of een groep verbieden, of zich laten melden.",
    ),
    Power.UNDER_TWELVE: Article(
        cited="artikel 172b Gemeentewet",
        read=GEMEENTEWET,
        says="Als een kind onder de twaalf in een groep herhaaldelijk de openbare orde verstoorde, mag de burgemeester "
        "bij ernstige vrees voor meer aan wie het gezag heeft bevelen: het kind komt zonder begeleiding niet op "
        "bepaalde plekken, of ’s avonds en ’s nachts niet op plekken die voor publiek open zijn.",
    ),
    Power.GATHERING_ORDER: Article(
        cited="artikel 174, tweede lid, Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag bij het toezicht op openbare samenkomsten, vermakelijkheden en gebouwen die voor "
        "publiek open zijn, de bevelen geven die nodig zijn voor veiligheid en gezondheid.",
    ),
    Power.SEARCH_AREA: Article(
        cited="artikelen 151b en 174b Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag bij ordeverstoring door wapens, of ernstige vrees daarvoor, en na overleg met de "
        "officier van justitie, een veiligheidsrisicogebied aanwijzen: als de raad dat bij verordening toestond, of in "
        "een onvoorziene, spoedeisende situatie voor ten hoogste twaalf uur.",
    ),
    Power.EMERGENCY_ORDER: Article(
        cited="artikel 175 Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag bij oproer, andere ernstige wanordelijkheden of een ramp, of ernstige vrees "
        "daarvoor, alle bevelen geven die hij nodig vindt voor de orde of tegen gevaar. Van de Grondwet mag hij niet "
        "afwijken.",
    ),
    Power.EMERGENCY_REGULATION: Article(
        cited="artikel 176 Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag in de gevallen van een noodbevel ook voorschriften geven die voor iedereen gelden. "
        "Zij vervallen als de raad ze in zijn eerstvolgende vergadering niet bekrachtigt.",
    ),
    Power.HOLDING: Article(
        cited="artikelen 154a en 176a Gemeentewet",
        read=GEMEENTEWET,
        says="De burgemeester mag een groep die een daarvoor aangewezen voorschrift of noodbevel niet naleeft, "
        "tijdelijk laten ophouden: ten hoogste twaalf uur, als het niet anders kan, en nadat zij het alsnog kon "
        "naleven. Buiten een noodbevel of noodverordening kan het alleen als de raad het bij verordening toestond.",
    ),
    Power.LOCAL_BYLAW: Article(
        cited="artikel 149 Gemeentewet",
        read=GEMEENTEWET,
        says="De raad maakt de verordeningen die hij in het belang van de gemeente nodig vindt. Wat erin staat, "
        "verschilt per gemeente: lees de verordening zelf.",
    ),
    Power.DEMONSTRATION: Article(
        cited="artikelen 2 en 5 Wet openbare manifestaties",
        read=OPENBARE_MANIFESTATIES,
        says="De burgemeester mag een betoging alleen beperken of verbieden voor de gezondheid, het verkeer of tegen "
        "wanordelijkheden, en nooit om wat er wordt gezegd.",
    ),
}
"""`Power.NONE` rests on nothing."""
CAREFUL = Article(
    cited="artikel 3:2 Algemene wet bestuursrecht",
    read=BESTUURSRECHT,
    says="Wie een besluit voorbereidt, verzamelt de nodige kennis over de feiten en de belangen.",
)
PROPORTIONATE = Article(
    cited="artikel 3:4, tweede lid, Algemene wet bestuursrecht",
    read=BESTUURSRECHT,
    says="De nadelen van een besluit voor belanghebbenden mogen niet onevenredig zijn aan de doelen ervan.",
)
REASONED = Article(
    cited="artikel 3:46 Algemene wet bestuursrecht",
    read=BESTUURSRECHT,
    says="Een besluit moet berusten op een deugdelijke motivering.",
)
FRAME = (PUBLIC_ORDER, CAREFUL, PROPORTIONATE, REASONED)
"""Why a dossier is kept at all."""
