"""`config/places/`: the gazetteer. Which names are places, of which gemeente, and how else people write them.

- ``gemeenten.csv``: the 342 gemeenten of 2023 with their veiligheidsregio;
- ``woonplaatsen.csv``: towns and villages with their gemeente (built by ``python -m lexicon``);
- ``local.yaml``: streets, squares, stations and nicknames that regions add themselves.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from configuration.document import Entry, InvalidConfiguration, Problem, line_of, read


class PlaceKind(StrEnum):
    GEMEENTE = "gemeente"
    WOONPLAATS = "woonplaats"
    LOCAL = "local"
    """A street, square, station, park or shopping centre."""


class LocalPlace(Entry):
    """One place that a region added."""

    name: str = Field(min_length=2, max_length=60)
    gemeente: str | None = None
    """Name or code of the gemeente; absent for a place outside the Netherlands."""
    variants: tuple[str, ...] = ()
    """Other spellings and nicknames."""
    ordinary_word: bool = False
    """True when the name is also a Dutch word: a place only with evidence beside it."""


class LocalPlaces(Entry):
    places: tuple[LocalPlace, ...] = ()
    nicknames: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Gemeente name → what people call it: ``Amsterdam: [damsko, agga]``, ``Utrecht: ["030"]``."""
    ordinary_words: tuple[str, ...] = ()
    """Gemeenten and woonplaatsen whose name is also a Dutch word (Best, Echt, Haren)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemeente:
    code: str
    """``GM`` and four digits (CBS)."""
    name: str
    region: str
    """Veiligheidsregio code, ``VR01``–``VR25``."""
    region_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """A canonical name: what the anonymizer emits as token and the detector resolves."""

    name: str
    kinds: frozenset[PlaceKind]
    gemeenten: tuple[str, ...]
    """Codes of the gemeenten it may lie in. More than one: ambiguous. None: outside the Netherlands."""
    ordinary_word: bool


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


def load_gazetteer(directory: Path) -> Gazetteer:
    """Read the gazetteer of a configuration. Raises `InvalidConfiguration`."""
    gemeenten = _gemeenten(directory / "gemeenten.csv")
    woonplaatsen = _woonplaatsen(directory / "woonplaatsen.csv", gemeenten)
    local_file = directory / "local.yaml"
    local = read(local_file, LocalPlaces) if local_file.exists() else LocalPlaces()
    return _assemble(gemeenten, woonplaatsen, local, local_file)


def _gemeenten(file: Path) -> dict[str, Gemeente]:
    found = {}
    for line, row in _rows(file, ("gemeente_code", "gemeente", "veiligheidsregio_code", "veiligheidsregio")):
        code, name, region, region_name = row
        if not (code.startswith("GM") and region.startswith("VR")):
            raise InvalidConfiguration(
                [Problem(file=str(file), line=line, reason="not a gemeente and a veiligheidsregio")]
            )
        found[code] = Gemeente(code=code, name=name, region=region, region_name=region_name)
    return found


def _woonplaatsen(file: Path, gemeenten: dict[str, Gemeente]) -> list[tuple[str, str]]:
    if not file.exists():
        return []
    found = []
    for line, (name, code) in _rows(file, ("woonplaats", "gemeente_code")):
        if code not in gemeenten:
            raise InvalidConfiguration([Problem(file=str(file), line=line, reason=f"{code} is not a gemeente")])
        found.append((name, code))
    return found


def _rows(file: Path, columns: tuple[str, ...]) -> Iterable[tuple[int, tuple[str, ...]]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != columns:
                raise InvalidConfiguration(
                    [Problem(file=str(file), line=1, reason=f"the first line must be {','.join(columns)}")]
                )
            rows = [(reader.line_num, tuple(row[column] for column in columns)) for row in reader]
    except FileNotFoundError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="this file is missing")]) from None
    return rows


def _assemble(
    gemeenten: dict[str, Gemeente], woonplaatsen: list[tuple[str, str]], local: LocalPlaces, local_file: Path
) -> Gazetteer:
    kinds: dict[str, set[PlaceKind]] = {}
    codes: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    ordinary = {word.lower() for word in local.ordinary_words}
    problems: list[Problem] = []

    def add(name: str, kind: PlaceKind, code: str | None) -> None:
        kinds.setdefault(name, set()).add(kind)
        known = codes.setdefault(name, [])
        if code is not None and code not in known:
            known.append(code)
        spellings.setdefault(name.lower(), name)

    for gemeente in gemeenten.values():
        add(gemeente.name, PlaceKind.GEMEENTE, gemeente.code)
    for name, lies_in in woonplaatsen:
        add(spellings.get(name.lower(), name), PlaceKind.WOONPLAATS, lies_in)
    by_name = {gemeente.name.lower(): gemeente.code for gemeente in gemeenten.values()}
    for index, place in enumerate(local.places):
        code: str | None = None
        if place.gemeente is not None:
            code = by_name.get(place.gemeente.lower()) or (place.gemeente if place.gemeente in gemeenten else None)
            if code is None:
                line = line_of(local_file, "places", index, "gemeente")
                problems.append(Problem(file=str(local_file), line=line, reason=f"{place.gemeente} is not a gemeente"))
        name = spellings.get(place.name.lower(), place.name)
        add(name, PlaceKind.LOCAL, code)
        for variant in place.variants:
            spellings.setdefault(variant.lower(), name)
        if place.ordinary_word:
            ordinary.add(name.lower())
    for name, nicknames in local.nicknames.items():
        canonical = spellings.get(name.lower())
        if canonical is None:
            line = line_of(local_file, "nicknames", name)
            problems.append(Problem(file=str(local_file), line=line, reason=f"{name} is not a place"))
            continue
        for nickname in nicknames:
            spellings[nickname.lower()] = canonical
    if problems:
        raise InvalidConfiguration(problems)
    names = {
        name: PlaceName(
            name=name,
            kinds=frozenset(kinds[name]),
            gemeenten=tuple(codes[name]),
            ordinary_word=name.lower() in ordinary,
        )
        for name in kinds
    }
    return Gazetteer(gemeenten=gemeenten, names=names, spellings=spellings)
