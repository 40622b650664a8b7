"""The web application: API, console, probes, problems, the door."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from runtime.probes import Health, add_probes
from services.notifier.access import pages as access_pages
from services.notifier.access.entrance import Entrance
from services.notifier.access.policy import permitted
from services.notifier.access.sign_in import sign_in_of
from services.notifier.api import access, alarms, alerts, cases, events, exports, participation
from services.notifier.api import configuration as configuration_api
from services.notifier.api import dossiers as dossiers_api
from services.notifier.api import exercises as exercises_api
from services.notifier.api import picture as picture_api
from services.notifier.api import public as public_api
from services.notifier.api import receivers as receivers_api
from services.notifier.api import room as room_api
from services.notifier.api import themes as themes_api
from services.notifier.console import (
    archive,
    dossier_forms,
    forms,
    mandates,
    maps,
    pages,
    picture,
    public,
    quiet,
    receivers,
    themes,
)
from services.notifier.console import cases as case_pages
from services.notifier.console import dossiers as dossier_pages
from services.notifier.console import exercises as exercise_pages
from services.notifier.console import participation as participation_pages
from services.notifier.console.design import Static
from services.notifier.console.rendering import STATIC, error_page
from services.notifier.headers import API_VERSION
from services.notifier.problems import MEDIA_TYPE, Problem, add_problems
from services.notifier.room import Room
from services.notifier.security import Door

DESCRIPTION = "Alerts of Seinpost: read, handled, delivered. After the Dutch API Design Rules."
OTHER_STATUSES = {
    "400": "The request is not valid.",
    "401": "Not signed in, and no valid API token.",
    "403": "Not allowed to you, or from another site.",
    "404": "Not there, or not within your reach.",
    "409": "Not possible from this status.",
    "413": "Too large.",
    "415": "Not JSON.",
    "429": "Too many requests; `Retry-After` says when to go on.",
    "503": "Off, or it does not open; the detail says why.",
}


def build(room: Room, health: Health) -> FastAPI:
    """Raises `UnusableSignIn`."""
    app = FastAPI(
        title="Seinpost",
        version=API_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # On every route, also on one that is added tomorrow: services/notifier/access/policy.py.
        dependencies=[Depends(permitted)],
    )
    app.state.room = room
    app.state.entrance = Entrance(room=room)
    app.state.sign_in = sign_in_of(app.state.entrance)
    add_probes(app.add_api_route, health)
    add_problems(app, error_page)
    modules = (
        alerts,
        events,
        room_api,
        access,
        alarms,
        cases,
        exports,
        configuration_api,
        dossiers_api,
        receivers_api,
        pages,
        maps,
        receivers,
        case_pages,
        archive,
        picture,
        picture_api,
        themes,
        themes_api,
        public,
        public_api,
        mandates,
        forms,
        dossier_pages,
        dossier_forms,
        quiet,
        exercises_api,
        participation,
        exercise_pages,
        participation_pages,
        access_pages,
    )
    for module in modules:
        app.include_router(module.router)
    app.mount("/static", Static(directory=STATIC))

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return description(app)

    app.add_middleware(_door, entrance=app.state.entrance)
    return app


def _door(app: ASGIApp, entrance: Entrance) -> Door:
    return Door(app, entrance, error_page)


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
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token of an administrator."},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-seinpost", "description": "Of a browser."},
    }
    schema["security"] = [{"token": []}, {"session": []}]
    app.openapi_schema = schema
    return schema


_SEALED = ("/v1/dossiers/{id}/export", "/v1/dossiers/{id}/pdf", "/v1/dossier-deletions/{id}")
"""What cannot leave without a key."""
_WITH_A_STATE = ("/v1/exercises/sessions/{id}", "/v1/exercises/reports/{id}", "/v1/participation")
"""What is possible only before, during or after the play."""


def _statuses(path: str, method: str) -> list[str]:
    found = ["400", "401", "403", "429"]
    if "{id}" in path or (path, method) == ("/v1/cases", "post"):
        found.append("404")
    if path.startswith(("/v1/cases", "/v1/platforms")):
        found.append("503")
    if method in ("post", "put", "patch"):
        found += ["413", "415"]
        if "{id}" in path:
            found.append("409")
    if path.endswith(("/picture", "/themes")):
        found.append("404")
    if path == "/v1/cases/{id}/letter" or path in _SEALED or path.startswith(_WITH_A_STATE):
        found.append("409")
    return sorted(set(found))
