"""Requests and answers of `/v1/cases` and `/v1/platforms`."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from services.notifier.api.shapes import printable
from services.notifier.cases.content import MAX_LINE, MAX_TEXT, MAX_URL, MAX_URLS, Content, exact
from services.notifier.cases.desk import Means
from services.notifier.cases.progress import Status
from services.notifier.cases.triage import Nature, Route
from services.notifier.representation import Shape


def _exact(url: str) -> str:
    if not exact(url):
        # Without quoting it: the answer to a wrong request may be logged on the other side.
        raise ValueError("is not the exact web address of a post")
    return url


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LINE), AfterValidator(printable)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT), AfterValidator(printable)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_URL), AfterValidator(_exact)]


class NewCaseRequest(Shape):
    alert_id: str = Field(min_length=1, max_length=200)


class TriageRequest(Shape):
    nature: Nature = Field(description="What it is, as people judge.")
    route: Route | None = Field(None, description="One that this nature leaves open; null: not chosen yet.")
    platform: str | None = Field(None, max_length=60, description="Of `/v1/platforms`.")


class ContentShape(Shape):
    """What a user typed. Gaps may be filled later; a report with gaps is not sent."""

    urls: list[Url] = Field(default_factory=list, max_length=MAX_URLS, description="Exact addresses of posts.")
    reasons: LongText = ""
    rule: LongText = Field("", description="Of the platform's terms.")
    account: Line = ""
    seen_at: Line = ""
    good_faith: bool = Field(False, description="The statement of DSA art. 16(2)(d).")
    legal_basis: LongText = Field("", description="An order: DSA art. 9(2)(a)(i); so the next four.")
    authority: LongText = ""
    redress: LongText = ""
    territory: Line = ""
    language: Line = ""

    def content(self) -> Content:
        return Content(**self.model_dump() | {"urls": tuple(dict.fromkeys(self.urls))})


class SendRequest(Shape):
    means: Means = Field(description="`email`: by Seinpost; `hand`: it has been sent, or said, by somebody.")


class StatusRequest(Shape):
    status: Status
    text: LongText = Field("", description="What the platform answered, or why. Sealed.")


class GapShape(Shape):
    field: str
    reason: str = Field(description="Article, or sense, that asks it.")


class CaseShape(Shape):
    """A report to a platform without what was typed."""

    id: str
    alert_id: str
    region: str | None
    exercise: bool = Field(description="Never sent anywhere.")
    nature: Nature | None
    route: Route | None
    platform: str | None
    status: Status
    created_at: datetime.datetime
    sent_at: datetime.datetime | None
    due_at: datetime.datetime | None = Field(
        description="`sent`, `objected`: an answer is late then. `decided`: until then one may object (DSA art. 20(1))."
    )
    ended_at: datetime.datetime | None
    deleted_at: datetime.datetime | None = Field(description="When its key will be destroyed.")


class StepShape(Shape):
    status: Status
    actor: str
    at: datetime.datetime
    text: str


class CaseDetail(CaseShape):
    content: ContentShape
    steps: list[StepShape]
    missing: list[GapShape]
    may_follow: list[Status]
    mail: str = Field(description="`done`: Seinpost can mail it; `exercise` or `no-mail`: why not.")


class CasePage(Shape):
    items: list[CaseShape]
    total: int
    page: int
    page_size: int


class NotifierShape(Shape):
    name: str
    email: str


class LetterShape(Shape):
    """A complete report, as it goes out."""

    reference: str
    route: Route
    regulation: str | None
    exercise: bool
    platform: str | None
    notifier: NotifierShape | None
    urls: list[str]
    account: str | None
    seen_at: str | None
    reasons: str
    rule: str | None
    good_faith: bool
    legal_basis: str | None
    authority: str | None
    redress: str | None
    territory: str | None
    language: str | None


class PointShape(Shape):
    desk: str = Field(description="`notice` (DSA art. 16), `terms`, `order` (DSA art. 11).")
    means: str
    contact: str | None = Field(description="Null: not filled in, in config/platforms.yaml.")
    fields: list[str]


class AnsweredShape(Shape):
    answer: Status
    count: int
    median_seconds: float


class PlatformShape(Shape):
    id: str
    name: str
    answer_hours: int
    points: list[PointShape]
    answers: list[AnsweredShape] = Field(description="How long it took until now; kept without the reports.")


class PlatformList(Shape):
    items: list[PlatformShape]
