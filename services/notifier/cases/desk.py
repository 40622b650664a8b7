"""What users do with reports to platforms: decide, write, audit. The page and the API both come here.

Each change stands here, and in the audit log of the room with the number of the report and what came of it.
The row of the audit log is on disk first of the two: a change without it cannot be.
"""

from __future__ import annotations

import asyncio
import datetime
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.access import NATIONAL
from configuration.platforms import Organisation, Platform, Platforms, Point
from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.cases import store
from services.notifier.cases.content import Content, Field, missing
from services.notifier.cases.letter import Letter
from services.notifier.cases.progress import ANSWERS, Status, after, due_ms
from services.notifier.cases.store import Opened, PlatformCase, Step
from services.notifier.cases.triage import DESK, ROUTES, Nature, Route
from services.notifier.cases.vault import Vault
from services.notifier.delivery.mail import MailServer
from services.notifier.delivery.receiver import Outcome
from services.notifier.store import alerts, audit
from services.notifier.store.database import Database


class Verdict(StrEnum):
    """What came of it. Metric label."""

    DONE = "done"
    UNKNOWN = "unknown"
    """Not there, or not within reach."""
    DENIED = "denied"
    """Not by this one, here."""
    REFUSED = "refused"
    """Not from this status, or not by this route."""
    INCOMPLETE = "incomplete"
    EXERCISE = "exercise"
    """Nothing of an exercise goes to an address."""
    NO_MAIL = "no-mail"
    """No mail server, or no e-mail address of this desk."""
    NOT_DELIVERED = "not-delivered"


