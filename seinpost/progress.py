"""What a person sees of a replay: a bar, the event time, alerts as they open. Dutch: this is shown in the room."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import rich.progress
from rich.console import Console
from rich.text import Text

from exercises.scenario import LOCAL, Scenario
from exercises.verdict import Opened, Verdict
from seinpost.observation import Counts

EVERY = 200
"""Posts between two known event times."""


class Progress:
    """Use as a context manager. Everything goes to the console it was given (stderr)."""

    def __init__(self, console: Console, scenario: Scenario) -> None:
        self._console = console
        self._scenario = scenario
        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TextColumn("{task.fields[event_time]}"),
            rich.progress.TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: rich.progress.TaskID | None = None
        self._shown: set[str] = set()
        self._times: Sequence[int] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, line: str) -> None:
        self._console.print(f"· {line}", style="dim", markup=False)

    def begin(self, total: int, times: Sequence[int], address: str) -> None:
        """``times``: seconds since 1970 of every `EVERY`th post, to tell how far the replay has come."""
        self._times = times
        self._console.print(Text.assemble("Console: ", (address, "bold cyan")))
        self._console.print(f"Oefening {self._scenario.title}: {total} verzonnen berichten", markup=False)
        self._bar.start()
        self._task = self._bar.add_task("berichten", total=total, event_time="")

    def show(self, counts: Counts, alerts: list[Opened] | None) -> None:
        """``alerts``: all that are known, when there may be a new one."""
        for alert in alerts or ():
            if alert.id not in self._shown:
                self._shown.add(alert.id)
                self._alert(alert)
        if self._task is not None:
            reached = self._times[min(counts.read // EVERY, len(self._times) - 1)]
            moment = f"{_time(reached)} · {counts.opened} meldingen" if counts.read else ""
            doing = "alles gelezen, nog verwerken" if counts.ended else "berichten"
            self._bar.update(self._task, description=doing, completed=counts.read, event_time=moment)

    def end(self, verdict: Verdict) -> None:
        self._bar.stop()
        for each in verdict.found:
            name = f"{each.happening.phenomenon} in {each.happening.gemeente}"
            if each.alert is None:
                self._console.print(f"✗ {name}: niet gemeld", style="red", markup=False)
            else:
                lead = each.lead_minutes
                before = "" if lead is None else f", {_lasting(lead)}"
                self._console.print(f"✓ {name}: gemeld op {_when(each.alert)}{before}", style="green", markup=False)
        for alert in verdict.broke_quiet:
            line = f"✗ melding in rustige tijd: {alert.label}, {_when(alert)}"
            self._console.print(line, style="red", markup=False)

    def stay(self, address: str) -> None:
        self._console.print(Text.assemble("Console: ", (address, "bold cyan"), " — stoppen met Ctrl-C"))

    def _alert(self, alert: Opened) -> None:
        line = Text.assemble(("● OEFENING ", "bold magenta"), (alert.label, "bold"), f"  {_when(alert)}")
        self._console.print(line)
        self._console.print(f"  {alert.reason}", markup=False)


def _time(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, LOCAL).strftime("%d-%m-%Y %H:%M")


def _when(alert: Opened) -> str:
    return _time(alert.minute * 60)


def _lasting(minutes: int) -> str:
    if minutes < 0:
        return f"{-minutes} minuten te laat"
    days, rest = divmod(minutes, 1440)
    hours = f"{rest // 60} uur en {rest % 60} minuten"
    return f"{days} {'dag' if days == 1 else 'dagen'} en {hours} vooraf" if days else f"{hours} vooraf"
