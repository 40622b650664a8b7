"""A word list for tests that project posts: built once, from the packages the project builds it from."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.anonymizer.lexicon import Lexicon, load


@pytest.fixture(scope="session")
def lexicon(words_file: Path) -> Lexicon:
    return load(words_file)
