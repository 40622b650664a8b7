"""Words and figures that dates and times are made of."""

from __future__ import annotations

import re
from enum import StrEnum


class Part(StrEnum):
    """Part of a day; decides what an hour of the twelve-hour clock means."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


_PART_NAMES = {
    Part.MORNING: "ochtend morgen morning ochtends 'sochtends sochtends morgens smorgens 'smorgens ochtend's vroeg",
    Part.AFTERNOON: "middag middags 'smiddags smiddags namiddag afternoon",
    Part.EVENING: "avond avonds 'savonds savonds evening",
    Part.NIGHT: "nacht nachts 'snachts snachts night",
}
PARTS = {word: part for part, names in _PART_NAMES.items() for word in names.split()}

_WEEKDAY_NAMES = (
    "maandag monday",
    "dinsdag tuesday",
    "woensdag wednesday",
    "donderdag thursday",
    "vrijdag friday",
    "zaterdag saturday",
    "zondag sunday",
)
WEEKDAYS = {word: number for number, names in enumerate(_WEEKDAY_NAMES) for word in names.split()}
WEEKDAYS |= {f"{word[:-1]}ch": number for word, number in list(WEEKDAYS.items()) if word.endswith("dag")}
"""As written, and as said: *zaterdach*."""
SHORT_WEEKDAYS = {
    word: number
    for number, names in enumerate(("ma maa", "di din", "wo woe", "do don", "vr vrij vrijd", "za zat zaterd", "zo zon"))
    for word in names.split()
}
"""Also words (*zo*, *do*): a day only beside a figure or a part of the day."""

_RELATIVE = {
    "vandaag": 0,
    "vanavond": 0,
    "vanmiddag": 0,
    "vanochtend": 0,
    "vanmorgen": 0,
    "vannacht": 0,
    "vnvd": 0,
    "vanmid": 0,
    "today": 0,
    "tonight": 0,
    "morgen": 1,
    "tomorrow": 1,
    "mrgn": 1,
    "morge": 1,
    "morgn": 1,
    "morguh": 1,
    "morgenvroeg": 1,
    "overmorgen": 2,
    "gisteren": -1,
    "gister": -1,
    "yesterday": -1,
    "eergisteren": -2,
}
RELATIVE_PARTS = {
    "vanavond": Part.EVENING,
    "tonight": Part.EVENING,
    "vanmiddag": Part.AFTERNOON,
    "vanochtend": Part.MORNING,
    "vanmorgen": Part.MORNING,
    "vannacht": Part.NIGHT,
    "morgenvroeg": Part.MORNING,
    "vnvd": Part.EVENING,
    "vanmid": Part.AFTERNOON,
}
RELATIVE = dict(_RELATIVE)
WEEKDAY_PARTS: dict[str, tuple[int, Part]] = {}
for _ending in ("avond", "middag", "ochtend", "nacht", "morgen"):
    for _day in ("morgen", "overmorgen", "gister", "gisteren", "eergister"):
        if (_day, _ending) != ("morgen", "morgen"):
            RELATIVE[_day + _ending] = _RELATIVE.get(_day, -2)
            RELATIVE_PARTS[_day + _ending] = PARTS[_ending]
    for _names in _WEEKDAY_NAMES:
        _name = _names.split()[0]
        WEEKDAY_PARTS[_name + _ending] = (WEEKDAYS[_name], PARTS[_ending])
    for _short, _number in SHORT_WEEKDAYS.items():
        WEEKDAY_PARTS[f"{_short}-{_ending}"] = (_number, PARTS[_ending])
        if len(_short) > 2:
            WEEKDAY_PARTS[_short + _ending] = (_number, PARTS[_ending])
for _names in _WEEKDAY_NAMES:
    _name = _names.split()[0]
    WEEKDAY_PARTS[f"{_name}mid"] = (WEEKDAYS[_name], Part.AFTERNOON)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb february",
            "maart mrt march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "augustus aug august",
            "september sept sep",
            "oktober okt october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}

FIRST_AND_SECOND = frozenset(("kerstdag", "paasdag", "pinksterdag"))
EASTER_DAYS = {
    "carnaval": (-49, 3),
    "goede vrijdag": (-2, 0),
    "pasen": (0, 1),
    "paasweekend": (0, 1),
    "hemelvaart": (39, 0),
    "hemelvaartsdag": (39, 0),
    "hemelvaartdag": (39, 0),
    "pinksteren": (49, 1),
    "pinksterweekend": (49, 1),
    "luilak": (48, 0),
}
"""Days after Easter Sunday, and how many more it lasts."""

FIXED_DAYS = {
    "kerst": (12, 25, None),
    "kerstmis": (12, 25, None),
    "nieuwjaar": (1, 1, None),
    "nieuwjaarsnacht": (12, 31, Part.NIGHT),
    "nieuwjaarsdag": (1, 1, None),
    "koningsdag": (4, 27, None),
    "koningsnacht": (4, 26, Part.NIGHT),
    "dodenherdenking": (5, 4, None),
    "bevrijdingsdag": (5, 5, None),
    "sinterklaasavond": (12, 5, Part.EVENING),
    "pakjesavond": (12, 5, Part.EVENING),
    "kerstavond": (12, 24, Part.EVENING),
    "kerstnacht": (12, 24, Part.NIGHT),
    "oudjaar": (12, 31, None),
    "oudejaarsdag": (12, 31, None),
    "oudejaarsavond": (12, 31, Part.EVENING),
    "oudejaarsnacht": (12, 31, Part.NIGHT),
    "oudennieuw": (12, 31, Part.NIGHT),
    "jaarwisseling": (12, 31, Part.NIGHT),
    "driekoningen": (1, 6, None),
    "valentijnsdag": (2, 14, None),
    "sint-maarten": (11, 11, Part.EVENING),
    "halloween": (10, 31, Part.EVENING),
}

NUMBERS = {
    word: value
    for value, words in enumerate(
        (
            "nul",
            "één eén een 1e one",
            "twee two",
            "drie three",
            "vier four",
            "vijf five",
            "zes six",
            "zeven seven",
            "acht eight",
            "negen nine",
            "tien ten",
            "elf eleven",
            "twaalf twelve",
            "dertien",
            "veertien",
            "vijftien",
            "zestien",
            "zeventien",
            "achttien",
            "negentien",
            "twintig",
            "eenentwintig",
            "tweeëntwintig tweeentwintig",
            "drieëntwintig drieentwintig",
            "vierentwintig",
        )
    )
    for word in words.split()
    if word != "1e"
}
for _word, _figure in [(word, figure) for word, figure in NUMBERS.items() if 1 <= figure <= 12]:
    # *Om tienen*, *half achten*, *na 9en*.
    NUMBERS.setdefault(_word[:-1] + "ven" if _word in ("vijf", "twaalf") else _word + "en", _figure)
    NUMBERS.setdefault(f"{_figure}en", _figure)
NUMBERS |= {"zessen": 6, "drieën": 3, "tweeën": 2, "enen": 1, "elven": 11}
SPOKEN_HOURS = frozenset(
    "enen tweeën drieën vieren vijven zessen zevenen achten negenen tienen elven twaalven".split()
) | {f"{figure}en" for figure in range(1, 13)}
"""*Negenen*, *10en*: said of hours alone, so that *na* and *voor* are enough beside them."""
HALF_HOURS = {f"half{word}": value for word, value in NUMBERS.items() if 1 <= value <= 12 and word.isalpha()}

COMING = frozenset(
    """
    komende aankomende aanstaande eerstvolgende komend aanstaand aankomend a.s. a.s as coming
    """.split()
)
THIS = frozenset(("deze", "dit", "this"))
NEXT = frozenset(("volgende", "volgend", "next"))
LAST = frozenset(("afgelopen", "vorige", "vorig", "last"))
COMING_OR_THIS = COMING | THIS
COMING_NEXT_OR_THIS = COMING | NEXT | THIS
WITHIN_PERIOD = THIS | {"het", "in"}
"""Before *week* or *weekend*."""
AT = frozenset(
    """
    om vanaf rond tegen omstreeks klokslag stipt at around tot aanvang start begint starttijd tijd tijdstip
    """.split()
)
"""A bare figure behind one of these may be an hour."""
CERTAINLY_AT = frozenset(("om", "klokslag", "stipt", "at", "omstreeks"))
RANKS = {"eerste": 1, "1e": 1, "tweede": 2, "2e": 2, "derde": 3, "3e": 3, "vierde": 4, "4e": 4, "laatste": 5}
"""*Eerste zaterdag van juli*; the fifth stands for the last, which may be the fourth."""
UNTIL = frozenset(("tot", "t/m", "tm", "-", "–", "until", "till", "totdat"))
HOURS = frozenset(("uur", "u", "h", "uurtje", "o'clock", "u.", "hrs"))
NO_HOUR = frozenset(
    """
    euro eur € man mensen personen jaar jr maanden weken dagen dag keer x km meter procent % minuten min mln
    miljoen duizend kilo liter punten stuks vrouwen jongens politieagenten arrestaties weg graden
    """.split()
)
"""What a figure counts that is no hour."""
NO_HOUR_BEHIND = frozenset("€ $ x kamer lokaal zaal artikel art versie hoofdstuk paragraaf bladzijde".split())
"""What has a number that looks like an hour: *kamer 4.15*."""
DURATION_BEFORE = frozenset(("al", "binnen", "duurt", "duurde", "elke", "per", "ruim", "bijna", "minstens"))
DURATION_AFTER = frozenset(
    """
    lang geleden later per durend rijden lopen wachten lopend slaap vertraging
    """.split()
)
MINUTES = frozenset(("min", "minuten", "minuut", "minuutjes"))
SPANS = {
    "min": 1,
    "minuten": 1,
    "minuut": 1,
    "minuutjes": 1,
    "kwartier": 15,
    "kwartiertje": 15,
    "uur": 60,
    "uurtje": 60,
    "uurtjes": 60,
    "u": 60,
    "dag": 1440,
    "dagen": 1440,
    "dagje": 1440,
    "week": 10080,
    "weken": 10080,
    "weekje": 10080,
}
"""Minutes in what follows ``over een``."""

CLOCK = re.compile(r"^(\d{1,2})[:.hu](\d{2})(?:u|uur|h)?(am|pm)?$")
HOUR = re.compile(r"^(\d{1,2})(?:(u|uur|h)|(am|pm))$")
FOUR = re.compile(r"^([01]\d|2[0-4])([0-5]\d)(u|uur|h)?$")
CLOCK_RANGE = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?(?:u|uur|h)?[-–](\d{1,2})(?:[:.](\d{2}))?(u|uur|h)?$")
DATE = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?$")
ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
DAY_MONTH = re.compile(r"^(\d{1,2})-?([a-z]{3,9})\.?(?:-?(\d{4}|\d{2}))?$")
ORDINAL = re.compile(r"^(\d{1,2})(?:e|ste|de|st|nd|rd|th)$")
YEAR = re.compile(r"^(?:'?(\d{2})|(20\d{2}))$")

STARTERS = frozenset(
    set(RELATIVE)
    | set(WEEKDAYS)
    | set(SHORT_WEEKDAYS)
    | set(WEEKDAY_PARTS)
    | set(FIXED_DAYS)
    | set(MONTHS)
    | set(HALF_HOURS)
    | {
        "nu",
        "straks",
        "zometeen",
        "zo-meteen",
        "half",
        "kwart",
        "middernacht",
        "midnight",
        "noon",
        "over",
        "oud",
        "now",
    }
    | set(NUMBERS) - {"een", "one"}
    | set(RANKS)
    | {"week", "weekend", "nacht", "night", "avond", "middag", "ochtend", "eerste", "tweede", "uur", "zo", "goede"}
    | FIRST_AND_SECOND
    | {word for word in EASTER_DAYS if " " not in word}
)
"""A post without one of these, and without a figure, speaks of no moment."""
