"""`/healthz`, `/readyz`, `/metrics`: what Kubernetes and Prometheus ask every service."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


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


def add_probes(app: FastAPI, health: Health) -> FastAPI:
    """Adds the three routes to an application (a new one for services without pages of their own)."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return Response("ok\n" if health.alive else "stalled\n", 200 if health.alive else 503, media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        text = "ready\n" if health.ready else f"{health.why_not_ready}\n"
        return Response(text, 200 if health.ready else 503, media_type="text/plain")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def probes_only(health: Health) -> FastAPI:
    return add_probes(FastAPI(openapi_url=None), health)
