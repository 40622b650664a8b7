"""What an administrator does: end sessions, make and revoke API tokens. The page and the API both come here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from configuration.access import EVERY, NATIONAL
from services.notifier.access.actor import Actor
from services.notifier.access.entrance import TOKEN_PREFIX, Entrance, digest
from services.notifier.access.grants import reach_of
from services.notifier.access.permissions import SCOPES, Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.store import audit, tokens
from services.notifier.store.sessions import Session
from services.notifier.store.tokens import Token

DAY_MS = 86_400_000
MAX_DAYS = 366


class NotWithinReach(Exception):
    """More than the administrator has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A token to be made."""

    label: str
    scopes: tuple[Permission, ...]
    regions: tuple[str, ...]
    days: int


async def list_sessions(entrance: Entrance, by: Actor) -> list[tuple[Session, Actor]]:
    return await entrance.sessions_within(by.reach(Permission.MANAGE_SESSIONS))


async def end_session(entrance: Entrance, session_id: str, by: Actor) -> bool:
    """False: there is none within reach; that is audited too."""
    if session_id not in {session.id for session, _ in await list_sessions(entrance, by)}:
        await entrance.note(by, "session-end", _id(session_id), "unknown")
        return False
    await entrance.end(session_id, by, "session-end")
    return True


async def list_tokens(entrance: Entrance, by: Actor) -> list[Token]:
    reach = by.reach(Permission.MANAGE_TOKENS)
    async with entrance.room.database.reading() as connection:
        found = await tokens.everything(connection)
    return [token for token in found if reach.contains(reach_of(token.regions))]


async def create_token(entrance: Entrance, wish: Wish, by: Actor) -> tuple[Token, str]:
    """The token, and the value to send: it is not kept and cannot be shown again. Raises `NotWithinReach`."""
    reach = reach_of(wish.regions)
    known = {gemeente.region for gemeente in entrance.room.configuration.gazetteer.gemeenten.values()}
    foreign = set(wish.regions) - known - {EVERY, NATIONAL}
    national_totals = Permission.READ_METRICS in wish.scopes and reach != EVERYTHING
    if foreign or national_totals or not by.reach(Permission.MANAGE_TOKENS).contains(reach):
        raise NotWithinReach
    now = entrance.room.now_ms()
    secret = secrets.token_urlsafe(32)
    token = Token(
        id=secrets.token_hex(8),
        digest=digest(secret),
        label=wish.label,
        scopes=tuple(sorted(scope.value for scope in set(wish.scopes) & SCOPES)),
        regions=tuple(sorted(set(wish.regions))),
        created_by=by.name,
        created_ms=now,
        expires_ms=now + wish.days * DAY_MS,
    )
    async with entrance.room.database.writing() as connection:
        await tokens.create(connection, token)
        await audit.append(
            connection,
            at_ms=now,
            actor=by.name,
            action="token-create",
            object_id=token.id,
            result="done",
            origin=by.origin,
            region=by.home,
        )
    return token, f"{TOKEN_PREFIX}_{token.id}_{secret}"


async def revoke_token(entrance: Entrance, token_id: str, by: Actor) -> bool:
    """False: there is none within reach; that is audited too. Twice is once."""
    if token_id not in {token.id for token in await list_tokens(entrance, by)}:
        await entrance.note(by, "token-revoke", _id(token_id), "unknown")
        return False
    now = entrance.room.now_ms()
    async with entrance.room.database.writing() as connection:
        await tokens.revoke(connection, token_id, now)
        await audit.append(
            connection,
            at_ms=now,
            actor=by.name,
            action="token-revoke",
            object_id=token_id,
            result="done",
            origin=by.origin,
            region=by.home,
        )
    return True


def _id(text: str) -> str:
    """An id that was guessed; anything else is not for the audit log."""
    return text if text.isascii() and text.isalnum() and len(text) <= 24 else "-"
