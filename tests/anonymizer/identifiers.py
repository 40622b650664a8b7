"""Made-up identifiers of persons, class by class, in all spellings that are usual in Dutch posts.

Names come from lists that the word list is *not* built from, so that the test is not a circle: first names from
gender-guesser (names of the Netherlands, Belgium, Turkey, Arabia, Poland and Germany), surnames written down here.
"""
# ruff: noqa: E501 (tables of spellings are read a row at a time)

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

COUNTRIES = {"netherlands": 40, "belgium": 38, "turkey": 76, "arabia": 77, "poland": 53, "germany": 42}
"""Columns of gender-guesser's table."""

SURNAMES = """
Jansen;de Jong;de Vries;van den Berg;van Dijk;Bakker;Visser;Smit;Meijer;de Boer;Mulder;de Groot;Bos;Vos;Peters;Hendriks;
van Leeuwen;Dekker;Brouwer;de Wit;Dijkstra;Smits;de Graaf;van der Meer;van der Linden;Kok;Jacobs;de Haan;Vermeulen;
van den Heuvel;van der Veen;van den Broek;de Bruijn;van der Heijden;Schouten;van Beek;Willems;van Vliet;van de Ven;Hoekstra;
Maas;Verhoeven;Koster;van Dam;van der Wal;Prins;Blom;Huisman;Peeters;de Jonge;Kuipers;van Veen;Kuiper;Post;Veenstra;Kramer;
van Wijk;Scholten;van den Brink;Postma;Martens;Vink;Timmermans;de Ruiter;Roos;Bosch;van Loon;van der Velden;Jonker;
van Dongen;Gerritsen;Bosman;Kuijpers;van Doorn;van Es;Sanders;Wolters;van der Ploeg;Zwart;van der Pol;Molenaar;Boonstra;
Mohan;Ramdin;Singh;Bhagwandin;Kanhai;Sewnandan;Biharie;Pinas;Zeefuik;Tjon-A-Tjoe;Wijdenbosch;Kalloe;Ramautar;Gopal;
El Amrani;Bouazza;El Idrissi;Benali;Ait Hamou;Bouchaib;El Khattabi;Azzouzi;Chakir;El Ouali;Bouzian;Haddouch;Aboutaleb;
Yilmaz;Kaya;Demir;Öztürk;Şahin;Yıldız;Çelik;Aydın;Arslan;Koç;Özdemir;Doğan;Kılıç;Erdoğan;Polat;Güneş;Bozkurt;Karaca;
Nowak;Kowalski;Wiśniewski;Wójcik;Kowalczyk;Kamiński;Zieliński;Szymański;Woźniak;Kozłowski;Mazur;Krawczyk;Piotrowski;
Martina;Isenia;Statia;Maduro;Winklaar;Croes;Cijntje;Balentina;Koeiman;Felicia;Rosalia;Sambo;Hato;Janga;
Warsame;Abdullahi;Farah;Hirsi;Osman;Jama;Nur;Tesfay;Ghebremedhin;Kidane;Haile;Al Hassan;Al-Masri;Khalil;Haddad;Darwish;
Nguyen;Tran;Chen;Wang;Liu;Zhang;Smith;Johnson;Brown;Müller;Schmidt;Schneider;Fischer;Weber;Lefebvre;Dubois;Petit;Moreau;
Dos Santos;Fernandes;Gomes;Lopes;Silva;Pereira;van Zijderveld;Hooijdonk;Terpstra;Wiersma;Bouma;Zijlstra;Hofstra;Rietveld;
Zonneveld;Groeneveld;Lankhorst;Oosterhuis;Westerhof;Nijenhuis;Veldhuizen;Overmars;Kluivert;ter Horst;ten Hag;in 't Veld;
op den Kelder;van 't Hof;van 't Hek;uit den Bogaard;Droogers;Sluijter;Pruijssers;Quaedvlieg;Schrijnemakers;Wetzels;Heuts
"""


@cache
def first_names() -> tuple[str, ...]:
    spec = find_spec("gender_guesser")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    table = Path(next(iter(spec.submodule_search_locations))) / "data" / "nam_dict.txt"
    found = set()
    for line in table.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("#") or not any(line[column : column + 1].strip() for column in COUNTRIES.values()):
            continue
        name = line[3:29].strip()
        if name.isalpha() and len(name) > 2:
            found.add(name)
    return tuple(sorted(found))


