"""Puts an alert into the outbox, once for each receiver that should hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.receivers import Webhook
from contracts.alert import Alert
from services.notifier.delivery.routing import Route, delivery_id, route
from services.notifier.life import Occasion
from services.notifier.representation import AlertBody, at_ms, body
from services.notifier.store import deliveries

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    receivers: tuple[Webhook, ...]
    give_up_after_hours: float
    standby: frozenset[str] = frozenset()
    """Receivers that hear of an alert only when it is escalated to them."""

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

        ``only``: these receivers, standby or not, as far as the alert is theirs. ``turn`` sets apart what is told of one
        revision more than once.
        """
        for receiver in self.chosen(alert, only):
            await deliveries.put(
                connection,
                deliveries.Delivery(
                    id=delivery_id(alert, receiver, turn),
                    alert=alert.id,
                    revision=alert.revision,
                    receiver=receiver.id,
                    occasion=occasion.value,
                    body=message(alert, occasion),
                    attempts=0,
                    created_ms=now_ms,
                    expires_ms=now_ms + int(self.give_up_after_hours * HOUR_MS),
                ),
            )

    def chosen(self, alert: Alert, only: frozenset[str] | None = None) -> Iterable[Webhook]:
        for receiver in self.receivers:
            asked = receiver.id in only if only is not None else receiver.id not in self.standby
            if asked and route(receiver, alert) is Route.SEND:
                yield receiver


def message(alert: Alert, occasion: Occasion) -> bytes:
    """The body of a webhook: type, timestamp and data, as Standard Webhooks advises."""
    data = AlertBody.model_validate(body(alert)).model_dump(mode="json", by_alias=True)
    timestamp = at_ms(alert.emitted_ms).isoformat().replace("+00:00", "Z")
    return orjson.dumps({"type": f"alert.{occasion.value}", "timestamp": timestamp, "data": data})
