"""What a rule test expected against what came of it: one readable difference for each failure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from configuration.document import line_of
from contracts.alert import Alert, EventReference
from exercises.scenario import LOCAL
from seinpost.rules.document import ExpectedAlert, ExpectedEvent, ExpectedThreshold, RuleTest
from seinpost.rules.run import Happened, Outcome
from services.detector.explain import Explained

Difference = tuple[str, str, str]
"""Name of the field, expected, found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    file: Path
    line: int
    test: str
    what: str
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.file}:{self.line}: {self.test}: {self.what}"]
        for name, expected, found in self.differences:
            lines += [f"  - {name}: {expected}", f"  + {name}: {found}"]
        return "\n".join(lines + [f"  {note}" for note in self.notes])


def judge(file: Path, number: int, test: RuleTest, outcome: Outcome) -> Iterator[Failure]:
    """``number``: place of the test in its file."""

    def failed(what: str, *where: str | int, differences: list[Difference], notes: tuple[str, ...] = ()) -> Failure:
        line = line_of(file, "tests", number, *where)
        return Failure(file=file, line=line, test=test.name, what=what, differences=tuple(differences), notes=notes)

    if test.expect.alerts is not None:
        left = list(outcome.happened)
        for index, expected in enumerate(test.expect.alerts):
            where = ("expect", "alerts", index)
            best = min(left, key=lambda one, wanted=expected: _distance(wanted, one, test), default=None)  # type: ignore[misc]
            if best is None or not _same_happening(expected, best.last):
                notes = tuple(_line(one.last) for one in left) or ("no other alert opened",)
                yield failed(f"missing: {_asked(expected)}", *where, differences=[], notes=notes)
                continue
            left.remove(best)
            if differences := list(_differences(expected, best, test)):
                title = _title(best.last)
                yield failed(f"not as expected: {title}", *where, differences=differences, notes=(best.last.reason,))
        for other in left if test.expect.others == "refused" else ():
            notes = (other.last.reason,)
            yield failed(f"not expected: {_title(other.last)}", "expect", "alerts", differences=[], notes=notes)
    for index, threshold in enumerate(test.expect.thresholds):
        differences = list(_threshold(threshold, outcome.explained[index]))
        if differences:
            series = f"{threshold.phenomenon} in {threshold.gemeente or 'any gemeente'}"
            notes = tuple(_window(outcome.explained[index]))
            where = ("expect", "thresholds", index)
            yield failed(f"threshold of {series}", *where, differences=differences, notes=notes)


def _same_happening(expected: ExpectedAlert, alert: Alert) -> bool:
    """Alike enough to be told as a difference; else the one is missing and the other is not expected."""
    asked = {name for name in ("phenomenon", "gemeente") if name in expected.model_fields_set}
    here = {"phenomenon": alert.phenomenon, "gemeente": alert.place.gemeente}
    return not asked or any(getattr(expected, name) == here[name] for name in asked)


def _distance(expected: ExpectedAlert, one: Happened, test: RuleTest) -> tuple[bool, int]:
    return not _same_happening(expected, one.last), len(list(_differences(expected, one, test)))


def _differences(expected: ExpectedAlert, one: Happened, test: RuleTest) -> Iterator[Difference]:
    alert, asked = one.last, expected.model_fields_set
    exact = {
        "phenomenon": alert.phenomenon,
        "gemeente": alert.place.gemeente,
        "region": alert.place.region,
        "kind": alert.kind,
        "severity": alert.severity,
    }
    for name, found in exact.items():
        wanted = getattr(expected, name)
        if name in asked and wanted != found:
            yield name, _shown(wanted), _shown(found)
    for name, minute in (("opened", alert.opened_minute), ("closed", alert.closed_minute)):
        between = getattr(expected, name)
        if between is not None and (minute is None or not between[0] <= minute - test.minute <= between[1]):
            found_at = "not" if minute is None else f"{span(minute - test.minute)} ({_clock(minute)})"
            yield name, f"{span(between[0])} to {span(between[1])}", found_at
    for name, most in (("observed", one.observed), ("authors", one.authors)):
        least = getattr(expected, name)
        if least is not None and most < least:
            yield name, f"at least {least}", str(most)
    for name, event in (("event", alert.event), ("moved_from", alert.moved_from)):
        if getattr(expected, name) is not None:
            yield from _event(name, getattr(expected, name), event)
    if expected.says is not None and expected.says not in alert.reason:
        yield "says", expected.says, alert.reason
    if expected.receivers is not None and set(expected.receivers) != one.told:
        yield "receivers", _shown(sorted(expected.receivers)), _shown(sorted(one.told))


def _event(name: str, expected: ExpectedEvent, found: EventReference | None) -> Iterator[Difference]:
    for part in sorted(expected.model_fields_set):
        wanted, seen = getattr(expected, part), getattr(found, part, None)
        if wanted != seen and not (part == "objects" and seen is not None and set(wanted) == set(seen)):
            yield f"{name}.{part}", _shown(wanted), _shown(seen)


def _threshold(expected: ExpectedThreshold, found: Explained | None) -> Iterator[Difference]:
    verdict = found.verdict if found is not None else "no_posts"
    if expected.verdict is not None and expected.verdict != verdict:
        yield "verdict", expected.verdict, verdict
    observed = found.test.observed if found is not None and found.test is not None else 0
    if expected.observed is not None and expected.observed != observed:
        yield "observed", str(expected.observed), str(observed)
    for name, wanted in expected.limits.items():
        seen = getattr(found.limits, name, None) if found is not None else None
        if seen != wanted:
            yield name, _shown(wanted), _shown(seen)


def _window(found: Explained | None) -> Iterator[str]:
    if found is None:
        yield "no post of this was ever counted"
        return
    limits = found.limits
    if found.test is not None:
        test = found.test
        yield (
            f"{test.observed} posts in {span(test.end_minute - test.start_minute)}, {test.expected:.2f} expected, "
            f"p = {test.probability:.1e}, {test.authors:.0f} authors, {len(test.sources)} sources"
        )
    yield (
        f"limits: {limits.false_alarms_per_day:g} false alarms a day, {limits.min_posts} posts, {limits.min_authors} "
        f"authors, {limits.min_sources} sources, ratio {limits.min_ratio:g}; "
        f"a call needs {limits.call_authors} authors ({found.callers} called)"
    )


def _asked(expected: ExpectedAlert) -> str:
    where = expected.gemeente or ("no gemeente" if "gemeente" in expected.model_fields_set else "any gemeente")
    return f"{expected.phenomenon or 'an alert'} in {where}"


def _title(alert: Alert) -> str:
    return f"{alert.phenomenon} in {alert.place.gemeente or 'no gemeente'}, opened {_clock(alert.opened_minute)}"


def _line(alert: Alert) -> str:
    return f"opened instead: {_title(alert)}: {alert.reason}"


def span(minutes: int) -> str:
    """``90`` → ``1h30m``."""
    size = abs(minutes)
    parts = [f"{size // 1440}d" * (size >= 1440), f"{size % 1440 // 60}h" * (size % 1440 >= 60)]
    text = "".join(parts) + (f"{size % 60}m" if size % 60 or not any(parts) else "")
    return f"-{text}" if minutes < 0 else text


def _clock(minute: int) -> str:
    return f"{datetime.datetime.fromtimestamp(minute * 60, LOCAL):%d-%m %H:%M}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
