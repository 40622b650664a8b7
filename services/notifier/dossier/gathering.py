"""What an alert brings to its dossier, entry by entry. Pure.

Left out on purpose: the actor of an action, notes and reasons (people typed them), and the words that went along with
the watch terms. None of them is needed to tell what was measured, and each could be of a person.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from configuration.mandates import AMSTERDAM, EVERY
from configuration.mandates import Mandate as Decided
from contracts.alert import Alert
from contracts.source_health import SourceHealth
from services.notifier import stages
from services.notifier.dossier.bodies import (
    Action,
    Body,
    EventNamed,
    Happening,
    Mandate,
    PlaceNamed,
    Point,
    Revision,
    Series,
    Sight,
)
from services.notifier.dossier.lists import Cover, Hand, Kind
from services.notifier.dossier.record import Entry, minute, moment
from services.notifier.life import Action as Deeds
from services.notifier.store.alerts import Deed
from services.notifier.store.alerts import Revision as Measured

TOLD = frozenset({deed.value for deed in Deeds} | {"escalate"})


def happening(alert: Alert) -> Happening:
    place, event = alert.place, alert.event
    return Happening(
        label=alert.label,
        phenomenon=alert.phenomenon,
        detected_as=alert.kind.value,
        severity=alert.severity.value,
        revision=alert.revision,
        reason=alert.reason,
        threshold=alert.threshold,
        config_version=alert.config_version,
        terms=alert.terms,
        place=PlaceNamed(
            gemeente=place.gemeente,
            gemeente_code=place.gemeente_code,
            region=place.region,
            name=place.name,
            certainty=place.certainty.value,
            candidates=place.candidates,
        ),
        event=EventNamed(place=event.place, gemeente=event.gemeente, starts=event.starts, call=event.call)
        if event
        else None,
        first_seen=minute(alert.first_seen_minute),
        opened=minute(alert.opened_minute),
        closed=None if alert.closed_minute is None else minute(alert.closed_minute),
    )


def series(alert: Alert, sight: Iterable[SourceHealth]) -> Series | None:
    """None when the alert carries no course."""
    points, seen = alert.series, alert.observation
    if not points:
        return None
    return Series(
        revision=alert.revision,
        series=seen.series,
        bar_minutes=points[1].minute - points[0].minute if len(points) > 1 else seen.scale_minutes,
        points=tuple(
            Point(start=minute(point.minute), observed=point.observed, expected=decimal(point.expected, 3))
            for point in points
        ),
        window_start=minute(seen.window_start_minute),
        window_end=minute(seen.window_end_minute),
        observed=seen.observed,
        expected=decimal(seen.expected, 3),
        probability=small(seen.probability),
        authors=round(seen.authors),
        coordinated=seen.coordinated,
        baseline=seen.baseline,
        sources=dict(sorted(seen.sources.items())),
        coverage_percent=round(100 * seen.coverage),
        sight=tuple(
            Sight(source=health.source, status=health.status.value, since=moment(health.since_ms))
            for health in sight
            if health.exercise == alert.exercise and health.kind != stages.KIND
        ),
    )


def revision(measured: Measured) -> Revision:
    return Revision(
        revision=measured.revision,
        change=measured.change.value,
        severity=measured.severity,
        at=minute(measured.minute),
        observed=measured.observed,
        expected=decimal(measured.expected, 3),
        place=measured.place or None,
    )


def action(deed: Deed) -> Action:
    known = deed.role in set(Hand)
    return Action(
        action=deed.action,
        outcome=deed.outcome,
        at=moment(deed.at_ms),
        by=Hand(deed.role) if deed.role and known else Hand.UNKNOWN,
    )


def mandates(alert: Alert, decided: Sequence[Decided]) -> list[Mandate]:
    """Every mandate that was valid when the alert opened and covers its phenomenon and region, from a source it saw."""
    if alert.exercise is not None:
        return [Mandate(cover=Cover.NOT_NEEDED)]
    then = datetime.datetime.fromtimestamp(alert.opened_minute * 60, AMSTERDAM)
    found = [
        _mandate(one)
        for one in decided
        if one.valid_at(then)
        and one.watches(alert.phenomenon, alert.place.region)
        and (EVERY in one.sources or not alert.observation.sources or set(one.sources) & set(alert.observation.sources))
    ]
    return found or [Mandate(cover=Cover.NONE)]


def news(alert: Alert, measured: Sequence[Measured], deeds: Sequence[Deed], known: Sequence[Entry]) -> list[Body]:
    """What the dossier does not hold yet, except the course: that depends on what the sources see now."""
    told = {entry.body["revision"] for entry in known if entry.kind is Kind.REVISION}
    described = [entry.body["revision"] for entry in known if entry.kind is Kind.HAPPENING]
    handled = sum(entry.kind is Kind.ACTION for entry in known)
    found: list[Body] = []
    if not described or described[-1] < alert.revision:
        found.append(happening(alert))
    found += [revision(one) for one in measured if one.revision not in told]
    found += [action(deed) for deed in [deed for deed in deeds if deed.action in TOLD][handled:]]
    return found


def decimal(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def small(probability: float) -> str:
    """Two digits: ``3.0e-21``."""
    if probability in (0, 1):
        return str(int(probability))
    digits, _, power = f"{probability:.1e}".partition("e")
    return "1" if int(power) >= 0 else f"{digits}e-{-int(power)}"


def _mandate(one: Decided) -> Mandate:
    return Mandate(
        cover=Cover.VALID,
        id=one.id,
        ground=one.ground.kind.value,
        article=one.ground.article,
        article_checked=one.ground.checked.isoformat(),
        decided_by=one.decision.by,
        decided_on=one.decision.on.isoformat(),
        decision=one.decision.reference,
        dpo=one.dpo_advice.by,
        dpo_advised_on=one.dpo_advice.on.isoformat(),
        dpia=one.dpia,
        starts=one.starts.isoformat(timespec="minutes"),
        until=one.until.isoformat(timespec="minutes"),
    )
