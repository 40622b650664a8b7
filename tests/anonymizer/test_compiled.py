"""The compiled inner loop says what the Python says that it is made of. Runs on what make test-compiled makes."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from benchmarks.anonymizer import CREATED_MS, posts, practised
from configuration import load as load_configuration
from services.anonymizer import projection
from services.anonymizer.lexicon import load
from services.anonymizer.projection import Projector
from services.anonymizer.verdicts import Explained
from tests.anonymizer import identifiers
from tests.brokers.services import REPOSITORY
from tests.compiled import of_the_source, only_compiled

pytestmark = only_compiled
SIGNS = "a b 3 12 20:00 @ , . ! ? : 1e 06-12345678 € 'T ZH 064 1012 AB (at) é 😂 xx... Ja, NEE!".split()  # noqa: SIM905


def texts(projector: Projector) -> list[str]:
    """Posts of all kinds, and rows of words that rules know between figures, signs and identifiers."""
    made = [post.text for post in (*posts(4_000), *practised(8_000))]
    rng = random.Random(5)
    known = sorted(projector._chunks.shapes.special)
    kinds = [identifiers.full_name, identifiers.handle, identifiers.url, identifiers.email, identifiers.phone]
    kinds += [identifiers.plate, identifiers.address, identifiers.birth_date, identifiers.network_name]
    for _ in range(8_000):
        chunks = [rng.choice(SIGNS if rng.random() < 0.3 else known) for _ in range(rng.randrange(3, 12))]
        if rng.random() < 0.3:
            chunks.insert(rng.randrange(len(chunks)), rng.choice(kinds)(rng))
        made.append(" ".join(word.capitalize() if rng.random() < 0.1 else word for word in chunks))
    return made


def everything_said(words: Path) -> str:
    """A hash of all that leaves, of why what stays behind does, and of all counts."""
    projector = Projector(load_configuration(REPOSITORY / "config"), load(words), 0.7)
    said = hashlib.sha256()
    for number, text in enumerate(texts(projector)):
        explained: list[Explained] | None = [] if number % 10 == 0 else None
        left = projector.project(text, CREATED_MS + number * 3_600_000, explained)
        told = [[one.text, one.reason.value] for one in explained or ()]
        said.update(json.dumps([left.tokens, left.watched, left.new_words, told]).encode())
    return f"{said.hexdigest()} {projector.dropped} {projector.permitted}"


def test_what_is_compiled_is_what_runs() -> None:
    assert projection.__file__.endswith(".so")


@pytest.mark.timeout(180)
def test_it_says_what_its_source_says(words_file: Path) -> None:
    source = of_the_source(
        "services.anonymizer.projection",
        f"""
from pathlib import Path
from tests.anonymizer.test_compiled import everything_said
print(everything_said(Path({str(words_file)!r})))
""",
    )
    assert source == everything_said(words_file)
