"""RFC 9457: every error of the API is `application/problem+json`, and quotes nothing of what was sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.notifier.headers import headers_for

MEDIA_TYPE = "application/problem+json"


class InvalidField(BaseModel):
    field: str = Field(description="Where: `query.pageSize`, `body.outcome`.")
    reason: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[InvalidField] | None = Field(None, description="With 400: each field that is not right.")


def problem(status: int, detail: str | None = None, errors: list[InvalidField] | None = None) -> JSONResponse:
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(content.model_dump(exclude_none=True), status_code=status, media_type=MEDIA_TYPE)


Page = Callable[[Request, int, str], Awaitable[Response]]
"""Renders an error for a person: request, status, what is wrong."""


def add_problems(app: FastAPI, page: Page) -> None:
    """Problems for the API; for everything else a page."""

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if not is_api(request.url.path):
            return await page(request, 400, "Dit adres klopt niet.")
        errors = [
            InvalidField(field=".".join(str(part) for part in found["loc"]), reason=str(found["msg"]))
            for found in error.errors()
        ]
        return problem(400, "the request is not valid", errors)

    async def refused(request: Request, error: HTTPException) -> Response:
        standard = HTTPStatus(error.status_code).phrase
        if not is_api(request.url.path):
            return await page(request, error.status_code, "" if error.detail == standard else error.detail)
        answer = problem(error.status_code, error.detail if error.detail != standard else None)
        answer.headers.update(error.headers or {})
        return answer

    async def failed(request: Request, _: Exception) -> Response:
        answer = problem(500, "our fault; it was logged") if is_api(request.url.path) else await page(request, 500, "")
        # This answer is made outside of the door, which adds the headers of all others.
        answer.headers.update(headers_for(request.url.path))
        return answer

    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(HTTPException)(refused)
    app.exception_handler(Exception)(failed)


def is_api(path: str) -> bool:
    return path.startswith(("/v1/", "/cap/")) or path == "/openapi.json"
