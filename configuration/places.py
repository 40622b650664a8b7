"""`config/places/`: the gazetteer. Which names are places, of which gemeente, and how else people write them.

- ``gemeenten.csv``: the 342 gemeenten of 2023 with their veiligheidsregio, by their official names;
- ``woonplaatsen.csv``: towns, villages and large quarters with their gemeente;
- ``local.yaml``: streets, squares, stations, nicknames and wider areas that regions add themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field, model_validator

from configuration import wording
from configuration.document import Entry, InvalidConfiguration, Problem, as_written, entries, line_of, read

_PROVINCE_SUFFIX = re.compile(r" \([A-Z]{1,2}\.\)$", re.IGNORECASE)
_EVERYDAY_NAMES = {"'s-Gravenhage": "Den Haag"}
"""Official name → what everybody, and so the operator, calls it."""


class PlaceKind(StrEnum):
    GEMEENTE = "gemeente"
    WOONPLAATS = "woonplaats"
    LOCAL = "local"
    """A street, square, station, park or shopping centre."""
    AREA = "area"
    """Wider than a gemeente: a province or a landscape."""


class LocalPlace(Entry):
    """One place that a region added. The same name may be given several times, each with another gemeente."""

    name: str = Field(min_length=2, max_length=60)
    gemeente: str | None = None
    """Name or code of the gemeente; absent for a place outside the Netherlands."""
    variants: tuple[str, ...] = ()
    """Other spellings and nicknames."""
    ordinary_word: bool = False
    """True when the name is also a Dutch word: a place only with evidence beside it."""
    common: bool = False
    """True when many towns have one (Stationsweg): its gemeente is settled only by a town named beside it."""


class Area(Entry):
    """A province or a landscape; settles which of several towns is meant."""

    name: str = Field(min_length=2, max_length=60)
    regions: tuple[str, ...] = Field(min_length=1)
    """Codes of the veiligheidsregio's it lies in."""
    variants: tuple[str, ...] = ()


class KnownFor(Entry):
    """Words beside which a shared name means one gemeente: *Haren* beside *project x*."""

    name: str
    gemeente: str
    words: tuple[str, ...] = Field(min_length=1)


class LocalPlaces(Entry):
    places: tuple[LocalPlace, ...] = ()
    nicknames: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Place name → what people call it: ``Amsterdam: [damsko, mokum]``, ``Utrecht: ["030"]``."""
    areas: tuple[Area, ...] = ()
    known_for: tuple[KnownFor, ...] = ()
    foremost: dict[str, str] = Field(default_factory=dict)
    """Name that several places share → the gemeente of the one that everybody means: ``Velp: Rheden``."""
    ordinary_words: tuple[str, ...] = ()
    """Gemeenten and woonplaatsen whose name is also a Dutch word (Best, Echt, Haren)."""

    @model_validator(mode="after")
    def _one_name_one_thing(self) -> LocalPlaces:
        owners: dict[str, str] = {}
        for name, nicknames in self.nicknames.items():
            for nickname in nicknames:
                if owners.setdefault(nickname.lower(), name) != name:
                    raise ValueError(f"{nickname} is called both {owners[nickname.lower()]} and {name}: keep one")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemeente:
    code: str
    """``GM`` and four digits (CBS)."""
    name: str
    """As the operator reads it: the official name, but Den Haag."""
    official_name: str
    region: str
    """Veiligheidsregio code, ``VR01``–``VR25``."""
    region_name: str

    @property
    def town(self) -> str:
        """The name without the province that tells it from its namesakes: ``Hengelo`` for ``Hengelo (O.)``."""
        return _PROVINCE_SUFFIX.sub("", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """A canonical name: what the anonymizer emits as token and the detector resolves."""

    name: str
    kinds: frozenset[PlaceKind]
    gemeenten: tuple[str, ...]
    """Codes of the gemeenten it may lie in. More than one: ambiguous. None: an area, or outside the Netherlands."""
    ordinary_word: bool
    common: bool = False
    """Many towns have one: no gemeente without a town beside it."""
    foremost: str | None = None
    """Code of the gemeente that carries this name officially without a province behind it (Zwolle, Hoorn), or that is
    configured as the one everybody means (Velp); namesakes are villages that people tell apart themselves."""
    regions: tuple[str, ...] = ()
    """Of an area."""
    known_for: tuple[tuple[str, frozenset[str]], ...] = ()
    """Gemeente code and the words beside which the name means it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    gemeenten: dict[str, Gemeente]
    """By code."""
    names: dict[str, PlaceName]
    """By canonical name."""
    spellings: dict[str, str]
    """Lower-case spelling (canonical, variant, nickname) → canonical name."""

    def region_of(self, gemeente_code: str | None) -> str | None:
        gemeente = self.gemeenten.get(gemeente_code or "")
        return gemeente.region if gemeente else None

    def code_of(self, gemeente: str) -> str | None:
        """Code of a gemeente by code, name, official name or town; None when unknown or told by several."""
        if gemeente in self.gemeenten:
            return gemeente
        wanted = gemeente.lower()
        exact = [g.code for g in self.gemeenten.values() if wanted in (g.name.lower(), g.official_name.lower())]
        if len(exact) == 1:
            return exact[0]
        towns = [g.code for g in self.gemeenten.values() if wanted == g.town.lower()]
        if len(towns) == 1:
            return towns[0]
        canonical = self.names.get(self.spellings.get(wanted, ""))
        if canonical and len(canonical.gemeenten) == 1 and PlaceKind.GEMEENTE in canonical.kinds:
            return canonical.gemeenten[0]
        return None


