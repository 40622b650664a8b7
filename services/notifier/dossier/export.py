"""A dossier, or the proof that one was deleted, as a file under seal. Written in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifier import metrics
from services.notifier.access.actor import Actor
from services.notifier.access.permissions import Permission
from services.notifier.dossier import record, sealing
from services.notifier.dossier.bodies import Deletion
from services.notifier.dossier.handling import named
from services.notifier.dossier.record import GENESIS, Entry, NotAnEntry
from services.notifier.dossier.sealing import Key, NoKey
from services.notifier.dossier.verify import Tampered, chain
from services.notifier.room import Room
from services.notifier.store import audit, dossiers
from services.notifier.store.dossiers import Deleted, Dossier

MEDIA_TYPE = "application/x-ndjson"


class Form(StrEnum):
    LINES = "jsonl"
    PAPER = "pdf"
    CERTIFICATE = "certificate"


class Unsealable(Exception):
    """What is stored is not what was written: it gets no seal. One line, with the entry where it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    dossier: Dossier
    entries: list[Entry]
    content: bytes
    """JSON lines with the seal as the last."""
    key: Key
    made_ms: int


def key_of(room: Room) -> Key:
    """Read each time, so that a key put in place counts at once. Raises `NoKey`."""
    own = room.settings.notifier
    return sealing.load_key(own.secrets_dir / own.dossier_key)


async def sealed(room: Room, dossier_id: str, actor: Actor, form: Form) -> Sealed | None:
    """None: there is no such dossier in reach. Raises `NoKey` or `Unsealable`."""
    async with room.database.reading() as connection:
        found = await dossiers.find(connection, dossier_id, actor.reach(Permission.READ_DOSSIERS))
        try:
            entries = await dossiers.entries(connection, dossier_id) if found else []
        except NotAnEntry as error:
            raise Unsealable(str(error)) from None
    if found is None:
        await room.audit_missing(actor, named(dossier_id))
        return None
    try:
        key = key_of(room)
        _must_be_whole(found, entries)
    except (NoKey, Unsealable) as error:
        await _audit(room, actor, found, form, "no-key" if isinstance(error, NoKey) else "not-whole")
        raise
    now = room.now_ms()
    lines = [entry.line for entry in entries]
    lines.append(
        sealing.seal(
            dossier=found.id, exercise=found.exercise, count=len(entries), head=found.head, key=key, now_ms=now
        )
    )
    await _audit(room, actor, found, form, "done")
    content = b"".join(line + b"\n" for line in lines)
    return Sealed(dossier=found, entries=entries, content=content, key=key, made_ms=now)


async def certificate(room: Room, deletion_id: str, actor: Actor) -> tuple[Deleted, bytes] | None:
    """Proof of a deletion, in the same format. None: there is no such deletion in reach. Raises `NoKey`."""
    async with room.database.reading() as connection:
        found = await dossiers.deletion(connection, deletion_id, actor.reach(Permission.READ_DOSSIERS))
    if found is None:
        await room.audit_missing(actor, f"deletion/{deletion_id}")
        return None
    key = key_of(room)
    body = Deletion(
        entries=found.entries,
        head=found.head,
        opened=record.moment(found.opened_ms),
        alert_closed=record.moment(found.closed_ms),
        term_days=found.days,
        deleted=record.moment(found.deleted_ms),
        audit_number=found.audit_seq,
        audit_digest=found.audit_digest,
    )
    entry = record.make(found.dossier, 1, GENESIS, body, found.deleted_ms)
    seal = sealing.seal(
        dossier=found.dossier, exercise=found.exercise, count=1, head=entry.hash, key=key, now_ms=room.now_ms()
    )
    await _audit(room, actor, found, Form.CERTIFICATE, "done")
    return found, entry.line + b"\n" + seal + b"\n"


def on_paper(found: Sealed) -> bytes:
    """A PDF. Takes a moment: not in the event loop."""
    # Half a second to import: the start of the notifier does not wait for what is seldom asked.
    from services.notifier.dossier.paper import paper  # noqa: PLC0415

    return paper(found)


def file_name(dossier_id: str, ending: str) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in dossier_id)
    return f"dossier-{plain[:80]}.{ending}"


def _must_be_whole(dossier: Dossier, entries: list[Entry]) -> None:
    try:
        head, _ = chain([entry.line for entry in entries], dossier.id)
    except Tampered as error:
        raise Unsealable(str(error)) from None
    if (head, len(entries)) != (dossier.head, dossier.entries):
        raise Unsealable("the newest entry is not the one that was written last")


async def _audit(room: Room, actor: Actor, of: Dossier | Deleted, form: Form, result: str) -> None:
    async with room.database.writing() as connection:
        await audit.append(
            connection,
            at_ms=room.now_ms(),
            actor=actor.name,
            action="export-dossier",
            object_id=named(of.id if isinstance(of, Dossier) else of.dossier),
            result=f"{form.value} {result}",
            origin=actor.origin,
            region=of.region,
        )
    metrics.DOSSIERS.labels("export", result).inc()
