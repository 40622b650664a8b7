"""API tokens: what they open, until when. Of the secret only a digest is kept; it has 256 random bits, so no salt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.store.tables import tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    id: str
    digest: str
    label: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]
    """As in config/access.yaml: codes, ``landelijk``, ``*``."""
    created_by: str
    created_ms: int
    expires_ms: int
    used_ms: int | None = None
    revoked_ms: int | None = None


async def create(connection: AsyncConnection, token: Token) -> None:
    await connection.execute(
        insert(tokens).values(
            id=token.id,
            digest=token.digest,
            label=token.label,
            scopes=json.dumps(token.scopes),
            regions=json.dumps(token.regions),
            created_by=token.created_by,
            created_ms=token.created_ms,
            expires_ms=token.expires_ms,
        )
    )


async def find(connection: AsyncConnection, token_id: str) -> Token | None:
    row = (await connection.execute(select(tokens).where(tokens.c.id == token_id))).first()
    return _token(row) if row else None


async def everything(connection: AsyncConnection) -> list[Token]:
    """Newest first, those that ended too."""
    rows = await connection.execute(select(tokens).order_by(tokens.c.created_ms.desc(), tokens.c.id))
    return [_token(row) for row in rows]


async def touch(connection: AsyncConnection, token_id: str, now_ms: int) -> None:
    await connection.execute(update(tokens).where(tokens.c.id == token_id).values(used_ms=now_ms))


async def revoke(connection: AsyncConnection, token_id: str, now_ms: int) -> None:
    query = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_ms.is_(None))
    await connection.execute(query.values(revoked_ms=now_ms))


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        digest=row.digest,
        label=row.label,
        scopes=tuple(json.loads(row.scopes)),
        regions=tuple(json.loads(row.regions)),
        created_by=row.created_by,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        used_ms=row.used_ms,
        revoked_ms=row.revoked_ms,
    )
