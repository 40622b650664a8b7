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
                source=source, kind="file", status=status, reason=Reason.OK, since_ms=ms, at_ms=ms, exercise=exercise
            ),
            ms,
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


MINUTE_MS = 60_000
BEAT_MS = 4_000


class Ingest:
    """Reports of sources as ingest writes them, every four seconds."""

    def __init__(self) -> None:
        self.coverage = SourceCoverage()

    def reports(self, from_minute: float, to_minute: float, *sources: str, status: Status = Status.LIVE) -> None:
        for ms in range(round(from_minute * MINUTE_MS), round(to_minute * MINUTE_MS), BEAT_MS):
            for source in sources:
                health = SourceHealth(source=source, kind="push", status=status, reason=Reason.OK, since_ms=0, at_ms=ms)
                self.coverage.take(health, ms)

    @property
    def spells(self) -> list[Spell]:
        return self.coverage.spells(None)


def test_while_ingest_was_dead_nothing_was_seen() -> None:
    """
    a  live 0 ─── live 5 ·····nothing····· live 20 ── (live since 0, says the report: it only hung)
    b  live 0 ─── live 5 ·····nothing····· live 20 ──
    """
    ingest = Ingest()
    ingest.reports(0, 5, "a", "b")
    assert ingest.spells == []
    ingest.reports(20, 25, "a", "b")
    assert ingest.spells == [(4, 20, 1.0)]


def test_a_source_that_alone_falls_silent_is_blind_once_the_others_spoke_on() -> None:
    ingest = Ingest()
    ingest.reports(0, 5, "a", "b")
    ingest.reports(5, 5.1, "a")
    assert ingest.spells == []
    ingest.reports(5.1, 5.3, "a")
    assert (ingest.spells, ingest.coverage.blind()) == ([(4, END_OF_TIME, 0.5)], 1)
    ingest.reports(30, 31, "b")
    assert ingest.spells[0] == (4, 5, 0.5)


def test_a_restart_is_blind_from_the_last_report_and_not_from_the_first_after_it() -> None:
    ingest = Ingest()
    ingest.reports(0, 5, "a")
    ingest.reports(20, 21, "a", status=Status.BLIND)
    assert ingest.spells == [(4, END_OF_TIME, 1.0)]


def test_a_source_that_was_taken_out_is_no_part_of_the_view_after_an_hour() -> None:
    ingest = Ingest()
    ingest.reports(0, 5, "a", "b")
    ingest.reports(5, 64, "a")
    assert ingest.spells == [(4, END_OF_TIME, 0.5)]
    ingest.reports(64, 66, "a")
    assert (ingest.spells, ingest.coverage.blind()) == ([], 0)


def test_nothing_is_forgotten_while_ingest_is_away() -> None:
    ingest = Ingest()
    ingest.reports(0, 5, "a", "b")
    ingest.reports(500, 500.05, "a")
    assert ingest.spells == [(4, 500, 1.0), (500, END_OF_TIME, 0.5)]


def test_every_reader_finds_the_same_whatever_was_compacted() -> None:
    """A worker that starts later finds one report of each source before the newest segment."""
    early, late = Ingest(), Ingest()
    for reader, since in ((early, 0.0), (late, 4.95)):
        reader.reports(since, 5, "a", "b")
        reader.reports(20, 25, "a", "b")
    assert early.spells == late.spells[-1:]


def test_a_file_waits_for_its_reader() -> None:
    assert told(("a", Status.LIVE, 0), ("a", Status.LIVE, 90)).spells(None) == []


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
