"""`/v1/cases`, `/v1/platforms`: reports to platforms."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from services.notifier.access.actor import Actor
from services.notifier.api.alerts import TheActor
from services.notifier.api.case_shapes import (
    AnsweredShape,
    CaseDetail,
    CasePage,
    CaseShape,
    ContentShape,
    GapShape,
    LetterShape,
    NewCaseRequest,
    PlatformList,
    PlatformShape,
    PointShape,
    SendRequest,
    StatusRequest,
    StepShape,
    TriageRequest,
)
from services.notifier.api.paging import Page, link_header
from services.notifier.cases.desk import CaseDesk, Result, Verdict
from services.notifier.cases.opening import Off
from services.notifier.cases.progress import after
from services.notifier.cases.store import Opened, PlatformCase
from services.notifier.cases.vault import Sealed
from services.notifier.representation import at_ms
from services.notifier.room import Room, room

router = APIRouter(prefix="/v1", tags=["cases"])
CaseId = Annotated[str, Path(alias="id", min_length=1, max_length=40)]
OFF = {
    Off.NO_KEY: "reports to platforms are off: a key of SEINPOST_NOTIFIER__CASES_KEY is missing",
    Off.WRONG_KEY: "reports to platforms are off: a key of SEINPOST_NOTIFIER__CASES_KEY is not 32 bytes in base64",
    Off.SAME_DATABASE: "reports to platforms are off: they need a database of their own",
    Off.NO_DATABASE: "reports to platforms are off: their database cannot be used",
}
SEALED = "this report does not open with the keys at hand"
SAID = {
    Verdict.DENIED: (403, "in this region, or for this route, you may not do this"),
    Verdict.REFUSED: (409, "not possible from this status, or by this route"),
    Verdict.INCOMPLETE: (409, "something is missing that the route asks"),
    Verdict.EXERCISE: (409, "nothing of an exercise goes to an address"),
    Verdict.NO_MAIL: (409, "there is no mail server, or no e-mail address of this desk"),
    Verdict.NOT_DELIVERED: (409, "the mail server did not take it; it is a draft still"),
}


def open_desk_of(the_room: Annotated[Room, Depends(room)]) -> CaseDesk:
    if isinstance(the_room.cases, Off):
        raise HTTPException(503, OFF[the_room.cases])
    return the_room.cases


TheDesk = Annotated[CaseDesk, Depends(open_desk_of)]


@router.get("/platforms", operation_id="listPlatforms")
async def list_platforms(the_desk: TheDesk) -> PlatformList:
    """Those of config/platforms.yaml, and how fast each has answered."""
    times = await the_desk.response_times()
    return PlatformList(
        items=[
            PlatformShape(
                id=platform.id,
                name=platform.name,
                answer_hours=platform.answer_hours,
                points=[
                    PointShape(desk=desk.value, means=point.means, contact=point.contact, fields=list(point.fields))
                    for desk, point in platform.points.items()
                ],
                answers=[
                    AnsweredShape(answer=found.answer, count=found.count, median_seconds=found.median_seconds)
                    for found in times
                    if found.platform == platform.id
                ],
            )
            for platform in the_desk.platforms.platforms
        ]
    )


@router.get("/cases", operation_id="listCases")
async def list_cases(
    *,
    request: Request,
    response: Response,
    the_desk: TheDesk,
    the_actor: TheActor,
    page: Annotated[Page, Depends(Page.of_query)],
    alert_id: Annotated[str | None, Query(alias="alertId", max_length=200)] = None,
) -> CasePage:
    """Open ones first, newest first; without what was typed."""
    alert = None if alert_id is None else alert_id.replace("\0", "")
    found, total = await the_desk.page(the_actor, alert=alert, limit=page.size, offset=page.offset)
    if links := link_header(request, page, total):
        response.headers["Link"] = links
    return CasePage(items=[_case(the_desk, case) for case in found], total=total, page=page.number, page_size=page.size)


@router.post("/cases", operation_id="openCase", status_code=201)
async def open_case(wanted: NewCaseRequest, the_desk: TheDesk, the_actor: TheActor) -> CaseShape:
    """A draft on an alert within reach. An exercise alert gives an exercise."""
    result = await the_desk.begin(wanted.alert_id.replace("\0", ""), the_actor)
    return _case(the_desk, _done(result, "there is no such alert"))


@router.get("/cases/{id}", operation_id="getCase")
async def get_case(case_id: CaseId, the_desk: TheDesk, the_actor: TheActor) -> CaseDetail:
    """With what was typed. Reading it is written in the audit log, each time."""
    return _detail(the_desk, await _read(the_desk, case_id, the_actor, "case-read"))


@router.get(
    "/cases/{id}/letter",
    operation_id="getLetter",
    response_model=LetterShape,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_letter(
    case_id: CaseId,
    the_desk: TheDesk,
    the_actor: TheActor,
    as_text: Annotated[bool, Query(alias="asText", description="Text to copy, in Dutch.")] = False,
) -> LetterShape | Response:
    """A complete report, ready to be sent."""
    letter = the_desk.letter(await _read(the_desk, case_id, the_actor, "case-export"))
    if letter is None:
        raise HTTPException(409, SAID[Verdict.INCOMPLETE][1])
    if as_text:
        return Response(letter.text, media_type="text/plain")
    return LetterShape.model_validate(letter.record)


@router.put("/cases/{id}/triage", operation_id="judgeCase")
async def judge(case_id: CaseId, wanted: TriageRequest, the_desk: TheDesk, the_actor: TheActor) -> CaseShape:
    """What it is, and which way it goes. An order asks `orders:write`, which no token has."""
    platform = wanted.platform.replace("\0", "") if wanted.platform else None
    return await _changed(the_desk, the_desk.judge(_plain(case_id), wanted.nature, wanted.route, platform, the_actor))


@router.put("/cases/{id}/content", operation_id="writeCase")
async def write(case_id: CaseId, wanted: ContentShape, the_desk: TheDesk, the_actor: TheActor) -> CaseShape:
    """The whole content of a draft. It is kept in the store of reports alone, sealed."""
    return await _changed(the_desk, the_desk.write(_plain(case_id), wanted.content(), the_actor))


@router.post("/cases/{id}/send", operation_id="sendCase")
async def send(case_id: CaseId, wanted: SendRequest, the_desk: TheDesk, the_actor: TheActor) -> CaseShape:
    """A complete draft. With `email`, `200` only when the mail server took it."""
    return await _changed(the_desk, the_desk.send(_plain(case_id), wanted.means, the_actor))


@router.post("/cases/{id}/status", operation_id="followCase")
async def follow(case_id: CaseId, wanted: StatusRequest, the_desk: TheDesk, the_actor: TheActor) -> CaseShape:
    """An answer came, an objection was made, it is over."""
    return await _changed(the_desk, the_desk.advance(_plain(case_id), wanted.status, wanted.text, the_actor))


@router.delete("/cases/{id}", operation_id="deleteCase", status_code=204)
async def delete(case_id: CaseId, the_desk: TheDesk, the_actor: TheActor) -> None:
    """At once, for good: its key is destroyed."""
    _done(await the_desk.delete(_plain(case_id), the_actor))


async def _changed(the_desk: CaseDesk, changing: Awaitable[Result]) -> CaseShape:
    try:
        return _case(the_desk, _done(await changing))
    except Sealed:
        raise HTTPException(503, SEALED) from None


async def _read(the_desk: CaseDesk, case_id: str, the_actor: Actor, action: str) -> Opened:
    try:
        found = await the_desk.read(_plain(case_id), the_actor, action=action)
    except Sealed:
        raise HTTPException(503, SEALED) from None
    if found is None:
        raise HTTPException(404, "there is no such report")
    return found


def _done(result: Result, unknown: str = "there is no such report") -> PlatformCase:
    if result.verdict is Verdict.UNKNOWN:
        raise HTTPException(404, unknown)
    if result.verdict is not Verdict.DONE or result.case is None:
        status, said = SAID[result.verdict]
        gaps = ", ".join(f"{field.value} ({why})" for field, why in result.missing.items())
        raise HTTPException(status, f"{said}: {gaps}" if gaps else said)
    return result.case


def _plain(case_id: str) -> str:
    return case_id.replace("\0", "")


def _fields(the_desk: CaseDesk, case: PlatformCase) -> dict[str, Any]:
    deleted_ms = the_desk.delete_ms(case)
    return {
        "id": case.id,
        "alert_id": case.alert,
        "region": case.region,
        "exercise": case.exercise,
        "nature": case.nature,
        "route": case.route,
        "platform": case.platform,
        "status": case.status,
        "created_at": at_ms(case.created_ms),
        "sent_at": None if case.sent_ms is None else at_ms(case.sent_ms),
        "due_at": None if case.due_ms is None else at_ms(case.due_ms),
        "ended_at": None if case.ended_ms is None else at_ms(case.ended_ms),
        "deleted_at": None if deleted_ms is None else at_ms(deleted_ms),
    }


def _case(the_desk: CaseDesk, case: PlatformCase) -> CaseShape:
    return CaseShape.model_validate(_fields(the_desk, case))


def _detail(the_desk: CaseDesk, opened: Opened) -> CaseDetail:
    case = opened.case
    content = {name: getattr(opened.content, name) for name in ContentShape.model_fields}
    return CaseDetail.model_validate(
        _fields(the_desk, case)
        | {
            "content": ContentShape.model_construct(**content | {"urls": list(opened.content.urls)}),
            "steps": [
                StepShape(status=step.status, actor=step.actor, at=at_ms(step.at_ms), text=step.text)
                for step in opened.steps
            ],
            "missing": [GapShape(field=field.value, reason=why) for field, why in the_desk.missing(opened).items()],
            "may_follow": list(after(case.status, case.route)),
            "mail": the_desk.mails(case).value,
        }
    )
