"""A provider as a process of its own, and the room served behind its sign-in over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from configuration.access import Access, GroupRule
from configuration.access import Provider as Configured
from configuration.whole import Configuration
from runtime.probes import Health
from runtime.process import serving
from services.notifier.access.reach import EVERYTHING
from services.notifier.application import build
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import open_desk
from services.notifier.delivery.outbox import Outbox
from services.notifier.intake import Intake
from services.notifier.room import Room
from services.notifier.settings import NotifierSettings, Settings
from services.notifier.store import audit
from services.notifier.store.audit import Entry
from services.notifier.store.database import Database
from services.notifier.stream import Stream
from tests.brokers.services import REPOSITORY
from tests.notifier.access.provider import CLIENT, SECRET
from tests.notifier.conftest import Served, always, with_cases

JSON = {"content-type": "application/json"}
ROLES = (
    "lezer", "operator", "analist", "beheerder", "functionaris-gegevensbescherming", "platformmelder", "bevoegd-gezag",
    "oefenleider",
)  # fmt: skip
GROUPS = tuple(
    GroupRule(group=f"{role}-{name}", role=role, regions=regions)  # type: ignore[arg-type]
    for role in ROLES
    for name, regions in {"vr17": ("VR17",), "vr01": ("VR01",), "landelijk": ("landelijk",), "alles": ("*",)}.items()
)


@dataclass(slots=True)
class Provider:
    """The provider, from outside."""

    url: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/veiligheid"

    def knows(self, *groups: str, name: str = "operator 1", **more: Any) -> None:
        person = {"sub": f"sub-{name}", "preferred_username": name, "groups": list(groups), **more}
        assert httpx.put(f"{self.url}/person", json=person, verify=False).status_code == 200

    def behaves(self, behaviour: str = "") -> None:
        assert httpx.put(f"{self.url}/behaviour", json={"behaviour": behaviour}, verify=False).status_code == 200


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    directory = tmp_path_factory.mktemp("provider")
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.notifier.access.provider", directory / "port"],
            cwd=REPOSITORY, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (directory / "port").exists():
            assert process.poll() is None, (directory / "log").read_text()
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.05)
        yield Provider(f"http://127.0.0.1:{(directory / 'port').read_text()}")
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    provider_process.behaves()
    provider_process.knows()
    return provider_process


@dataclass(slots=True)
class Guarded:
    """The room behind sign-in."""

    served: Served
    url: str
    provider: Provider
    app: Any
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def room(self) -> Room:
        return self.served.room

    def browser(self, **more: Any) -> httpx.AsyncClient:
        """Cookies of its own; redirects are followed only where a test says so."""
        headers = {"accept": "text/html,*/*"} | more.pop("headers", {})
        found = httpx.AsyncClient(base_url=self.url, timeout=30, headers=headers, verify=False, **more)
        self._open.append(found)
        return found

    async def signed_in(self, *groups: str, name: str = "operator 1") -> httpx.AsyncClient:
        self.provider.knows(*groups, name=name)
        found = self.browser()
        answer = await self.sign_in(found)
        assert answer.status_code == 303, answer.text
        assert found.cookies.get("seinpost")
        return found

    async def sign_in(self, browser: httpx.AsyncClient, back: str = "/") -> httpx.Response:
        """Through the provider and back; returns the answer to the coming back."""
        asked = await browser.get("/aanmelden/start", params={"terug": back})
        assert asked.status_code == 303, asked.text
        async with httpx.AsyncClient(verify=False) as elsewhere:
            there = await elsewhere.get(asked.headers["location"])
        assert there.status_code == 302, there.text
        return await browser.get(there.headers["location"])

    async def audited(self) -> list[Entry]:
        """Newest first."""
        async with self.room.database.reading() as connection:
            return await audit.page(connection, EVERYTHING, before=None, limit=1000)

    async def form_token(self, browser: httpx.AsyncClient, path: str = "/") -> str:
        html = (await browser.get(path)).text
        found = re.search(r'name="token" value="([^"]+)"', html)
        assert found is not None, html
        return found[1]

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()


def real_ms() -> int:
    return time.time_ns() // 1_000_000


@contextlib.asynccontextmanager
async def guarded_room(
    tmp_path: Path, configuration: Configuration, provider: Provider, migrated: Path
) -> AsyncIterator[Guarded]:
    secrets = tmp_path / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "aanmelddienst").write_text(SECRET)
    access = Access(sign_in=Configured(issuer=provider.issuer, client_id=CLIENT, secret="aanmelddienst"), groups=GROUPS)
    own_settings = NotifierSettings(
        sign_ins_per_minute=500,
        requests_per_minute=100_000,
        heartbeat_s=0.2,
        poll_s=0.05,
        **with_cases(tmp_path),
        public_url="http://127.0.0.1",
    )
    settings = Settings(config=REPOSITORY / "config", notifier=own_settings)
    database = Database(f"sqlite:///{shutil.copy(migrated, tmp_path / 'guarded.sqlite3')}")
    clock = ShiftedClock()
    desk = await open_desk(own_settings, configuration, database, clock)
    assert isinstance(desk, CaseDesk)
    stream = Stream(database=database, poll_s=own_settings.poll_s, now_ms=clock)
    room = Room(
        database=database,
        stream=stream,
        configuration=replace(configuration, access=access),
        settings=settings,
        receivers={},
        now_ms=clock,
        cases=desk,
    )
    stop = asyncio.Event()
    reading = asyncio.create_task(stream.run(stop))
    app = build(room, Health(ready=True))
    async with serving(app, settings) as port:
        url = f"http://127.0.0.1:{port}"
        app.state.sign_in.openid.redirect_uri = f"{url}/aanmelden/terug"  # the port is known only now
        async with httpx.AsyncClient(base_url=url, timeout=30, verify=False) as http:
            served = Served(room=room, http=http, clock=clock, intake=_intake(room))  # type: ignore[arg-type]
            found = Guarded(served=served, url=url, provider=provider, app=app)
            yield found
            await found.close()
        stop.set()
        stream.close()
    await reading
    await desk.database.close()
    await database.close()


def _intake(room: Room) -> Intake:
    return Intake(
        database=room.database,
        outbox=Outbox.of(room.configuration, room.settings.notifier.cap_sender),
        producer=None,  # type: ignore[arg-type]
        dead_letters=None,  # type: ignore[arg-type]
        health=Health(),
        stored=room.stream.wake.set,
        now_ms=room.now_ms,
        mandates=always,
    )


@dataclass(slots=True)
class ShiftedClock:
    """Real time, for the provider's tokens are of now; a test may move it on."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return real_ms() + self.ahead_ms


async def early_in_a_minute() -> None:
    """Rates count by the minute of the clock: a test of a limit must not stand astride two."""
    if (second := time.time() % 60) > 40:
        await asyncio.sleep(60 - second)


@pytest.fixture
async def guarded(
    tmp_path: Path, configuration: Configuration, provider: Provider, migrated: Path
) -> AsyncIterator[Guarded]:
    async with guarded_room(tmp_path, configuration, provider, migrated) as found:
        yield found
