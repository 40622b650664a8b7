"""Names in a file of rule tests that do not exist: a misspelt one would otherwise look like a missing alert."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from configuration import Configuration, Problem
from configuration.document import line_of
from configuration.thresholds import Defaults
from configuration.wording import nearest
from seinpost.rules.document import RuleTests

Named = tuple[tuple[str | int, ...], str | None, str]
"""Where it stands within the file, what stands there, of which kind."""


def unknown(file: Path, document: RuleTests, config: Configuration) -> Iterator[Problem]:
    """``config`` with the receivers that the file itself may give."""
    known: dict[str, Collection[str]] = {
        "phenomenon": [phenomenon.id for phenomenon in config.phenomena],
        "veiligheidsregio": {gemeente.region for gemeente in config.gazetteer.gemeenten.values()},
        "receiver": [receiver.id for receiver in config.receivers.receivers],
        "limit": Defaults.model_fields,
        "gemeente": {gemeente.name for gemeente in config.gazetteer.gemeenten.values()},
    }
    for where, name, kind in _names(document):
        if name is None or name in known[kind] or (kind == "gemeente" and config.gazetteer.code_of(name) is not None):
            continue
        line = line_of(file, *where)
        meant = nearest(name, sorted(known[kind]))
        yield Problem(file=str(file), line=line, reason=f"{name} is not a {kind}", suggestion=meant)


def _names(document: RuleTests) -> Iterator[Named]:
    for number, test in enumerate(document.tests):
        for index, alert in enumerate(test.expect.alerts or ()):
            here = ("tests", number, "expect", "alerts", index)
            yield (*here, "phenomenon"), alert.phenomenon, "phenomenon"
            yield (*here, "gemeente"), alert.gemeente, "gemeente"
            yield (*here, "region"), alert.region, "veiligheidsregio"
            for place, receiver in enumerate(alert.receivers or ()):
                yield (*here, "receivers", place), receiver, "receiver"
        for index, threshold in enumerate(test.expect.thresholds):
            here = ("tests", number, "expect", "thresholds", index)
            yield (*here, "phenomenon"), threshold.phenomenon, "phenomenon"
            yield (*here, "gemeente"), threshold.gemeente, "gemeente"
            for limit in threshold.limits:
                yield (*here, "limits", limit), limit, "limit"
