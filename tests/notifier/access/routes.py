"""The routes of the application, from the application itself."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    found = sorted({(method, route.path) for route in _flat(app.routes) for method in route.methods or ()})
    assert ("GET", "/v1/alerts") in found, "the framework keeps its routes elsewhere now"
    return found


def _flat(routes: list[object]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _flat(included.routes)
