"""Puts an alert in the outbox for every receiver that should hear of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.receivers import Kind
from configuration.whole import Configuration
from contracts.alert import Alert
from services.notifier.console.times import local
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.routing import Facts, Routing, delivery_id
from services.notifier.life import Occasion
from services.notifier.store import deliveries, threads

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    routing: Routing
    bodies: Bodies
    give_up_after_hours: float

    standby: frozenset[str] = frozenset()
    """Receivers that hear of an alert only when it is escalated to them."""

    @classmethod
    def of(cls, configuration: Configuration, cap_sender: str, standby: frozenset[str] = frozenset()) -> Self:
        return cls(
            routing=Routing.of(configuration.receivers, configuration.gazetteer),
            bodies=Bodies.of(configuration, cap_sender),
            give_up_after_hours=configuration.receivers.give_up_after_hours,
            standby=standby,
        )

    @property
    def tells_anybody(self) -> bool:
        return bool(self.routing.receivers)

    async def put(
        self,
        connection: AsyncConnection,
        alert: Alert,
        occasion: Occasion,
        now_ms: int,
        *,
        only: frozenset[str] | None = None,
        turn: str = "",
    ) -> None:
        """In the transaction that stores the alert: both are on disk, or neither.

        ``only``: these receivers, standby or not, as far as the alert is theirs. ``turn`` sets apart what is told of
        one revision more than once.
        """
        if not self.tells_anybody:
            return
        known = await threads.of_happening(connection, alert)
        # Who knows its happening by another alert hears how that goes on.
        told = {receiver for receiver, thread in known.items() if thread.of(alert) or thread.beside(alert)}
        for receiver in list(self.chosen(alert, now_ms, only, told)):
            thread = known.get(receiver.id, threads.Thread())
            why = said(occasion, alert, thread)
            await deliveries.put(
                connection,
                deliveries.Delivery(
                    id=delivery_id(alert, receiver, turn),
                    alert=alert.id,
                    revision=alert.revision,
                    receiver=receiver.id,
                    occasion=why.value,
                    body=self.bodies.of_alert(receiver, alert, why, thread, now_ms),
                    attempts=0,
                    created_ms=now_ms,
                    expires_ms=now_ms + int(self.give_up_after_hours * HOUR_MS),
                ),
            )

    def chosen(
        self, alert: Alert, now_ms: int, only: frozenset[str] | None = None, told: Collection[str] = ()
    ) -> Iterator[Kind]:
        """``told``: ids of receivers that heard of this alert before."""
        facts, clock = Facts.of(alert), local(now_ms).time()
        for receiver in self.routing.receivers:
            heard = receiver.id in told
            asked = receiver.id in only if only is not None else heard or receiver.id not in self.standby
            if asked and self.routing.decide(receiver, facts, clock, told=heard).sends:
                yield receiver


def said(occasion: Occasion, alert: Alert, thread: threads.Thread) -> Occasion:
    """What ``occasion`` is to a receiver that heard ``thread`` before. Pure."""
    others = thread.beside(alert)
    if others and occasion in (Occasion.OPENED, Occasion.RELEASED) and thread.of(alert) is None:
        return Occasion.JOINED
    return Occasion.PARTED if others and occasion is Occasion.CLOSED else occasion
