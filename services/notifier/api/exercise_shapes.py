"""Requests and answers of `/v1/exercises` and `/v1/participation`."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from exercises.clock import FASTEST, SLOWEST
from exercises.drill import Drill, Kind
from exercises.log import Line, Received, What
from exercises.report import Asked, Judged, Moment, Report, Took
from services.notifier.api.shapes import AsWritten, OperatorText
from services.notifier.playing.leading import LINK_DAYS, MAX_LINK_DAYS, Turn
from services.notifier.playing.taking_part import View
from services.notifier.representation import Shape, at_ms
from services.notifier.store.exercises import Kept, Link, Session, State

RoleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
Roles = Annotated[list[RoleId], Field(min_length=1, max_length=30)]


class PartShape(Shape):
    role: str
    kind: Kind
    gemeente: str
    sees_alerts: bool = Field(description="Seinpost's own alerts of the exercise come to this role.")


class DrillShape(Shape):
    id: str
    title: str
    stream: str = Field(description="Id of a scenario, or `none`.")
    starts: datetime.datetime
    until: datetime.datetime
    minutes: int = Field(description="To play it.")
    goals: list[str]
    roles: list[PartShape]
    injects: int
    questions: int


class DrillList(Shape):
    items: list[DrillShape]


class SessionRequest(Shape):
    drill: RoleId
    seed: int = Field(1, ge=0, le=2**31, description="Of the stream: the same seed gives the same posts.")


class ClockShape(Shape):
    session_id: str = Field(description="Posts of this session carry `exercise` = `<source>.<sessionId>`.")
    scenario: str = Field(description="Whose posts follow this clock; `none`: a tabletop.")
    seed: int
    state: State
    event_time: datetime.datetime = Field(description="What the clock says now.")
    speed: float
    anchor_wall: datetime.datetime
    anchor_event: datetime.datetime = Field(
        description="Event time = anchorEvent + (now - anchorWall) × speed while running, else anchorEvent."
    )
    starts: datetime.datetime
    until: datetime.datetime


class SessionShape(Shape):
    id: str
    drill: str
    title: str
    region: str
    gemeenten: list[str]
    state: State
    clock: ClockShape
    created: datetime.datetime
    started: datetime.datetime | None
    ended: datetime.datetime | None


class SessionList(Shape):
    items: list[SessionShape]


class LineShape(Shape):
    number: int
    at: datetime.datetime
    event_time: datetime.datetime
    what: What
    role: str | None = Field(description="Who did it; null: the leader, or Seinpost.")
    item: str
    option: str | None
    text: str


class SeatShape(PartShape):
    link: bool = Field(description="A link was handed out and still opens.")
    joined: datetime.datetime | None


class SessionDetail(SessionShape):
    seats: list[SeatShape]
    lines: list[LineShape]


class TurnRequest(Shape):
    turn: Turn
    speed: float | None = Field(None, ge=SLOWEST, le=FASTEST, description="With `speed`.")
    to: Annotated[datetime.datetime | None, AsWritten] = Field(None, description="With `jump`: exercise time.")


class LinkRequest(Shape):
    role: RoleId
    days: int = Field(LINK_DAYS, ge=1, le=MAX_LINK_DAYS)


class LinkShape(Shape):
    role: str
    address: str = Field(description="To give to who plays this role. It cannot be shown again.")
    code: str = Field(description="The same, as bearer token of `/v1/participation`.")
    expires: datetime.datetime


class LeaderMessage(Shape):
    to: Roles
    sender: str = Field(min_length=2, max_length=80, description="A function, nobody's name.")
    text: OperatorText


class LessonRequest(Shape):
    text: OperatorText


class TookShape(Shape):
    minutes: float = Field(description="Of the exercise.")
    seconds: float = Field(description="Real.")


class AskedShape(Shape):
    item: str
    what: str
    roles: list[str]
    answered: str
    reason: str
    expected: list[str]
    within: str
    took: TookShape | None
    judged: Judged
    why: str
    lesson: str


class MomentShape(Shape):
    at: datetime.datetime
    event_time: datetime.datetime
    what: What
    role: str | None
    to: list[str]
    text: str


class RoleShape(Shape):
    role: str
    kind: str
    gemeente: str
    played: bool


class SeenShape(Shape):
    role: str
    item: str
    took: TookShape | None = Field(description="Null: never said to be seen.")


class LessonShape(Shape):
    role: str | None = Field(description="Null: of the leader.")
    text: str


class ReportShape(Shape):
    session_id: str
    drill: str
    title: str
    stream: str
    goals: list[str]
    roles: list[RoleShape]
    began: datetime.datetime | None
    ended: datetime.datetime | None = Field(description="Null: nothing ever happened in it.")
    timeline: list[MomentShape]
    decisions: list[AskedShape]
    initiatives: list[MomentShape]
    seen: list[SeenShape]
    time_to_see: TookShape | None
    time_to_decide: TookShape | None
    time_to_inform: TookShape | None
    unseen: int
    lessons: list[LessonShape]
    debrief: list[str]


class ReportSummary(Shape):
    session_id: str
    title: str
    region: str
    held: datetime.datetime


class ReportList(Shape):
    items: list[ReportSummary]


class ReceivedShape(Shape):
    number: int
    event_time: datetime.datetime
    what: What
    sender: str
    channel: str
    text: str
    question: str | None = Field(description="Null: nothing is asked of this role.")
    options: dict[str, str]
    seen: bool
    answer: str | None = Field(description="The option that was chosen.")
    reason: str


class ParticipationShape(Shape):
    session_id: str
    title: str
    role: str
    kind: Kind
    gemeente: str
    task: str
    briefing: str
    state: State
    event_time: datetime.datetime
    others: list[PartShape] = Field(description="Whom one may write to.")
    received: list[ReceivedShape]
    decisions: dict[str, str] = Field(description="That may still be taken of one's own accord.")


class SeenRequest(Shape):
    number: int = Field(ge=1, le=1_000_000)


class AnswerRequest(SeenRequest):
    option: RoleId
    reason: OperatorText


class DecideRequest(Shape):
    decision: RoleId
    reason: OperatorText


class RoleMessage(Shape):
    to: Roles
    text: OperatorText


def part_shapes(drill: Drill) -> list[PartShape]:
    return [
        PartShape(role=name, kind=part.kind, gemeente=part.gemeente, sees_alerts=part.sees_alerts)
        for name, part in drill.roles.items()
    ]


def drill_shape(drill: Drill) -> DrillShape:
    return DrillShape(
        id=drill.id,
        title=drill.title,
        stream=drill.stream,
        starts=at_ms(drill.starts_ms),
        until=at_ms(drill.until_ms),
        minutes=drill.minutes,
        goals=list(drill.goals),
        roles=part_shapes(drill),
        injects=len(drill.injects),
        questions=sum(inject.question is not None for inject in drill.injects),
    )


def clock_shape(session: Session, now_ms: int) -> ClockShape:
    clock, drill = session.clock, session.drill
    return ClockShape(
        session_id=session.id,
        scenario=drill.stream,
        seed=session.seed,
        state=session.state,
        event_time=at_ms(clock.at(now_ms)),
        speed=clock.speed,
        anchor_wall=at_ms(clock.anchor_wall),
        anchor_event=at_ms(clock.anchor_event),
        starts=at_ms(drill.starts_ms),
        until=at_ms(drill.until_ms),
    )


def session_shape(session: Session, now_ms: int) -> SessionShape:
    return SessionShape.model_validate(_fields(session, now_ms))


def _fields(session: Session, now_ms: int) -> dict[str, object]:
    return {
        "id": session.id,
        "drill": session.drill.id,
        "title": session.drill.title,
        "region": session.region,
        "gemeenten": list(session.drill.gemeenten),
        "state": session.state,
        "clock": clock_shape(session, now_ms),
        "created": at_ms(session.created_ms),
        "started": _at(session.started_ms),
        "ended": _at(session.ended_ms),
    }


def session_detail(session: Session, links: dict[str, Link], lines: list[Line], now_ms: int) -> SessionDetail:
    seats = [
        SeatShape(
            role=part.role,
            kind=part.kind,
            gemeente=part.gemeente,
            sees_alerts=part.sees_alerts,
            link=part.role in links and now_ms < links[part.role].expires_ms,
            joined=_at(links[part.role].joined_ms) if part.role in links else None,
        )
        for part in part_shapes(session.drill)
    ]
    return SessionDetail.model_validate(
        _fields(session, now_ms) | {"seats": seats, "lines": [_line_shape(line) for line in lines]}
    )


def _line_shape(line: Line) -> LineShape:
    return LineShape(
        number=line.number,
        at=at_ms(line.wall),
        event_time=at_ms(line.event),
        what=line.what,
        role=line.role,
        item=line.item,
        option=line.option,
        text=line.text,
    )


def report_shape(found: Report) -> ReportShape:
    return ReportShape(
        session_id=found.session,
        drill=found.drill,
        title=found.title,
        stream=found.stream,
        goals=list(found.goals),
        roles=[
            RoleShape(role=role.name, kind=role.kind, gemeente=role.gemeente, played=role.played)
            for role in found.roles
        ],
        began=_at(found.began or None),
        ended=_at(found.ended or None),
        timeline=[_moment(one) for one in found.timeline],
        decisions=[_asked(one) for one in found.asked],
        initiatives=[_moment(one) for one in found.initiatives],
        seen=[SeenShape(role=one.role, item=one.item, took=_took(one.took)) for one in found.seen],
        time_to_see=_took(found.speed.see),
        time_to_decide=_took(found.speed.decide),
        time_to_inform=_took(found.speed.inform),
        unseen=found.speed.unseen,
        lessons=[LessonShape(role=one.role, text=one.text) for one in found.lessons],
        debrief=list(found.debrief),
    )


def kept_shape(kept: Kept) -> ReportSummary:
    return ReportSummary(session_id=kept.id, title=kept.title, region=kept.region, held=at_ms(kept.held_ms))


def participation(view: View, now_ms: int) -> ParticipationShape:
    session, drill, part = view.seat.session, view.seat.session.drill, view.seat.part
    return ParticipationShape(
        session_id=session.id,
        title=drill.title,
        role=view.seat.role,
        kind=part.kind,
        gemeente=part.gemeente,
        task=part.task,
        briefing=drill.briefing,
        state=session.state,
        event_time=at_ms(session.clock.at(now_ms)),
        others=[one for one in part_shapes(drill) if one.role != view.seat.role],
        received=[_received(one) for one in view.received],
        decisions={name: drill.decisions[name].text for name in view.decisions},
    )


def _received(one: Received) -> ReceivedShape:
    return ReceivedShape(
        number=one.line.number,
        event_time=at_ms(one.line.event),
        what=one.line.what,
        sender=one.sender,
        channel=one.channel,
        text=one.text,
        question=one.question.text if one.question else None,
        options=dict(one.question.options) if one.question else {},
        seen=one.seen is not None,
        answer=one.answer.option if one.answer else None,
        reason=one.answer.text if one.answer else "",
    )


def _moment(one: Moment) -> MomentShape:
    return MomentShape(
        at=at_ms(one.wall), event_time=at_ms(one.event), what=one.what, role=one.role, to=list(one.to), text=one.text
    )


def _asked(one: Asked) -> AskedShape:
    return AskedShape(
        item=one.item,
        what=one.what,
        roles=list(one.roles),
        answered=one.answered,
        reason=one.reason,
        expected=list(one.expected),
        within=one.within,
        took=_took(one.took),
        judged=one.judged,
        why=one.why,
        lesson=one.lesson,
    )


def _took(took: Took | None) -> TookShape | None:
    return TookShape(minutes=took.minutes, seconds=took.seconds) if took else None


def _at(ms: int | None) -> datetime.datetime | None:
    return at_ms(ms) if ms is not None else None
