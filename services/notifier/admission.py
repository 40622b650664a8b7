"""What becomes of an alert record: placed, stored, told to the stream and to receivers, in the caller's transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.alarms import Alarms
from contracts.alert import Alert
from services.notifier import escalation
from services.notifier.access.reach import EVERYTHING
from services.notifier.book import Book
from services.notifier.budget import TEN_MINUTES_MS, shift
from services.notifier.delivery.outbox import Outbox
from services.notifier.life import Arrival, Occasion, Status, arrive
from services.notifier.store import alerts, events, feedback, held, silences
from services.notifier.store.alerts import Case
from services.notifier.withholding import Held, Placement, Situation, belongs_under, happening, is_event, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    outbox: Outbox
    alarms: Alarms = field(default_factory=Alarms)

    async def receive(self, connection: AsyncConnection, alert: Alert, now_ms: int) -> Arrival:
        """A record from the detector."""
        (arrival,) = await self.receive_all(connection, [alert], now_ms)
        return arrival

    async def receive_all(self, connection: AsyncConnection, records: Sequence[Alert], now_ms: int) -> list[Arrival]:
        """Records that came together, one after another."""
        book = await Book.about(connection, {alert.id for alert in records})
        arrivals = [await self._receive(connection, book, alert, now_ms) for alert in records]
        await book.close(connection)
        return arrivals

    async def _receive(self, connection: AsyncConnection, book: Book, alert: Alert, now_ms: int) -> Arrival:
        before = await book.case(connection, alert.id)
        arrival, occasion = arrive(before.alert if before else None, before.status if before else Status.NEW, alert)
        if arrival in (Arrival.OLDER, Arrival.SAME):
            return arrival
        placement, new_digest = await self._placement(connection, alert, before, arrival, now_ms)
        case = self._wound(alerts.follow(alert, before, arrival, now_ms, placement), now_ms)
        await alerts.store(connection, case, now_ms)
        book.knows(case)
        book.revise(alert, now_ms)
        if arrival is Arrival.REOPENS:
            await feedback.take_back(connection, alert.id)
        was_shown = before is not None and before.held is Held.SHOWN
        if case.held is Held.SHOWN:
            told = occasion if was_shown or before is None else (occasion or Occasion.OPENED)
        else:
            told = Occasion.DIGESTED if new_digest else None
        if case.held is Held.SILENCED and case.held_by and (before is None or before.held_by != case.held_by):
            await silences.count_one(connection, case.held_by)
        if case.held is Held.SHOWN and is_event(alert) and not was_shown:
            # Before receivers are told: who heard of what goes under it, hears of it as an update.
            await self._gather_under(connection, book, case, now_ms)
        await self._tell(connection, book, case, told, now_ms)
        return arrival

    async def place_again(self, connection: AsyncConnection, case: Case, now_ms: int) -> None:
        """What withheld this alert is over: it becomes a card now, unless something else holds it."""
        placement, new_digest = await self._decide(connection, case.alert, now_ms)
        moved = dataclasses.replace(case, held=placement.held, held_by=placement.by)
        if placement.card:
            moved = dataclasses.replace(moved, card_ms=now_ms)
        if placement.held is Held.SHOWN:
            # It waits from now on, not from when it was hidden.
            moved = dataclasses.replace(moved, status_ms=now_ms, escalation_step=0)
        if placement.held is Held.SILENCED and placement.by:
            await silences.count_one(connection, placement.by)
        moved = self._wound(moved, now_ms)
        await held.place(connection, moved)
        told = Occasion.RELEASED if moved.held is Held.SHOWN else Occasion.DIGESTED if new_digest else None
        book = Book()
        await self._tell(connection, book, moved, told, now_ms, turn=f"{placement.held}-{now_ms}")
        await book.close(connection)

    async def _placement(
        self, connection: AsyncConnection, alert: Alert, before: Case | None, arrival: Arrival, now_ms: int
    ) -> tuple[Placement, bool]:
        """Where it goes, and whether that begins a digest."""
        if before is None or arrival is Arrival.REOPENS:
            return await self._decide(connection, alert, now_ms)
        stays = Placement(held=before.held, by=before.held_by), False
        holder = before.held_by or ""
        match before.held:
            case Held.SHOWN:
                return stays
            case Held.SILENCED:
                holds = await silences.hides(connection, holder, alert, now_ms)
            case Held.INHIBITED:
                parent = await alerts.find(connection, holder, EVERYTHING)
                holds = (
                    parent is not None
                    and belongs_under(alert, parent.alert)
                    and await held.still_goes_on(connection, holder)
                )
            case Held.DIGESTED:
                again, _ = await self._decide(connection, alert, now_ms)
                # Out of the digest only upwards: severe enough to be spared, or silenced by a person.
                holds = again.held is not Held.SILENCED and not self._spared(alert)
        return stays if holds else await self._decide(connection, alert, now_ms)

    def _spared(self, alert: Alert) -> bool:
        full = Situation(cards_in_shift=1, per_shift=1, always_show=self.alarms.budget.always_show)
        return place(alert, full).held is Held.SHOWN

    async def _decide(self, connection: AsyncConnection, alert: Alert, now_ms: int) -> tuple[Placement, bool]:
        budget = self.alarms.budget
        here = shift(budget, alert.place.region, exercise=alert.exercise is not None, now_ms=now_ms)
        allowance = budget.of(alert.place.region)
        group = happening(alert)
        around = await held.surroundings(
            connection,
            alert,
            group,
            shift_ms=here.began_ms,
            recent_ms=now_ms - TEN_MINUTES_MS,
            digest=here.digest,
            now_ms=now_ms,
        )
        placement = place(
            alert,
            Situation(
                silence=await silences.fitting(connection, alert, now_ms) if around.silences else None,
                event_alert=None if is_event(alert) else await held.event_alert_of(connection, alert),
                companion=group != alert.id and around.companion,
                cards_in_shift=around.cards_in_shift,
                cards_in_ten_minutes=around.cards_recently,
                per_shift=allowance.per_shift,
                per_ten_minutes=allowance.per_ten_minutes,
                always_show=budget.always_show,
                digest=here.digest,
            ),
        )
        return placement, placement.held is Held.DIGESTED and not around.digest_begun

    async def _tell(
        self,
        connection: AsyncConnection,
        book: Book,
        case: Case,
        occasion: Occasion | None,
        now_ms: int,
        *,
        turn: str = "",
    ) -> None:
        alert = case.alert
        if occasion is not None and self.outbox.tells_anybody:
            await book.write_history(connection)  # what a receiver hears refers to what it heard before
            await self.outbox.put(connection, alert, occasion, now_ms, turn=turn)
        book.tell(events.Kind.ALERT, alert.id, event(case, occasion), now_ms, region=alert.place.region)

    def _wound(self, case: Case, now_ms: int) -> Case:
        """With its escalation clock started, kept or stopped."""
        due = None
        if case.held is Held.SHOWN and escalation.runs(self.alarms.escalation, case.alert, case.status):
            since, taken = case.status_ms, case.escalation_step
            reading = escalation.read(self.alarms.escalation, since_ms=since, taken=taken, now_ms=now_ms)
            due = now_ms if reading.due else reading.next_ms  # the rounds take the step
        return dataclasses.replace(case, escalate_ms=due)

    async def _gather_under(self, connection: AsyncConnection, book: Book, parent: Case, now_ms: int) -> None:
        """Cards nobody looked at go under the alert of their event."""
        for case in await held.place_alerts_under(connection, parent.alert):
            await held.move(
                connection, case.alert.id, held=Held.INHIBITED.value, held_by=parent.alert.id, escalate_ms=None
            )
            book.forget(case.alert.id)
            data = {"alertId": case.alert.id, "status": case.status.value, "action": "inhibit"}
            book.tell(events.Kind.STATUS, case.alert.id, data, now_ms, region=case.alert.place.region)


def event(case: Case, occasion: Occasion | None) -> dict[str, object]:
    """What the live stream tells of an alert. Without occasion nobody has to look up."""
    alert = case.alert
    return {
        "alertId": alert.id,
        "revision": alert.revision,
        "change": alert.change.value,
        "state": alert.state.value,
        "status": case.status.value,
        "severity": alert.severity.value,
        "region": alert.place.region,
        "label": alert.label,
        "occasion": occasion.value if occasion else None,
        "held": case.held.value,
        "exercise": alert.exercise,
        "emittedMs": alert.emitted_ms,
    }
