"""Reports in their database: rows in, rows out, and rows destroyed. Out of reach is not there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import Select, case, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.access.reach import Reach
from services.notifier.cases.content import Content
from services.notifier.cases.progress import ANSWERS, Status
from services.notifier.cases.tables import cases, keys, responses, steps
from services.notifier.cases.triage import Nature, Route
from services.notifier.cases.vault import CaseKey, Vault, Wrapped

CONTENT = "content"
_contents = msgspec.json.Decoder(Content)
_listed = [column for column in cases.c if column.name != "sealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformCase:
    """What is known of a report without its key."""

    id: str
    alert: str
    region: str | None
    exercise: bool
    nature: Nature | None = None
    route: Route | None = None
    platform: str | None = None
    status: Status = Status.DRAFT
    created_ms: int
    touched_ms: int
    sent_ms: int | None = None
    due_ms: int | None = None
    ended_ms: int | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {column.name: getattr(self, column.name) for column in _listed}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step:
    status: Status
    actor: str
    at_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """A report with what was typed. Has no ``repr``: it must not slip into a log."""

    case: PlatformCase
    content: Content
    steps: tuple[Step, ...]
    key: CaseKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How one platform answers."""

    platform: str
    answer: Status
    count: int
    median_seconds: float


async def create(connection: AsyncConnection, case: PlatformCase, vault: Vault) -> None:
    key, wrapped = vault.new(case.id)
    await connection.execute(insert(keys).values(case=case.id, wrapped_by=wrapped.by, wrapped=wrapped.key))
    await connection.execute(insert(cases).values(**case.columns, sealed=_sealed(key, Content())))


async def find(connection: AsyncConnection, case_id: str, reach: Reach, *, lock: bool = False) -> PlatformCase | None:
    query = select(*_listed).where(cases.c.id == case_id, reach.where(cases.c.region))
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return _case(row) if row else None


async def open_case(connection: AsyncConnection, case: PlatformCase, vault: Vault) -> Opened:
    """Raises `vault.Sealed`."""
    wrapped = (await connection.execute(select(keys).where(keys.c.case == case.id))).one()
    key = vault.unwrap(case.id, Wrapped(wrapped.wrapped_by, wrapped.wrapped))
    sealed = (await connection.execute(select(cases.c.sealed).where(cases.c.id == case.id))).scalar_one()
    taken = await connection.execute(select(steps).where(steps.c.case == case.id).order_by(steps.c.number))
    return Opened(
        case=case,
        content=_contents.decode(key.open(CONTENT, sealed)),
        steps=tuple(
            Step(
                status=Status(row.status),
                actor=row.actor,
                at_ms=row.at_ms,
                text=key.open(_row(row.number), row.sealed).decode(),
            )
            for row in taken
        ),
        key=key,
    )


async def write(connection: AsyncConnection, opened: Opened, content: Content, now_ms: int) -> None:
    values = {"sealed": _sealed(opened.key, content), "touched_ms": now_ms}
    await connection.execute(update(cases).where(cases.c.id == opened.case.id).values(values))


async def change(connection: AsyncConnection, changed: PlatformCase) -> None:
    """Everything but the content."""
    await connection.execute(update(cases).where(cases.c.id == changed.id).values(changed.columns))


async def add_step(connection: AsyncConnection, opened: Opened, step: Step) -> None:
    number = len(opened.steps) + 1
    await connection.execute(
        insert(steps).values(
            case=opened.case.id,
            number=number,
            status=step.status.value,
            actor=step.actor,
            at_ms=step.at_ms,
            sealed=opened.key.seal(_row(number), step.text.encode()),
        )
    )


async def page(
    connection: AsyncConnection, reach: Reach, *, alert: str | None = None, limit: int, offset: int
) -> tuple[list[PlatformCase], int]:
    """Open ones first, the newest of each first; and how many there are."""
    where = [reach.where(cases.c.region)] + ([cases.c.alert == alert] if alert is not None else [])
    ended = case((cases.c.ended_ms.is_(None), 0), else_=1)
    query: Select[Any] = select(*_listed).where(*where).order_by(ended, cases.c.created_ms.desc(), cases.c.id)
    rows = (await connection.execute(query.limit(limit).offset(offset))).mappings()
    total = (await connection.execute(select(func.count()).select_from(cases).where(*where))).scalar_one()
    return [_case(row) for row in rows], int(total)


async def numbers(connection: AsyncConnection) -> list[str]:
    """Of all reports."""
    return list((await connection.execute(select(cases.c.id).order_by(cases.c.id))).scalars())


async def expired(connection: AsyncConnection, *, ended_before_ms: int) -> list[PlatformCase]:
    query = select(*_listed).where(cases.c.ended_ms < ended_before_ms).limit(200)
    return [_case(row) for row in (await connection.execute(query)).mappings()]


async def idle(connection: AsyncConnection, *, touched_before_ms: int) -> list[PlatformCase]:
    query = select(*_listed).where(cases.c.ended_ms.is_(None), cases.c.touched_ms < touched_before_ms).limit(200)
    return [_case(row) for row in (await connection.execute(query)).mappings()]


async def of_exercises(connection: AsyncConnection) -> list[PlatformCase]:
    """All, locked until this transaction ends."""
    query = select(*_listed).where(cases.c.exercise).order_by(cases.c.id).with_for_update()
    return [_case(row) for row in (await connection.execute(query)).mappings()]


async def destroy(connection: AsyncConnection, case_id: str) -> None:
    """The key first: overwritten, then gone, so that what a copy still holds of the rest opens for nobody."""
    nothing = secrets.token_bytes(64)
    await connection.execute(update(keys).where(keys.c.case == case_id).values(wrapped=nothing))
    await connection.execute(delete(keys).where(keys.c.case == case_id))
    await connection.execute(delete(steps).where(steps.c.case == case_id))
    await connection.execute(delete(cases).where(cases.c.id == case_id))


async def rewrap(connection: AsyncConnection, vault: Vault) -> int:
    """Puts keys that another key of the store wrapped under the first. Raises `vault.Sealed`."""
    old = (await connection.execute(select(keys).where(keys.c.wrapped_by != vault.first))).all()
    for row in old:
        wrapped = vault.wrap(vault.unwrap(row.case, Wrapped(row.wrapped_by, row.wrapped)))
        values = {"wrapped_by": wrapped.by, "wrapped": wrapped.key}
        await connection.execute(update(keys).where(keys.c.case == row.case).values(values))
    return len(old)


async def answered(connection: AsyncConnection, platform: str, answer: Status, seconds: int) -> None:
    await connection.execute(insert(responses).values(platform=platform, answer=answer.value, seconds=seconds))


async def response_times(connection: AsyncConnection) -> list[Answered]:
    rows = (await connection.execute(select(responses.c.platform, responses.c.answer, responses.c.seconds))).all()
    taken: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        taken.setdefault((row.platform, row.answer), []).append(row.seconds)
    return [
        Answered(platform=platform, answer=Status(answer), count=len(found), median_seconds=median(found))
        for (platform, answer), found in sorted(taken.items())
        if Status(answer) in ANSWERS
    ]


def _row(number: int) -> str:
    return f"step-{number}"


def _sealed(key: CaseKey, content: Content) -> bytes:
    return key.seal(CONTENT, msgspec.json.encode(content))


def _case(row: RowMapping) -> PlatformCase:
    found = PlatformCase(**row)
    return replace(
        found,
        nature=Nature(row["nature"]) if row["nature"] else None,
        route=Route(row["route"]) if row["route"] else None,
        status=Status(row["status"]),
    )
