"""What the machine decides about ingest. Which sources there are is the analysts' choice: config/sources.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from runtime.settings import ServiceSettings


class IngestSettings(BaseModel):
    """In the environment: ``SEINPOST_INGEST__<NAME>``."""

    secrets_dir: Path = Field(
        Path("/run/secrets"), description="Directory with one file per secret, named after it (tokens of sources)."
    )
    heartbeat_s: float = Field(
        4, gt=0, le=5, description="Longest time between two reports of a source's health, in seconds."
    )
    save_cursor_s: float = Field(
        1, gt=0, description="Time between two saved cursors, in seconds; after a crash this much is read again."
    )
    backoff_s: float = Field(
        0.5, gt=0, description="Longest first wait before a source is tried again, in seconds; it doubles each time."
    )
    backoff_cap_s: float = Field(60, gt=0, description="Longest wait before a source is tried again, in seconds.")
    probe_url: str = Field(
        "http://127.0.0.1:8080/v1/probe",
        pattern=r"^https?://",
        description="Where `python -m services.ingest.probe` pushes made-up posts; its token is the secret `probe`.",
    )
    max_push_bytes: int = Field(
        10_000_000, ge=1_000, description="Largest body a supplier may push in one request, in bytes."
    )


class Settings(ServiceSettings):
    ingest: IngestSettings = Field(default_factory=IngestSettings, description="What ingest alone has.")
