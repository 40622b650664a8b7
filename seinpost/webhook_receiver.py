"""A receiver of alerts that believes nothing: it verifies every signature (Standard Webhooks)."""

from __future__ import annotations

import base64
import contextlib
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

MAX_BODY_BYTES = 2_000_000


@dataclass(slots=True)
class Received:
    """What arrived, by thread of the server; read by the demo."""

    url: str = ""
    secret: str = field(default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    alerts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Last verified body by alert id."""
    deliveries: set[str] = field(default_factory=set)
    """Ids of verified deliveries; a repeat is counted once."""
    refused: int = 0
    """Requests with a wrong signature or no readable body."""


@contextlib.contextmanager
def webhook_receiver() -> Iterator[Received]:
    """Listen on a free loopback port while the context is open."""
    received = Received()
    verifier = Webhook(received.secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = min(int(self.headers.get("content-length") or 0), MAX_BODY_BYTES)
            body = self.rfile.read(size)
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                verifier.verify(body, headers)
                data = orjson.loads(body)["data"]
                received.alerts[data["id"]] = data
                received.deliveries.add(headers["webhook-id"])
            except (WebhookVerificationError, orjson.JSONDecodeError, KeyError, TypeError):
                received.refused += 1
                self.send_error(401)
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: alerts are shown by the demo itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)
