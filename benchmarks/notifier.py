"""The security room under load: ``python benchmarks/notifier.py visible|pages|stream``; figures as JSON on stdout.

visible: alert records through a broker at 50 a second to 20 consoles that behave as console.js does; a console sees an
alert when a page comes back that was asked for after its event, and holds it. pages: server time of every page with
10,000 alerts in the archive. stream: memory of the notifier over 100,000 events to 20 readers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from broker.embedded import embedded_broker
from broker.producer import AcknowledgedProducer
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from configuration.whole import load
from contracts import alert as alert_contract
from contracts.alert import Alert, Certainty, Change, EventReference, Place
from contracts.codec import encode
from contracts.topics import ALERTS
from services.notifier.access.actor import EVERY_GRANT, Actor
from services.notifier.admission import Admission
from services.notifier.delivery.outbox import Outbox
from services.notifier.handling import Command, handle
from services.notifier.life import Action, Outcome
from services.notifier.store import events
from services.notifier.store.database import Database
from tests.brokers.services import REPOSITORY, RunningService, run_service
from tests.notifier.samples import alert

CONSOLES = 20
TICKS = os.sysconf("SC_CLK_TCK")
FIRST_S, REFRESH_S = 0.04, 0.3
"""As in console.js."""
PAGES = (
    "/", "/archief", "/archief?pagina=150", "/archief?zoek=rotterdam", "/archief?status=closed&regio=VR17", "/bronnen",
    "/dempingen", "/dienstoverdracht", "/instellingen", "/kaart", "/meldingen/b00007", "/beeld", "/dossiers",
    "/oefeningen", "/platformmeldingen", "/voorlichting", "/toegang", "/v1/alerts", "/v1/alerts?page=100",
    "/v1/summary", "/v1/deliveries", "/v1/audit", "/v1/handover", "/v1/sources", "/v1/exercises/drills",
)  # fmt: skip


def night(number: int, name: str = "b", *, emitted: bool = False) -> Iterator[Alert]:
    """Alerts of happenings of their own, over all gemeenten."""
    gemeenten = list(load(REPOSITORY / "config").gazetteer.gemeenten.values())
    for index in range(number):
        here = gemeenten[index * 7 % len(gemeenten)]
        yield alert(
            id=f"{name}{index:05}",
            label=f"Oproep tot rellen – {here.name}",
            place=Place(gemeente=here.name, gemeente_code=here.code, region=here.region, certainty=Certainty.CERTAIN),
            event=EventReference(gemeente=here.name, starts=f"2020-12-16T{index % 24:02}:{index // 24 % 60:02}"),
            emitted_ms=time.time_ns() // 1_000_000 if emitted else 1,
        )


@dataclass(slots=True)
class Console:
    """A browser with the page Nu open."""

    http: httpx.AsyncClient
    waits: dict[str, float] = field(default_factory=dict)
    """Alerts whose event came and that no page has held yet."""
    seen: dict[str, float] = field(default_factory=dict)
    """When a page that holds it came."""
    last: str = "0"
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async with self.http.stream("GET", "/v1/events", timeout=None) as answer:
            number, kind = "", ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    number = value
                elif name == "event":
                    kind = value
                elif name == "data" and kind != "heartbeat":
                    self.last = number
                    if kind == "alert":
                        self.waits.setdefault(json.loads(value)["alertId"], time.time())
                    self.changed.set()

    async def refresh(self) -> None:
        refreshed = 0.0
        while True:
            await self.changed.wait()
            await asyncio.sleep(max(FIRST_S, refreshed + REFRESH_S - time.monotonic()))
            self.changed.clear()
            asked = list(self.waits)
            answer = await self.http.get("/", headers={"Seinpost-Seen": self.last}, timeout=60)
            refreshed = time.monotonic()
            if answer.status_code == 200:
                now = time.time()
                for name in asked:
                    del self.waits[name]
                    self.seen[name] = now


@contextlib.contextmanager
def notifier(directory: Path, more: dict[str, str]) -> Iterator[tuple[RunningService, BrokerSettings]]:
    with embedded_broker(directory / "broker") as address:
        settings = BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        environment = {
            "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{directory}/n.sqlite3",
            "SEINPOST_NOTIFIER__SECRETS_DIR": str(directory),
            "SEINPOST_NOTIFIER__REQUESTS_PER_MINUTE": "1000000",
        }
        with run_service("notifier", settings, directory / "log", environment | more) as running:
            yield running, settings


async def visible(running: RunningService, broker: BrokerSettings, rate: int, seconds: int) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as stack:
        consoles = []
        for _ in range(CONSOLES):
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=running.url, timeout=60))
            consoles.append(Console(http=http))
        tasks = [asyncio.create_task(run) for one in consoles for run in (one.listen(), one.refresh())]
        await asyncio.sleep(2)
        processor = _processor_s(running.process.pid)
        written: dict[str, float] = {}
        began = time.time()
        async with AcknowledgedProducer(broker, "benchmark") as producer:
            for index, record in enumerate(night(rate * seconds, emitted=True)):
                await asyncio.sleep(max(0.0, began + index / rate - time.time()))
                now = time.time()
                stamped = {"emitted_ms": int(now * 1000), "change": Change.OPENED}
                fresh = alert(**{name: getattr(record, name) for name in record.__struct_fields__} | stamped)
                await producer.send(ALERTS.name, encode(fresh), key=alert_contract.key(fresh))
                await producer.flush()
                written[fresh.id] = time.time()
        deadline = time.time() + 60
        while any(len(one.seen) < len(written) for one in consoles) and time.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        used = _processor_s(running.process.pid)
        lasted = time.time() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    told = running.metrics()
    stream_s = told["seinpost_notifier_visible_seconds_sum"] / told["seinpost_notifier_visible_seconds_count"]
    batch_s = told["seinpost_notifier_store_seconds_sum"] / told["seinpost_notifier_store_seconds_count"]
    delays = [one.seen[name] - at for one in consoles for name, at in written.items() if name in one.seen]
    return {
        "alerts": len(written),
        "per_second": rate,
        "consoles": CONSOLES,
        "shown": len(delays),
        "missed": len(written) * CONSOLES - len(delays),
        **_spread(delays),
        "to_stream_mean_ms": round(stream_s * 1000),
        "batches": int(told["seinpost_notifier_store_seconds_count"]),
        "batch_mean_ms": round(batch_s * 1000),
        "notifier_cores": round((used - processor) / lasted, 2),
    }


async def fill(directory: Path, number: int) -> None:
    """An archive: most closed, each with its history."""
    configuration = load(REPOSITORY / "config")
    database = Database(f"sqlite:///{directory}/n.sqlite3")
    await database.migrate()
    admission = Admission(outbox=Outbox.of(configuration, "seinpost"), alarms=configuration.alarms)
    who = Actor(name="operator", origin="127.0.0.1", grants=EVERY_GRANT)
    now = time.time_ns() // 1_000_000 - number * 60_000
    batch: list[Alert] = []
    records = list(night(number))
    for index, record in enumerate(records):
        batch.append(record)
        if len(batch) == 500 or index == number - 1:
            async with database.writing() as connection:
                for one in batch:
                    now += 60_000
                    await admission.receive(connection, one, now)
            batch = []
    close = Command(action=Action.CLOSE, outcome=Outcome.RIGHT, text="was zo")
    for record in records[: number // 10]:
        await handle(database, record.id, close, who, now)
    async with database.writing_rows() as connection:
        # The others at once: ten thousand transactions would show nothing more.
        await connection.exec_driver_sql("UPDATE alerts SET status = 'closed', outcome = 'terecht' WHERE id < 'b09900'")
    await database.close()


def pages(running: RunningService, rounds: int) -> dict[str, Any]:
    found = {}
    with httpx.Client(base_url=running.url, timeout=60) as http:
        for path in PAGES:
            http.get(path).raise_for_status()
            times = []
            for _ in range(rounds):
                began = time.perf_counter()
                http.get(path)
                times.append(time.perf_counter() - began)
            found[path] = _spread(times)
    return found


async def stream(directory: Path, running: RunningService, number: int) -> dict[str, Any]:
    database = Database(f"sqlite:///{directory}/n.sqlite3")
    memory, got = [], [0] * CONSOLES

    async def read(index: int, http: httpx.AsyncClient) -> None:
        async with http.stream("GET", "/v1/events", timeout=None) as answer:
            async for line in answer.aiter_lines():
                got[index] += line.startswith("event: status")

    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(httpx.AsyncClient(base_url=running.url)) for _ in range(CONSOLES)]
        tasks = [asyncio.create_task(read(index, http)) for index, http in enumerate(clients)]
        await asyncio.sleep(2)
        for done in range(0, number, 500):
            async with database.writing() as connection:
                for index in range(500):
                    data = {"alertId": f"b{index:05}", "status": "seen", "action": "acknowledge"}
                    await events.append(connection, events.Kind.STATUS, "b", data, 1, region="VR17")
            while min(got) < done + 500:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            if done % 10_000 == 0:
                memory.append(_resident_mb(running.process.pid))
        memory.append(_resident_mb(running.process.pid))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    return {"events": number, "readers": CONSOLES, "received": min(got), "rss_mb": memory}


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident_mb(pid: int) -> float:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return round(int(line.split()[1]) / 1024, 1)


def _spread(values: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50_ms": round(cut[49] * 1000), "p95_ms": round(cut[94] * 1000), "max_ms": round(max(values) * 1000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["visible", "pages", "stream"])
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--events", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seinpost-benchmark-") as name:
        directory = Path(name)
        if chosen.what == "pages":
            asyncio.run(fill(directory, chosen.alerts))
        with notifier(directory, {}) as (running, broker):
            if chosen.what == "visible":
                figures = asyncio.run(visible(running, broker, chosen.rate, chosen.seconds))
            elif chosen.what == "pages":
                figures = pages(running, chosen.rounds)
            else:
                figures = asyncio.run(stream(directory, running, chosen.events))
    print(json.dumps({"what": chosen.what, "load_before": round(os.getloadavg()[0], 1), **figures}, indent=1))


if __name__ == "__main__":
    main()
