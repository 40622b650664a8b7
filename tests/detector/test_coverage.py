"""A blind window is missing, not empty; a source that ended, or never saw, is not waited for."""

from __future__ import annotations

from contracts.source_health import Reason, SourceHealth, Status
from services.detector.coverage import END_OF_TIME, SourceCoverage
from services.detector.state import Spell


def told(*reports: tuple[str, Status, int], exercise: str | None = None) -> SourceCoverage:
    coverage = SourceCoverage()
    for source, status, minute in reports:
        ms = minute * 60_000
        coverage.take(
            SourceHealth(
                source=source, kind="push", status=status, reason=Reason.OK, since_ms=ms, at_ms=ms, exercise=exercise
            )
        )
    return coverage


def spells(*reports: tuple[str, Status, int]) -> list[Spell]:
    return told(*reports).spells(None)


def test_nothing_told_is_nothing_missing() -> None:
    assert spells() == []


def test_one_of_two_sources_blind_is_half_the_view() -> None:
    """
    a  live 0 ────────── blind 10 ──── live 20 ──
    b  live 0 ───────────────────────────────────
    """
    found = spells(
        ("a", Status.LIVE, 0),
        ("b", Status.LIVE, 0),
        ("a", Status.BLIND, 10),
        ("b", Status.LATE, 15),
        ("a", Status.LIVE, 20),
    )
    assert [(start, end, share) for start, end, share in found] == [(10, 15, 0.5), (15, 20, 0.5)]


def test_an_open_spell_lasts() -> None:
    assert spells(("a", Status.LIVE, 0), ("a", Status.BLIND, 10)) == [(10, END_OF_TIME, 1.0)]


def test_a_source_that_never_saw_or_that_ended_counts_for_nothing() -> None:
    assert spells(("never", Status.BLIND, 0), ("a", Status.LIVE, 5)) == []
    assert spells(("a", Status.LIVE, 0), ("a", Status.ENDED, 50)) == []


def test_an_exercise_is_blind_for_itself_alone() -> None:
    coverage = told(("file", Status.LIVE, 0), ("file", Status.BLIND, 10), exercise="haren")
    assert coverage.spells(None) == []
    assert len(coverage.spells("haren")) == 1


def test_how_many_are_blind_now() -> None:
    assert told(("a", Status.LIVE, 0), ("b", Status.BLIND, 3)).blind() == 1
