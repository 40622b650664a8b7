"""The whole configuration: read at once, valid as a whole, with a version that every alert carries."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from configuration import crosscheck
from configuration.access import Access
from configuration.alarms import Alarms
from configuration.attack import Attack
from configuration.calendar import Calendar
from configuration.document import EntryT, InvalidConfiguration, Problem, line_of, read
from configuration.events import Events
from configuration.guidance import Guidance
from configuration.mandates import AMSTERDAM, Mandate
from configuration.messages import Messages
from configuration.persons import NameLists
from configuration.phenomena import Phenomenon
from configuration.places import Gazetteer, read_gazetteer
from configuration.platforms import Platforms
from configuration.receivers import Receivers
from configuration.sources import Sources
from configuration.themes import Theme
from configuration.thresholds import Thresholds
from configuration.written import Written, of_file, of_model

NamedT = TypeVar("NamedT", Phenomenon, Mandate, Theme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    phenomena: tuple[Phenomenon, ...]
    thresholds: Thresholds
    gazetteer: Gazetteer
    sources: Sources
    receivers: Receivers
    platforms: Platforms
    access: Access
    guidance: Guidance
    messages: Messages
    calendar: Calendar
    mandates: tuple[Mandate, ...]
    alarms: Alarms
    themes: tuple[Theme, ...]
    attack: Attack | None
    """What counts as an attack on a group; None: no themes can be watched."""
    events: Events
    version: str
    """First twelve hex digits of the hash of all files: the same files, the same version."""

    def active_phenomena(self, today: datetime.date) -> tuple[Phenomenon, ...]:
        """Phenomena that may still be watched on this day."""
        return tuple(phenomenon for phenomenon in self.phenomena if today <= phenomenon.expires)

    def permitted_themes(self) -> tuple[Theme, ...]:
        """Themes that some mandate names, whenever it is in force. None of their words leave the anonymizer else."""
        named = {theme for mandate in self.mandates if mandate.themes for theme in mandate.themes.watched}
        return tuple(theme for theme in self.themes if theme.id in named)

    def method(self) -> str:
        """Twelve hex digits of what a post on a theme is judged by: figures of two methods are not the same measure."""
        lists = self.attack.model_dump_json(exclude={"measured"}) if self.attack is not None else ""
        terms = [(theme.id, theme.terms) for theme in self.themes]
        return hashlib.sha256(f"{lists}{terms}".encode()).hexdigest()[:12]

    def next_expiry(self, now: datetime.datetime) -> datetime.datetime | None:
        """When the first of what is watched now ends: a phenomenon, or a mandate. None: nothing is."""
        midnight = datetime.time(tzinfo=AMSTERDAM)
        ends = [
            datetime.datetime.combine(phenomenon.expires + datetime.timedelta(days=1), midnight)
            for phenomenon in self.phenomena
        ]
        ends += [mandate.until.replace(tzinfo=AMSTERDAM) for mandate in self.mandates]
        return min((end for end in ends if end > now), default=None)


def load(directory: Path, names: NameLists | None = None) -> Configuration:
    """Read and check a configuration directory. Raises `InvalidConfiguration` with every problem at once.

    ``names``: when given, terms that these lists know as a person are refused too.
    """
    problems: list[Problem] = []
    if not directory.is_dir():
        reason = "is a file; give the directory it is in" if directory.exists() else "this directory is missing"
        raise InvalidConfiguration([Problem(file=str(directory), line=0, reason=reason)])

    def attempt(file: Path, model: type[EntryT], default: EntryT) -> EntryT:
        if not file.exists():
            return default
        try:
            return read(file, model)
        except InvalidConfiguration as error:
            problems.extend(error.problems)
            return default

    phenomena = _phenomena(directory / "phenomena", problems)
    mandates = _one_file_each(directory / "mandates", Mandate, problems)
    themes = _one_file_each(directory / "themes", Theme, problems)
    attack = _attack(directory / "attack.yaml", problems)
    events = attempt(directory / "events.yaml", Events, Events())
    thresholds = attempt(directory / "thresholds.yaml", Thresholds, Thresholds())
    sources = attempt(directory / "sources.yaml", Sources, Sources())
    receivers = attempt(directory / "receivers.yaml", Receivers, Receivers())
    platforms = attempt(directory / "platforms.yaml", Platforms, Platforms())
    access = attempt(directory / "access.yaml", Access, Access())
    guidance = attempt(directory / "guidance.yaml", Guidance, Guidance())
    messages = attempt(directory / "messages.yaml", Messages, Messages())
    alarms = attempt(directory / "alarms.yaml", Alarms, Alarms())
    calendar = attempt(directory / "calendar.yaml", Calendar, Calendar())
    gazetteer, every_place = read_gazetteer(directory / "places", problems)
    watched = _written(directory / "phenomena", phenomena, problems)
    problems.extend(crosscheck.one_meaning(watched))
    problems.extend(crosscheck.each_once(watched))
    problems.extend(crosscheck.guided(directory / "guidance.yaml", guidance, phenomena))
    problems.extend(crosscheck.said_about(directory / "messages.yaml", messages, phenomena))
    if names is not None:
        known = gazetteer.spellings if gazetteer is not None else {}
        problems.extend(crosscheck.nobody_watched(watched, names, known))
        problems.extend(crosscheck.nobody_watched(_written(directory / "themes", themes, problems), names, known))
    if gazetteer is not None:
        problems.extend(crosscheck.mandates_in_use(directory / "mandates", mandates, phenomena, sources, gazetteer))
        problems.extend(crosscheck.thresholds_in_use(directory / "thresholds.yaml", thresholds, phenomena, gazetteer))
        problems.extend(crosscheck.access_within(directory / "access.yaml", access, gazetteer))
        problems.extend(crosscheck.reported_for(directory / "platforms.yaml", platforms, gazetteer))
    if gazetteer is not None and every_place:
        problems.extend(crosscheck.known_places(watched, gazetteer))
        problems.extend(crosscheck.planned_places(directory / "calendar.yaml", calendar, gazetteer))
        problems.extend(crosscheck.receivers_reach(directory / "receivers.yaml", receivers, phenomena, gazetteer))
    problems.extend(crosscheck.themes_in_use(directory, mandates, themes, attack))
    problems.extend(crosscheck.events_in_use(directory, events, themes))
    problems.extend(crosscheck.escalated_to(directory / "alarms.yaml", alarms, receivers))
    if problems or gazetteer is None:
        raise InvalidConfiguration(problems)
    return Configuration(
        phenomena=phenomena,
        thresholds=thresholds,
        gazetteer=gazetteer,
        sources=sources,
        receivers=receivers,
        platforms=platforms,
        access=access,
        guidance=guidance,
        messages=messages,
        calendar=calendar,
        mandates=mandates,
        alarms=alarms,
        themes=themes,
        attack=attack,
        events=events,
        version=_version(directory),
    )


def load_mandates(directory: Path) -> tuple[Mandate, ...]:
    """The mandates of a configuration directory by themselves. Raises `InvalidConfiguration`."""
    problems: list[Problem] = []
    found = _one_file_each(directory / "mandates", Mandate, problems)
    if problems:
        raise InvalidConfiguration(problems)
    return found


def _phenomena(directory: Path, problems: list[Problem]) -> tuple[Phenomenon, ...]:
    before = len(problems)
    found = _one_file_each(directory, Phenomenon, problems)
    if not found and len(problems) == before:
        problems.append(
            Problem(file=str(directory), line=0, reason="no phenomenon is configured: nothing would be watched")
        )
    return found


def _attack(file: Path, problems: list[Problem]) -> Attack | None:
    try:
        return read(file, Attack) if file.exists() else None
    except InvalidConfiguration as error:
        problems.extend(error.problems)
        return None


def _one_file_each(directory: Path, model: type[NamedT], problems: list[Problem]) -> tuple[NamedT, ...]:
    """Every ``*.yaml`` of a directory, each named after the id within."""
    found: list[NamedT] = []
    for file in sorted(directory.glob("*.yml")):
        problems.append(Problem(file=str(file), line=0, reason="is not read", suggestion=f"call it {file.stem}.yaml"))
    for file in sorted(directory.glob("*.yaml")):
        try:
            entry = read(file, model)
        except InvalidConfiguration as error:
            problems.extend(error.problems)
            continue
        if entry.id != file.stem:
            reason = f"id {entry.id} must equal the file name {file.stem}"
            suggestion = f"write id: {file.stem}, or call the file {entry.id}.yaml"
            problems.append(Problem(file=str(file), line=line_of(file, "id"), reason=reason, suggestion=suggestion))
        found.append(entry)
    return tuple(found)


def _written(directory: Path, valid: Iterable[Phenomenon | Theme], problems: Iterable[Problem]) -> list[Written]:
    """Of every file, also one that its model refused: what else is wrong in it is told at once."""
    wrong = {problem.file for problem in problems}
    entries = {} if any(str(file) in wrong for file in directory.glob("*.yaml")) else {one.id: one for one in valid}
    found = []
    for file in sorted(directory.glob("*.yaml")):
        entry = entries.get(file.stem)
        written = of_model(file, entry) if entry is not None else of_file(file)
        if written is not None:
            found.append(written)
    return found


def _version(directory: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        digest.update(file.relative_to(directory).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
