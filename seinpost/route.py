"""`seinpost route --alert FILE`: who would get an alert, and why; and who would not, and why not."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.table import Table

import configuration
from configuration import Configuration, InvalidConfiguration
from configuration.receivers import Kind
from contracts.alert import Alert, Place, Severity
from services.notifier.delivery.routing import Facts, Route, Routing

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MAX_BYTES = 5_000_000
WHY = {
    Route.SEND: "place, phenomenon, severity and hour fit",
    Route.FOLLOWS: "heard of it before",
    Route.EXERCISE: "an exercise, and it takes none",
    Route.OTHER_REGION: "another region",
    Route.NATIONAL_QUEUE: "no region known, and it named its regions",
    Route.OTHER_GEMEENTE: "another gemeente",
    Route.GEMEENTE_UNKNOWN: "no gemeente known, and it named its gemeenten",
    Route.OTHER_PHENOMENON: "another phenomenon",
    Route.NOT_SEVERE: "not severe enough",
    Route.OUT_OF_HOURS: "not at this hour",
    Route.STANDBY: "only when nobody saw it in time (config/alarms.yaml)",
}


class _ApiPlace(msgspec.Struct, rename="camel"):
    region: str | None = None
    gemeente_code: str | None = None


class _ApiAlert(msgspec.Struct, rename="camel"):
    """An alert as the API gives it, and as it stands in the body of a webhook."""

    label: str
    phenomenon: str
    severity: Severity
    place: _ApiPlace
    exercise: str | None = None


class _WebhookBody(msgspec.Struct):
    data: _ApiAlert


def route(
    alert: Annotated[Path, typer.Option(help="An alert: as on the topic `alerts`, from the API, or from a webhook.")],
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    at: Annotated[
        datetime.datetime | None, typer.Option(help="Local time, like 2026-11-23T22:30; absent: now.")
    ] = None,
) -> None:
    """Show who would get an alert and why, and who would not and why not. Sends nothing."""
    try:
        loaded = configuration.load(config)
        label, facts = read(alert.read_bytes()[:MAX_BYTES])
    except (InvalidConfiguration, OSError, msgspec.MsgspecError) as error:
        typer.echo(f"route cannot run: {error}", err=True)
        raise typer.Exit(2) from None
    clock = (at or datetime.datetime.now(AMSTERDAM)).time()
    decided = decisions(loaded, facts, clock)
    mark = f"exercise {facts.exercise}, " if facts.exercise else ""
    where = facts.place.region or "no region"
    console = Console(highlight=False)
    console.print(f"{label} ({mark}{facts.phenomenon}, {facts.severity.value}, {where}) at {clock:%H:%M}", markup=False)
    if not decided:
        console.print("No receivers are configured: it stands on the console alone.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("receiver", "kind", "gets it", "why"):
        table.add_column(heading, overflow="fold")
    for receiver, decision in decided:
        table.add_row(receiver.id, receiver.kind, "yes" if decision.sends else "no", why(receiver, decision))
    console.print(table)


def decisions(loaded: Configuration, facts: Facts, clock: datetime.time) -> list[tuple[Kind, Route]]:
    """Of every receiver, those that get it first."""
    routing = Routing.of(loaded.receivers, loaded.gazetteer)
    standby = loaded.alarms.escalation.receivers
    found = []
    for receiver in routing.receivers:
        decision = routing.decide(receiver, facts, clock)
        found.append((receiver, Route.STANDBY if decision.sends and receiver.id in standby else decision))
    return sorted(found, key=lambda item: not item[1].sends)


def why(receiver: Kind, decision: Route) -> str:
    """The reason, with what this receiver asks for."""
    asked = {
        Route.OTHER_REGION: receiver.regions,
        Route.NATIONAL_QUEUE: receiver.regions,
        Route.OTHER_GEMEENTE: receiver.gemeenten,
        Route.GEMEENTE_UNKNOWN: receiver.gemeenten,
        Route.OTHER_PHENOMENON: receiver.phenomena,
        Route.NOT_SEVERE: (receiver.min_severity.value,),
        Route.OUT_OF_HOURS: receiver.hours,
    }.get(decision, ())
    return WHY[decision] + (f"; it takes {', '.join(asked)}" if asked else "")


def read(payload: bytes) -> tuple[str, Facts]:
    """Label, and what routing looks at. Raises `msgspec.MsgspecError` when it is no alert in any of the three forms."""
    with contextlib.suppress(msgspec.ValidationError):
        alert = msgspec.json.decode(payload, type=Alert)
        return alert.label, Facts.of(alert)
    with contextlib.suppress(msgspec.ValidationError):
        return _of_api(msgspec.json.decode(payload, type=_WebhookBody).data)
    return _of_api(msgspec.json.decode(payload, type=_ApiAlert))


def _of_api(found: _ApiAlert) -> tuple[str, Facts]:
    place = Place(region=found.place.region, gemeente_code=found.place.gemeente_code)
    return found.label, Facts(
        phenomenon=found.phenomenon, severity=found.severity, place=place, exercise=found.exercise
    )
