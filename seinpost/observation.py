"""What the services say of themselves, read as an operator would: `/metrics` and the API of the security room."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from exercises.verdict import Opened
from seinpost.stack import Stack

Samples = dict[str, float]
"""Value by exposition name; the sum over all labels."""

PAGE = 100
DEAD_LETTERS = "seinpost_dead_letters_total"
WORK = (
    "seinpost_detector_deltas_total",
    "seinpost_detector_tests_total",
    "seinpost_detector_signals_total",
    "seinpost_detector_alerts_total",
    "seinpost_notifier_alerts_total",
    "seinpost_notifier_deliveries_total",
)
"""Stand still once all posts are worked off. Others never do: sources report, and idle partitions say so, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    read: int
    """Posts that ingest handed to Kafka."""
    ended: bool
    """The replay was read to its end."""
    anonymised: int
    folded: int
    """Posts the detector has counted."""
    lag: int
    """Records that any service has still to read."""
    dead: int
    dead_by_reason: dict[str, int]
    """``service: reason`` → records set aside; only what occurred."""
    activity: int
    """Sum of the counters of `WORK`: as long as it grows, something is still being worked on."""
    opened: int
    delivered: int
    pending: int

    def unfinished(self) -> str | None:
        """What the pipeline still has to do; None when it is drained."""
        if not self.ended:
            return "ingest is still reading"
        if self.anonymised + self.dead < self.read:
            return f"the anonymizer has {self.anonymised} of {self.read} posts"
        if self.folded < self.anonymised:
            return f"the detector has {self.folded} of {self.anonymised} posts"
        if self.lag:
            return f"{self.lag} records are waiting"
        return f"{self.pending} deliveries are waiting" if self.pending else None


class Observer:
    """Asks the services. Raises `ServiceFailed` when one that should answer does not."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx.Client(timeout=30, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def counts(self) -> Counts:
        ingest, anonymizer, detector, notifier = (
            self._samples(name) for name in ("ingest", "anonymizer", "detector", "notifier")
        )
        summary = self._get("notifier", "/v1/summary").json()
        samples = (ingest, anonymizer, detector, notifier)
        lags = ("seinpost_anonymizer_lag_records", "seinpost_detector_lag_records", "seinpost_notifier_lag_records")
        folded = detector.get("seinpost_detector_posts_total", 0) - anonymizer.get(
            "seinpost_anonymizer_retractions_total", 0
        )
        return Counts(
            read=int(ingest.get("seinpost_ingest_posts_total", 0)),
            ended=ingest.get("ended", 0) > 0,
            anonymised=int(anonymizer.get("seinpost_anonymizer_posts_total", 0)),
            folded=int(folded + detector.get("seinpost_detector_posts_skipped_total", 0)),
            lag=int(sum(each.get(name, 0) for each in samples for name in lags)),
            dead=sum(_dead(samples).values()),
            dead_by_reason=_dead(samples),
            activity=int(sum(each.get(name, 0) for each in samples for name in WORK)),
            opened=int(summary["alertsOpened"] + summary["exercises"]["alertsOpened"]),
            delivered=int(summary["delivered"] + summary["exercises"]["delivered"]),
            pending=int(summary["pending"] + summary["exercises"]["pending"]),
        )

    def cpu_seconds(self) -> dict[str, float]:
        """What each service has taken of the processor since it started."""
        return {
            name: round(self._samples(name).get("process_cpu_seconds_total", 0), 1) for name in self._stack.services
        }

    def alerts(self) -> list[Opened]:
        """All alerts in the security room, earliest first."""
        found: list[Opened] = []
        page = 1
        while True:
            answer = self._get("notifier", f"/v1/alerts?page={page}&pageSize={PAGE}").json()
            found += [opened(item) for item in answer["items"]]
            if len(found) >= answer["total"] or not answer["items"]:
                return sorted(found, key=lambda alert: (alert.minute, alert.id))
            page += 1

    def _samples(self, name: str) -> Samples:
        samples: Samples = {}
        for family in text_string_to_metric_families(self._get(name, "/metrics").text):
            for sample in family.samples:
                samples[sample.name] = samples.get(sample.name, 0) + sample.value
                if sample.name == "seinpost_ingest_source_status" and sample.labels["status"] == "ended":
                    samples["ended"] = sample.value
                if sample.name == DEAD_LETTERS:
                    name = f"{sample.labels['service']}: {sample.labels['reason']}"
                    samples[f"{DEAD_LETTERS} {name}"] = sample.value
        return samples

    def _get(self, name: str, path: str) -> httpx.Response:
        child = self._stack.services[name]
        child.check()
        try:
            return self._http.get(child.url + path).raise_for_status()
        except httpx.HTTPError as error:
            raise child.silent(error) from error


def _dead(samples: Iterable[Samples]) -> dict[str, int]:
    prefix = f"{DEAD_LETTERS} "
    return {
        name.removeprefix(prefix): int(value)
        for each in samples
        for name, value in each.items()
        if name.startswith(prefix) and value
    }


def opened(item: dict[str, Any]) -> Opened:
    """An alert as API and webhooks write it."""
    at = datetime.datetime.fromisoformat(item["openedAt"])
    return Opened(
        id=item["id"],
        phenomenon=item["phenomenon"],
        gemeente=item["place"]["gemeente"],
        minute=int(at.timestamp()) // 60,
        label=item["label"],
        reason=item["reason"],
    )
