"""Networks on loopback: real websockets, real server-sent events, real HTTP, fed from recordings."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from websockets.asyncio.server import ServerConnection, serve

V2 = "network.bsky.jetstream.subscribeEvents"


def as_v2(event: dict[str, Any], seq: int) -> dict[str, Any]:
    """A recorded event of the legacy wire, as the other wire frames it."""
    moment = datetime.fromtimestamp(event["time_us"] / 1e6, UTC).isoformat().replace("+00:00", "Z")
    payload = {"$type": f"{V2}#{event['kind']}", "seq": seq, "did": event["did"], "time": moment}
    payload |= event["commit"] if event["kind"] == "commit" else {event["kind"]: event[event["kind"]]}
    return {"$type": "message", "payload": payload}


@dataclass
class JetstreamServer:
    """Serves events after the cursor it is asked for, inclusively; ``cut_after`` closes each connection that soon.

    ``frames``: (position, frame) in the order they are sent.
    """

    frames: list[tuple[int, bytes | str]]
    cut_after: Sequence[int] = ()
    refuse: Callable[[dict[str, list[str]]], tuple[int, str] | None] = lambda _: None
    url: str = ""
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[JetstreamServer]:
        def check(connection: ServerConnection, request: Any) -> Any:
            refusal = self.refuse(parse_qs(urlsplit(request.path).query))
            return connection.respond(*refusal) if refusal else None

        async with serve(self._serve, "127.0.0.1", 0, process_request=check, compression=None) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self

    async def _serve(self, websocket: ServerConnection) -> None:
        address = urlsplit(websocket.request.path)
        query = parse_qs(address.query)
        self.asked.append(query)
        self.paths.append(address.path)
        self.headers.append(websocket.request.headers)
        turn = len(self.asked) - 1
        cut = self.cut_after[turn] if turn < len(self.cut_after) else None
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        due = [frame for position, frame in self.frames if cursor is None or position >= cursor]
        for frame in due[:cut]:
            await websocket.send(frame)
        if cut is None:
            await websocket.wait_closed()


def recorded_frames(lines: Sequence[str], wire: str) -> list[tuple[int, bytes | str]]:
    events = [json.loads(line) for line in lines]
    if wire == "subscribe":
        return [(event["time_us"], line) for event, line in zip(events, lines, strict=True)]
    return [(seq, json.dumps(as_v2(event, seq))) for seq, event in enumerate(events, start=1)]


@dataclass
class HttpServer:
    """A Starlette application on a loopback port; `requests` holds what was asked."""

    routes: dict[str, Callable[[Request], Any]]
    url: str = ""
    requests: list[Request] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[HttpServer]:
        async def answer(request: Request) -> Response:
            self.requests.append(request)
            return await self.routes[request.url.path](request)

        app = Starlette(routes=[Route(path, answer) for path in self.routes])
        server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=1)
        )
        server.install_signal_handlers = lambda: None
        task = asyncio.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.should_exit = True
            server.force_exit = True
            await task
