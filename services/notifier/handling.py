"""What operators do with alerts: decide, write, audit, tell the stream; all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.life import Action, Outcome, Status, Step, Verdict, act
from services.notifier.store import alerts, audit, events, feedback
from services.notifier.store.alerts import Case, Deed
from services.notifier.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``outcome`` with `Action.CLOSE` only; ``text`` is what the operator typed."""

    action: Action
    outcome: Outcome | None = None
    text: str | None = None


async def handle(database: Database, alert_id: str, command: Command, actor: Actor, now_ms: int) -> Step | None:
    """None: there is no such alert in reach. When this returns, what was decided is on disk."""
    async with database.writing() as connection:
        case = await alerts.find(connection, alert_id, actor.reach(Permission.READ_ALERTS), lock=True)
        if case is None:
            step, result = None, "unknown"
        elif not actor.reach(Permission.HANDLE_ALERTS).covers(case.alert.place.region):
            step = Step(verdict=Verdict.DENIED, status=case.status)
            result = step.verdict.value
        else:
            step = act(case.status, command.action, same_owner=case.owner == actor.name)
            result = step.verdict.value
        if case is not None and step is not None and step.verdict is Verdict.DONE:
            if command.action is not Action.NOTE:
                await alerts.set_status(
                    connection,
                    alert_id,
                    status=step.status,
                    owner=_owner(case, command, actor),
                    outcome=_outcome(case, command),
                    now_ms=now_ms if step.status is not case.status else case.status_ms,
                )
            deed = Deed(
                action=command.action.value,
                outcome=command.outcome.value if command.outcome else None,
                text=command.text,
                actor=actor.name,
                at_ms=now_ms,
                role=actor.hand(Permission.HANDLE_ALERTS, case.alert.place.region).value,
            )
            await alerts.add_deed(connection, alert_id, deed)
            if command.action is Action.CLOSE and command.outcome is not None:
                await feedback.say(connection, case.alert, command.outcome.value, now_ms)
            elif command.action is Action.REOPEN:
                await feedback.take_back(connection, alert_id)
            data = {"alertId": alert_id, "status": step.status.value, "action": command.action.value}
            await events.append(connection, events.Kind.STATUS, alert_id, data, now_ms, region=case.alert.place.region)
        await audit.append(
            connection,
            at_ms=now_ms,
            actor=actor.name,
            action=command.action.value,
            object_id=alert_id,
            result=result,
            origin=actor.origin,
            region=case.alert.place.region if case else actor.home,
        )
    metrics.ACTIONS.labels(command.action.value, result).inc()
    return step


def _owner(case: Case, command: Command, actor: Actor) -> str | None:
    if command.action is Action.TAKE:
        return actor.name
    return None if command.action is Action.REOPEN else case.owner


def _outcome(case: Case, command: Command) -> str | None:
    if command.action is Action.CLOSE and command.outcome is not None:
        return command.outcome.value
    return None if command.action is Action.REOPEN else case.outcome


def open_actions(status: Status) -> frozenset[Action]:
    """What can be done from this status, for buttons and for the API."""
    return frozenset(action for action in Action if act(status, action).verdict is Verdict.DONE)
