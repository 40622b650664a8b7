"""`/v1/silences`, `/v1/digests`, `/v1/feedback`: what is withheld and why, and what alerts turned out to be."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.status import HTTP_201_CREATED

from configuration.places import Gazetteer
from contracts.alert import Severity
from contracts.codec import encode
from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.api.paging import Page, link_header
from services.notifier.api.shapes import AlertPage, AsWritten, OperatorText
from services.notifier.life import Verdict
from services.notifier.representation import AlertSummary, Shape, at_ms, summary
from services.notifier.silencing import Decision, Wish, end, notice, silence, with_region
from services.notifier.store import audit, feedback, held, silences
from services.notifier.store.held import Digest
from services.notifier.store.silences import Preview, Silence
from services.notifier.withholding import Matcher

router = APIRouter(prefix="/v1", tags=["alarms"])
Identifier = Annotated[str, Path(alias="id", min_length=1, max_length=200)]
Gemeente = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
REASONS = {
    Decision.TOO_WIDE: "name a region, a gemeente or a phenomenon",
    Decision.OVER: "the end lies in the past",
    Decision.TOO_LONG: "it lasts longer than config/alarms.yaml allows",
}


class MatcherShape(Shape):
    """All that is named must fit. At least one of the first three."""

    region: str | None = Field(None, pattern=r"^VR\d\d$")
    gemeente: Gemeente | None = None
    phenomenon: str | None = Field(None, pattern=r"^[a-z][a-z0-9-]{1,40}$")
    max_severity: Severity = Field(Severity.MEDIUM, description="More severe alerts come through.")

    def matcher(self, gazetteer: Gazetteer) -> Matcher:
        """Raises 400 for a gemeente that does not exist."""
        asked = Matcher(
            region=self.region, gemeente=self.gemeente, phenomenon=self.phenomenon, max_severity=self.max_severity
        )
        found = with_region(asked, gazetteer)
        if found is None:
            raise HTTPException(400, "this is not a gemeente, or not one of this region")
        return found


class SilenceRequest(MatcherShape):
    reason: OperatorText = Field(description="Why, in a few words. No personal data.")
    ends_at: datetime.datetime = Field(description="With offset.")


class SilenceShape(MatcherShape):
    id: str
    reason: str
    author: str
    created_at: datetime.datetime
    ends_at: datetime.datetime
    ended_at: datetime.datetime | None
    ended_by: str | None = Field(description="Null though ended: its time was up.")
    hid: int = Field(description="Alerts it hid so far.")


class SilenceList(Shape):
    items: list[SilenceShape]


class PreviewShape(Shape):
    week: int = Field(description="Alerts of the last seven days that fit.")
    week_right: int = Field(description="Of these, closed as `terecht`: real ones that would have been hidden.")
    open_count: int = Field(description="Cards that would disappear now.")
    open: list[AlertSummary] = Field(description="The first few of them.")


class DigestShape(Shape):
    id: str
    region: str | None
    open: int
    unseen: int
    severities: dict[str, int]
    newest_at: datetime.datetime


class DigestList(Shape):
    items: list[DigestShape]
    places: dict[str, int] = Field(description="All open real alerts: shown, silenced, inhibited and digested.")


@router.get("/silences", operation_id="listSilences")
async def list_silences(the_room: TheRoom, the_actor: TheActor) -> SilenceList:
    """Active ones, first to end first."""
    async with the_room.database.reading() as connection:
        found = await silences.active(connection, the_actor.reach(Permission.READ_ALERTS))
    return SilenceList(items=[_silence(one) for one in found])


@router.post("/silences/preview", operation_id="previewSilence")
async def preview_silence(request: MatcherShape, the_room: TheRoom, the_actor: TheActor) -> PreviewShape:
    """What such a silence would have hidden in the last seven days, and would hide now. Changes nothing."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        found = await silences.preview(
            connection, request.matcher(the_room.configuration.gazetteer), reach, the_room.now_ms()
        )
    return preview_shape(found)


@router.post("/silences", operation_id="createSilence", status_code=HTTP_201_CREATED)
async def create_silence(request: SilenceRequest, the_room: TheRoom, the_actor: TheActor) -> SilenceShape:
    """Alerts that fit are kept and counted, without a card of their own, until it ends. Then they come back."""
    if request.ends_at.tzinfo is None:
        raise HTTPException(400, "endsAt needs an offset")
    matcher = request.matcher(the_room.configuration.gazetteer)
    wish = Wish(matcher=matcher, reason=request.reason, ends_ms=int(request.ends_at.timestamp() * 1000))
    answer = await silence(the_room.database, wish, the_actor, the_room.configuration.alarms, the_room.now_ms())
    if answer.decision is Decision.DENIED:
        raise HTTPException(403, "it reaches beyond the regions where you handle alerts")
    if answer.silence is None:
        raise HTTPException(400, REASONS[answer.decision])
    the_room.acted()
    return _silence(answer.silence)


