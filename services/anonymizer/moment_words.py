"""Words and figures of dates and times."""

from __future__ import annotations

import re

from services.anonymizer.characters import word_set

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari feb february", "maart mrt mar march", "april apr", "mei may",
            "juni jun june", "juli jul july", "augustus aug august", "september sep sept", "oktober okt oct october",
            "november nov", "december dec",
        ), 1,
    )
    for name in names.split()
}  # fmt: skip
AMBIGUOUS_MONTHS = word_set("jan mar april mei may juni june juli july jun jul augustus august march")
"""Also somebody's name, or a word: a month only beside a number or a word of time."""
DAYS = word_set(
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday "
    "sunday weekend"
)
SHORT_DAYS = word_set("ma di wo woe do don vr vrij za zat zo zon")
"""A day only beside a date or a time."""
PARTS = frozenset(f"{day}{part}" for day in DAYS for part in ("avond", "middag", "ochtend", "nacht", "morgen"))
RELATIVE = word_set(
    """vandaag vanavond vanmiddag vanochtend vanmorgen vannacht morgen morgenavond morgenmiddag morgenochtend
    morgennacht overmorgen gisteren gisteravond gister eergisteren straks zometeen nu middernacht tonight today tomorrow
    yesterday midnight noon avond ochtend middag nacht komende volgende aanstaande afgelopen elke iedere weekend week
    mrgn morgn morge morguh morgenvroeg vnvd overmorgenavond overmorgenmiddag overmorgenochtend
    kerstmis kerstdag kerstavond kerstnacht nieuwjaar nieuwjaarsdag nieuwjaarsnacht oudjaar oudejaarsavond
    oudejaarsnacht oudjaarsavond oudjaarsnacht koningsdag koningsnacht bevrijdingsdag dodenherdenking
    jaarwisseling driekoningen valentijnsdag luilak
    pasen paasdag paasweekend pinksteren pinksterdag pinksterweekend hemelvaart hemelvaartsdag carnaval"""
)
FEAST_DAYS = word_set("kerstdag paasdag pinksterdag")
"""Of which there is a first and a second."""
UNITS = word_set("uur uurtje u h am pm")
BEFORE_TIME = word_set("om rond vanaf omstreeks at")
BEFORE_MONTH = word_set("in eind begin half medio sinds vanaf tot komende volgende afgelopen until since")
NUMBERS = {
    word: value
    for value, words in enumerate(
        (
            "nul zero", "één eén", "twee two", "drie three", "vier four", "vijf five", "zes six", "zeven seven",
            "acht eight", "negen nine", "tien ten", "elf eleven", "twaalf twelve", "dertien", "veertien", "vijftien",
            "zestien",
            "zeventien", "achttien", "negentien", "twintig", "eenentwintig", "tweeentwintig tweeëntwintig",
            "drieentwintig drieëntwintig", "vierentwintig", "vijfentwintig", "zesentwintig", "zevenentwintig",
            "achtentwintig", "negenentwintig", "dertig", "eenendertig",
        )
    )
    for word in words.split()
}  # fmt: skip
BIG_NUMBER = re.compile(
    r"(?:(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen)(?:en|ën))?(?:twintig|dertig|veertig|vijftig|zestig|zeventig|"
    r"tachtig|negentig)|honderd|duizend|dubbel"
)
BIRTH = word_set(
    "geb geboren geboortedatum geboortedag gebdatum geboorte dob birthday birthdate born bday verjaardag verjaar "
    "verjaart jarig jarige geboortejaar bouwjaar"
)
"""A date beside one of these says when somebody was born."""

CLOCK = re.compile(r"([01]?\d|2[0-4])([:.])([0-5]\d)(u|uur|h|am|pm)?")
HOUR = re.compile(r"([01]?\d|2[0-4])(?:u|uur|h|am|pm)([0-5]\d)?")
RANGE = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)(?:u|uur)?-([01]?\d|2[0-4])[:.]([0-5]\d)(?:u|uur)?")
DATE = re.compile(r"(0?[1-9]|[12]\d|3[01])([-/.])(0?[1-9]|1[0-2])(?:\2(\d{4}|\d{2}))?")
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
DAY_MONTH = re.compile(r"(0?[1-9]|[12]\d|3[01])-?([a-z]{3,9})(?:-?(\d{4}|\d{2}))?")
DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:e|ste|de|st|nd|rd|th)?")
YEAR = re.compile(r"(?:19|20)\d{2}|\d{2}")

STREET = re.compile(
    r".{2,}(?:straat|str|weg|laan|ln|plein|pln|kade|gracht|singel|dijk|hof|park|steeg|markt|pad|dreef|plantsoen|ring|baan|"
    r"wal|haven|oord|veld|kamp|hoek|erf|dam|brink|borg|donk|akker|es|horst|burg|tuin|meent|poort|brug|zoom|rijk|land|"
    r"stede|hage|heuvel|berg|dal|water|zicht|wijk|boulevard|promenade|allee|esplanade|schans)|straat|laan|weg|singel|"
    r"gracht|plein|kade|markt|steeg|dreef|hof|pad|brink|park|dijk|boulevard|street|road|avenue"
)
"""Words that may be a street: with a number behind it, an address."""
HOUSE_WORDS = word_set("nr nummer huisnummer huisnr no")
