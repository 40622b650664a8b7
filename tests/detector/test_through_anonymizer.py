"""Moments and places as they arrive: through the real projection, which holds back what may not leave."""

from datetime import datetime
from pathlib import Path

import pytest

from configuration import load
from services.anonymizer import lexicon
from services.anonymizer.projection import Projector
from services.detector import dates
from services.detector.events import Reader
from tests.detector.test_dates import expressions

REPOSITORY = Path(__file__).parents[2]
WORDS = REPOSITORY / "build" / "lexicon" / "words.gz"

pytestmark = pytest.mark.skipif(not WORDS.exists(), reason="build/lexicon is missing: python -m lexicon")


@pytest.fixture(scope="module")
def configuration():
    return load(REPOSITORY / "config")


@pytest.fixture(scope="module")
def project(configuration):
    projector = Projector(configuration, lexicon.load(WORDS), 88.0)
    return lambda text, posted: projector.project(text, int(posted.timestamp() * 1000)).tokens


def test_four_of_five_expressions_survive(project):
    """Bare figures without *uur* or a date beside them stay behind on purpose: they may be anything."""
    cases = list(expressions())
    lost = []
    for posted, text, start, _ in cases:
        found = dates.find(project(text, posted), int(posted.timestamp()) // 60)
        if (found[0].start if found else None) != start:
            lost.append(text)
    assert len(lost) <= 0.2 * len(cases), lost


@pytest.mark.parametrize(
    ("text", "posted", "key"),
    [
        (
            "Morgen 20:00 coolsingel, neem vuurwerk mee",
            "2021-11-18T15:00",
            "GM0599|coolsingel|2021-11-19T20:00",
        ),
        (
            "Utrecht in opstand. 26-11-21, 19.30, Kanaalstraat, Be there!!! Neem je matties & vuurwerk mee",
            "2021-11-25T18:00",
            "GM0344|kanaalstraat|2021-11-26T19:30",
        ),
        ("18.00 uur Hobbemaplein, deel dit massaal", "2021-01-24T17:10", "GM0518|hobbemaplein|2021-01-24T18:00"),
        (
            "weggeefactie zaterdag 15u bij Zuidplein, kom allemaal",
            "2024-01-12T19:00",
            "GM0599|zuidplein|2024-01-13T15:00",
        ),
    ],
)
def test_the_messages_of_the_field_arrive(project, configuration, text, posted, key):
    local = datetime.fromisoformat(posted).replace(tzinfo=dates.ZONE)
    reading = Reader(configuration).read(project(text, local), int(local.timestamp()) // 60)
    assert reading.event_key == key
    assert reading.call
