"""Mastodon: the public stream of one instance by server-sent events; what a cut missed is fetched from its timeline."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import msgspec
from httpx_sse import SSEError, aconnect_sse

from configuration.sources import Mastodon
from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason
from runtime.logs import log
from services.ingest.decoding import checked_text, decode, languages, milliseconds
from services.ingest.plain import plain_text
from services.ingest.politeness import retry_after_s
from services.ingest.source import USER_AGENT, Event, SourceFailed, Unreadable, clock_ms, refused_or_unreachable
from services.ingest.supplied import MAX_LINE_BYTES

SILENCE_S = 90.0
"""The server sends a comment every 15 s; without one for this long the connection is dead."""

PAGE = 40
MAX_PAGES = 50
"""Two thousand posts: a longer absence is not made up for, the instance would rightly refuse us."""

REMEMBERED = 50_000
"""Posts whose author is kept in memory: a deletion names none, and must follow its post to the same partition."""


class _Account(msgspec.Struct, frozen=True):
    id: str


class _Status(msgspec.Struct, frozen=True):
    id: str
    created_at: str
    content: str
    visibility: str
    account: _Account
    spoiler_text: str = ""
    language: str | None = None
    edited_at: str | None = None
    reblog: _Status | None = None


_statuses = msgspec.json.Decoder(_Status)
_pages = msgspec.json.Decoder(list[msgspec.Raw])


class MastodonAdapter:
    replay = False

    def __init__(self, settings: Mastodon, token: str | None) -> None:
        self.settings = settings
        self._token = token
        self._last_id: str | None = None
        self._authors: OrderedDict[str, str] = OrderedDict()
        self.lag_ms: int | None = None

    @property
    def expected_gap_s(self) -> float:
        return self.settings.expected_gap_s

    def now_ms(self) -> int:
        return clock_ms()

    def cursor(self) -> str | None:
        return self._last_id

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        """Cursor: id of the newest post. A stream cannot be resumed; deletions and edits during a cut are not seen."""
        self._last_id = cursor
        headers = {"User-Agent": USER_AGENT} | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        timeout = httpx.Timeout(10, read=SILENCE_S)
        base = self.settings.url.rstrip("/")
        try:
            async with (
                httpx.AsyncClient(base_url=base, headers=headers, timeout=timeout) as client,
                aconnect_sse(client, "GET", f"/api/v1/streaming/{self.settings.stream}") as stream,
            ):
                if stream.response.status_code != httpx.codes.OK:
                    status, wish = stream.response.status_code, retry_after_s(stream.response.headers)
                    raise refused_or_unreachable(status, retry_after_s=wish)
                async for missed in self._missed(client):
                    yield missed
                async for message in stream.aiter_sse():
                    event = self._read(message.event, message.data)
                    if event is not None:
                        yield event
        except SSEError:
            raise SourceFailed(Reason.PROTOCOL) from None
        except httpx.HTTPError:
            raise SourceFailed(Reason.UNREACHABLE) from None
        raise SourceFailed(Reason.UNREACHABLE)

    async def _missed(self, client: httpx.AsyncClient) -> AsyncIterator[Event]:
        """Posts since the last one, oldest first. The stream is open already, so nothing falls in between."""
        for _ in range(MAX_PAGES if self._last_id else 0):
            query = {"min_id": self._last_id or "", "limit": str(PAGE), "local": str(self._local).lower()}
            response = await client.get("/api/v1/timelines/public", params=query)
            if response.status_code != httpx.codes.OK:
                log().warning("gap not filled", source=self.settings.id, status=response.status_code)
                return
            try:
                page = decode(_pages, response.content)
            except Malformed:
                log().warning("gap not filled", source=self.settings.id, reason=Reason.PROTOCOL.value)
                return
            before = self._last_id
            for status in reversed(page):
                if (event := self._post(bytes(status), edit=False)) is not None:
                    yield event
            if len(page) < PAGE or self._last_id == before:
                return

    def _read(self, kind: str, data: str) -> Event | None:
        if kind == "delete":
            return Deletion(
                source=self.settings.id,
                id=data[:64],
                author=self._authors.get(data),
                deleted_ms=clock_ms(),
                received_ms=clock_ms(),
            )
        if kind in ("update", "status.update"):
            return self._post(data.encode(), edit=kind == "status.update")
        return None

    def _post(self, payload: bytes, *, edit: bool) -> Event | None:
        try:
            if len(payload) > MAX_LINE_BYTES:
                raise Malformed(Refusal.TOO_LARGE)  # noqa: TRY301
            status = decode(_statuses, payload)
            if status.visibility != "public" or (status.id in self._authors and not edit):
                return None
            post = self._raw(status, edit=edit)
        except Malformed as problem:
            return Unreadable(payload=payload, problem=problem)
        written = milliseconds(status.edited_at) if edit and status.edited_at else post.created_ms
        self.lag_ms = post.received_ms - written
        self._remember(status)
        return post

    def _raw(self, status: _Status, *, edit: bool) -> RawPost:
        shown = status.reblog or status
        text = "\n".join(part for part in (shown.spoiler_text, plain_text(shown.content)) if part)
        return RawPost(
            source=self.settings.id,
            id=status.id,
            created_ms=milliseconds(status.created_at),
            received_ms=clock_ms(),
            text=checked_text(text),
            author=status.account.id,
            langs=languages((shown.language,)) if shown.language else (),
            repost=status.reblog is not None,
            edit=edit,
        )

    def _remember(self, status: _Status) -> None:
        self._authors[status.id] = status.account.id
        if len(self._authors) > REMEMBERED:
            self._authors.popitem(last=False)
        if self._last_id is None or _order(status.id) > _order(self._last_id):
            self._last_id = status.id

    @property
    def _local(self) -> bool:
        return self.settings.stream == "public/local"


def _order(status_id: str) -> tuple[int, str]:
    """Ids are decimal numbers that grow with time; longer is larger."""
    return len(status_id), status_id
