"""What a watch or a theme names, as far as it can be read: also of a file in which something else is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configuration.document import as_written, entries
from configuration.phenomena import Phenomenon
from configuration.themes import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    file: Path
    owner: str
    terms: tuple[tuple[int, tuple[str, ...]], ...]
    """Where it stands in the file; the term, and its variants."""
    places: tuple[tuple[int, str], ...]


def of_model(file: Path, entry: Phenomenon | Theme) -> Written:
    terms = [(term,) if isinstance(term, str) else (term.term, *term.variants) for term in entry.terms]
    places = entry.watch_places if isinstance(entry, Phenomenon) else ()
    return Written(file=file, owner=entry.owner, terms=tuple(enumerate(terms)), places=tuple(enumerate(places)))


def of_file(file: Path) -> Written | None:
    """None when it is no YAML, or no mapping."""
    document = as_written(file)
    if document is None:
        return None
    listed = enumerate(entries(document.get("terms"))), enumerate(entries(document.get("watch_places")))
    terms = tuple((index, term) for index, entry in listed[0] if (term := _term(entry)))
    places = tuple((index, place) for index, place in listed[1] if isinstance(place, str))
    owner = document.get("owner")
    return Written(file=file, owner=owner if isinstance(owner, str) else "", terms=terms, places=places)


def _term(entry: Any) -> tuple[str, ...]:
    if isinstance(entry, str):
        return (entry,)
    if not isinstance(entry, dict) or not isinstance(entry.get("term"), str):
        return ()
    return (entry["term"], *(variant for variant in entries(entry.get("variants")) if isinstance(variant, str)))
