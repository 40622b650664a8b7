"""Whose name it is: titles, networks, and words that hide a name."""

from __future__ import annotations

from services.anonymizer.characters import word_set
from services.anonymizer.lexicon import Lexicon

TITLES = word_set(
    """meneer mneer mijnheer mevrouw mevr mw mvr dhr heer hr juffrouw juf meester mr mrs ms miss sir dr drs ing ir prof
    professor burgemeester burgermeester wethouder minister premier dokter pastoor dominee ds agent officier raadslid
    voorzitter buurman buurvrouw oom tante opa oma neef nicht familie fam kapitein sergeant advocaat rechter
    lijsttrekker koning koningin prins prinses sint heette heet genaamd naam"""
)
"""What follows one of these is somebody's name, also when it is a place elsewhere."""

NETWORKS = word_set(
    """snap snapchat snapp sc insta instagram ig tiktok tt telegram tele tg whatsapp whats wapp kik discord signal
    twitch xbox psn steam facebook fb messenger twitter bluesky bsky mastodon threads linkedin onlyfans gebruikersnaam
    username user nick nickname accountnaam handle acc account add addme voeg volg profiel"""
)
FILLERS = word_set(
    "is mijn mn m'n me naam name op van van hem haar : = - / | > [ ( toe even dan ook hier heet als the my via me ff"
)
"""May stand between the network and the name at it."""
EVIDENCE = word_set(
    """in te naar uit nabij richting rond vanuit centrum station dorp stad gemeente binnen buiten door plaats
    gemeentehuis stadhuis raadhuis azc politiebureau binnenstad winkelcentrum stationsplein marktplein treinstation"""
)
"""Before a place that is also a name."""
MAIL_HOSTS = word_set(
    """gmail hotmail outlook live icloud yahoo ziggo kpn kpnmail xs4all planet proton protonmail gmx hetnet upcmail me
    msn casema chello tele2 online telfort zonnet quicknet student"""
)


def looks_like_a_name(word: str, lexicon: Lexicon) -> bool:
    """A name, or words glued around one: ``janjansen``, ``gerechtigheidvoorjan``. Errs on the side of yes."""
    if word in lexicon.first_names or word in lexicon.surnames:
        return True
    if word in lexicon.ordinary:
        return False
    return _pieces(word, lexicon, 3)


def _pieces(word: str, lexicon: Lexicon, most: int) -> bool:
    """Whether the word splits into at most ``most`` known pieces, one of them a first name.

    A first name of three letters counts beside a surname only: among thousands of names, three letters match anything.
    """
    best: list[tuple[int, int] | None] = [None] * (len(word) + 1)
    best[0] = (0, 0)
    for cut in range(3, len(word) - 2):
        if word[:cut] in lexicon.first_names and word[cut:] in lexicon.surnames:
            return True
    for end in range(3, len(word) + 1):
        for start in range(0, end - 2):
            before = best[start]
            if before is None:
                continue
            piece = word[start:end]
            name = len(piece) > 3 and piece in lexicon.first_names and piece not in lexicon.permitted
            if not (name or piece in lexicon.ordinary or piece in lexicon.surnames):
                continue
            after = (before[0] + 1, before[1] - name)
            if best[end] is None or after < best[end]:  # type: ignore[operator]
                best[end] = after
    found = best[-1]
    return found is not None and found[0] <= most and found[1] < 0


CONTEXT_WORDS = NETWORKS | MAIL_HOSTS - {"live", "me", "student", "planet", "online"} | {"apenstaart", "apenstaartje"}
"""A word of these makes a post worth a look at its neighbours. (Titles do not: a place that is also a name does.)"""