class Means(StrEnum):
    EMAIL = "email"
    """By Seinpost."""
    HAND = "hand"
    """Somebody copied it into the platform's form, or called."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result:
    verdict: Verdict
    case: PlatformCase | None = None
    missing: dict[Field, str] = field(default_factory=dict)


UNKNOWN = Result(verdict=Verdict.UNKNOWN)


@dataclass(slots=True, kw_only=True)
class CaseDesk:
    database: Database
    """Of reports alone."""
    vault: Vault
    room: Database
    """Alerts and the audit log."""
    platforms: Platforms
    mail: MailServer | None
    """None: no mail server is configured."""
    days: int
    """Kept after the end."""
    now_ms: Callable[[], int]
    _sending: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    # Reading --------------------------------------------------------------------------------------------------------

    async def read(self, case_id: str, actor: Actor, *, action: str = "case-read") -> Opened | None:
        """None: not there, or out of reach. Both are in the audit log before anything is shown. Raises `Sealed`."""
        async with self.database.reading() as connection:
            case = await store.find(connection, case_id, actor.reach(Permission.READ_CASES))
            if case is None:
                await self._note(actor, action, case_id, Verdict.UNKNOWN.value, actor.home)
                return None
            await self._note(actor, action, case.id, case.status.value, case.region)
            return await store.open_case(connection, case, self.vault)

    async def page(
        self, actor: Actor, *, alert: str | None = None, limit: int, offset: int
    ) -> tuple[list[PlatformCase], int]:
        """Without what was typed."""
        async with self.database.reading() as connection:
            return await store.page(
                connection, actor.reach(Permission.READ_CASES), alert=alert, limit=limit, offset=offset
            )

    async def response_times(self) -> list[store.Answered]:
        async with self.database.reading() as connection:
            return await store.response_times(connection)

    # Of a report ----------------------------------------------------------------------------------------------------

    def platform(self, case: PlatformCase) -> Platform | None:
        return self.platforms.platform(case.platform)

    def organisation(self, case: PlatformCase) -> Organisation | None:
        return self.platforms.organisation(case.region or NATIONAL)

    def point(self, case: PlatformCase) -> Point | None:
        """The desk it goes to."""
        platform = self.platform(case)
        return platform.points.get(DESK[case.route]) if platform and case.route in DESK else None

    def missing(self, opened: Opened) -> dict[Field, str]:
        case = opened.case
        if case.route is None:
            return {}
        return missing(case.route, opened.content, self.platform(case), self.organisation(case))

    def letter(self, opened: Opened) -> Letter | None:
        """None: it is not complete."""
        case = opened.case
        if case.route is None or self.missing(opened):
            return None
        return Letter(
            reference=case.id,
            route=case.route,
            exercise=case.exercise,
            platform=self.platform(case) if case.route in DESK else None,
            organisation=self.organisation(case),
            content=opened.content,
        )

    def mails(self, case: PlatformCase) -> Verdict:
        """Whether Seinpost can mail it; `Verdict.DONE`: yes."""
        if case.exercise:
            return Verdict.EXERCISE
        point = self.point(case)
        reachable = self.mail is not None and point is not None and point.means == "email" and point.contact
        return Verdict.DONE if reachable else Verdict.NO_MAIL

    def delete_ms(self, case: PlatformCase) -> int | None:
        return None if case.ended_ms is None else case.ended_ms + self.days * 86_400_000

    def may_write(self, actor: Actor, case: PlatformCase, route: Route | None = None) -> bool:
        """``route``: the one it gets; an order needs its own permission, before and after."""
        needed = [Permission.WRITE_CASES]
        if Route.ORDER in (route, case.route):
            needed.append(Permission.WRITE_ORDERS)
        return all(actor.reach(permission).covers(case.region) for permission in needed)

    # Changing -------------------------------------------------------------------------------------------------------

    async def begin(self, alert_id: str, actor: Actor) -> Result:
        """A draft on an alert that is within reach."""
        async with self.room.reading() as connection:
            found = await alerts.find(connection, alert_id, actor.reach(Permission.READ_ALERTS))
        if found is None:
            await self._note(actor, "case-open", alert_id, Verdict.UNKNOWN.value, actor.home)
            return UNKNOWN
        alert, now = found.alert, self.now_ms()
        case = PlatformCase(
            id="pm" + secrets.token_hex(6),
            alert=alert.id,
            region=alert.place.region,
            exercise=alert.exercise is not None,
            created_ms=now,
            touched_ms=now,
        )
        if not actor.reach(Permission.WRITE_CASES).covers(case.region):
            return self._counted("case-open", Result(verdict=Verdict.DENIED))
        async with self.database.writing_rows() as connection:
            await store.create(connection, case, self.vault)
            await self._note(actor, "case-open", case.id, case.status.value, case.region)
        return self._counted("case-open", Result(verdict=Verdict.DONE, case=case))

    async def judge(
        self, case_id: str, nature: Nature, route: Route | None, platform: str | None, actor: Actor
    ) -> Result:
        """What it is, and which way it goes. Only of a draft."""
        async with self._changing(case_id, actor, "case-triage", route) as (connection, opened, denied):
            if denied is not None or opened is None:
                return denied or UNKNOWN
            case = opened.case
            known = platform is None or self.platforms.platform(platform) is not None
            if case.status is not Status.DRAFT or not known or (route is not None and route not in ROUTES[nature]):
                return await self._refused(actor, "case-triage", case, Verdict.REFUSED)
            now = self.now_ms()
            judged = replace(case, nature=nature, route=route, platform=platform, touched_ms=now)
            await store.change(connection, judged)
            return await self._done(actor, "case-triage", judged)

    async def write(self, case_id: str, content: Content, actor: Actor) -> Result:
        """What was typed; gaps may be filled later. Only of a draft."""
        async with self._changing(case_id, actor, "case-write") as (connection, opened, denied):
            if denied is not None or opened is None:
                return denied or UNKNOWN
            if opened.case.status is not Status.DRAFT:
                return await self._refused(actor, "case-write", opened.case, Verdict.REFUSED)
            await store.write(connection, opened, content, self.now_ms())
            return await self._done(actor, "case-write", opened.case)

    async def send(self, case_id: str, means: Means, actor: Actor) -> Result:
        """Mails it, or writes down that somebody sent it by hand. What went out is kept with it."""
        # Two clicks are one message, also on two replicas: the second finds that it was sent.
        turn = self._sending.setdefault(case_id, asyncio.Lock())
        async with turn, self.database.alone(case_id):
            return await self._send(case_id, means, actor)

    async def _send(self, case_id: str, means: Means, actor: Actor) -> Result:
        async with self._changing(case_id, actor, "case-send") as (_, opened, denied):
            if denied is not None or opened is None:
                return denied or UNKNOWN
            case, letter = opened.case, self.letter(opened)
            if Status.SENT not in after(case.status, case.route) or case.status is not Status.DRAFT:
                return await self._refused(actor, "case-send", case, Verdict.REFUSED)
            if letter is None:
                return await self._refused(actor, "case-send", case, Verdict.INCOMPLETE, self.missing(opened))
            if means is Means.EMAIL and (able := self.mails(case)) is not Verdict.DONE:
                return await self._refused(actor, "case-send", case, able)
        if means is Means.EMAIL and not await self._mailed(case, letter):
            # Outside of any transaction: a mail server may take its time.
            return await self._refused(actor, "case-send", case, Verdict.NOT_DELIVERED)
        return await self._step(case_id, Status.SENT, letter.text, actor, "case-send")

    async def _mailed(self, case: PlatformCase, letter: Letter) -> bool:
        point = self.point(case)
        if self.mail is None or point is None or point.contact is None:
            return False
        message = EmailMessage()
        message["From"] = f"Seinpost <{self.mail.smtp.sender}>"
        message["To"] = point.contact
        if letter.organisation is not None:
            message["Reply-To"] = letter.organisation.email
        message["Subject"] = letter.subject
        now = datetime.datetime.fromtimestamp(self.now_ms() / 1000, datetime.UTC)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{case.id}@{self.mail.domain}>"
        message["Content-Language"] = "nl"
        message.set_content(letter.text, cte="quoted-printable")
        return (await self.mail.send(message)).outcome is Outcome.DELIVERED

    async def advance(self, case_id: str, status: Status, text: str, actor: Actor) -> Result:
        """An answer that came, an objection, the end. ``text``: what was answered, or why."""
        if status is Status.SENT:
            return await self.send(case_id, Means.HAND, actor)
        return await self._step(case_id, status, text, actor, "case-status")

    async def _step(self, case_id: str, status: Status, text: str, actor: Actor, action: str) -> Result:
        async with self._changing(case_id, actor, action) as (connection, opened, denied):
            if denied is not None or opened is None:
                return denied or UNKNOWN
            case, now = opened.case, self.now_ms()
            if status not in after(case.status, case.route):
                return await self._refused(actor, action, case, Verdict.REFUSED)
            if status is Status.CLOSED and case.route is Route.NOTHING and (gaps := self.missing(opened)):
                return await self._refused(actor, action, case, Verdict.INCOMPLETE, gaps)
            platform = self.platform(case)
            stepped = replace(
                case,
                status=status,
                touched_ms=now,
                sent_ms=now if status is Status.SENT else case.sent_ms,
                due_ms=due_ms(status, case.route, now, platform.answer_hours if platform else 24, case.due_ms),
                ended_ms=now if status is Status.CLOSED else None,
            )
            await store.change(connection, stepped)
            await store.add_step(connection, opened, Step(status=status, actor=actor.name, at_ms=now, text=text))
            before = {step.status for step in opened.steps}
            if status in ANSWERS and status not in before and platform and case.sent_ms and not case.exercise:
                await store.answered(connection, platform.id, status, (now - case.sent_ms) // 1000)
            return await self._done(actor, action, stepped)

    async def delete(self, case_id: str, actor: Actor) -> Result:
        """At once, whatever its status. What it was is gone; that it was stands in the audit log."""
        async with self.database.writing_rows() as connection:
            case = await store.find(connection, case_id, actor.reach(Permission.READ_CASES), lock=True)
            if case is None:
                await self._note(actor, "case-delete", case_id, Verdict.UNKNOWN.value, actor.home)
                return self._counted("case-delete", UNKNOWN)
            if not self.may_write(actor, case):
                return await self._refused(actor, "case-delete", case, Verdict.DENIED)
            await store.destroy(connection, case.id)
            await self._note(actor, "case-delete", case.id, "deleted", case.region)
        metrics.CASES_DELETED.inc()
        await self.database.rewrite("case_keys")
        return self._counted("case-delete", Result(verdict=Verdict.DONE, case=case))

    async def forget_exercises(self, actor: Actor) -> int:
        """Destroys reports on alerts of an exercise that are gone, whoever wrote them. How many."""
        async with self.database.writing_rows() as connection:
            played = await store.of_exercises(connection)
            async with self.room.reading() as room:
                there = await alerts.known(room, {case.alert for case in played})
            gone = [case for case in played if case.alert not in there]
            for case in gone:
                await store.destroy(connection, case.id)
                await self._note(actor, "case-delete", case.id, "deleted", case.region)
        if gone:
            metrics.CASES_DELETED.inc(len(gone))
            await self.database.rewrite("case_keys")
        return len(gone)

    @asynccontextmanager
    async def _changing(
        self, case_id: str, actor: Actor, action: str, route: Route | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, Opened | None, Result | None]]:
        """The report, locked and open; or why not. Raises `Sealed`."""
        async with self.database.writing_rows() as connection:
            case = await store.find(connection, case_id, actor.reach(Permission.READ_CASES), lock=True)
            if case is None:
                await self._note(actor, action, case_id, Verdict.UNKNOWN.value, actor.home)
                yield connection, None, self._counted(action, UNKNOWN)
            elif not self.may_write(actor, case, route):
                yield connection, None, await self._refused(actor, action, case, Verdict.DENIED)
            else:
                yield connection, await store.open_case(connection, case, self.vault), None

    async def _done(self, actor: Actor, action: str, case: PlatformCase) -> Result:
        await self._note(actor, action, case.id, case.status.value, case.region)
        return self._counted(action, Result(verdict=Verdict.DONE, case=case))

    async def _refused(
        self, actor: Actor, action: str, case: PlatformCase, verdict: Verdict, gaps: dict[Field, str] | None = None
    ) -> Result:
        await self._note(actor, action, case.id, verdict.value, case.region)
        return self._counted(action, Result(verdict=verdict, case=case, missing=gaps or {}))

    def _counted(self, action: str, result: Result) -> Result:
        metrics.ACTIONS.labels(action, result.verdict.value).inc()
        return result

    async def _note(self, actor: Actor, action: str, case_id: str, result: str, region: str | None) -> None:
        async with self.room.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.now_ms(),
                actor=actor.name,
                action=action,
                object_id=case_id,
                result=result,
                origin=actor.origin,
                region=region,
            )
