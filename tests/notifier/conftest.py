"""A database of either kind, the room served over real HTTP, and a receiver that checks signatures."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from standardwebhooks import Webhook as Verifier

from broker.embedded import free_port
from configuration.mandates import Mandate
from configuration.whole import Configuration, load
from contracts.alert import Alert
from contracts.notice import Notice
from contracts.source_health import SourceHealth
from contracts.stage_health import Stage, StageHealth
from runtime.probes import Health
from runtime.process import serving
from services.notifier.application import build
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import open_desk
from services.notifier.delivery.outbox import Outbox
from services.notifier.intake import Intake
from services.notifier.room import Room
from services.notifier.settings import NotifierSettings, Settings
from services.notifier.store.database import Database
from services.notifier.stream import Stream
from tests.brokers.services import REPOSITORY
from tests.configuration.test_mandates import mandate
from tests.notifier.samples import MINUTE, working


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL of our own; it refuses to run as root, so it runs as nobody then."""
    missing = [name for name in ("initdb", "postgres") if shutil.which(name) is None]
    as_root = os.geteuid() == 0
    if missing or (as_root and shutil.which("runuser") is None):
        pytest.skip(f"PostgreSQL is not at hand ({', '.join(missing) or 'runuser'} not found)")
    directory = Path(tempfile.mkdtemp(prefix="seinpost-postgres-"))
    if as_root:
        shutil.chown(directory, "nobody")
    be = ["runuser", "-u", "nobody", "--"] if as_root else []
    data, port = directory / "data", free_port()
    made = subprocess.run(
        [*be, "initdb", "-D", data, "-A", "trust", "-U", "seinpost", "-E", "UTF8", "--locale=C", "--no-sync"],
        capture_output=True, check=False, cwd="/",
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(directory, ignore_errors=True)
        pytest.skip("PostgreSQL cannot make a database here")
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={directory}"]
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen(
            [*be, "postgres", "-D", data, *options, "-c", "fsync=off"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
    try:
        _wait_for_postgres(server, port)
        yield f"postgresql://seinpost@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(directory, ignore_errors=True)


def _wait_for_postgres(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert server.poll() is None, "PostgreSQL stopped"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not come up")


async def _new_postgres(server: str) -> str:
    name = f"t{secrets.token_hex(6)}"
    async with asyncio.timeout(20):
        while True:
            # The port is open a moment before the database is.
            with contextlib.suppress(asyncpg.CannotConnectNowError):
                connection = await asyncpg.connect(f"{server}/postgres")
                break
            await asyncio.sleep(0.05)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notifier.sqlite3"
    return await _new_postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture
async def database(empty_url: str, migrated: Path) -> AsyncIterator[Database]:
    if empty_url.startswith("sqlite:///"):
        shutil.copy(migrated, empty_url.removeprefix("sqlite:///"))
    found = Database(empty_url)
    await found.migrate()
    yield found
    await found.close()


@dataclass(slots=True)
class Clock:
    ms: int = MINUTE * 60_000 + 10_000

    def __call__(self) -> int:
        return self.ms


@dataclass(slots=True)
class Served:
    """The room, served."""

    room: Room
    http: httpx.AsyncClient
    clock: Clock
    intake: Intake

    async def arrives(self, *records: Alert | SourceHealth | StageHealth | Notice) -> None:
        """What the intake does with records, without Kafka in between. The posts of a source are worked off."""
        told = list(records)
        if any(isinstance(one, SourceHealth) for one in records):
            told += [working(stage) for stage in Stage]
        async with self.room.database.writing() as connection:
            await self.intake.put(connection, told, self.clock())
        self.room.acted()  # tests need not wait until a shared page has aged


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table, to be copied: to migrate one for each test takes minutes in all."""
    file = tmp_path_factory.mktemp("migrated") / "notifier.sqlite3"

    async def make() -> None:
        made = Database(f"sqlite:///{file}")
        await made.migrate()
        await made.close()

    asyncio.run(make())
    return file


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return load(REPOSITORY / "config")


def always() -> tuple[Mandate, ...]:
    """For the intake, for the room is tested as of 2020. A test of an end gives it those of the configuration."""
    advice = {"by": "functionaris", "on": "1999-11-01", "outcome": "Akkoord, met een evaluatie."}
    fields: dict[str, Any] = {
        "from": "2000-01-01 00:00",
        "until": "2100-01-01 00:00",
        "decision": {"by": "burgemeester", "on": "1999-11-01", "reference": "B-1"},
        "dpo_advice": advice,
        "themes": {"watched": ["opvang", "geloof"], "necessity": advice["outcome"], "dpo_advice": advice},
    }
    return (mandate(**fields, **{name: ["*"] for name in ("regions", "phenomena", "sources")}),)


@pytest.fixture
async def served(tmp_path: Path, configuration: Configuration, migrated: Path) -> AsyncIterator[Served]:
    own = NotifierSettings(heartbeat_s=0.2, poll_s=0.05, **with_cases(tmp_path))
    settings = Settings(config=REPOSITORY / "config", notifier=own)
    database = Database(f"sqlite:///{shutil.copy(migrated, tmp_path / 'served.sqlite3')}")
    clock = Clock()
    desk = await open_desk(own, configuration, database, clock)
    assert isinstance(desk, CaseDesk)
    stream = Stream(database=database, poll_s=own.poll_s, now_ms=clock)
    room = Room(
        database=database,
        stream=stream,
        configuration=configuration,
        settings=settings,
        receivers={},
        now_ms=clock,
        cases=desk,
    )
    intake = Intake(
        database=database,
        outbox=Outbox.of(configuration, own.cap_sender),
        producer=None,  # type: ignore[arg-type]
        dead_letters=None,  # type: ignore[arg-type]
        health=Health(),
        stored=stream.wake.set,
        now_ms=clock,
        mandates=always,
    )
    stop = asyncio.Event()
    reading = asyncio.create_task(stream.run(stop))
    async with serving(build(room, Health(ready=True)), settings) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=False) as http:
            yield Served(room=room, http=http, clock=clock, intake=intake)
        stop.set()
        stream.close()
    await reading
    await desk.database.close()
    await database.close()


def with_cases(tmp_path: Path) -> dict[str, Any]:
    """Settings for a store of reports to platforms, with its key."""
    (tmp_path / "secrets").mkdir(exist_ok=True)
    (tmp_path / "secrets" / "platformmeldingen").write_text(CASES_KEY)
    return {"secrets_dir": tmp_path / "secrets", "cases_database_url": f"sqlite:///{tmp_path}/cases.sqlite3"}


CASES_KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()


@dataclass(slots=True)
class Receiver:
    """A receiver over real HTTP. ``answer`` decides the status by how many came before; unsigned posts get 401."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    """webhook-id and body of every rightly signed post, acknowledged or not."""

    def wait(self, count: int, patience_s: float = 20) -> None:
        deadline = time.monotonic() + patience_s
        while len(self.got) < count:
            assert time.monotonic() < deadline, f"{len(self.got)} of {count} deliveries came"
            time.sleep(0.02)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    verifier = Verifier(SECRET)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                data = verifier.verify(body, dict(self.headers))
            except Exception:
                self._reply(401)
                return
            status = found.answer(len(found.got))
            found.got.append((self.headers["webhook-id"], data))
            self._reply(status)

        do_GET = do_POST

        def _reply(self, status: int) -> None:
            self.send_response(status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield found
    server.shutdown()
    server.server_close()
