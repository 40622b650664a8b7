"""The web application: API, console, probes, problems, the door."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from runtime.probes import Health, add_probes
from services.notifier.api import alerts, events
from services.notifier.api import room as room_api
from services.notifier.console import archive, forms, pages
from services.notifier.console.rendering import STATIC, error_page
from services.notifier.headers import API_VERSION
from services.notifier.problems import MEDIA_TYPE, Problem, add_problems
from services.notifier.room import Room
from services.notifier.security import Door

DESCRIPTION = "Alerts of Seinpost: read, handled, delivered. After the Dutch API Design Rules."
OTHER_STATUSES = {
    "400": "The request is not valid.",
    "403": "From another site.",
    "404": "There is no such alert.",
    "409": "Not possible from this status.",
    "413": "Too large.",
    "415": "Not JSON.",
}


def build(room: Room, health: Health) -> FastAPI:
    app = FastAPI(
        title="Seinpost", version=API_VERSION, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.room = room
    add_probes(app, health)
    add_problems(app, error_page)
    for module in (alerts, events, room_api, pages, archive, forms):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return description(app)

    app.add_middleware(_door, settings=room.settings.notifier)
    return app


def _door(app: ASGIApp, settings: Any) -> Door:
    return Door(app, settings)


def description(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with our problems instead of FastAPI's own 422."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    schemas = schema["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schemas["Problem"].pop("$defs", {})
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            for status in _statuses(path, method):
                content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                operation["responses"][status] = {"description": OTHER_STATUSES[status], "content": content}
            for response in operation["responses"].values():
                response["headers"] = {"API-Version": {"schema": {"type": "string"}, "description": API_VERSION}}
    app.openapi_schema = schema
    return schema


def _statuses(path: str, method: str) -> list[str]:
    found = ["400"]
    if "{id}" in path:
        found.append("404")
    if method == "post":
        found += ["403", "409", "413", "415"]
    return found