@cache
def surnames() -> tuple[str, ...]:
    return tuple(name.strip() for name in SURNAMES.replace("\n", "").split(";"))


def first_name(rng: random.Random) -> str:
    return rng.choice(first_names())


def full_name(rng: random.Random) -> str:
    first, last = first_name(rng), rng.choice(surnames())
    styles = (
        f"{first} {last}", f"{first} {last}", f"{first} {last}", f"{first[0]}. {last}", f"{first}\n{last}",
        f"{last}, {first}", f"{first} {first_name(rng)[0]}. {last}", f"{first}-{first_name(rng)} {last}",
        f"{first} {last}-{rng.choice(surnames()).split()[-1]}", f"#{first}{last.replace(' ', '').title()}",
        f"#{first.lower()}{last.replace(' ', '').lower()}", f"{first.upper()} {last.upper()}",
    )  # fmt: skip
    return rng.choice(styles)


def handle(rng: random.Random) -> str:
    """A name at a network, without its ``@``."""
    first = _ascii(first_name(rng))
    last = _ascii(rng.choice(surnames()).replace(" ", "").replace("'", ""))
    word = rng.choice(
        ("zonnebloem", "appeltaart", "fietser", "stoeptegel", "regenboog", "koffie", "rellen", "utrecht", "vuurwerk")
    )
    plain = word not in ("rellen", "utrecht", "vuurwerk")  # a watch term by itself is nobody's name
    styles = (
        f"{first}{last}", f"{first}_{last}", f"{first}.{last}", f"{first}{rng.randrange(100)}", f"_{first}_{rng.randrange(999):03}",
        f"x{first}x", f"{first}_0{rng.choice((10, 20, 30, 70))}", f"{word}{rng.randrange(10, 99)}", word if plain else f"{word}{first}", f"de_{word}",
        f"{word}.{first}", f"itz{first}", f"{first}{rng.randrange(1970, 2012)}",
    )  # fmt: skip
    return rng.choice(styles)


def mention(rng: random.Random) -> str:
    styles = (
        "@{}",
        "@{}",
        "@{}",
        "@{}.bsky.social",
        "@{}@mastodon.nl",
        "＠{}",
        ".@{}",
        "@{}:",
        "@{},",
        "(@{})",
        "@{}'s",
    )
    return rng.choice(styles).format(handle(rng))


def did(rng: random.Random) -> str:
    key = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(24))
    return rng.choice(
        (f"did:plc:{key}", f"did:web:{handle(rng)}.nl", f"at://did:plc:{key}/app.bsky.feed.post/3k{key[:11]}")
    )


def url(rng: random.Random) -> str:
    name = handle(rng).strip("_").replace("_", "-")
    styles = (
        f"https://www.{name}.nl", f"http://{name}.nl/over-mij", f"www.{name}.com", f"{name}.nl", f"instagram.com/{name}",
        f"https://t.co/{name[:8]}", f"{name}.blogspot.com/2021/11", f"bit.ly/{name}", f"HTTPS://TWITTER.COM/{name}",
        f"linkedin.com/in/{name}-{rng.randrange(10**6)}", f"youtu.be/{name}", f"https://x.com/{name}/status/{rng.randrange(10**18)}",
        f"wa.me/316{rng.randrange(10**8):08}", f"{name}.be", f"t.me/{name}", f"https://{name}.eu?x=1",
    )  # fmt: skip
    return rng.choice(styles)


def email(rng: random.Random) -> str:
    name, host = (
        handle(rng),
        rng.choice(("gmail.com", "hotmail.nl", "ziggo.nl", "live.nl", "outlook.com", "kpnmail.nl")),
    )
    site, _, top = host.partition(".")
    styles = (
        f"{name}@{host}", f"{name}@{host}", f"{name.upper()}@{host.upper()}", f"{name}+nieuws@{host}", f"<{name}@{host}>",
        f"mailto:{name}@{host}", f"{name}(at){host}", f"{name} [at] {host}", f"{name} apenstaartje {site} punt {top}",
        f"{name}@{rng.choice(surnames()).split()[-1].lower()}.nl", f"{name} (at) {site} (dot) {top}",
    )  # fmt: skip
    return rng.choice(styles)


_SPOKEN = ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")


