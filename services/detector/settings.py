"""Settings of the detector: ``SEINPOST_DETECTOR__<NAME>``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from runtime.settings import ServiceSettings


class DetectorSettings(BaseModel):
    group: str = Field("seinpost-detector", description="Consumer group, and prefix of the changelog topics.")
    data_dir: Path = Field(
        Path("run/detector"), description="Working directory of Faust; state itself survives in the changelog topics."
    )
    lexicon: Path = Field(
        Path("build/lexicon/words.gz"),
        description="Names that are refused as terms, built by `python -m lexicon`; if missing, a short list is used.",
    )
    flush_seconds: float = Field(
        0.5, gt=0, le=10, description="Time between two checkpoints: deltas and alerts sent, offsets released."
    )
    state_seconds: float = Field(
        5.0,
        ge=0,
        le=60,
        description="A series is written to the changelog this long after it changed; a crash repeats as much.",
    )
    idle_seconds: float = Field(
        2.0, gt=0, le=60, description="A partition with nothing waiting for this long is no longer waited for."
    )
    session_timeout_seconds: float = Field(
        15.0, ge=6, description="After this long without a heartbeat a worker is taken for lost."
    )
    rebalance_timeout_seconds: float = Field(30.0, ge=6, description="Time workers get to hand over partitions.")


class Settings(ServiceSettings):
    detector: DetectorSettings = Field(default_factory=DetectorSettings, description="Settings of the detector.")
