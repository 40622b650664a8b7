"""What only shows when the files are read together: words with two owners, places and phenomena that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rapidfuzz import process

from configuration.access import NATIONAL, Access
from configuration.alarms import Alarms
from configuration.calendar import Calendar
from configuration.document import Problem, line_of
from configuration.mandates import EVERY, Mandate
from configuration.persons import NameLists, Refusal
from configuration.phenomena import Phenomenon
from configuration.places import Gazetteer
from configuration.receivers import Receivers
from configuration.sources import Sources
from configuration.thresholds import Thresholds


def one_meaning(directory: Path, phenomena: Iterable[Phenomenon]) -> Iterator[Problem]:
    """A spelling stands for one term in all files: the anonymizer can write down only one."""
    meaning: dict[str, tuple[str, str]] = {}
    for phenomenon in phenomena:
        file = directory / f"{phenomenon.id}.yaml"
        for index, term in enumerate(phenomenon.terms):
            for spelling in (term.term, *term.variants):
                known, where = meaning.setdefault(spelling, (term.term, phenomenon.id))
                if known != term.term:
                    yield Problem(
                        file=str(file),
                        line=line_of(file, "terms", index),
                        reason=f"{spelling} stands for {term.term} here and for {known} in {where}.yaml",
                        suggestion="keep it in one of the two",
                    )


def nobody_watched(directory: Path, phenomena: Iterable[Phenomenon], names: NameLists) -> Iterator[Problem]:
    """Terms that the name lists know as a person."""
    for phenomenon in phenomena:
        file = directory / f"{phenomenon.id}.yaml"
        for index, term in enumerate(phenomenon.terms):
            for spelling in (term.term, *term.variants):
                if names.is_name(spelling):
                    yield Problem(
                        file=str(file),
                        line=line_of(file, "terms", index),
                        reason=f"{spelling} {Refusal.NAME.value}",
                        suggestion="name the phenomenon instead",
                    )


def known_places(directory: Path, phenomena: Iterable[Phenomenon], gazetteer: Gazetteer) -> Iterator[Problem]:
    for phenomenon in phenomena:
        file = directory / f"{phenomenon.id}.yaml"
        for index, place in enumerate(phenomenon.watch_places):
            if gazetteer.code_of(place) is None and place.lower() not in gazetteer.spellings:
                yield _unknown_place(file, line_of(file, "watch_places", index), place, gazetteer)


def planned_places(file: Path, calendar: Calendar, gazetteer: Gazetteer) -> Iterator[Problem]:
    for index, event in enumerate(calendar.events):
        if event.where is not None and gazetteer.code_of(event.where) is None:
            yield _unknown_place(file, line_of(file, "events", index, "where"), event.where, gazetteer)


def thresholds_in_use(
    file: Path, thresholds: Thresholds, phenomena: Iterable[Phenomenon], gazetteer: Gazetteer
) -> Iterator[Problem]:
    regions = {gemeente.region for gemeente in gazetteer.gemeenten.values()}
    ids = {phenomenon.id for phenomenon in phenomena}
    for section, used, known, kind in (
        ("regions", thresholds.regions, regions, "veiligheidsregio"),
        ("phenomena", thresholds.phenomena, ids, "phenomenon"),
    ):
        for name in used:
            if name not in known:
                line = line_of(file, section, name)
                yield Problem(
                    file=str(file), line=line, reason=f"{name} is not a {kind}", suggestion=_nearest(name, known)
                )


def mandates_in_use(
    directory: Path,
    mandates: Iterable[Mandate],
    phenomena: Iterable[Phenomenon],
    sources: Sources,
    gazetteer: Gazetteer,
) -> Iterator[Problem]:
    """A mandate for something that does not exist was meant for something else. A source may come and go."""
    regions = {gemeente.region for gemeente in gazetteer.gemeenten.values()}
    ids = {phenomenon.id for phenomenon in phenomena}
    for mandate in mandates:
        file = directory / f"{mandate.id}.yaml"
        for section, names, known, kind in (
            ("regions", mandate.regions, regions, "veiligheidsregio"),
            ("phenomena", mandate.phenomena, ids, "phenomenon"),
            ("sources", mandate.sources, {source.id for source in sources.sources}, "source"),
        ):
            for index, name in enumerate(names):
                if name != EVERY and name not in known and file.exists():
                    line = line_of(file, section, index)
                    yield Problem(
                        file=str(file), line=line, reason=f"{name} is not a {kind}", suggestion=_nearest(name, known)
                    )


def receivers_reach(
    file: Path, receivers: Receivers, phenomena: Iterable[Phenomenon], gazetteer: Gazetteer
) -> Iterator[Problem]:
    """A receiver for something that does not exist would wait for ever."""
    regions = {gemeente.region for gemeente in gazetteer.gemeenten.values()}
    ids = {phenomenon.id for phenomenon in phenomena}
    for number, receiver in enumerate(receivers.receivers):
        for section, names, known, kind in (
            ("regions", receiver.regions, regions, "veiligheidsregio"),
            ("phenomena", receiver.phenomena, ids, "phenomenon"),
        ):
            for index, name in enumerate(names):
                if name not in known:
                    line = line_of(file, "receivers", number, section, index)
                    yield Problem(
                        file=str(file), line=line, reason=f"{name} is not a {kind}", suggestion=_nearest(name, known)
                    )
        for index, name in enumerate(receiver.gemeenten):
            if gazetteer.code_of(name) is None:
                yield _unknown_place(file, line_of(file, "receivers", number, "gemeenten", index), name, gazetteer)


def access_within(file: Path, access: Access, gazetteer: Gazetteer) -> Iterator[Problem]:
    """Access to a region that does not exist was meant for another."""
    known = {gemeente.region for gemeente in gazetteer.gemeenten.values()} | {NATIONAL, EVERY}
    for number, rule in enumerate(access.groups):
        for index, name in enumerate(rule.regions):
            if name not in known:
                line = line_of(file, "groups", number, "regions", index)
                yield Problem(
                    file=str(file),
                    line=line,
                    reason=f"{name} is not a veiligheidsregio",
                    suggestion=_nearest(name, known - {EVERY}),
                )


def escalated_to(file: Path, alarms: Alarms, receivers: Receivers) -> Iterator[Problem]:
    """An escalation to a receiver that does not exist would reach nobody."""
    known = {receiver.id for receiver in receivers.receivers}
    for index, step in enumerate(alarms.escalation.steps):
        for receiver in step.receivers:
            if receiver not in known:
                yield Problem(
                    file=str(file),
                    line=line_of(file, "escalation", "steps", index),
                    reason=f"{receiver} is not a receiver",
                    suggestion=_nearest(receiver, known),
                )


def _unknown_place(file: Path, line: int, place: str, gazetteer: Gazetteer) -> Problem:
    reason = f"{place} is not a gemeente"
    return Problem(file=str(file), line=line, reason=reason, suggestion=_nearest(place, gazetteer.names))


def _nearest(name: str, known: Iterable[str]) -> str:
    found = process.extractOne(name, list(known), score_cutoff=60)
    return f"did you mean {found[0]}?" if found else ""
