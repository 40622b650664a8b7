"""What each kind of entry holds: numbers, moments, names from the configuration and words from closed lists.

There is no field for a text that somebody types. Decimals are written as text with a fixed number of digits, so that
every program writes the same bytes for the same number.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from services.notifier.dossier.lists import (
    Authority,
    Considered,
    Cover,
    Explanation,
    Found,
    Hand,
    Happened,
    Kind,
    Measure,
    Mistake,
    PlayedPart,
    Power,
    Size,
    Witness,
)

Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")]
"""UTC."""
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Wall = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$")]
"""Local time in the Netherlands without offset, or a date."""
Decimal = Annotated[str, Meta(pattern=r"^-?\d+\.\d+$")]
Small = Annotated[str, Meta(pattern=r"^(0|1|\d\.\de-\d+)$")]
"""A probability: ``3.0e-21``."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""From the configuration or the gazetteer, or a line that Seinpost made of these."""
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Opening(Body, frozen=True, kw_only=True):
    alert: Name
    region: Name | None
    exercise: Name | None
    by: Hand
    term_days: Count
    """After the alert was closed; then the dossier is deleted."""


class PlaceNamed(Body, frozen=True, kw_only=True):
    gemeente: Name | None
    gemeente_code: Name | None
    region: Name | None
    name: Name | None
    certainty: Name
    candidates: tuple[Name, ...]


class EventNamed(Body, frozen=True, kw_only=True):
    """When and where people were called to come, as the posts name it."""

    place: Name | None
    gemeente: Name | None
    starts: Wall | None
    call: bool


class Happening(Body, frozen=True, kw_only=True):
    label: Name
    phenomenon: Name
    detected_as: Name
    severity: Name
    revision: Count
    reason: Name
    """The line of the alert."""
    threshold: Name
    config_version: Name
    terms: tuple[Name, ...]
    place: PlaceNamed
    event: EventNamed | None
    first_seen: Moment
    opened: Moment
    closed: Moment | None


class Revision(Body, frozen=True, kw_only=True):
    revision: Count
    change: Name
    severity: Name
    at: Moment
    observed: Count
    expected: Decimal
    place: Name | None


class Sight(Body, frozen=True, kw_only=True):
    """What a source said of itself when the entry was made."""

    source: Name
    status: Name
    since: Moment


class Point(Body, frozen=True, kw_only=True, array_like=True):
    start: Moment
    observed: Count
    expected: Decimal


class Series(Body, frozen=True, kw_only=True):
    revision: Count
    series: Name
    bar_minutes: Count
    points: tuple[Point, ...]
    window_start: Moment
    window_end: Moment
    observed: Count
    expected: Decimal
    probability: Small
    authors: Count
    coordinated: bool
    baseline: Name
    sources: dict[Name, Count]
    coverage_percent: Count
    """How much of the window the sources could see."""
    sight: tuple[Sight, ...]


class Action(Body, frozen=True, kw_only=True):
    """What an operator did with the alert. Notes and reasons, which people typed, stay behind."""

    action: Name
    outcome: Name | None
    at: Moment
    by: Hand


class PhysicalEvent(Body, frozen=True, kw_only=True):
    at: Moment
    happened: Happened
    gemeente: Name
    gemeente_code: Name
    place: Name | None
    size: Size
    witness: Witness
    by: Hand


class ExplanationWeighed(Body, frozen=True, kw_only=True):
    explanation: Explanation
    answer: PlayedPart
    by: Hand


class LighterMeasure(Body, frozen=True, kw_only=True):
    measure: Measure
    answer: Considered
    by: Hand


class Decision(Body, frozen=True, kw_only=True):
    power: Power
    article: Name | None
    article_checked: Date | None
    authority: Authority
    at: Moment
    by: Hand


class Mandate(Body, frozen=True, kw_only=True):
    cover: Cover
    id: Name | None = None
    ground: Name | None = None
    article: Name | None = None
    article_checked: Date | None = None
    decided_by: Name | None = None
    decided_on: Date | None = None
    decision: Name | None = None
    dpo: Name | None = None
    dpo_advised_on: Date | None = None
    dpia: Name | None = None
    starts: Wall | None = None
    until: Wall | None = None


class Versions(Body, frozen=True, kw_only=True):
    software: Name
    alert_config: Name
    room_config: Name


class Correlation(Body, frozen=True, kw_only=True):
    found: Found
    bars: Count
    bar_minutes: Count
    events: Count
    """Within the bars; *geen bijzonderheden* counts as none."""
    min_bars: Count
    min_events: Count
    series_entries: tuple[Count, ...]
    event_entries: tuple[Count, ...]
    searched_minutes: Count
    """Lags from minus to plus this."""
    lag_minutes: int | None
    """Positive: the posts came first."""
    coefficient: Decimal | None
    low: Decimal | None
    high: Decimal | None
    p: Decimal | None
    resamples: Count
    block_bars: Count
    orders: Count
    stretch_bars: Count
    seed: Count
    played_part: tuple[Explanation, ...]
    unanswered: tuple[Explanation, ...]


class Correction(Body, frozen=True, kw_only=True):
    number: Count
    """The entry that is wrong. It stays where it is."""
    mistake: Mistake
    replaced_by: Count | None
    by: Hand


class Deletion(Body, frozen=True, kw_only=True):
    entries: Count
    head: Digest
    opened: Moment
    alert_closed: Moment
    term_days: Count
    deleted: Moment
    audit_number: Count
    audit_digest: Digest
    """Of the row of the audit log that tells the same."""


BODIES: dict[Kind, type[Body]] = {
    Kind.OPENING: Opening,
    Kind.HAPPENING: Happening,
    Kind.REVISION: Revision,
    Kind.SERIES: Series,
    Kind.ACTION: Action,
    Kind.PHYSICAL_EVENT: PhysicalEvent,
    Kind.EXPLANATION: ExplanationWeighed,
    Kind.LIGHTER_MEASURE: LighterMeasure,
    Kind.DECISION: Decision,
    Kind.MANDATE: Mandate,
    Kind.VERSIONS: Versions,
    Kind.CORRELATION: Correlation,
    Kind.CORRECTION: Correction,
    Kind.DELETION: Deletion,
}
_kinds = {body: kind for kind, body in BODIES.items()}
BodyT = TypeVar("BodyT", bound=Body)


def kind_of(body: Body) -> Kind:
    return _kinds[type(body)]


def written(body: Body) -> dict[str, Any]:
    """As JSON knows it. Raises `msgspec.ValidationError` for what does not keep to its field."""
    plain: dict[str, Any] = msgspec.to_builtins(body)
    msgspec.convert(plain, type(body))
    return plain


def read(plain: Any, body: type[BodyT]) -> BodyT:
    return msgspec.convert(plain, body)
