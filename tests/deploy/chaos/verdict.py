"""An undisturbed run beside one with kills: what differs."""

from __future__ import annotations

import math
import os
from typing import Any

from tests.deploy.chaos.kills import Outcome
from tests.deploy.chaos.stream import towns

BACK_S = 30.0
"""Back at work after a kill, at p99."""


def compare(calm: Outcome, disturbed: Outcome, bursts: int) -> dict[str, object]:
    planted = set(towns()[:bursts])
    got = list(disturbed.received.values())
    last = {alert.place.gemeente: alert.observation.observed for alert in disturbed.alerts.values()}
    expected = {alert.place.gemeente: alert.observation.observed for alert in calm.alerts.values()}
    return {
        "kills": len(disturbed.back),
        "planted": bursts,
        "undisturbed_found": len(planted & set(calm.received.values())),
        "received": len(planted & set(got)),
        "lost": sorted(planted - set(got)),
        "alerted_under_two_ids": sorted({town for town in got if town in planted and got.count(town) > 1}),
        "opened_but_not_received": sorted(set(disturbed.opened) - set(got)),
        "alerts_beyond_undisturbed": sorted(set(got) - planted - set(calm.received.values())),
        "posts_read": [calm.posts_read, disturbed.posts_read],
        "series": len(calm.counts),
        "series_counted_otherwise": {
            name: [calm.counts.get(name), disturbed.counts.get(name)]
            for name in sorted(calm.counts.keys() | disturbed.counts.keys())
            if calm.counts.get(name) != disturbed.counts.get(name)
        },
        "posts_repeated": disturbed.posts_repeated,
        "posts_doubled": disturbed.posts_doubled,
        "waiting_at_the_end": disturbed.waiting,
        "same_ids": f"{sum(name in calm.alerts for name in disturbed.alerts)} of {len(calm.alerts)}",
        "observed_as_undisturbed": sum(last.get(town) == expected.get(town) for town in planted),
        "observed_otherwise": {
            town: [expected.get(town), last.get(town)]
            for town in sorted(planted)
            if last.get(town) != expected.get(town)
        },
        "opened_otherwise_minutes": {
            town: minutes for town in sorted(planted) if (minutes := _later(calm, disturbed, town)) != 0
        },
        "back_at_work_s": _spread([one.seconds for one in disturbed.back]),
        "start_cpu_s": {
            service: _spread([one.cpu_s for one in disturbed.back if one.name.partition("-")[0] == service])
            for service in ("ingest", "anonymizer", "detector", "notifier")
        },
        "kills_after_the_stream": disturbed.idle,
        "ended_by_themselves": disturbed.ended_by_themselves,
        "load": [round(one, 1) for one in os.getloadavg()],
        "seconds": [calm.seconds, disturbed.seconds],
    }


def faults(found: dict[str, Any], *, patient: bool = False) -> list[str]:
    """What was lost, told twice, not said of a post, or left waiting. ``patient``: on a busy machine seconds are told
    and not judged."""
    named = (
        "series_counted_otherwise",
        "posts_doubled",
        "lost",
        "alerted_under_two_ids",
        "opened_but_not_received",
        "alerts_beyond_undisturbed",
        "waiting_at_the_end",
    )
    said = [f"{name}: {found[name]}" for name in named if found[name]]
    calm, disturbed = found["posts_read"]
    if calm != disturbed:
        said.append(f"posts_read: {disturbed}, undisturbed {calm}")
    back_s = found["back_at_work_s"].get("p99", 0.0)
    if back_s > BACK_S and not patient:
        said.append(f"back_at_work_s: {back_s} at p99, longer than {BACK_S:.0f}")
    return said


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {}
    return {name: ordered[math.ceil(part * len(ordered)) - 1] for name, part in (("p50", 0.5), ("p99", 0.99))}


def _later(calm: Outcome, disturbed: Outcome, town: str) -> int | None:
    """Minutes of event time by which a happening was told later; None: not in both runs."""
    found = [
        [alert.opened_minute for alert in run.alerts.values() if alert.place.gemeente == town]
        for run in (calm, disturbed)
    ]
    return min(found[1]) - min(found[0]) if all(found) else None
