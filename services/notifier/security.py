"""The door: which host names, from which page, how large, and which headers every answer carries.

Plain ASGI, so that the live stream passes through unbuffered.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.notifier.access.actor import EVERY_GRANT, Actor, Means
from services.notifier.headers import headers_for
from services.notifier.problems import problem
from services.notifier.settings import NotifierSettings

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 32_768
"""An operator's reason is at most 2,000 characters; nothing here is larger."""


class Door:
    def __init__(self, app: ASGIApp, settings: NotifierSettings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = frozenset(host.strip().lower() for host in settings.hosts.split(","))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        sending = _with_headers(send, scope["path"])
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await problem(*refusal)(scope, receive, sending)
            return
        who = self._actor(scope, headers)
        if who is None:
            await problem(401, "the proxy in front did not say who you are")(scope, receive, sending)
            return
        scope["seinpost.actor"] = who
        await self._app(scope, _bounded(receive), sending)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return 400, "this host name is not one of SEINPOST_NOTIFIER__HOSTS"
        if scope["method"] in SAFE:
            return None
        if not _same_origin(headers, host):
            return 403, "this request came from another site"
        if (length := headers.get("content-length")) and (not length.isdecimal() or int(length) > MAX_BODY_BYTES):
            return 413, f"at most {MAX_BODY_BYTES} bytes"
        if scope["path"].startswith("/v1/") and not headers.get("content-type", "").startswith("application/json"):
            # A form of another site can send anything but this without asking first.
            return 415, "send application/json"
        return None

    def _actor(self, scope: Scope, headers: Headers) -> Actor | None:
        origin = scope["client"][0] if scope.get("client") else "unknown"
        if not self._settings.behind_sign_in:
            return Actor(name=self._settings.local_user, origin=origin, grants=EVERY_GRANT, means=Means.LOCAL)
        name = headers.get(self._settings.user_header, "").strip()[:80]
        return Actor(name=name, origin=origin, grants=EVERY_GRANT, means=Means.LOCAL) if name else None


def _name(host: str) -> str:
    """Host name without its port: ``[::1]:80`` → ``[::1]``."""
    host = host.lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _same_origin(headers: Headers, host: str) -> bool:
    """Browsers say where a request comes from; what says nothing is no browser and holds no cookie of ours."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in headers_for(path).items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _bounded(receive: Receive) -> Receive:
    """Ends a body without declared length once it grows beyond the limit: the rest is not read."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > MAX_BODY_BYTES:
                return {"type": "http.disconnect"}
        return message

    return receiving


def loopback(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")