def load_gazetteer(directory: Path) -> Gazetteer:
    """Read the gazetteer of a configuration. Raises `InvalidConfiguration` with every problem of its files."""
    problems: list[Problem] = []
    gazetteer, _ = read_gazetteer(directory, problems)
    if problems or gazetteer is None:
        raise InvalidConfiguration(problems)
    return gazetteer


def read_gazetteer(directory: Path, problems: list[Problem]) -> tuple[Gazetteer | None, bool]:
    """What can be read of it, and whether every name is in it; what is wrong is added to ``problems``."""
    try:
        gemeenten = _gemeenten(directory / "gemeenten.csv")
    except InvalidConfiguration as error:
        problems.extend(error.problems)
        return None, False
    wrong: list[Problem] = []
    woonplaatsen = _woonplaatsen(directory / "woonplaatsen.csv", gemeenten, wrong)
    every_name = not wrong
    local_file = directory / "local.yaml"
    local = LocalPlaces()
    if local_file.exists():
        try:
            local = read(local_file, LocalPlaces)
        except InvalidConfiguration as error:
            wrong.extend(error.problems)
            salvaged = _salvaged(local_file)
            every_name = every_name and salvaged is not None
            local = salvaged or local
    gazetteer = _Assembly(gemeenten, local_file, wrong).of(woonplaatsen, local)
    problems.extend(wrong)
    return gazetteer, every_name


def _salvaged(file: Path) -> LocalPlaces | None:
    """The names of a file that its model refused, each where it stands; None when it cannot be read at all.

    Only for checking what names them: nothing runs on it.
    """
    document = as_written(file)
    if document is None:
        return None

    def spellings(node: object) -> tuple[str, ...]:
        return tuple(one for one in entries(node) if isinstance(one, str))

    places = []
    for index, entry in enumerate(entries(document.get("places"))):
        written = entry if isinstance(entry, dict) else {}
        name, gemeente = written.get("name"), written.get("gemeente")
        places.append(
            LocalPlace.model_construct(
                name=name if isinstance(name, str) else f"places.{index}",
                gemeente=gemeente if isinstance(gemeente, str) else None,
                variants=spellings(written.get("variants")),
            )
        )
    areas = [
        Area.model_construct(name=entry["name"], regions=(), variants=spellings(entry.get("variants")))
        for entry in entries(document.get("areas"))
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    ]
    called = document.get("nicknames")
    nicknames = called.items() if isinstance(called, dict) else ()
    return LocalPlaces.model_construct(
        places=tuple(places), areas=tuple(areas), nicknames={name: spellings(given) for name, given in nicknames}
    )


def _gemeenten(file: Path) -> dict[str, Gemeente]:
    found = {}
    problems = []
    for line, row in _rows(file, ("gemeente_code", "gemeente", "veiligheidsregio_code", "veiligheidsregio")):
        code, name, region, region_name = row
        if not (code.startswith("GM") and region.startswith("VR")):
            problems.append(Problem(file=str(file), line=line, reason="not a gemeente and a veiligheidsregio"))
            continue
        found[code] = Gemeente(
            code=code,
            name=_EVERYDAY_NAMES.get(name, name),
            official_name=name,
            region=region,
            region_name=region_name,
        )
    if problems:
        raise InvalidConfiguration(problems)
    return found


def _woonplaatsen(file: Path, gemeenten: dict[str, Gemeente], problems: list[Problem]) -> list[tuple[str, str]]:
    if not file.exists():
        return []
    found = []
    try:
        rows = _rows(file, ("woonplaats", "gemeente_code"))
    except InvalidConfiguration as error:
        problems.extend(error.problems)
        return []
    for line, (name, code) in rows:
        if code in gemeenten and name:
            found.append((name, code))
        else:
            reason = f"{code or 'this line'} is not a gemeente"
            problems.append(Problem(file=str(file), line=line, reason=reason, suggestion="codes are in gemeenten.csv"))
    return found


def _rows(file: Path, columns: tuple[str, ...]) -> Iterable[tuple[int, tuple[str, ...]]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != columns:
                raise InvalidConfiguration(
                    [Problem(file=str(file), line=1, reason=f"the first line must be {','.join(columns)}")]
                )
            rows = [(reader.line_num, tuple(row[column] or "" for column in columns)) for row in reader]
    except FileNotFoundError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="this file is missing")]) from None
    except UnicodeDecodeError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="not UTF-8")]) from None
    return rows


