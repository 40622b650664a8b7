"""The summary of a backtest for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def lines_of(summary: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield (
        f"{summary['posts']:,} posts over {summary['days']} days, {_counted(summary['alerts'])} "
        f"({summary['seconds']} s, {summary['posts_per_second']:,} posts/s)"
    )
    if summary["set_aside"]:
        reasons = ", ".join(f"{number} {reason}" for reason, number in summary["set_aside_by_reason"].items())
        yield f"{summary['set_aside']} lines set aside: {reasons}"
    yield from _rates("alerts per day", summary["alerts_per_day"])
    yield from _happenings(summary)
    yield from _feedback(summary)
    other = summary.get("against")
    if other is not None:
        yield ""
        yield f"under the second configuration: {_counted(other['alerts'])}, {other['same']} the same"
        yield from _rates("alerts per day", other["alerts_per_day"])
        for name, mark in (("appears", "+"), ("disappears", "-")):
            for alert in other[name]:
                yield f"{mark} {alert['opened_at']} {alert['label']}: {alert['reason']}"
        for moved in other["moved"]:
            yield f"~ {_moved(moved)}"
        for changed in other["changed"]:
            yield f"* {changed['label']}: {_changes(changed['changes'])}"
        yield from _happenings(other)
        yield from _feedback(other)


def _rates(title: str, rates: dict[str, float]) -> Iterator[str]:
    if rates:
        yield f"{title}: " + ", ".join(f"{region} {rate:g}" for region, rate in rates.items())


def _happenings(summary: dict[str, Any]) -> Iterator[str]:
    for found in summary.get("found", ()):
        lead = found["lead_minutes"]
        yield f"found: {found['label']}, {_lasting(lead)} ahead"
    for missed in summary.get("missed", ()):
        yield f"missed: {missed}"


def _feedback(summary: dict[str, Any]) -> Iterator[str]:
    said = summary.get("feedback")
    if said is None:
        return
    precision = (
        "none judged" if said["precision"] is None else f"{said['precision']:.0%} of the judged alerts were right"
    )
    yield (
        f"feedback: {precision}; right and kept {said['right_kept']}, right and lost {len(said['right_lost'])}, "
        f"not right and kept {len(said['wrong_kept'])}, not right and gone {said['wrong_gone']}"
    )


def _counted(alerts: int) -> str:
    return "1 alert" if alerts == 1 else f"{alerts} alerts"


def _lasting(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _moved(moved: dict[str, Any]) -> str:
    later = moved["later_minutes"]
    when = "at the same minute" if not later else f"{_lasting(abs(later))} {'later' if later > 0 else 'earlier'}"
    name = moved["label"]
    parts = [f"{name}: {when}"]
    if moved["becomes_label"] != name:
        parts.append(f"as {moved['becomes_label']}")
    # Figures in the reason nearly always differ at another minute.
    if others := {field: both for field, both in moved["changes"].items() if field not in ("label", "reason")}:
        parts.append(_changes(others))
    return ", ".join(parts)


def _changes(changes: dict[str, Any]) -> str:
    return ", ".join(f"{field} {_value(before)} → {_value(after)}" for field, (before, after) in changes.items())


def _value(value: str | bool | None) -> str:
    return {None: "open", True: "yes", False: "no"}.get(value, str(value))  # type: ignore[arg-type]
