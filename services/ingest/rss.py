"""RSS and Atom: asked politely, conditionally, and each item handed on once, or again when it was changed."""

from __future__ import annotations

import asyncio
import calendar
import hashlib
import io
from collections.abc import AsyncGenerator
from typing import Any

import feedparser
import httpx
import msgspec

from configuration.sources import Feed
from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import RawPost
from contracts.source_health import Reason
from runtime.logs import log
from services.ingest.decoding import checked_text, languages
from services.ingest.plain import plain_text
from services.ingest.politeness import interval_s, retry_after_s
from services.ingest.source import (
    USER_AGENT,
    Answered,
    Event,
    SourceFailed,
    Unreadable,
    clock_ms,
    refused_or_unreachable,
)

MAX_FEED_BYTES = 5_000_000
FORGOTTEN_AFTER = 2_000
"""Items remembered beyond those in the feed now; a publisher sometimes brings an item back."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    etag: str | None = None
    modified: str | None = None
    seen: dict[str, str] = {}
    """Hash of the item's id to hash of what it said."""


_positions = msgspec.json.Decoder(Position)


class FeedAdapter:
    replay = False
    lag_ms = None
    """An item is published, then fetched minutes later: its age on arrival is not a fault."""

    def __init__(self, settings: Feed) -> None:
        self.settings = settings
        self._etag: str | None = None
        self._modified: str | None = None
        self._seen: dict[str, str] = {}
        self._interval_s = settings.interval_s

    @property
    def expected_gap_s(self) -> float:
        """We only hear something when we ask; one missed round is no silence."""
        return max(self.settings.expected_gap_s, 2.5 * self._interval_s)

    def now_ms(self) -> int:
        return clock_ms()

    def cursor(self) -> str | None:
        return msgspec.json.encode(Position(etag=self._etag, modified=self._modified, seen=self._seen)).decode()

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        """Cursor: see `Position`. Asks for ever, with the interval between two requests."""
        self._resume(cursor)
        timeout = httpx.Timeout(20)
        async with httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT}, timeout=timeout, follow_redirects=True, max_redirects=3
        ) as client:
            while True:
                response, body = await self._get(client)
                if response.status_code != httpx.codes.NOT_MODIFIED:
                    feed = await asyncio.to_thread(_parse, body)
                    if feed is None:
                        raise SourceFailed(Reason.PROTOCOL, retry_after_s=self._interval_s)
                    for entry in reversed(feed.entries):
                        key, said = _identify(entry)
                        if self._seen.get(key) == said:
                            continue
                        event = self._item(entry, feed.feed.get("language"), edit=key in self._seen)
                        self._seen[key] = said
                        yield event
                    self._forget(feed)
                    ttl = feed.feed.get("ttl")
                    self._interval_s = interval_s(
                        self.settings.interval_s, headers=response.headers, ttl_minutes=ttl if ttl else None
                    )
                    # Only now: a cursor with the new tag but without all items would skip the rest of them.
                    self._etag = response.headers.get("etag")
                    self._modified = response.headers.get("last-modified")
                yield Answered()
                await asyncio.sleep(self._interval_s)

    async def _get(self, client: httpx.AsyncClient) -> tuple[httpx.Response, bytes]:
        conditions = {"If-None-Match": self._etag, "If-Modified-Since": self._modified}
        headers = {name: value for name, value in conditions.items() if value}
        body = bytearray()
        try:
            async with client.stream("GET", self.settings.url, headers=headers) as response:
                status = response.status_code
                if status == httpx.codes.NOT_MODIFIED:
                    return response, b""
                if status != httpx.codes.OK:
                    wait_s = max(self._interval_s, retry_after_s(response.headers) or 0)
                    raise refused_or_unreachable(status, retry_after_s=wait_s)
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_FEED_BYTES:
                        raise SourceFailed(Reason.PROTOCOL, retry_after_s=self._interval_s)
        except httpx.TooManyRedirects:
            raise SourceFailed(Reason.PROTOCOL, retry_after_s=self._interval_s) from None
        except httpx.HTTPError:
            raise SourceFailed(Reason.UNREACHABLE) from None
        return response, bytes(body)

    def _item(self, entry: Any, language: str | None, *, edit: bool) -> Event:
        name = str(entry.get("id") or entry.get("link") or "")
        # Plain look-ups: feedparser's own would answer one for the other.
        moment = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        received_ms = clock_ms()
        try:
            if not name:
                raise Malformed(Refusal.INVALID_FIELD, "$.id")  # noqa: TRY301
            return RawPost(
                source=self.settings.id,
                id=name,
                created_ms=calendar.timegm(moment) * 1000 if moment else received_ms,
                received_ms=received_ms,
                text=checked_text(_text(entry)),
                langs=languages((language,)) if language else (),
                edit=edit,
            )
        except Malformed as problem:
            return Unreadable(payload=_text(entry).encode("utf-8", "replace"), problem=problem)

    def _forget(self, feed: Any) -> None:
        """Keep the items of this feed and the newest of the others."""
        for key, said in [_identify(entry) for entry in reversed(feed.entries)]:
            self._seen.pop(key, None)
            self._seen[key] = said
        surplus = len(self._seen) - len(feed.entries) - FORGOTTEN_AFTER
        for key in list(self._seen)[: max(0, surplus)]:
            del self._seen[key]

    def _resume(self, cursor: str | None) -> None:
        try:
            position = _positions.decode(cursor) if cursor else Position()
        except msgspec.MsgspecError:
            position = Position()
        self._etag, self._modified, self._seen = position.etag, position.modified, dict(position.seen)


def _parse(body: bytes) -> Any:
    """None when it is no feed; whatever the parser makes of hostile bytes, it is the source's failure, not ours."""
    try:
        # A stream: bytes alone would be taken for an address when they look like one.
        feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        log().warning("feed unreadable", error=type(error).__name__)
        return None
    whole = feed.get("version") and not feed.get("bozo")
    return feed if whole or feed.get("entries") else None


def _text(entry: Any) -> str:
    parts = (plain_text(str(entry.get("title", ""))), plain_text(str(entry.get("summary", ""))))
    return "\n".join(part for part in parts if part)


def _identify(entry: Any) -> tuple[str, str]:
    """Hashes of what the item is and of what it says. An item without a name is known by what it says."""
    text = _text(entry)
    return _hash(str(entry.get("id") or entry.get("link") or text)), _hash(text)


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