class _Assembly:
    """Joins the files into one gazetteer; what does not fit is added to ``problems``."""

    def __init__(self, gemeenten: dict[str, Gemeente], local_file: Path, problems: list[Problem]) -> None:
        self._gemeenten = gemeenten
        self._file = local_file
        self._problems = problems
        self._kinds: dict[str, set[PlaceKind]] = {}
        self._codes: dict[str, list[str]] = {}
        self._regions: dict[str, tuple[str, ...]] = {}
        self._spellings: dict[str, str] = {}
        self._foremost: dict[str, str] = {}
        self._known_for: dict[str, list[tuple[str, frozenset[str]]]] = {}
        self._common: set[str] = set()
        self._ordinary: set[str] = set()

    def of(self, woonplaatsen: Iterable[tuple[str, str]], local: LocalPlaces) -> Gazetteer:
        for gemeente in self._gemeenten.values():
            name = self._add(gemeente.town, PlaceKind.GEMEENTE, gemeente.code)
            if gemeente.town == gemeente.name:
                self._foremost[name] = gemeente.code
            for spelling in (gemeente.name, gemeente.official_name):
                self._spell(spelling, name)
        for name, code in woonplaatsen:
            self._add(name, PlaceKind.WOONPLAATS, code)
        self._ordinary |= {self._spellings.get(word.lower(), word) for word in local.ordinary_words}
        official = Gazetteer(gemeenten=self._gemeenten, names=self._names(), spellings=self._spellings)
        self._add_local(local, official)
        self._add_areas(local)
        self._add_nicknames(local)
        self._add_known_for(local, official)
        self._add_foremost(local, official)
        return Gazetteer(gemeenten=self._gemeenten, names=self._names(), spellings=self._spellings)

    def _add_local(self, local: LocalPlaces, official: Gazetteer) -> None:
        for index, place in enumerate(local.places):
            code = None
            if place.gemeente is not None and (code := official.code_of(place.gemeente)) is None:
                meant = wording.nearest(place.gemeente, sorted(official.names))
                self._wrong(f"{place.gemeente} is not a gemeente", "places", index, "gemeente", meant=meant)
            name = self._add(place.name, PlaceKind.LOCAL, code)
            for variant in place.variants:
                self._spell(variant, name)
            if place.ordinary_word:
                self._ordinary.add(name)
            if place.common:
                self._common.add(name)

    def _add_areas(self, local: LocalPlaces) -> None:
        regions = {gemeente.region for gemeente in self._gemeenten.values()}
        for index, area in enumerate(local.areas):
            if unknown := [region for region in area.regions if region not in regions]:
                self._wrong(f"{unknown[0]} is not a veiligheidsregio", "areas", index, "regions")
            name = self._add(area.name, PlaceKind.AREA, None)
            self._regions[name] = area.regions
            for variant in area.variants:
                self._spell(variant, name)

    def _add_nicknames(self, local: LocalPlaces) -> None:
        for called, nicknames in local.nicknames.items():
            canonical = self._spellings.get(called.lower())
            if canonical is None:
                self._wrong(f"{called} is not a place", "nicknames", called)
                continue
            for nickname in nicknames:
                self._spellings[nickname.lower()] = canonical

    def _add_known_for(self, local: LocalPlaces, official: Gazetteer) -> None:
        for index, known in enumerate(local.known_for):
            name = self._spellings.get(known.name.lower())
            code = official.code_of(known.gemeente)
            if name is None or code is None or code not in self._codes[name]:
                self._wrong(f"{known.name} does not lie in {known.gemeente}", "known_for", index)
                continue
            self._known_for.setdefault(name, []).append((code, frozenset(known.words)))

    def _add_foremost(self, local: LocalPlaces, official: Gazetteer) -> None:
        for called, gemeente in local.foremost.items():
            name = self._spellings.get(called.lower())
            code = official.code_of(gemeente)
            if name is None or code is None or code not in self._codes[name]:
                self._wrong(f"{called} does not lie in {gemeente}", "foremost", called)
                continue
            self._foremost[name] = code

    def _add(self, name: str, kind: PlaceKind, code: str | None) -> str:
        name = self._spellings.get(name.lower(), name)
        self._kinds.setdefault(name, set()).add(kind)
        known = self._codes.setdefault(name, [])
        if code is not None and code not in known:
            known.append(code)
        self._spell(name, name)
        return name

    def _spell(self, spelling: str, name: str) -> None:
        spelling = spelling.lower()
        self._spellings.setdefault(spelling, name)
        if spelling.startswith("'"):
            self._spellings.setdefault(spelling[1:], name)
            self._spellings.setdefault(f"’{spelling[1:]}", name)

    def _wrong(self, reason: str, *location: str | int, meant: str = "") -> None:
        line = line_of(self._file, *location)
        self._problems.append(Problem(file=str(self._file), line=line, reason=reason, suggestion=meant))

    def _names(self) -> dict[str, PlaceName]:
        return {
            name: PlaceName(
                name=name,
                kinds=frozenset(kinds),
                gemeenten=tuple(self._codes[name]),
                ordinary_word=name in self._ordinary,
                common=name in self._common,
                foremost=self._foremost.get(name),
                regions=self._regions.get(name, ()),
                known_for=tuple(self._known_for.get(name, ())),
            )
            for name, kinds in self._kinds.items()
        }
