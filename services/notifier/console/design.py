"""Components of the NL Design System: built files of the Utrecht component library, vendored, served as one sheet.

The pages use its class names; ``static/theme.css`` sets its tokens. ``utrecht/components.json`` says which package and
version each file is of, and its SHA-256; a test holds them to that.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

VENDORED = Path(__file__).parent / "utrecht"
SHEET = "utrecht.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    file: Path
    package: str
    version: str
    sha256: str


def components() -> tuple[Component, ...]:
    """In the order in which they are served."""
    listed = json.loads((VENDORED / "components.json").read_text(encoding="utf-8"))["components"]
    return tuple(Component(**(item | {"file": VENDORED / item["file"]})) for item in listed)


@functools.cache
def sheet() -> bytes:
    return b"\n".join(component.file.read_bytes() for component in components())


class Static(StaticFiles):
    """Our own files, and the components as one of them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path != SHEET or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(path, scope)
        return Response(sheet(), media_type="text/css")