def phone(rng: random.Random) -> str:
    d = "".join(str(rng.randrange(10)) for _ in range(8))
    area = rng.choice(("010", "020", "030", "040", "070", "050", "013", "0118", "0229", "0521"))
    rest = "".join(str(rng.randrange(10)) for _ in range(10 - len(area)))
    styles = (
        f"06{d}", f"06-{d}", f"06 {d}", f"06 {d[:4]} {d[4:]}", f"06 {d[:2]} {d[2:4]} {d[4:6]} {d[6:]}", f"+316{d}",
        f"+31 6 {d}", f"+31 (0)6 {d[:4]} {d[4:]}", f"0031 6 {d}", f"06.{d[:2]}.{d[2:4]}.{d[4:6]}.{d[6:]}", f"o6{d}", f"0 6 {' '.join(d)}",
        f"06-{d[:2]}-{d[2:4]}-{d[4:6]}-{d[6:]}", f"{area}-{rest}", f"{area} {rest}", f"({area}) {rest}", f"{area}{rest}",
        f"{area} {rest[:3]} {rest[3:]}", f"{area}/{rest[:3]}.{rest[3:]}", f"+32 4{d[:2]} {d[2:4]} {d[4:6]} {d[6:]}", f"+49 151 {d}",
        f"+212 6{d}", f"+90 5{d[:2]} {d[2:5]} {d[5:]}0", f"0090-532-{d[:7]}", f"tel:{area}{rest}", f"+1 (415) {d[:3]}-{d[3:7]}",
        "nul zes " + " ".join(_SPOKEN[int(x)] for x in d), f"06\n{d[:4]}\n{d[4:]}", f"zero six {d}", f"06 {d[:3]} {d[3:5]} {d[5:]}",
        f"nulzes{d}", f"06{d[:4]}…{d[4:]}", f"06_{d}", f"06*{d[:4]}*{d[4:]}",
    )  # fmt: skip
    return rng.choice(styles)


def iban(rng: random.Random) -> str:
    account = f"{rng.randrange(10**10):010}"
    bank, check = (
        rng.choice(("INGB", "RABO", "ABNA", "SNSB", "BUNQ", "KNAB", "TRIO", "ASNB")),
        f"{rng.randrange(2, 98):02}",
    )
    styles = (
        f"NL{check}{bank}{account}", f"NL{check} {bank} {account[:4]} {account[4:8]} {account[8:]}", f"nl{check}{bank.lower()}{account}",
        f"NL{check}-{bank}-{account}", f"NL {check} {bank} {account}", f"BE{check} {account[:4]} {account[4:8]} {check}{check}",
        f"DE{check} {account[:4]} {account[4:8]} {account[:4]} {account[4:8]} {check}", f"NL{check}.{bank}.{account[:4]}.{account[4:]}",
        f"NL{check} {bank} 0{account[1:]}", f"{bank} {account}",
    )  # fmt: skip
    return rng.choice(styles)


def bsn(rng: random.Random) -> str:
    while True:
        digits = [rng.randrange(10) for _ in range(8)]
        last = sum((9 - index) * digit for index, digit in enumerate(digits)) % 11
        if last < 10 and digits[0]:
            break
    number = "".join(map(str, digits)) + str(last)
    styles = (
        number, f"{number[:3]} {number[3:6]} {number[6:]}", f"{number[:4]}.{number[4:6]}.{number[6:]}", f"{number[:3]}-{number[3:6]}-{number[6:]}",
        f"bsn{number}", f"BSN: {number}", f"bsn-nummer {number}", f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:]}",
    )  # fmt: skip
    return rng.choice(styles)


def plate(rng: random.Random) -> str:
    letters = "BDFGHJKLNPRSTVXZ"
    pick = lambda number: "".join(rng.choice(letters) for _ in range(number))  # noqa: E731
    n = lambda number: "".join(str(rng.randrange(10)) for _ in range(number))  # noqa: E731
    parts = rng.choice(
        (
            (pick(2), n(2), pick(2)), (n(2), pick(2), n(2)), (n(2), pick(3), n(1)), (n(1), pick(3), n(2)), (pick(2), n(3), pick(1)),
            (pick(1), n(3), pick(2)), (n(1), pick(2), n(3)), (n(3), pick(2), n(1)), (pick(3), n(2), pick(1)), (pick(2), pick(2), n(2)),
        )
    )  # fmt: skip
    return rng.choice(("-", "-", "-", " ", "", ".")).join(parts)


