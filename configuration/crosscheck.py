"""What only shows when the files are read together: words with two owners, places and phenomena that do not exist."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from rapidfuzz import process

from configuration.access import NATIONAL, Access
from configuration.alarms import Alarms
from configuration.attack import Attack
from configuration.calendar import Calendar
from configuration.document import Problem, line_of
from configuration.events import Events
from configuration.guidance import Guidance
from configuration.mandates import EVERY, Mandate
from configuration.messages import Messages
from configuration.persons import NameLists, refused_term
from configuration.phenomena import Phenomenon
from configuration.places import Gazetteer
from configuration.platforms import Platforms
from configuration.receivers import Receivers
from configuration.sources import Sources
from configuration.themes import Theme
from configuration.thresholds import Thresholds
from configuration.written import Written


def one_meaning(written: Iterable[Written]) -> Iterator[Problem]:
    """A spelling stands for one term in all files: the anonymizer can write down only one."""
    meaning: dict[str, tuple[str, str]] = {}
    for entry in written:
        for index, term in entry.terms:
            for spelling in term:
                known, where = meaning.setdefault(spelling, (term[0], entry.file.stem))
                if known != term[0]:
                    yield Problem(
                        file=str(entry.file),
                        line=line_of(entry.file, "terms", index),
                        reason=f"{spelling} stands for {term[0]} here and for {known} in {where}.yaml",
                        suggestion="keep it in one of the two",
                    )


def each_once(written: Iterable[Written]) -> Iterator[Problem]:
    """A term that stands twice in one file has two roles or weights, and nobody knows which."""
    for entry in written:
        seen: set[str] = set()
        for index, (term, *variants) in entry.terms:
            line = line_of(entry.file, "terms", index)
            if term in seen:
                yield Problem(
                    file=str(entry.file),
                    line=line,
                    reason=f"{term} stands twice in this file",
                    suggestion="keep one of the two",
                )
            seen.add(term)
            twice = {spelling for spelling in variants if variants.count(spelling) > 1}
            for spelling in sorted(twice | ({term} & set(variants))):
                yield Problem(
                    file=str(entry.file),
                    line=line,
                    reason=f"{spelling} stands twice with {term}",
                    suggestion="leave one out",
                )


def guided(file: Path, guidance: Guidance, phenomena: Iterable[Phenomenon]) -> Iterator[Problem]:
    """Advice for a phenomenon that does not exist would never be read."""
    known = _ids(file.parent, phenomena) | {"default"}
    for index, entry in enumerate(guidance.guidance):
        if entry.phenomenon not in known:
            yield Problem(
                file=str(file),
                line=line_of(file, "guidance", index, "phenomenon"),
                reason=f"{entry.phenomenon} is not a phenomenon",
                suggestion=_nearest(entry.phenomenon, known),
            )


def said_about(file: Path, messages: Messages, phenomena: Iterable[Phenomenon]) -> Iterator[Problem]:
    """A message about a phenomenon that does not exist would never be shown."""
    known = _ids(file.parent, phenomena) | {EVERY}
    for index, message in enumerate(messages.messages):
        for place, phenomenon in enumerate(message.phenomena):
            if phenomenon not in known:
                yield Problem(
                    file=str(file),
                    line=line_of(file, "messages", index, "phenomena", place),
                    reason=f"{phenomenon} is not a phenomenon",
                    suggestion=_nearest(phenomenon, known),
                )


def nobody_watched(written: Iterable[Written], names: NameLists, places: Container[str]) -> Iterator[Problem]:
    """Terms that the name lists know as a person, and owners that are no role."""
    for entry in written:
        for index, term in entry.terms:
            for spelling in term:
                if refused_term(spelling) is None and (refusal := names.refused(spelling, places)):
                    yield Problem(
                        file=str(entry.file),
                        line=line_of(entry.file, "terms", index),
                        reason=f"{spelling} {refusal.value}",
                        suggestion="name the phenomenon instead",
                    )
        if refused_term(entry.owner) is None and (refusal := names.refused(entry.owner, places)):
            yield Problem(
                file=str(entry.file),
                line=line_of(entry.file, "owner"),
                reason=f"{entry.owner} {refusal.value}",
                suggestion="an owner is a role",
            )


def known_places(written: Iterable[Written], gazetteer: Gazetteer) -> Iterator[Problem]:
    for entry in written:
        for index, place in entry.places:
            if gazetteer.code_of(place) is None and place.lower() not in gazetteer.spellings:
                yield _unknown_place(entry.file, line_of(entry.file, "watch_places", index), place, gazetteer)


def planned_places(file: Path, calendar: Calendar, gazetteer: Gazetteer) -> Iterator[Problem]:
    for index, event in enumerate(calendar.events):
        if event.where is not None and gazetteer.code_of(event.where) is None:
            yield _unknown_place(file, line_of(file, "events", index, "where"), event.where, gazetteer)
        if event.at is not None and event.at.lower() not in gazetteer.spellings:
            yield _unknown_place(file, line_of(file, "events", index, "at"), event.at, gazetteer)


def thresholds_in_use(
    file: Path, thresholds: Thresholds, phenomena: Iterable[Phenomenon], gazetteer: Gazetteer
) -> Iterator[Problem]:
    regions = set(_regions(gazetteer))
    ids = _ids(file.parent, phenomena)
    for section, used, known, kind in (
        ("regions", thresholds.regions, regions, "veiligheidsregio"),
        ("phenomena", thresholds.phenomena, ids, "phenomenon"),
    ):
        for name in used:
            if name not in known:
                line = line_of(file, section, name)
                meant = _meant_region(name, gazetteer) if section == "regions" else _nearest(name, known)
                yield Problem(file=str(file), line=line, reason=f"{name} is not a {kind}", suggestion=meant)


def mandates_in_use(
    directory: Path,
    mandates: Iterable[Mandate],
    phenomena: Iterable[Phenomenon],
    sources: Sources,
    gazetteer: Gazetteer,
) -> Iterator[Problem]:
    """A mandate for something that does not exist was meant for something else. A source may come and go."""
    regions = {gemeente.region for gemeente in gazetteer.gemeenten.values()}
    ids = _ids(directory.parent, phenomena)
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


def themes_in_use(
    directory: Path, mandates: Iterable[Mandate], themes: Iterable[Theme], attack: Attack | None
) -> Iterator[Problem]:
    """A mandate for a theme that does not exist was meant for another; without the lists nothing could be counted."""
    known = {theme.id for theme in themes} | {file.stem for file in (directory / "themes").glob("*.yaml")}
    for mandate in mandates:
        file = directory / "mandates" / f"{mandate.id}.yaml"
        if mandate.themes is None or not file.exists():
            continue
        if attack is None and not (directory / "attack.yaml").exists():
            reason = "themes need attack.yaml: what counts as an attack on a group"
            yield Problem(file=str(file), line=line_of(file, "themes"), reason=reason)
        for index, name in enumerate(mandate.themes.watched):
            if name not in known:
                line = line_of(file, "themes", "watched", index)
                yield Problem(
                    file=str(file), line=line, reason=f"{name} is not a theme", suggestion=_nearest(name, known)
                )


def events_in_use(directory: Path, events: Events, themes: Iterable[Theme]) -> Iterator[Problem]:
    """An event beside a theme that does not exist would never be shown."""
    known = {theme.id for theme in themes} | {file.stem for file in (directory / "themes").glob("*.yaml")}
    file = directory / "events.yaml"
    for number, event in enumerate(events.events):
        for index, name in enumerate(event.themes):
            if name not in known:
                line = line_of(file, "events", number, "themes", index)
                yield Problem(
                    file=str(file), line=line, reason=f"{name} is not a theme", suggestion=_nearest(name, known)
                )


def receivers_reach(
    file: Path, receivers: Receivers, phenomena: Iterable[Phenomenon], gazetteer: Gazetteer
) -> Iterator[Problem]:
    """A receiver for something that does not exist would wait for ever."""
    regions = {gemeente.region for gemeente in gazetteer.gemeenten.values()}
    ids = _ids(file.parent, phenomena)
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
    for number, rule in enumerate(access.groups):
        yield from _known_regions(file, ("groups", number), rule.regions, gazetteer)


def reported_for(file: Path, platforms: Platforms, gazetteer: Gazetteer) -> Iterator[Problem]:
    """An organisation that reports for a region that does not exist was meant for another."""
    for number, organisation in enumerate(platforms.organisations):
        yield from _known_regions(file, ("organisations", number), organisation.regions, gazetteer)


def _known_regions(
    file: Path, place: tuple[str | int, ...], regions: Iterable[str], gazetteer: Gazetteer
) -> Iterator[Problem]:
    known = {gemeente.region for gemeente in gazetteer.gemeenten.values()} | {NATIONAL, EVERY}
    for index, name in enumerate(regions):
        if name not in known:
            yield Problem(
                file=str(file),
                line=line_of(file, *place, "regions", index),
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


def _ids(directory: Path, phenomena: Iterable[Phenomenon]) -> set[str]:
    """Files that could not be read count as well: one mistake is told once."""
    return {phenomenon.id for phenomenon in phenomena} | {
        file.stem for file in (directory / "phenomena").glob("*.yaml")
    }


def _regions(gazetteer: Gazetteer) -> dict[str, str]:
    """Names of the veiligheidsregio's by code."""
    return {gemeente.region: gemeente.region_name for gemeente in gazetteer.gemeenten.values()}


def _meant_region(name: str, gazetteer: Gazetteer) -> str:
    """By the name that people know, else by the code."""
    names = _regions(gazetteer)
    found = process.extractOne(name, names, score_cutoff=70, processor=str.lower)
    return f"did you mean {found[2]}, {found[0]}?" if found else _nearest(name, names)


def _nearest(name: str, known: Iterable[str]) -> str:
    found = process.extractOne(name, list(known), score_cutoff=60)
    return f"did you mean {found[0]}?" if found else ""
