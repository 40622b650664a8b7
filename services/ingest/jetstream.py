"""Bluesky by Jetstream: the legacy ``/subscribe`` wire and the ``subscribeEvents`` wire, over one websocket."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
import zstandard
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from configuration.sources import Jetstream
from contracts.codec import MAX_RECORD_BYTES, Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.raw_post import Deletion, RawPost
from contracts.source_health import Reason
from services.ingest.decoding import checked_text, decode, languages, milliseconds
from services.ingest.jetstream_wire import Change, Commit, read_event, read_frame
from services.ingest.seen import Seen
from services.ingest.source import USER_AGENT, Event, SourceFailed, Unreadable, clock_ms, refused_or_unreachable

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"

OVERLAP_US = 2_000_000
"""The legacy wire sends events slightly out of order: resumed this much earlier, what was seen is left out."""

MAX_AHEAD_US = 60_000_000
"""An event time further ahead of our clock than this does not move the cursor."""

MAX_FRAME_BYTES = 32 << 20
"""A larger frame ends the connection, so this is far above what a server sends."""

PATHS = {"subscribe": "/subscribe", "subscribeEvents": "/xrpc/network.bsky.jetstream.subscribeEvents"}


class Position(msgspec.Struct, frozen=True, kw_only=True):
    stream: str
    """Sequence numbers mean something on one server only; times on all of them."""
    at: int
    """Legacy wire: microseconds since the epoch of the newest event. Other wire: sequence number."""
    seen: tuple[str, ...] = ()
    """Hashes of the events within the overlap."""


class _Record(msgspec.Struct, frozen=True):
    createdAt: str
    text: str = ""
    langs: tuple[str, ...] = ()


_positions = msgspec.json.Decoder(Position)
_records = msgspec.json.Decoder(_Record)


class JetstreamAdapter:
    replay = False

    def __init__(self, settings: Jetstream) -> None:
        self.settings = settings
        self._legacy = settings.wire == "subscribe"
        self._stream = settings.wire if self._legacy else f"{settings.wire} {settings.url}"
        self._dictionary = _dictionary(settings)
        self._at: int | None = None
        self._seen = Seen(OVERLAP_US)
        self.lag_ms: int | None = None

    @property
    def expected_gap_s(self) -> float:
        return self.settings.expected_gap_s

    def now_ms(self) -> int:
        return clock_ms()

    def cursor(self) -> str | None:
        if self._at is None:
            return None
        seen = self._seen.within(self._at) if self._legacy else ()
        return msgspec.json.encode(Position(stream=self._stream, at=self._at, seen=seen)).decode()

    async def events(self, cursor: str | None) -> AsyncGenerator[Event, None]:
        """Cursor: see `Position`. Both wires resume inclusively, so what was seen before is left out here."""
        self._resume(cursor)
        try:
            async with connect(
                self._url(),
                max_size=MAX_FRAME_BYTES,
                # Frames that wait for us; beyond it the server waits, and so on to the end of the stream.
                max_queue=64,
                compression=None,
                user_agent_header=USER_AGENT,
                subprotocols=None if self._legacy else [Subprotocol("xrpc.v1.json")],
                additional_headers={"Socket-Encoding": "zstd"} if self._legacy and self._dictionary else None,
            ) as websocket:
                while True:
                    event = self._read(await websocket.recv(decode=False))
                    if event is not None:
                        yield event
        except InvalidStatus as error:
            raise self._refused(error) from None
        except (OSError, TimeoutError, ConnectionClosed):
            raise SourceFailed(Reason.UNREACHABLE) from None
        except (InvalidHandshake, InvalidURI):
            raise SourceFailed(Reason.PROTOCOL) from None

    def _read(self, frame: bytes) -> Event | None:
        try:
            if self._dictionary is not None:
                frame = _inflate(frame, self._dictionary)
            if len(frame) > MAX_RECORD_BYTES:
                raise Malformed(Refusal.TOO_LARGE)  # noqa: TRY301
            change = read_event(frame) if self._legacy else read_frame(frame)
        except Malformed as problem:
            return Unreadable(payload=frame, problem=problem)
        if change is None or not self._advance(change):
            return None
        self.lag_ms = clock_ms() - change.time_ms
        try:
            return self._event(change)
        except Malformed as problem:
            return Unreadable(payload=frame, problem=problem)

    def _advance(self, change: Change) -> bool:
        """Move the position; False for what was seen before."""
        if not self._legacy:
            if self._at is not None and change.position <= self._at:
                return False
            self._at = change.position
            return True
        if change.position <= clock_ms() * 1000 + MAX_AHEAD_US:
            self._at = max(change.position, self._at or 0)
        return self._seen.first(change.identity, change.position)

    def _event(self, change: Change) -> RawPost | Deletion | None:
        if change.account_gone:
            return Deletion(
                source=self.settings.id, author=change.did, deleted_ms=change.time_ms, received_ms=clock_ms()
            )
        commit = change.commit
        # The server was asked for these collections only; an old or lax one may send others all the same.
        if commit is None or commit.collection not in self.settings.collections:
            return None
        if commit.operation == "delete":
            return Deletion(
                source=self.settings.id,
                id=_post_id(change.did, commit),
                author=change.did,
                deleted_ms=change.time_ms,
                received_ms=clock_ms(),
            )
        if commit.collection not in (POST, REPOST):
            return None
        record = decode(_records, bytes(commit.record))
        return RawPost(
            source=self.settings.id,
            id=_post_id(change.did, commit),
            created_ms=milliseconds(record.createdAt),
            received_ms=clock_ms(),
            text=checked_text(record.text),
            author=change.did,
            langs=languages(record.langs),
            repost=commit.collection == REPOST,
            edit=commit.operation == "update",
        )

    def _resume(self, cursor: str | None) -> None:
        self._at, self._seen = None, Seen(OVERLAP_US)
        if cursor is None:
            return
        try:
            position = _positions.decode(cursor)
        except msgspec.MsgspecError:
            return
        if position.stream == self._stream:
            self._at, self._seen = position.at, Seen(OVERLAP_US, position.seen, position.at)

    def _url(self) -> str:
        query: list[tuple[str, str | int]] = []
        wanted = "wantedCollections" if self._legacy else "collections"
        query += [(wanted, collection) for collection in self.settings.collections]
        if self._at is not None:
            query.append(("cursor", self._at - OVERLAP_US if self._legacy else self._at))
        if self._legacy:
            query.append(("maxMessageSizeBytes", MAX_RECORD_BYTES))
        else:
            query += [("kinds", "commit"), ("kinds", "account")]
        if self._dictionary is not None:
            compressed = ("compress", "true") if self._legacy else ("zstdDictionary", self._dictionary.dict_id())
            query.append(compressed)
        scheme, host, path, _, _ = urlsplit(self.settings.url)
        return urlunsplit(
            (scheme, host, PATHS[self.settings.wire] if path in ("", "/") else path, urlencode(query), "")
        )

    def _refused(self, error: InvalidStatus) -> SourceFailed:
        response = error.response
        if response.status_code == 400 and b"CursorTooOld" in (response.body or b""):
            # What lies between is lost to us; better to see from now on than never again.
            self._at = None
            return SourceFailed(Reason.PROTOCOL, status=400)
        wish = response.headers.get("Retry-After", "")
        return refused_or_unreachable(response.status_code, retry_after_s=float(wish) if wish.isdecimal() else None)


def _post_id(did: str, commit: Commit) -> str:
    return f"{did}/{commit.rkey}"


def _dictionary(settings: Jetstream) -> zstandard.ZstdCompressionDict | None:
    """Raises `OSError` when the configured file cannot be read."""
    if settings.zstd_dictionary is None:
        return None
    return zstandard.ZstdCompressionDict(settings.zstd_dictionary.read_bytes())


def _inflate(frame: bytes, dictionary: zstandard.ZstdCompressionDict) -> bytes:
    """At most one byte more than a record may have: a small frame cannot become a large one. Raises `Malformed`."""
    try:
        with zstandard.ZstdDecompressor(dict_data=dictionary).stream_reader(frame) as reader:
            return reader.read(MAX_RECORD_BYTES + 1)
    except zstandard.ZstdError:
        raise Malformed(Refusal.INVALID_FIELD, "$") from None
