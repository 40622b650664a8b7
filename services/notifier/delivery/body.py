"""The body that goes to a receiver, in the form its kind reads. Made when the alert is stored, never again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

import msgspec
import orjson

from configuration.receivers import Kind
from configuration.whole import Configuration
from contracts.alert import Alert, State
from services.notifier.cap import Reference, cap, cap_trial
from services.notifier.delivery.letter import Correspondence, link
from services.notifier.life import Occasion
from services.notifier.representation import AlertBody, at_minute, at_ms, body
from services.notifier.store.threads import Thread

NEVER_ENDED = "0001-01-01T00:00:00Z"
"""How Alertmanager writes that an alert has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    letters: Correspondence
    cap_sender: str

    @classmethod
    def of(cls, configuration: Configuration, cap_sender: str) -> Bodies:
        gemeenten = configuration.gazetteer.gemeenten.values()
        letters = Correspondence(
            regions={gemeente.region: gemeente.region_name for gemeente in gemeenten},
            guidance=configuration.guidance,
            receivers=configuration.receivers,
        )
        return cls(letters=letters, cap_sender=cap_sender)

    def of_alert(self, receiver: Kind, alert: Alert, occasion: Occasion, thread: Thread, now_ms: int) -> bytes:
        """``thread``: what this receiver heard of the happening before."""
        lead = thread.lead(alert)
        if receiver.kind == "webhook":
            return webhook(alert, occasion, lead, goes_on=alert.state is State.OPEN or bool(thread.beside(alert)))
        if receiver.kind == "alertmanager":
            # As Alertmanager does: a group is told whole, and is resolved when all of it is.
            known = [alert, *(heard.alert for heard in thread.heard if heard.alert.id != alert.id)]
            return orjson.dumps(self._alertmanager(receiver.id, [self._prometheus(one) for one in known], lead.id))
        if receiver.kind == "cap":
            before = [Reference(alert=one.alert.id, revision=one.revision, minute=one.minute) for one in thread.heard]
            return cap(alert, before, self.cap_sender, web=self._page(alert), goes_on=bool(thread.beside(alert)))
        return msgspec.json.encode(self.letters.letter(alert, occasion, now_ms, lead=lead))

    def of_trial(self, receiver: Kind, message_id: str, now_ms: int, *, heartbeat: bool) -> bytes:
        """A test or a sign of life, which nobody can take for an alert."""
        name = "heartbeat" if heartbeat else "test"
        moment = at_ms(now_ms).isoformat().replace("+00:00", "Z")
        if receiver.kind == "webhook":
            return orjson.dumps({"type": name, "timestamp": moment, "data": {"receiver": receiver.id}})
        if receiver.kind == "alertmanager":
            # The name that Prometheus itself uses for an alert that always fires.
            labels = {"alertname": "Watchdog" if heartbeat else "SeinpostTest", "severity": "none"}
            text = "Seinpost leeft nog." if heartbeat else "Test van Seinpost. Er is niets aan de hand."
            sample: dict[str, object] = {
                "status": "firing",
                "labels": labels,
                "annotations": {"summary": text},
                "startsAt": moment,
                "endsAt": NEVER_ENDED,
                "generatorURL": link(self.letters.receivers, "/instellingen"),
                "fingerprint": message_id[-16:],
            }
            return orjson.dumps(self._alertmanager(receiver.id, [sample], message_id[-16:]))
        if receiver.kind == "cap":
            return cap_trial(message_id, self.cap_sender, now_ms, heartbeat=heartbeat)
        return msgspec.json.encode(self.letters.trial(receiver.id, now_ms, heartbeat=heartbeat))

    def _page(self, alert: Alert) -> str:
        return link(self.letters.receivers, f"/meldingen/{quote(alert.id, safe='')}")

    def _prometheus(self, alert: Alert) -> dict[str, object]:
        place = alert.place
        labels = {
            "alertname": "Seinpost",
            "alert_id": alert.id,
            "phenomenon": alert.phenomenon,
            "severity": alert.severity.value,
            "region": place.region or "",
            "gemeente": place.gemeente or "",
            "exercise": alert.exercise or "",
        }
        over = alert.state is State.CLOSED
        ended = alert.closed_minute if alert.closed_minute is not None else alert.updated_minute
        return {
            "status": "resolved" if over else "firing",
            "labels": {name: value for name, value in labels.items() if value},
            "annotations": {
                "summary": f"OEFENING – {alert.label}" if alert.exercise else alert.label,
                "description": alert.reason,
            },
            "startsAt": _moment(alert.opened_minute),
            "endsAt": _moment(ended) if over else NEVER_ENDED,
            "generatorURL": self._page(alert),
            "fingerprint": alert.id,
        }

    def _alertmanager(self, receiver: str, alerts: list[dict[str, object]], group: str) -> dict[str, object]:
        """Version 4 of the webhook of Prometheus Alertmanager; ``alerts``: what it is about first."""
        firing = any(one["status"] == "firing" for one in alerts)
        return {
            "version": "4",
            "groupKey": f"seinpost:{group}",
            "truncatedAlerts": 0,
            "status": "firing" if firing else "resolved",
            "receiver": receiver,
            "groupLabels": {"alertname": alerts[0]["labels"]["alertname"]},  # type: ignore[index]
            "commonLabels": _common(alerts, "labels"),
            "commonAnnotations": _common(alerts, "annotations"),
            "externalURL": link(self.letters.receivers, "/"),
            "alerts": alerts,
        }


def _common(alerts: list[dict[str, object]], name: str) -> dict[str, str]:
    """What all of them share."""
    first, *others = [cast(dict[str, str], one[name]) for one in alerts]
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}


def webhook(alert: Alert, occasion: Occasion, lead: Alert, *, goes_on: bool) -> bytes:
    """The body of a webhook: type, timestamp and data, as Standard Webhooks advises; and the happening."""
    data = AlertBody.model_validate(body(alert)).model_dump(mode="json", by_alias=True)
    timestamp = at_ms(alert.emitted_ms).isoformat().replace("+00:00", "Z")
    group = {"firstAlert": lead.id, "goesOn": goes_on}
    return orjson.dumps({"type": f"alert.{occasion.value}", "timestamp": timestamp, "data": data, "happening": group})


def _moment(minute: int) -> str:
    return at_minute(minute).isoformat().replace("+00:00", "Z")
