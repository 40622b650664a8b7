"""The figures beside every count of attacks are those that the lists have: measured anew, through the anonymizer."""

from __future__ import annotations

import dataclasses

import pytest

from services.anonymizer import lexicon
from services.anonymizer.projection import Projector
from services.detector.attack import Lexicon
from tests.detector.hatecheck import Counts, cases, counted, interval, total
from tests.detector.posts import REPOSITORY, whole
from tests.detector.test_themes import ALLOWED

WORDS = REPOSITORY / "build" / "lexicon" / "words.gz"
ANY_DAY_MS = 1_790_000_000_000
TOLERANCE = 0.005
"""The word list of the anonymizer may change by a package; a figure is told to two decimals."""


@pytest.mark.skipif(not WORDS.exists(), reason="build/lexicon is missing: python -m lexicon")
def test_the_published_figures_are_those_of_the_lists() -> None:
    configuration = dataclasses.replace(whole(), mandates=(ALLOWED,))
    assert configuration.attack is not None
    projector = Projector(configuration, lexicon.load(WORDS), 88.0)
    attacks = Lexicon(configuration.attack)
    by_template = counted(lambda text: attacks.find(projector.project(text, ANY_DAY_MS).tokens) is not None)
    found, (low, high) = total(by_template.values()), interval(by_template)
    said = configuration.attack.measured_in("nl")
    assert said is not None
    published = said.scores
    assert published.cases == sum((found.hits, found.misses, found.false_alarms, found.rejections))
    now = found.macro_f1, low, high, found.precision, found.recall
    then = published.macro_f1, published.low, published.high, published.precision, published.recall
    assert now == pytest.approx(then, abs=TOLERANCE)


def test_the_set_is_whole() -> None:
    found = list(cases())
    assert len(found) == 3765
    assert sum(case.hateful for case in found) == 2640
    assert len({case.template for case in found}) == 755
    assert not any("[" in case.text for case in found)


def test_macro_f1_is_the_mean_of_both_sides() -> None:
    everything = Counts(hits=70, false_alarms=30)
    assert everything.macro_f1 == pytest.approx((2 * 70 / (2 * 70 + 30)) / 2)
    assert Counts(hits=7, rejections=3).macro_f1 == 1
