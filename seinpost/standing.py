"""The rows of `seinpost scenarios`: of one exercise, and of all together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exercises.scenario import Scenario
from exercises.verdict import Opened, Verdict

COLUMNS = ("exercise", "posts", "found", "lead", "broke quiet", "others", "per day", "repeats", "placed", "onbekend")
TOGETHER = "**together**"
LEAST_PLACED = 0.95
"""Share of placed alerts that must be in the right gemeente; those in none do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    right: int
    wrong: int
    unknown: int

    @property
    def share(self) -> float | None:
        """None when no alert has a gemeente."""
        placed = self.right + self.wrong
        return self.right / placed if placed else None

    def __str__(self) -> str:
        return "–" if self.share is None else f"{self.right} of {self.right + self.wrong}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    scenario: Scenario
    posts: int
    alerts: tuple[Opened, ...]
    verdict: Verdict

    @property
    def days(self) -> float:
        return len(self.scenario.minutes) / 1440

    @property
    def false(self) -> int:
        """Alerts that announce nothing planted."""
        return len(self.verdict.broke_quiet) + len(self.verdict.beside)

    @property
    def leads(self) -> list[int]:
        return [each.lead_minutes for each in self.verdict.found if each.lead_minutes is not None]

    @property
    def hits(self) -> int:
        return sum(each.alert is not None for each in self.verdict.found)

    @property
    def placed(self) -> Placed:
        """Alerts in a gemeente that the exercise speaks of, in another one, and in none."""
        unknown = sum(alert.gemeente is None for alert in self.alerts)
        right = sum(alert.gemeente is not None and speaks_of(self.scenario, alert.gemeente) for alert in self.alerts)
        return Placed(right=right, wrong=len(self.alerts) - right - unknown, unknown=unknown)

    @property
    def cells(self) -> tuple[str, ...]:
        placed = self.placed
        return (
            self.scenario.id,
            str(self.posts),
            f"{self.hits} of {len(self.verdict.found)}" if self.verdict.found else "–",
            ", ".join(f"{lead / 60:.1f} h" for lead in self.leads) or "–",
            str(len(self.verdict.broke_quiet)),
            str(len(self.verdict.beside)),
            f"{self.false / self.days:.2f}",
            str(len(self.verdict.repeats)),
            str(placed),
            str(placed.unknown),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    rows: tuple[Row, ...]

    @property
    def placed(self) -> Placed:
        each = [row.placed for row in self.rows]
        return Placed(
            right=sum(one.right for one in each),
            wrong=sum(one.wrong for one in each),
            unknown=sum(one.unknown for one in each),
        )

    @property
    def well_placed(self) -> bool:
        share = self.placed.share
        return share is None or share >= LEAST_PLACED

    @property
    def passed(self) -> bool:
        return self.well_placed and all(row.verdict.passed for row in self.rows)

    @property
    def cells(self) -> tuple[str, ...]:
        rows, placed = self.rows, self.placed
        leads = [lead for row in rows for lead in row.leads]
        alerts = sum(len(row.alerts) for row in rows)
        repeats = sum(len(row.verdict.repeats) for row in rows)
        return (
            TOGETHER,
            str(sum(row.posts for row in rows)),
            f"{sum(row.hits for row in rows)} of {sum(len(row.verdict.found) for row in rows)}",
            f"at least {min(leads) / 60:.1f} h" if leads else "–",
            str(sum(len(row.verdict.broke_quiet) for row in rows)),
            str(sum(len(row.verdict.beside) for row in rows)),
            f"{sum(row.false for row in rows) / sum(row.days for row in rows):.2f}",
            f"{repeats} of {alerts} ({repeats / alerts:.1%})" if alerts else "0",
            str(placed) if placed.share is None else f"{placed} ({placed.share:.1%})",
            str(placed.unknown),
        )


def speaks_of(scenario: Scenario, gemeente: str) -> bool:
    """It is where something planted or a gathering is, or its name stands whole in a fact or in what a phase says."""
    here = {happening.gemeente for happening in scenario.planted}
    here |= {gathering.gemeente for gathering in scenario.gatherings.values()}
    if gemeente in here:
        return True
    said = {name for phase in scenario.phases for name in phase.says}
    told = (*scenario.facts, *(sentence for name in sorted(said) for sentence in scenario.says.get(name, ())))
    whole = re.compile(rf"(?<![\w-]){re.escape(gemeente)}(?![\w-])")
    return any(whole.search(one) for one in told)
