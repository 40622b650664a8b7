"""What the tests of every kind of receiver share: a configuration with one receiver, its bodies, and the other side."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from configuration.receivers import Receivers
from configuration.whole import Configuration, load
from contracts.alert import Alert
from services.notifier.delivery.body import Bodies
from services.notifier.delivery.post import client
from services.notifier.delivery.ready import ready
from services.notifier.delivery.receiver import Answer, Receiver
from services.notifier.life import Occasion
from services.notifier.store.threads import Heard, Thread
from tests.brokers.services import REPOSITORY
from tests.notifier.samples import MINUTE

NOW_MS = MINUTE * 60_000
NOW = datetime.datetime.fromtimestamp(MINUTE * 60, datetime.UTC)


@functools.cache
def whole() -> Configuration:
    return load(REPOSITORY / "config")


@dataclass(frozen=True)
class Line:
    """One receiver, ready to send."""

    receiver: Receiver
    bodies: Bodies

    async def tells(self, alert: Alert, occasion: Occasion = Occasion.OPENED, heard: tuple[Heard, ...] = ()) -> Answer:
        body = self.bodies.of_alert(self.receiver.configured, alert, occasion, Thread(heard=heard), NOW_MS)
        return await self.receiver.deliver("msg_1", body, NOW)

    async def tries(self, *, heartbeat: bool = False) -> Answer:
        body = self.bodies.of_trial(self.receiver.configured, "test_1", NOW_MS, heartbeat=heartbeat)
        return await self.receiver.deliver("test_1", body, NOW)


def line(entry: dict[str, Any], secrets: Path, timeout_s: float = 10, **more: Any) -> Line:
    """``entry``: as in config/receivers.yaml; ``more``: beside `receivers`."""
    receivers = Receivers.model_validate({"receivers": [{"id": "meldkamer"} | entry], **more})
    (receiver,) = ready(receivers, secrets, client(timeout_s), timeout_s).values()
    configuration = dataclasses.replace(whole(), receivers=receivers)
    return Line(receiver=receiver, bodies=Bodies.of(configuration, "seinpost"))


@dataclass
class Posted:
    """An HTTP server that keeps what was posted to it."""

    url: str = ""
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Path, headers in lower case, body."""


@contextlib.contextmanager
def posted() -> Iterator[Posted]:
    found = Posted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            found.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
