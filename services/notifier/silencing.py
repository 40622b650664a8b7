"""Asking for quiet, and ending it: decided, written, audited and told in one transaction."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.alarms import Alarms
from configuration.places import Gazetteer
from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.life import Verdict
from services.notifier.rounds import end_silence
from services.notifier.store import audit, events, silences
from services.notifier.store.database import Database
from services.notifier.store.silences import Silence
from services.notifier.withholding import Matcher

HOUR_MS = 3_600_000


class Decision(StrEnum):
    """What came of asking for a silence. The result in the audit log."""

    DONE = "done"
    TOO_WIDE = "too-wide"
    """It names no region, gemeente or phenomenon."""
    OVER = "over"
    """It ends before it begins."""
    TOO_LONG = "too-long"
    DENIED = "denied"
    """It reaches beyond the regions where this one handles alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    matcher: Matcher
    reason: str
    ends_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    decision: Decision
    silence: Silence | None = None


def decide(wish: Wish, actor: Actor, alarms: Alarms, now_ms: int) -> Decision:
    """Pure."""
    matcher = wish.matcher
    if matcher.region is None and matcher.gemeente is None and matcher.phenomenon is None:
        return Decision.TOO_WIDE
    if wish.ends_ms <= now_ms:
        return Decision.OVER
    if wish.ends_ms - now_ms > alarms.silences.longest_hours * HOUR_MS:
        return Decision.TOO_LONG
    return Decision.DONE if may_hide(matcher, actor) else Decision.DENIED


def may_hide(matcher: Matcher, actor: Actor) -> bool:
    """One without a region hides everywhere: only for who handles everything."""
    reach = actor.reach(Permission.HANDLE_ALERTS)
    return reach == EVERYTHING if matcher.region is None else reach.covers(matcher.region)


async def silence(database: Database, wish: Wish, actor: Actor, alarms: Alarms, now_ms: int) -> Answer:
    decision = decide(wish, actor, alarms, now_ms)
    made = None
    region = wish.matcher.region
    async with database.writing() as connection:
        if decision is Decision.DONE:
            made = Silence(
                id=silences.new_id(),
                matcher=wish.matcher,
                reason=wish.reason,
                author=actor.name,
                created_ms=now_ms,
                ends_ms=wish.ends_ms,
            )
            hid = await silences.add(connection, made)
            made = dataclasses.replace(made, hid=hid)
            data = {"silenceId": made.id, "change": "began", "hid": hid}
            await events.append(connection, events.Kind.SILENCE, made.id, data, now_ms, region=region or events.FOR_ALL)
        await audit.append(
            connection,
            at_ms=now_ms,
            actor=actor.name,
            action="silence",
            object_id=made.id if made else "",
            result=decision.value,
            origin=actor.origin,
            region=region or actor.home,
        )
    metrics.ACTIONS.labels("silence", decision.value).inc()
    return Answer(decision=decision, silence=made)


async def end(database: Database, silence_id: str, actor: Actor, now_ms: int) -> Verdict | None:
    """End it before its time. None: there is no such silence in reach."""
    async with database.writing() as connection:
        found = await silences.find(connection, silence_id.replace("\0", ""), lock=True)
        verdict = _verdict(found, actor)
        if found is not None and verdict is Verdict.DONE:
            await end_silence(connection, found, now_ms=now_ms, by=actor.name, origin=actor.origin)
        else:
            await _write_down(connection, "end-silence", silence_id, verdict, actor=actor, now_ms=now_ms)
    metrics.ACTIONS.labels("end-silence", verdict.value if verdict else "unknown").inc()
    return verdict


async def notice(database: Database, silence_id: str, actor: Actor, now_ms: int) -> Verdict | None:
    """Somebody saw that a silence is over."""
    async with database.writing() as connection:
        found = await silences.find(connection, silence_id.replace("\0", ""), lock=True)
        verdict = _verdict(found, actor)
        if found is not None and verdict is not None and verdict is not Verdict.DENIED:
            fresh = found.ended_ms is not None and found.noticed_ms is None
            verdict = Verdict.DONE if fresh else Verdict.ALREADY if found.ended_ms else Verdict.REFUSED
            if fresh:
                await silences.notice(connection, silence_id, now_ms)
                data = {"silenceId": silence_id, "change": "noticed"}
                region = found.matcher.region or events.FOR_ALL
                await events.append(connection, events.Kind.SILENCE, silence_id, data, now_ms, region=region)
        await _write_down(connection, "notice-silence", silence_id, verdict, actor=actor, now_ms=now_ms)
    metrics.ACTIONS.labels("notice-silence", verdict.value if verdict else "unknown").inc()
    return verdict


def _verdict(found: Silence | None, actor: Actor) -> Verdict | None:
    if found is None or not _may_see(found, actor):
        return None
    if not may_hide(found.matcher, actor):
        return Verdict.DENIED
    return Verdict.DONE if found.ended_ms is None else Verdict.ALREADY


def _may_see(found: Silence, actor: Actor) -> bool:
    region = found.matcher.region
    return actor.may(Permission.READ_ALERTS) if region is None else actor.reach(Permission.READ_ALERTS).covers(region)


async def _write_down(
    connection: AsyncConnection, action: str, silence_id: str, verdict: Verdict | None, *, actor: Actor, now_ms: int
) -> None:
    await audit.append(
        connection,
        at_ms=now_ms,
        actor=actor.name,
        action=action,
        object_id=silence_id,
        result=verdict.value if verdict else "unknown",
        origin=actor.origin,
        region=actor.home,
    )


def with_region(matcher: Matcher, gazetteer: Gazetteer) -> Matcher | None:
    """A gemeente by the name that alerts carry, with its region. None: not a gemeente, or not of the region named."""
    if matcher.gemeente is None:
        return matcher
    code = gazetteer.code_of(matcher.gemeente)
    if code is None:
        return None
    known = gazetteer.gemeenten[code]
    if matcher.region not in (None, known.region):
        return None
    return dataclasses.replace(matcher, gemeente=known.name, region=known.region)
