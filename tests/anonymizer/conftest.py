"""The anonymizer as the service builds it, on the repository's own configuration and a freshly built word list."""

from __future__ import annotations

from pathlib import Path

import pytest

import configuration
from configuration import Configuration
from services.anonymizer.lexicon import Lexicon, load
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lexicon(words_file: Path) -> Lexicon:
    return load(words_file)


@pytest.fixture(scope="session")
def whole() -> Configuration:
    return configuration.load(REPOSITORY / "config")


@pytest.fixture(scope="session")
def settings() -> AnonymizerSettings:
    return AnonymizerSettings()


@pytest.fixture(scope="session")
def projector(whole: Configuration, lexicon: Lexicon, settings: AnonymizerSettings) -> Projector:
    return Projector(whole, lexicon, settings.fold_cutoff)
