"""Words that say nothing about a happening, however many people use them (Dutch, and English where it is mixed in)."""

from __future__ import annotations

_FILLER = """
aan about after again al alle alleen als also altijd andere been before ben bent best bij daar dan dat de deze die dit
doe doen door dus echt een eens eerst elke even from gaan gaat gaf geen geven goed haar had have heb hebben heeft hele
hem hen here het hier hij hoe hun iemand iets ik in into is jaar je jij jouw juist jullie just kan komen komt kunnen
laat laten like maar maken me meer men mensen met mij mijn moet moeten more most much naar net niet niets nog nooit
nou nu of om omdat onder only ons onze ooit ook op other over samen some such than that their them then there these
they this tijd toch toen tot uit uur van vanavond vandaag veel very voor waar waarom want waren was wat we weer wel
were what when where which while wie wij wil will willen wilt with worden wordt would your zal ze zeer zeg zei zich
zie ziet zijn zo zoals zou zullen
"""

FILLER = frozenset(_FILLER.split())
