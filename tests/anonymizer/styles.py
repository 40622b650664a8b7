"""Natural Dutch posts around an identifier: what people write, and how they mangle it."""

from __future__ import annotations

import random
from dataclasses import dataclass

CARRIERS = (
    "kijk dit nou, {} weer hoor",
    "{} weet er meer van volgens mij",
    "vanavond 20:00 rellen in Utrecht volgens {}",
    "ik zag {} gisteren bij de supermarkt",
    "wie kent {}?? graag delen",
    "app me ff {} dan spreken we af",
    "{} is echt de grootste lieverd",
    "morgen met {} naar Rotterdam, kom allemaal",
    "gefeliciteerd {} !!! 🎉🎉",
    "dit is dus {} en ik ben er klaar mee",
    "RT {} neem vuurwerk mee naar de Coolsingel",
    "heb net gehoord dat {} ook komt vanavond",
    "groetjes {}",
    "vraag maar aan {} hoe laat het begint",
    "zaterdag 20 nov verzamelen bij {} om 19.30",
    "de politie zoekt {} na de ongeregeldheden",
    "{}",
    "niemand anders dan {} natuurlijk 😂",
    "bedankt voor gisteren {}, was gezellig",
    "hier wonen we: {} kom langs",
    "ping {} , deel dit massaal in Haren",
    "wat een held die {} zeg",
    "{} {} {}",
)
HELD_OUT = (
    "yo heeft iemand {} nog gezien na de wedstrijd?",
    "omg {} staat gewoon in de krant",
    "let op!! {} gaat straks live vanaf het plein",
    "zo trots op {} vandaag, diploma binnen",
    "laat {} met rust stelletje gekken",
    "we halen {} om 21u op bij het station in Groningen",
    "mam zegt dat {} niet mee mag",
    "(bron: {})",
    "- {}\n- bier\n- muziek",
    "ik mis {} zo erg",
    "check {} voor de locatie, 26-11 half 9",
    "hoi ik ben {} en ik zoek een kamer in Den Haag",
    "Volgens {} begint de protestmars zondag om 14:00 op het Malieveld",
    "{}!!!!! nu komen",
    "wtf is er mis met {}...",
)
_EMOJI = "😂🔥🎉💪🇳🇱❤️👀🥳😡"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    text: str
    without: str
    """The same post with nothing in the place of the identifier."""
    secret: str


def post(rng: random.Random, secret: str, carriers: tuple[str, ...] = CARRIERS) -> Post:
    carrier = rng.choice(carriers)
    mangle = _mangler(rng)
    text = mangle(carrier)
    if rng.random() < 0.12:
        # Written against what stands before or after it.
        text = text.replace(" {}", "{}", 1) if rng.random() < 0.5 and secret[0] in "@#+0" else text
    secret = _written(rng, secret)
    if rng.random() < 0.1:
        secret = rng.choice(('"{}"', "({})", "*{}*", "«{}»", "{}.", "{},", "{}!", "{}?", "'{}'", "“{}”")).format(secret)
    return Post(text=text.replace("{}", secret), without=text.replace("{}", ""), secret=secret)


def _written(rng: random.Random, secret: str) -> str:
    """Upper, lower, invisible characters, full-width figures, entities."""
    draw = rng.random()
    if draw < 0.25:
        return secret.lower()
    if draw < 0.35:
        return secret.upper()
    if draw < 0.38:
        place = rng.randrange(len(secret))
        return secret[:place] + rng.choice("\u200b\u200d\u2060\ufeff\u00ad") + secret[place:]
    if draw < 0.40:
        return secret.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    if draw < 0.42:
        return "".join(f"&#{ord(letter)};" if rng.random() < 0.3 else letter for letter in secret)
    if draw < 0.44:
        return secret.replace(" ", "\u00a0")
    return secret


def _mangler(rng: random.Random):
    draw = rng.random()
    emoji = rng.choice(_EMOJI)

    def mangle(carrier: str) -> str:
        if draw < 0.25:
            carrier = carrier.lower()
        elif draw < 0.35:
            carrier = carrier.upper()
        elif draw < 0.45:
            carrier = typo(rng, carrier)
        elif draw < 0.55:
            carrier = carrier.replace(" ", "\n", 1)
        elif draw < 0.65:
            carrier = f"{emoji}{carrier} {emoji}"
        elif draw < 0.7:
            carrier = carrier.replace(", ", ",").replace(" !", "!")
        return carrier

    return mangle


def typo(rng: random.Random, text: str) -> str:
    """One slip in a word outside the braces."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long:
        index = rng.choice(long)
        word = words[index]
        place = rng.randrange(1, len(word) - 1)
        words[index] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)
