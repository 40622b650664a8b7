"""What stands beside a name: is this word a place here, or just a word?

Points are added up; from `ENOUGH` a word is a place. The weights say what a Dutch reader needs: a capital inside a
sentence or *naar* before it is enough, *in* needs a hint more, *mijn* or *de* before it speaks against it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from contracts.anonymous_posts import GAP
from services.detector import moment_words


class Leaving(Enum):
    """Whether people come from a place rather than to it."""

    NO = "no"
    MAYBE = "maybe"
    """*uit Assen*: people, or news."""
    YES = "yes"


ENOUGH = 2.0
CAPITAL = 2.0
CAPITAL_AT_START = 1.5
CAPITAL_ON_EVERYDAY_WORD = 1.5
"""*Echt* or *Best* with a capital may also be stress."""
TOWARDS = 2.0
INSIDE = 1.5
IN_PLACE_POSITION = 0.5
"""Nothing that it could describe follows: the end, a moment, another preposition."""
MOMENT_OR_CALL = 0.5
OTHER_PLACE = 0.5
SAME_REGION = 2.0
WATCHED_BEFORE = 1.0
"""Directly behind a watched term: *rellen haren*."""
AGAINST = -3.0

_TOWARDS = frozenset(
    "naar richting te vanuit regio gemeente dorp stad station centrum omgeving burgemeester politie".split()
)
_INSIDE = frozenset("in uit bij rond rondom door nabij omstreken vlakbij tussen voorbij at".split())
_ON = frozenset(("op", "naar", "rond", "bij", "richting", "rondom", "vanaf", "to"))
_ARTICLES = frozenset(("de", "het", "'t", "the"))
_AGAINST_BEFORE = frozenset(
    """
    een de het 't mijn je jouw zijn haar hun onze ons uw die dat deze dit geen elke iedere alle veel weinig twee drie
    vier vijf lange korte blonde grijze bruine zwarte nieuwe oude grote kleine mooie eigen zoveel meer hele halve zo is
    was ben bent zijn waren heel erg niet ook wel nog al maar zeer my your his it he she that what who everything here
    there well all the a an
    """.split()
)
_AGAINST_AFTER = frozenset(
    """
    wel goed leuk lekker vet mooi erg veel vaak lang moeilijk jammer raar spannend niet heel goede leuke waar van op
    wild to on viral the down up well crazy off by in
    """.split()
)
_EVERYDAY = frozenset(
    """
    best echt een acht anderen heel made enter well son goes est est. hall horn born thorn reek neer weert ons over
    handel leek heen hoeven wedde waarde groet grave dalen klimmen houten duiven dieren huizen kampen bergen ruinen
    putten petten zetten winkel velden zeeland hoek waterland zuilen herten buren overslag horst doorn dorst
    """.split()
)
"""Words so frequent that one hint is not enough for a lower-case one."""
_NEVER_IN_LOWER_CASE = frozenset(
    ("een", "heel", "acht", "anderen", "est", "over", "made", "well", "goes", "born", "enter")
)
_TO_NEXT = frozenset(("-", "–", "→", "->", ">"))
_ENDS = frozenset((".", "!", "?", ",", ":", ";"))
_FOLLOWS_A_PLACE = frozenset(
    """
    om op en met vanaf rond tegen voor want dus waar kom komt is gaat wordt was waren allemaal iedereen nu straks zit
    staat ligt centrum station
    """.split()
)


_VERB_BEFORE = {"leiden": frozenset(("tot",))}
"""Towns that are verbs before such a word, unless people go there or are there: *dat gaat leiden tot rellen*."""
_OFFICES = frozenset(("politie", "burgemeester", "gemeente"))
"""*Politie Rotterdam waarschuwt voor Schiedam*: whose, not where."""
_LOCATES = frozenset(("bij", "in", "nabij", "vlakbij", "op"))
_GIVEN_UP = (("niet", "meer"), ("niet", "door"), ("niet",), ("ipv",), ("plaats", "van"))


def is_verb(tokens: list[str], index: int) -> bool:
    after = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
    if after not in _VERB_BEFORE.get(tokens[index].lower(), ()):
        return False
    before = tokens[index - 1].lower() if index else ""
    return before not in _TOWARDS | _INSIDE | _ON


def locates(tokens: list[str], index: int, names: Collection[int]) -> bool:
    """The second of two places only says where the first is: *Rijswijk bij Den Haag*, not *uit Gouda in Reeuwijk*."""
    beside = index - 2 in names and tokens[index - 1] in _LOCATES
    return beside and destination(tokens, index - 2) >= 0


def given_up(tokens: list[str], index: int) -> bool:
    """*Niet in Breda maar in Tilburg*, *niet meer Uden*, *gaat niet door in Venlo, nu Roermond*."""
    before = [token.lower() for token in tokens[max(0, index - 3) : index]]
    if before and before[-1] in ("in", "naar", "op", "bij"):
        before.pop()
    return any(tuple(before[-len(words) :]) == words for words in _GIVEN_UP)


def starts_sentence(tokens: list[str], index: int) -> bool:
    return index == 0 or tokens[index - 1] in _ENDS or tokens[index - 1] == GAP


def is_place(
    tokens: list[str],
    index: int,
    *,
    on_squares: bool,
    watched: Collection[str],
    others: int,
    same_region: bool,
    moment_or_call: bool,
) -> bool:
    """Whether the ordinary word at ``index`` is a place here.

    ``on_squares``: it is a street or square (people stand *op* it, and it may have an article); ``others``: other
    places in the post; ``same_region``: one of them lies near it; ``moment_or_call``: the post tells when, or to come.
    """
    word = tokens[index]
    lower = word.lower()
    capital = any(part[:1].isupper() for part in word.split()) or word.startswith(("'s-", "’s-"))
    if not capital and lower.startswith(("de ", "het ", "'t ")):
        return same_region  # *in de wijk*: the preposition belongs to the noun
    before = tokens[index - 1].lower() if index else ""
    after = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
    everyday = lower in _EVERYDAY
    points = 0.0
    if on_squares and before in _ARTICLES:
        before = tokens[index - 2].lower() if index >= 2 else ""
        points += TOWARDS if before in _ON else 0.0
    elif before in _AGAINST_BEFORE and not (
        capital and before in ("is", "zijn", "was", "al", "ook", "nog", "niet", "heel")
    ):
        points += AGAINST
    if capital and not starts_sentence(tokens, index):
        points += CAPITAL_ON_EVERYDAY_WORD if everyday else CAPITAL
    elif capital:
        points += 0.0 if everyday else CAPITAL_AT_START
    elif lower in _NEVER_IN_LOWER_CASE:
        return False
    in_position = after == "" or after in _ENDS or after in _FOLLOWS_A_PLACE or after in watched or _tells_moment(after)
    if before in _TOWARDS:
        points += TOWARDS - (0.0 if capital or in_position or not everyday else 1.0)
    elif before in _INSIDE or (on_squares and before in _ON):
        points += INSIDE - (0.0 if capital or not everyday else 0.5)
    elif before in watched:
        points += WATCHED_BEFORE
    if in_position:
        points += IN_PLACE_POSITION
    elif after in _AGAINST_AFTER and not capital:
        points -= 1.0
    points += MOMENT_OR_CALL if moment_or_call else 0.0
    if same_region:
        points += SAME_REGION
    elif others:
        points += OTHER_PLACE
    return points >= ENOUGH


def _tells_moment(token: str) -> bool:
    return token[:1].isdigit() or token in moment_words.RELATIVE or token in moment_words.WEEKDAYS


def leaving(tokens: list[str], index: int, names: Collection[int]) -> Leaving:
    """*Trein vanaf Zwolle*, *uit Zwolle*, *Zwolle - Haren*. ``names``: positions of all place names in the post."""
    before = tokens[index - 1].lower() if index else ""
    if before == "vanaf":
        return Leaving.YES
    if index + 2 in names and tokens[index + 1] in _TO_NEXT:
        return Leaving.YES
    return (
        Leaving.MAYBE if before in ("uit", "vanuit") or (before == "van" and _heads_on(tokens, index)) else Leaving.NO
    )


def _heads_on(tokens: list[str], index: int) -> bool:
    """*Van Assen naar Haren*, not *het centrum van Assen*."""
    return index + 1 < len(tokens) and tokens[index + 1].lower() in ("naar", "richting")


def destination(tokens: list[str], index: int) -> int:
    """How much the post is about going there: 1 behind *naar* or *in*, -1 behind *van* or *uit*, else 0."""
    at = index - 1
    before = tokens[at].lower() if index else ""
    if before in _ARTICLES and index >= 2:
        at -= 1
        before = tokens[at].lower()
    if before in ("van", "uit", "vanuit", "zoals") or given_up(tokens, index):
        return -1
    if before in _OFFICES or before == "vanaf":
        return 0
    if at > 0 and tokens[at - 1] == "ook":
        return 0  # *Hengelo staat op zijn kop, ook in Enschede onrust*
    return 1 if before in _TOWARDS or before in _INSIDE or before in _ON else 0
