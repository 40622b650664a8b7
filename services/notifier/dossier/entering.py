"""What people enter, made into entries or refused with a reason. The API and the forms of the console share it. Pure.

Places are looked up in the gazetteer and written as it writes them: what is not there cannot be entered.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from configuration.places import Gazetteer, Gemeente
from services.notifier.dossier import course
from services.notifier.dossier.bodies import Body, Decision, ExplanationWeighed, LighterMeasure, PhysicalEvent
from services.notifier.dossier.handling import Make, Refusal
from services.notifier.dossier.law import ARTICLES
from services.notifier.dossier.lists import (
    Authority,
    Considered,
    Explanation,
    Hand,
    Happened,
    Kind,
    Measure,
    PlayedPart,
    Power,
    Size,
    Witness,
)
from services.notifier.dossier.record import Entry, minute, ms_of
from services.notifier.store.dossiers import Dossier

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE_MS = 60_000
EARLIER_MS = 30 * 86_400_000
"""How long before the first post an event or decision may lie and still belong to the happening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWish:
    at_ms: int
    happened: Happened
    gemeente: str
    """Name or code."""
    place: str
    """Empty: no more is known than the gemeente."""
    size: Size
    witness: Witness


def event(wish: EventWish, gazetteer: Gazetteer, now_ms: int) -> Make:
    def make(dossier: Dossier, entries: Sequence[Entry], hand: Hand) -> Sequence[Body] | Refusal:
        gemeente = gazetteer.gemeenten.get(gazetteer.code_of(wish.gemeente) or "")
        if gemeente is None or (dossier.region is not None and gemeente.region != dossier.region):
            return Refusal.NO_SUCH_PLACE
        place = _place(wish.place, gemeente, gazetteer)
        if wish.place.strip() and place is None:
            return Refusal.NO_SUCH_PLACE
        if not possible(wish.at_ms, entries, now_ms):
            return Refusal.IMPOSSIBLE_TIME
        found = PhysicalEvent(
            at=minute(wish.at_ms // MINUTE_MS),
            happened=wish.happened,
            gemeente=gemeente.name,
            gemeente_code=gemeente.code,
            place=place,
            size=wish.size,
            witness=wish.witness,
            by=hand,
        )
        return [found]

    return make


def explanations(answers: Mapping[Explanation, PlayedPart]) -> Make:
    """Only what differs from the answers that stand."""

    def make(_: Dossier, entries: Sequence[Entry], hand: Hand) -> Sequence[Body]:
        known = course.explanations(entries)
        return [
            ExplanationWeighed(explanation=one, answer=answer, by=hand)
            for one, answer in answers.items()
            if known.get(one) is not answer
        ]

    return make


def measures(answers: Mapping[Measure, Considered]) -> Make:
    """Only what differs from the answers that stand."""

    def make(_: Dossier, entries: Sequence[Entry], hand: Hand) -> Sequence[Body]:
        known = course.lighter_measures(entries)
        return [
            LighterMeasure(measure=one, answer=answer, by=hand)
            for one, answer in answers.items()
            if known.get(one) is not answer
        ]

    return make


def decision(power: Power, authority: Authority, at_ms: int, now_ms: int) -> Make:
    """With the article it rests on, and the day on which that was read."""

    def make(_: Dossier, entries: Sequence[Entry], hand: Hand) -> Sequence[Body] | Refusal:
        if not possible(at_ms, entries, now_ms):
            return Refusal.IMPOSSIBLE_TIME
        article = ARTICLES.get(power)
        found = Decision(
            power=power,
            article=article.cited if article else None,
            article_checked=article.checked.isoformat() if article else None,
            authority=authority,
            at=minute(at_ms // MINUTE_MS),
            by=hand,
        )
        return [found]

    return make


def possible(at_ms: int, entries: Sequence[Entry], now_ms: int) -> bool:
    """Not in the future, and not long before the happening was first seen."""
    seen = [ms_of(entry.body["first_seen"]) for entry in entries if entry.kind is Kind.HAPPENING]
    return min(seen, default=now_ms) - EARLIER_MS <= at_ms <= now_ms + MINUTE_MS


def places(gazetteer: Gazetteer, codes: frozenset[str]) -> list[str]:
    """Names that the gazetteer knows within these gemeenten, for a list to choose from."""
    return sorted(name.name for name in gazetteer.names.values() if codes.intersection(name.gemeenten))


def gemeenten(gazetteer: Gazetteer, region: str | None) -> list[Gemeente]:
    """Of a region, or all; by name."""
    found = [one for one in gazetteer.gemeenten.values() if region is None or one.region == region]
    return sorted(found, key=lambda one: one.name)


def wall_ms(text: str) -> int | None:
    """Local time in the Netherlands, as a form sends it (``2026-11-24T20:15``). None: not a time."""
    try:
        then = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=AMSTERDAM)
    return int(then.timestamp() * 1000)


def _place(typed: str, gemeente: Gemeente, gazetteer: Gazetteer) -> str | None:
    name = gazetteer.names.get(gazetteer.spellings.get(typed.strip().lower(), ""))
    return name.name if name and gemeente.code in name.gemeenten else None
