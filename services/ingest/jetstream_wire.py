"""The frames of both Jetstream wires, read into one form.

Legacy ``/subscribe``: ``{"did", "time_us", "kind", "commit" | "account"}``, resumed by time in microseconds.
``subscribeEvents``: ``{"$type": "message", "payload": {"$type": "…#commit", "seq", "did", "time", …}}``, resumed by
sequence number; frames of other types (``#info``, ``#identity``, ``#sync``) carry nothing we read.
"""

from __future__ import annotations

import msgspec

from contracts.codec import Malformed
from contracts.dead_letter import Reason as Refusal
from contracts.source_health import Reason
from services.ingest.decoding import decode, milliseconds
from services.ingest.source import SourceFailed

NOTHING = msgspec.Raw(b"null")


class Commit(msgspec.Struct, frozen=True):
    operation: str
    collection: str
    rkey: str
    rev: str = ""
    record: msgspec.Raw = NOTHING


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One event of either wire."""

    position: int
    did: str
    time_ms: int
    """When the server saw it."""
    commit: Commit | None = None
    account_gone: bool = False
    """Deleted, taken down, suspended or deactivated. An account that (again) is active withdraws nothing."""

    @property
    def identity(self) -> str:
        """The same on every server and every replay."""
        if self.commit is None:
            return f"{self.did} {self.position}"
        return f"{self.did} {self.commit.collection} {self.commit.rkey} {self.commit.rev} {self.commit.operation}"


class _Account(msgspec.Struct, frozen=True):
    active: bool


class _Event(msgspec.Struct, frozen=True):
    did: str
    time_us: int
    kind: str
    commit: Commit | None = None
    account: _Account | None = None


class _Payload(msgspec.Struct, frozen=True):
    type: str = msgspec.field(name="$type", default="")
    seq: int | None = None
    did: str = ""
    time: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: msgspec.Raw = NOTHING
    account: _Account | None = None


class _Frame(msgspec.Struct, frozen=True):
    type: str = msgspec.field(name="$type")
    payload: _Payload | None = None


_events = msgspec.json.Decoder(_Event)
_frames = msgspec.json.Decoder(_Frame)


def read_event(frame: bytes) -> Change:
    """A frame of the legacy wire. Raises `Malformed`."""
    event = decode(_events, frame)
    if event.kind == "commit" and event.commit is None:
        raise Malformed(Refusal.INVALID_FIELD, "$.commit")
    return Change(
        position=event.time_us,
        did=event.did,
        time_ms=event.time_us // 1000,
        commit=event.commit,
        account_gone=event.account is not None and not event.account.active,
    )


def read_frame(frame: bytes) -> Change | None:
    """A frame of the ``subscribeEvents`` wire; None for one without a sequence number, which says nothing of a post.

    Raises `Malformed`, and `SourceFailed` when the server ends the stream with an error frame.
    """
    message = decode(_frames, frame)
    if message.type == "error":
        raise SourceFailed(Reason.PROTOCOL)
    payload = message.payload
    if payload is None or payload.seq is None:
        return None
    kind = payload.type.rpartition("#")[2]
    commit = None
    if kind == "commit":
        if not (payload.operation and payload.collection and payload.rkey):
            raise Malformed(Refusal.INVALID_FIELD, "$.payload")
        commit = Commit(payload.operation, payload.collection, payload.rkey, payload.rev, payload.record)
    return Change(
        position=payload.seq,
        did=payload.did,
        time_ms=milliseconds(payload.time, "$.payload.time"),
        commit=commit,
        account_gone=kind == "account" and payload.account is not None and not payload.account.active,
    )
