"""What the pages and the API work with. Built in `__main__`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from configuration.whole import Configuration
from contracts.source_health import SourceHealth
from contracts.stage_health import Stage
from services.notifier import stages
from services.notifier.access.actor import Actor
from services.notifier.access.denials import Denials
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import Off
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.receiver import Receiver
from services.notifier.delivery.trial import Trials
from services.notifier.settings import Settings
from services.notifier.sight import believed
from services.notifier.store import audit, sources
from services.notifier.store.database import Database
from services.notifier.stream import Stream

if TYPE_CHECKING:
    from services.notifier.force import Force

READ_AGAIN_MS = 10 * 60_000
"""Reading the same alert again within this time is one reading in the audit log: pages refresh themselves."""


SHARED_S = 0.3
"""How old a shared page may be for who has not said what was the last event they saw."""
APART_S = 0.2
"""Between two renderings of one page: in a storm all consoles get the same rendering, five times a second, and the
intake keeps the processor."""
LOCKS = 200
"""Pages with a lock of their own; one for each theme and each set of roles."""


Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    html: str
    seq: int
    """Number of the newest event it certainly holds."""
    made_s: float


@dataclass(slots=True)
class Rendered:
    """Pages that several consoles share for a moment. Dropped whenever an operator of this process does something."""

    generation: int = 0
    _pages: dict[Key, Shared] = field(default_factory=dict)
    _locks: dict[Key, asyncio.Lock] = field(default_factory=dict)

    def lock(self, key: Key) -> asyncio.Lock:
        """Held while this page is rendered: the others wait for the same rendering."""
        if len(self._locks) >= LOCKS:
            self._locks = {known: lock for known, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault(key, asyncio.Lock())

    def get(self, key: Key, seen: int | None) -> str | None:
        """A page that holds the event ``seen`` (None: any), and is not old."""
        page = self._pages.get(key)
        if page is None or time.monotonic() - page.made_s >= SHARED_S or (seen is not None and page.seq < seen):
            return None
        return page.html

    async def apart(self, key: Key) -> None:
        """Wait until this page may be rendered again; who waits meanwhile gets what comes of it."""
        page = self._pages.get(key)
        if page is not None:
            await asyncio.sleep(max(0.0, page.made_s + APART_S - time.monotonic()))

    def put(self, key: Key, html: str, *, seq: int, generation: int) -> str:
        """``seq``, ``generation``: as they were before rendering. What an action overtook is not shared."""
        if generation != self.generation:
            return html
        fresh = {known: page for known, page in self._pages.items() if time.monotonic() - page.made_s < SHARED_S}
        self._pages = fresh | {key: Shared(html=html, seq=seq, made_s=time.monotonic())}
        return html

    def drop(self) -> None:
        self.generation += 1
        self._pages = {}


@dataclass(slots=True, kw_only=True)
class Room:
    database: Database
    stream: Stream
    configuration: Configuration
    settings: Settings
    receivers: dict[str, Receiver]
    now_ms: Callable[[], int]
    cases: CaseDesk | Off = Off.NO_KEY
    """Reports to platforms."""
    rendered: Rendered = field(default_factory=Rendered)
    trials: Trials = field(init=False)
    denials: Denials = field(init=False)
    region_names: dict[str, str] = field(init=False)
    """By veiligheidsregio code, in order of name."""
    _read: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.region_names = _names(self.configuration)
        self.denials = Denials(database=self.database, now_ms=self.now_ms)
        own = self.settings.notifier
        self.trials = Trials(
            database=self.database,
            receivers=self.receivers,
            bodies=Bodies.of(self.configuration, own.cap_sender),
            timeout_s=own.request_timeout_s,
            now_ms=self.now_ms,
        )

    def take(self, force: Force) -> None:
        """Another configuration is in force from now on."""
        self.configuration, self.receivers = force.configuration, force.receivers
        self.region_names = _names(force.configuration)
        self.trials.receivers = force.receivers
        self.trials.bodies = Bodies.of(force.configuration, self.settings.notifier.cap_sender)
        if not isinstance(self.cases, Off):
            self.cases.platforms, self.cases.mail = force.configuration.platforms, force.mail
        self.acted()

    def acted(self) -> None:
        """An operator did something: everybody sees it at once."""
        self.rendered.drop()
        self.stream.wake.set()

    async def sources(self, connection: AsyncConnection) -> list[SourceHealth]:
        """Every source as it can be believed now; then the stages behind them, once there is a source to work for."""
        configured = [(source.id, getattr(source, "exercise", None)) for source in self.configuration.sources.sources]
        (reports, heard), now = await sources.told(connection), self.now_ms()
        if not reports:
            return []
        first_ms = min(stored_ms for _, stored_ms in reports)
        behind = [stages.believed(stage, heard.get(stage), first_ms, now) for stage in Stage]
        return believed(reports, configured, now) + behind

    async def audit_reading(self, actor: Actor, object_id: str, region: str | None) -> None:
        """``region``: of the alert."""
        now = self.now_ms()
        known = (actor.name, object_id)
        if now - self._read.get(known, -READ_AGAIN_MS) < READ_AGAIN_MS:
            return
        async with self.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=now,
                actor=actor.name,
                action="read",
                object_id=object_id,
                result="done",
                origin=actor.origin,
                region=region,
            )
        self._read = {name: at for name, at in self._read.items() if now - at < READ_AGAIN_MS} | {known: now}

    async def audit_missing(self, actor: Actor, alert_id: str) -> None:
        """Somebody asked for an alert that is not there, or not within reach: the two look the same from outside."""
        async with self.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.now_ms(),
                actor=actor.name,
                action="read",
                object_id=alert_id,
                result="unknown",
                origin=actor.origin,
                region=actor.home,
            )


def _names(configuration: Configuration) -> dict[str, str]:
    named = {gemeente.region: gemeente.region_name for gemeente in configuration.gazetteer.gemeenten.values()}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def room(request: Request) -> Room:
    """The room of the application that serves this request."""
    found: Room = request.app.state.room
    return found


def actor(request: Request) -> Actor:
    """Who does this: set by `services.notifier.security`, which refuses requests without one."""
    found: Actor = request.scope["seinpost.actor"]
    return found


def newest_event(request: Request) -> int:
    """Its number when this request came: whatever is read for it holds that event and all before."""
    found: int = request.scope["seinpost.seq"]
    return found