def address(rng: random.Random) -> str:
    streets = (
        "Dorpsstraat", "Kerkstraat", "Stationsweg", "Kanaalstraat", "Molenweg", "Beukenlaan", "Hoofdstraat", "Schoolstraat",
        "Prins Bernhardlaan", "Van der Helststraat", "Jan Steenlaan", "Oude Gracht", "Lange Nieuwstraat", "Coolsingel", "Kastanjeplein",
        "Burgemeester de Vlugtlaan", "Eikendreef", "1e Jan van der Heijdenstraat", "Nieuwe Kade", "Zuiderpark", "Plein 1944",
        "Laan van Meerdervoort", "Singel", "Weteringschans", "Marga Klompésingel", "Op de Brink", "Hobbemaplein", "Pastoor Poellplein",
    )  # fmt: skip
    street = rng.choice(streets)
    number = f"{rng.randrange(1, 400)}{rng.choice(('', '', '', '', 'a', 'B', '-2', ' bis', '-hs', 'III', ' hs'))}"
    postcode = f"{rng.randrange(1000, 9999)}{rng.choice(('', ' '))}{rng.choice('ABDEGHJKLNPRSTWX')}{rng.choice('ABDEGHJKLNPRSTWX')}"
    styles = (
        f"{street} {number}", f"{street} {number}, {postcode}", f"{postcode} {number}", f"{postcode}", f"{street} nr {number}",
        f"{street}{number}", f"{street} nummer {number}", f"{postcode.lower()} {number}", f"{street}\n{number}", f"{street.lower()} {number}",
        f"{postcode}-{number}", f"{street}, {number}",
    )  # fmt: skip
    return rng.choice(styles)


_MONTHS = [
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december",
]  # fmt: skip


def birth_date(rng: random.Random) -> str:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1935, 2016)
    name = _MONTHS[month - 1]
    styles = (
        f"{day}-{month}-{year}", f"{day:02}-{month:02}-{year}", f"{day}/{month}/{year}", f"{day}.{month}.{year}", f"{day} {name} {year}",
        f"{day} {name[:3]} {year}", f"{year}-{month:02}-{day:02}", f"{day:02}{month:02}{year}", f"{day}-{month}-'{year % 100:02}",
        f"{day} {name} '{year % 100:02}", f"{name} {day}, {year}", f"{day}e {name} {year}", f"{day}-{name[:3]}-{year}", f"{day}{name}{year}",
    )  # fmt: skip
    return rng.choice(styles)


def birthday(rng: random.Random) -> str:
    """A date of birth together with the word that says what it is; sometimes without its year."""
    day, name = rng.randrange(1, 29), rng.choice(_MONTHS)
    full = birth_date(rng)
    styles = (
        full, full, f"geboren op {full}", f"geb. {full}", f"geboortedatum: {full}", f"jarig op {day} {name}", f"{day} {name} jarig",
        f"dob {full}", f"verjaardag {day} {name}", f"geb {day}-{rng.randrange(1, 13)}", f"born {full}",
    )  # fmt: skip
    return rng.choice(styles)


def network_name(rng: random.Random) -> str:
    """``snap: jaapie_010``."""
    network = rng.choice(
        ("snap", "insta", "ig", "telegram", "tg", "snapchat", "instagram", "sc", "tiktok", "discord", "kik")
    )
    name = handle(rng)
    styles = (
        f"{network}: {name}", f"{network}:{name}", f"{network} {name}", f"mn {network} is {name}", f"mijn {network}: {name}",
        f"{network.upper()}: {name}", f"{network} = {name}", f"{network} - {name}", f"{network}→{name}", f"add {name} op {network}",
        f"voeg me toe op {network}: {name}", f"{network}\n{name}", f"{network} naam: {name}", f"👻 {network} {name}", f"{network}='{name}'",
        f"{network} @ {name}", f"volg {name}", f"{network}/{name}", f"{network}|{name}", f"{network}({name})",
    )  # fmt: skip
    return rng.choice(styles)


STRUCTURED: dict[str, Callable[[random.Random], str]] = {
    "handles": mention,
    "dids": did,
    "urls": url,
    "emails": email,
    "phones": phone,
    "ibans": iban,
    "bsns": bsn,
    "plates": plate,
    "addresses": address,
    "birth dates": birthday,
    "network names": network_name,
}
NAMES: dict[str, Callable[[random.Random], str]] = {"first names": first_name, "full names": full_name}


def _ascii(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return re.sub(r"[^a-z]", "", plain.lower().replace("ı", "i").replace("ł", "l"))
