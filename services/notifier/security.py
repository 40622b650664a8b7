"""The door: which host names, from which page, how large, who, how often, and which headers every answer carries.

Plain ASGI, so that the live stream passes through unbuffered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from configuration.access import on_this_machine
from services.notifier.access.actor import Actor, Grant, Means, stranger
from services.notifier.access.entrance import Denial, Denied, Entrance, client_address, networks
from services.notifier.access.permissions import Permission
from services.notifier.access.policy import OPEN_PATHS, PARTICIPANT_PATHS
from services.notifier.access.reach import EVERYTHING
from services.notifier.headers import headers_for
from services.notifier.problems import is_api, problem

PROBES = frozenset({"/healthz", "/readyz"})
METRICS = "/metrics"
SIGN_IN = frozenset({"/aanmelden/start", "/aanmelden/terug"})
"""What starts or ends an attempt to sign in: limited per address."""
NAMELESS = frozenset({Denial.NOT_SIGNED_IN, Denial.SESSION_OVER, Denial.NO_SEAT})
"""Refused without anything that says who it is."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 32_768
"""An operator's reason is at most 2,000 characters; nothing here is larger."""
Page = Callable[[Request, int, str], Awaitable[Response]]


_METRICS = (Grant(permissions=frozenset({Permission.READ_METRICS}), reach=EVERYTHING),)


class Door:
    def __init__(self, app: ASGIApp, entrance: Entrance, page: Page) -> None:
        settings = entrance.room.settings.notifier
        self._app = app
        self._entrance = entrance
        self._page = page
        self._hosts = {host.strip().lower() for host in settings.hosts.split(",") if host.strip()}
        if settings.public_url:
            self._hosts.add(_name(urlsplit(settings.public_url).netloc))
        self._trusted = networks(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else "unknown"
        origin = client_address(headers, peer, self._trusted)
        scope["seinpost.actor"] = stranger(origin)
        # Before anything is read: a page that an event overtakes must still listen from before that event.
        scope["seinpost.seq"] = self._entrance.room.stream.seq
        sending = self._audited(_with_headers(send, scope["path"], secure=self._entrance.secure), scope)
        if scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, headers) if scope["path"] != METRICS else None
        answer = await self._refused(scope, *refusal) if refusal else await self._kept_out(scope, headers, origin)
        if answer is None:
            await self._app(scope, _bounded(receive), sending)
        else:
            await answer(scope, receive, sending)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        """Status, and why: for a program, for a person."""
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return 400, "this host name is not one of SEINPOST_NOTIFIER__HOSTS", "Dit adres klopt niet."
        if scope["method"] in SAFE:
            return None
        if not _same_origin(headers, host):
            return 403, "this request came from another site", "Dit verzoek kwam van een andere site."
        if (length := headers.get("content-length")) and (not length.isdecimal() or int(length) > MAX_BODY_BYTES):
            return 413, f"at most {MAX_BODY_BYTES} bytes", "Dit is te groot."
        sends = scope["method"] in ("POST", "PUT", "PATCH")
        if sends and is_api(scope["path"]) and not headers.get("content-type", "").startswith("application/json"):
            # A form of another site can send anything but this without asking first.
            return 415, "send application/json", ""
        return None

    async def _kept_out(self, scope: Scope, headers: Headers, origin: str) -> Response | None:
        """Sets who it is, or answers why not."""
        path = scope["path"]
        if path in SIGN_IN and (wait := self._entrance.rates.sign_in(origin)) is not None:
            return await self._denied(scope, headers, Denied(denial=Denial.TOO_OFTEN, wait_s=wait))
        if path.startswith("/static/") or path == "/openapi.json":
            return None
        if path in PARTICIPANT_PATHS:
            found = await self._entrance.take_part(headers, origin)
        else:
            found = await self._entrance.enter(headers, origin, active=_active(scope, headers))
        if path == METRICS:
            return await self._metrics(scope, found)
        if isinstance(found, Actor):
            scope["seinpost.actor"] = found
            return None
        if path in OPEN_PATHS and found.denial is not Denial.TOO_OFTEN:
            return None
        return await self._denied(scope, headers, found)

    def _audited(self, send: Send, scope: Scope) -> Send:
        """Every 403 is in the audit log before it is answered, whichever part of the application said it."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                actor: Actor = scope["seinpost.actor"]
                # The pattern of the route, not the path: what a stranger typed is not for the log.
                route = getattr(scope.get("route"), "path", METRICS if scope["path"] == METRICS else "-")
                if actor.means is Means.STRANGER:
                    await self._entrance.note_stranger(actor.origin, "access", "denied")
                else:
                    await self._entrance.note(actor, "access", f"{scope['method']} {route}", "denied")
            await send(message)

        return sending

    async def _metrics(self, scope: Scope, found: Actor | Denied) -> Response | None:
        """Totals of the country: for a token with this scope and everything in reach."""
        settings = self._entrance.room.settings.notifier
        if settings.metrics_open and self._entrance.signs_in:
            if _name(Headers(scope=scope).get("host", "")) == _name(urlsplit(settings.public_url).netloc):
                return problem(404)  # Prometheus asks by the address of the process; this came through the proxy
            scope["seinpost.actor"] = replace(scope["seinpost.actor"], grants=_METRICS)
            return None
        if isinstance(found, Denied):
            if found.denial in NAMELESS:
                await self._entrance.room.denials.note(scope["seinpost.actor"].origin, "access", found.denial.value)
            return problem(401, "send an API token with the scope metrics:read")
        scope["seinpost.actor"] = found
        if found.may(Permission.READ_METRICS) and found.reach(Permission.READ_METRICS) != EVERYTHING:
            return problem(403, "metrics are of the whole country")
        return None

    async def _denied(self, scope: Scope, headers: Headers, denied: Denied) -> Response:
        origin = scope["seinpost.actor"].origin
        if denied.denial is Denial.TOO_OFTEN:
            await self._entrance.room.denials.note(origin, "access", denied.denial.value)
            answer = await self._refused(scope, 429, "too many requests", "Te veel verzoeken. Wacht even.")
            answer.headers["Retry-After"] = str(denied.wait_s)
            return answer
        if denied.denial is Denial.NO_SEAT and scope["method"] == "GET" and not is_api(scope["path"]):
            return RedirectResponse("/meedoen", 303) if _navigates(headers) else await self._refused(scope, 401, "", "")
        if not is_api(scope["path"]) and scope["method"] == "GET" and _navigates(headers):
            query = scope["query_string"].decode("latin-1")
            back = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"/aanmelden?terug={quote(back, safe='')}", 303)
        if denied.denial in NAMELESS:
            # A wrong token is in the log already, under its own reason.
            await self._entrance.room.denials.note(origin, "access", denied.denial.value)
        answer = await self._refused(scope, 401, "sign in, or send an API token", "Meld u eerst aan.")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="seinpost"'
        return answer

    async def _refused(self, scope: Scope, status: int, detail: str, shown: str) -> Response:
        if is_api(scope["path"]) or scope["path"] == METRICS:
            return problem(status, detail)
        return await self._page(Request(scope), status, shown)


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


def _navigates(headers: Headers) -> bool:
    """A person opens a page, rather than a script asks for something."""
    return headers.get("sec-fetch-mode", "navigate") == "navigate" and "text/html" in headers.get("accept", "")


def _active(scope: Scope, headers: Headers) -> bool:
    return scope["method"] not in SAFE or headers.get("sec-fetch-mode", "navigate") == "navigate"


def _with_headers(send: Send, path: str, *, secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in headers_for(path, secure=secure).items():
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
    return on_this_machine(host)
