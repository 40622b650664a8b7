"""How an alert looks outside: in the API and in the body of a webhook. camelCase; times in RFC 3339, UTC."""

from __future__ import annotations

import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from contracts.alert import Alert, EventReference
from services.notifier.store.alerts import Case


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


def at_minute(minute: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(minute * 60, datetime.UTC)


def at_ms(ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)


class PlaceShape(Shape):
    gemeente: str | None
    gemeente_code: str | None
    region: str | None = Field(description="Veiligheidsregio, `VR01`–`VR25`; null: national queue.")
    name: str | None = Field(description="Street, square, station or woonplaats, when named.")
    certainty: str
    candidates: list[str] = Field(description="Gemeenten it may be, when that could not be settled.")


class EventShape(Shape):
    place: str | None
    gemeente: str | None
    starts: str | None = Field(description="Local wall time without offset, or a date, as the posts name it.")
    call: bool
    objects: list[str]


class ObservationShape(Shape):
    series: str
    scale_minutes: int
    window_start: datetime.datetime
    window_end: datetime.datetime
    observed: int
    expected: float
    ratio: float
    probability: float = Field(description="Chance of at least this many under the baseline.")
    authors: float
    sources: dict[str, int]
    coverage: float = Field(description="Share of the window in which the sources could see, 0–1.")
    coordinated: bool
    baseline: str


class PointShape(Shape):
    start: datetime.datetime
    observed: int
    expected: float


class AlertBody(Shape):
    """What the detector says."""

    id: str
    revision: int
    state: str = Field(description="Of the happening: `open` or `closed`.")
    change: str
    kind: str
    phenomenon: str
    label: str
    severity: str
    reason: str
    place: PlaceShape
    event: EventShape | None
    moved_from: EventShape | None
    moved_to: EventShape | None = Field(description="Another town, which has an alert of its own.")
    also: list[EventShape] = Field(description="Other gatherings that people are called to at this place.")
    observation: ObservationShape
    opened_at: datetime.datetime
    updated_at: datetime.datetime
    closed_at: datetime.datetime | None
    first_seen_at: datetime.datetime
    terms: list[str]
    context: list[str]
    threshold: str
    config_version: str
    exercise: str | None = Field(description="Name of the exercise; null: real.")


class AlertSummary(AlertBody):
    """With its handling."""

    status: str = Field(description="Of the handling: `new`, `seen`, `in-progress`, `closed`, `reopened`.")
    status_since: datetime.datetime
    owner: str | None
    outcome: str | None
    received_at: datetime.datetime = Field(description="When its first record was stored here.")
    held: str = Field(description="`shown`, `silenced`, `inhibited` (under its event), `digested` (over budget).")
    held_by: str | None = Field(description="The silence, alert or digest that withholds it.")
    happening: str = Field(description="Shared by alerts of one gathering.")
    escalates_at: datetime.datetime | None = Field(description="When it goes to the next receiver if nobody sees it.")


def body(alert: Alert) -> dict[str, object]:
    """Fields of `AlertBody`."""
    seen = alert.observation
    return {
        "id": alert.id,
        "revision": alert.revision,
        "state": alert.state.value,
        "change": alert.change.value,
        "kind": alert.kind.value,
        "phenomenon": alert.phenomenon,
        "label": alert.label,
        "severity": alert.severity.value,
        "reason": alert.reason,
        "place": PlaceShape(
            gemeente=alert.place.gemeente,
            gemeente_code=alert.place.gemeente_code,
            region=alert.place.region,
            name=alert.place.name,
            certainty=alert.place.certainty.value,
            candidates=list(alert.place.candidates),
        ),
        "event": _event(alert.event),
        "moved_from": _event(alert.moved_from),
        "moved_to": _event(alert.moved_to),
        "also": [_event(one) for one in alert.also],
        "observation": ObservationShape(
            series=seen.series,
            scale_minutes=seen.scale_minutes,
            window_start=at_minute(seen.window_start_minute),
            window_end=at_minute(seen.window_end_minute),
            observed=seen.observed,
            expected=seen.expected,
            ratio=seen.ratio,
            probability=seen.probability,
            authors=seen.authors,
            sources=seen.sources,
            coverage=seen.coverage,
            coordinated=seen.coordinated,
            baseline=seen.baseline,
        ),
        "opened_at": at_minute(alert.opened_minute),
        "updated_at": at_minute(alert.updated_minute),
        "closed_at": None if alert.closed_minute is None else at_minute(alert.closed_minute),
        "first_seen_at": at_minute(alert.first_seen_minute),
        "terms": list(alert.terms),
        "context": list(alert.context),
        "threshold": alert.threshold,
        "config_version": alert.config_version,
        "exercise": alert.exercise,
    }


def handling(case: Case) -> dict[str, object]:
    """Fields that `AlertSummary` adds."""
    return {
        "status": case.status.value,
        "status_since": at_ms(case.status_ms),
        "owner": case.owner,
        "outcome": case.outcome,
        "received_at": at_ms(case.received_ms),
        "held": case.held.value,
        "held_by": case.held_by,
        "happening": case.happening,
        "escalates_at": None if case.escalate_ms is None else at_ms(case.escalate_ms),
    }


def summary(case: Case) -> AlertSummary:
    return AlertSummary.model_validate(body(case.alert) | handling(case))


def _event(event: EventReference | None) -> EventShape | None:
    if event is None:
        return None
    return EventShape(
        place=event.place,
        gemeente=event.gemeente,
        starts=event.starts,
        call=event.call,
        objects=list(event.objects),
    )
