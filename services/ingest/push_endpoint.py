"""`POST /v1/<path>`: the door of one push source. Answers in JSON; never repeats what was sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.ingest.push import NotTaken, PushAdapter, Receipt

MAX_ERRORS = 1_000
"""Errors listed in one answer; `rejected` counts them all."""

DRAINED = 10
"""A body of more than so many times the limit is cut off instead of read and thrown away."""

VERSION = {"API-Version": "1.0.0"}


class _TooLarge(Exception):
    """The body exceeds the limit."""


def add_push(app: FastAPI, adapter: PushAdapter, *, max_bytes: int) -> None:
    """Adds the route of one source. 200 only after Kafka acknowledged every accepted line."""

    @app.post(adapter.settings.path, include_in_schema=False)
    async def push(request: Request) -> JSONResponse:
        if not adapter.allows(request.headers.get("authorization", "")):
            return _problem(401, "A valid bearer token is required", {"WWW-Authenticate": "Bearer"})
        if request.headers.get("content-encoding", "identity") != "identity":
            return _problem(415, "Send the body uncompressed")
        try:
            receipt = await adapter.deliver(await _body(request, max_bytes))
        except _TooLarge:
            return _problem(
                413, f"A request may hold at most {max_bytes} bytes; send smaller ones", {"Connection": "close"}
            )
        except NotTaken:
            return _problem(503, "Not taken; repeat the whole request later", {"Retry-After": "5"})
        return _answer(receipt)


async def _body(request: Request, max_bytes: int) -> bytes:
    """Raises `_TooLarge`, after reading what is left: a client still sending would not hear the answer."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > DRAINED * max_bytes:
            break
        if size <= max_bytes:
            body += chunk
    if size > max_bytes:
        raise _TooLarge
    return bytes(body)


def _answer(receipt: Receipt) -> JSONResponse:
    errors = [
        {"line": each.line, "reason": each.problem.reason.value, "field": each.problem.field}
        for each in receipt.rejections[:MAX_ERRORS]
    ]
    content: dict[str, Any] = {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "rejected": len(receipt.rejections),
        "errors": errors,
    }
    if errors and not receipt.accepted and not receipt.duplicates:
        return _problem(400, "No line is a post", content=content)
    return JSONResponse(content, headers=VERSION)


def _problem(
    status: int, title: str, headers: dict[str, str] | None = None, content: dict[str, Any] | None = None
) -> JSONResponse:
    """RFC 9457."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status} | (content or {}),
        status_code=status,
        media_type="application/problem+json",
        headers=VERSION | (headers or {}),
    )
