"""`/healthz`, `/readyz`, `/metrics`: what Kubernetes and Prometheus ask every service."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response


@dataclass(slots=True)
class Health:
    """What the process knows of itself. The main loop calls `beat`; the probes read.

    ``stalled_after_s`` is how long the loop may go without a beat before it counts as hung and is restarted.
    """

    stalled_after_s: float = 60.0
    ready: bool = False
    why_not_ready: str = "starting"
    _last_beat: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        self._last_beat = time.monotonic()

    def mark_ready(self) -> None:
        self.ready, self.why_not_ready = True, ""

    def mark_unready(self, why: str) -> None:
        self.ready, self.why_not_ready = False, why

    @property
    def alive(self) -> bool:
        return time.monotonic() - self._last_beat < self.stalled_after_s


def add_probes(add: Callable[..., object], health: Health) -> None:
    """``add``: how the application adds a route. For a FastAPI it is ``add_api_route``; by another, what guards its
    routes does not guard these."""

    async def healthz(_: Request) -> Response:
        return Response("ok\n" if health.alive else "stalled\n", 200 if health.alive else 503, media_type="text/plain")

    async def readyz(_: Request) -> Response:
        text = "ready\n" if health.ready else f"{health.why_not_ready}\n"
        return Response(text, 200 if health.ready else 503, media_type="text/plain")

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for probe in (healthz, readyz, metrics):
        add(f"/{probe.__name__}", probe, include_in_schema=False)


def probes_only(health: Health) -> Starlette:
    """For services without pages of their own. No FastAPI: it takes 6 MB."""
    app = Starlette()
    add_probes(app.add_route, health)
    return app
