"""RFC 9457: every error of the API is `application/problem+json`, and quotes nothing of what was sent."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

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


def add_problems(app: FastAPI) -> None:
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        errors = [
            InvalidField(field=".".join(str(part) for part in found["loc"]), reason=str(found["msg"]))
            for found in error.errors()
        ]
        return problem(400, "the request is not valid", errors)

    async def refused(_: Request, error: HTTPException) -> Response:
        answer = problem(
            error.status_code, error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
        )
        answer.headers.update(error.headers or {})
        return answer

    async def failed(_: Request, __: Exception) -> Response:
        return problem(500, "our fault; it was logged")

    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(HTTPException)(refused)
    app.exception_handler(Exception)(failed)
