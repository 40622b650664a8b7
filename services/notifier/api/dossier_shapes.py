"""Requests and answers of `/v1/dossiers`. What people enter is chosen from lists: there is no field for a text."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.notifier.dossier import wording
from services.notifier.dossier.lists import (
    Authority,
    Considered,
    Explanation,
    Happened,
    Kind,
    Measure,
    Mistake,
    PlayedPart,
    Power,
    Size,
    Witness,
)
from services.notifier.dossier.record import Entry
from services.notifier.representation import Shape, at_ms
from services.notifier.store.dossiers import Deleted, Dossier

PlaceText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class DossierSummary(Shape):
    id: str = Field(description="That of its alert.")
    region: str | None
    exercise: str | None = Field(description="Name of the exercise; null: real.")
    label: str
    phenomenon: str
    opened_at: datetime.datetime
    alert_closed_at: datetime.datetime | None
    deleted_from: datetime.datetime | None = Field(description="When its term is over; null: its alert is not closed.")
    entries: int
    head: str = Field(description="Hash of the newest entry.")


class DossierPage(Shape):
    items: list[DossierSummary]
    total: int
    page: int
    page_size: int


class EntryShape(Shape):
    number: int
    kind: Kind
    at: datetime.datetime
    text: str = Field(description="The entry in one line of Dutch.")
    body: dict[str, Any] = Field(description="As it is sealed; see docs/reference/dossier.md.")
    previous: str
    hash: str


class SealState(Shape):
    available: bool
    reason: str | None = Field(description="Why no dossier can be sealed.")
    fingerprint: str | None = Field(description="SHA-256 of the public key in DER.")
    public_key: str | None = Field(description="In PEM, for whoever verifies.")


class DossierDetail(DossierSummary):
    behind: int = Field(description="How much the alert has brought that the dossier does not hold.")
    unanswered: list[Explanation]
    seal: SealState
    items: list[EntryShape]


class Added(Shape):
    dossier: DossierSummary
    items: list[EntryShape]


class EventRequest(Shape):
    at: datetime.datetime = Field(description="With offset. Not in the future.")
    happened: Happened
    gemeente: PlaceText = Field(description="Name or code; of the region of the dossier.", min_length=1)
    place: PlaceText = Field("", description="A place in that gemeente that the gazetteer knows; empty: none named.")
    size: Size
    witness: Witness


class ExplanationsRequest(Shape):
    answers: dict[Explanation, PlayedPart] = Field(min_length=1)


class MeasuresRequest(Shape):
    answers: dict[Measure, Considered] = Field(min_length=1)


class DecisionRequest(Shape):
    power: Power
    authority: Authority
    at: datetime.datetime = Field(description="With offset. Not in the future.")


class CorrectionRequest(Shape):
    number: int = Field(ge=1, le=1_000_000, description="The entry that is wrong. It stays where it is.")
    mistake: Mistake
    replaced_by: int | None = Field(None, ge=1, le=1_000_000, description="A later entry of the same kind.")


class DeletionShape(Shape):
    id: str
    dossier: str
    region: str | None
    exercise: str | None
    entries: int
    head: str
    opened_at: datetime.datetime
    alert_closed_at: datetime.datetime
    term_days: int
    deleted_at: datetime.datetime
    audit_seq: int = Field(description="Row of the audit log that tells the same.")


class DeletionPage(Shape):
    items: list[DeletionShape]
    total: int
    page: int
    page_size: int


class Choice(Shape):
    value: str
    text: str
    article: str | None = None
    says: str | None = None
    checked: datetime.date | None = Field(None, description="Day on which the article was read as it stood.")


class Lists(Shape):
    """Everything that can be chosen, with its Dutch words."""

    happened: list[Choice]
    size: list[Choice]
    witness: list[Choice]
    explanation: list[Choice]
    played_part: list[Choice]
    measure: list[Choice]
    considered: list[Choice]
    power: list[Choice]
    authority: list[Choice]
    mistake: list[Choice]


def summary(found: Dossier, days: int) -> DossierSummary:
    return DossierSummary.model_validate(fields(found, days))


def fields(found: Dossier, days: int) -> dict[str, object]:
    due = found.due_ms(days)
    return {
        "id": found.id,
        "region": found.region,
        "exercise": found.exercise,
        "label": found.label,
        "phenomenon": found.phenomenon,
        "opened_at": at_ms(found.opened_ms),
        "alert_closed_at": None if found.closed_ms is None else at_ms(found.closed_ms),
        "deleted_from": None if due is None else at_ms(due),
        "entries": found.entries,
        "head": found.head,
    }


def entry_shape(entry: Entry) -> EntryShape:
    return EntryShape(
        number=entry.number,
        kind=entry.kind,
        at=datetime.datetime.fromisoformat(entry.at),
        text=wording.line(entry),
        body=entry.body,
        previous=entry.previous,
        hash=entry.hash,
    )


def deletion_shape(found: Deleted) -> DeletionShape:
    return DeletionShape(
        id=found.id,
        dossier=found.dossier,
        region=found.region,
        exercise=found.exercise,
        entries=found.entries,
        head=found.head,
        opened_at=at_ms(found.opened_ms),
        alert_closed_at=at_ms(found.closed_ms),
        term_days=found.days,
        deleted_at=at_ms(found.deleted_ms),
        audit_seq=found.audit_seq,
    )