@router.post("/silences/{id}/end", operation_id="endSilence")
async def end_silence(silence_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> SilenceShape:
    """Before its time. Twice is once."""
    return await _after(the_room, silence_id, await end(the_room.database, silence_id, the_actor, the_room.now_ms()))


@router.post("/silences/{id}/notice", operation_id="noticeSilence")
async def notice_silence(silence_id: Identifier, the_room: TheRoom, the_actor: TheActor) -> SilenceShape:
    """Somebody saw that it ended."""
    return await _after(the_room, silence_id, await notice(the_room.database, silence_id, the_actor, the_room.now_ms()))


@router.get("/digests", operation_id="listDigests")
async def list_digests(the_room: TheRoom, the_actor: TheActor) -> DigestList:
    """Alerts beyond the budget of a shift, collected per region and shift, as long as one of them is open."""
    reach = the_actor.reach(Permission.READ_ALERTS)
    async with the_room.database.reading() as connection:
        found = await held.digests(connection, reach)
        places = await held.places(connection, reach, only_open=True)
    return DigestList(
        items=[_digest(one) for one in found], places={place.value: number for place, number in places.items()}
    )


@router.get("/digests/{id}", operation_id="getDigest")
async def get_digest(
    *,
    request: Request,
    response: Response,
    digest_id: Identifier,
    the_room: TheRoom,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
) -> AlertPage:
    """Its open alerts, most severe first."""
    async with the_room.database.reading() as connection:
        cases, total = await held.withheld_by(
            connection,
            digest_id.replace("\0", ""),
            the_actor.reach(Permission.READ_ALERTS),
            limit=page.size,
            offset=page.offset,
        )
    if total == 0:
        raise HTTPException(404, "there is no such digest with open alerts")
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    return AlertPage(items=[summary(case) for case in cases], total=total, page=page.number, page_size=page.size)


@router.get(
    "/exports/feedback",
    operation_id="exportFeedback",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "Contract feedback.v1, a line each."}},
)
async def export_feedback(
    the_room: TheRoom,
    the_actor: TheActor,
    since: Annotated[datetime.date | None, AsWritten, Query(description="Only words from this day on (UTC).")] = None,
) -> StreamingResponse:
    """What alerts turned out to be, for `seinpost backtest`. Holds no name and no typed text."""
    since_ms = int(datetime.datetime.combine(since, datetime.time(), datetime.UTC).timestamp() * 1000) if since else 0
    async with the_room.database.writing() as connection:
        await audit.append(
            connection,
            at_ms=the_room.now_ms(),
            actor=the_actor.name,
            action="export",
            object_id="feedback",
            result="done",
            origin=the_actor.origin,
            region=the_actor.home,
        )

    async def lines() -> AsyncIterator[bytes]:
        async with the_room.database.reading() as connection:
            reach = the_actor.reach(Permission.EXPORT_ALERTS)
            async for word in feedback.everything(connection, reach, since_ms=since_ms):
                yield encode(word) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def _after(the_room: TheRoom, silence_id: str, verdict: Verdict | None) -> SilenceShape:
    if verdict is None:
        raise HTTPException(404, "there is no such silence")
    if verdict is Verdict.DENIED:
        raise HTTPException(403, "it reaches beyond the regions where you handle alerts")
    if verdict is Verdict.REFUSED:
        raise HTTPException(409, "it has not ended yet")
    the_room.acted()
    async with the_room.database.reading() as connection:
        found = await silences.find(connection, silence_id)
    if found is None:
        raise HTTPException(404, "there is no such silence")
    return _silence(found)


def _silence(found: Silence) -> SilenceShape:
    return SilenceShape(
        id=found.id,
        region=found.matcher.region,
        gemeente=found.matcher.gemeente,
        phenomenon=found.matcher.phenomenon,
        max_severity=found.matcher.max_severity,
        reason=found.reason,
        author=found.author,
        created_at=at_ms(found.created_ms),
        ends_at=at_ms(found.ends_ms),
        ended_at=None if found.ended_ms is None else at_ms(found.ended_ms),
        ended_by=found.ended_by,
        hid=found.hid,
    )


def preview_shape(found: Preview) -> PreviewShape:
    return PreviewShape(
        week=found.week,
        week_right=found.week_right,
        open_count=found.open_count,
        open=[summary(case) for case in found.open],
    )


def _digest(found: Digest) -> DigestShape:
    return DigestShape(
        id=found.id,
        region=found.region,
        open=found.open,
        unseen=found.unseen,
        severities=found.severities,
        newest_at=at_ms(found.newest_ms),
    )
