"""Settings of the anonymizer: ``SEINPOST_ANONYMIZER__<NAME>``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from runtime.settings import ServiceSettings


class AnonymizerSettings(BaseModel):
    lexicon: Path = Field(
        Path("build/lexicon/words.gz"), description="Permitted plain words and names, built by `python -m lexicon`."
    )
    batch_posts: int = Field(
        500, ge=1, le=1000, description="Most posts in one record of posts.anonymous; long ones make it smaller."
    )
    batch_ms: int = Field(50, ge=1, le=5000, description="Longest time a post waits for its batch to fill.")
    fold_cutoff: float = Field(
        0.7, ge=0.5, le=1, description="Least similarity (1 − edits ÷ length) at which a misspelling becomes a term."
    )
    rotation_hour: int = Field(
        4, ge=0, le=23, description="Hour (Europe/Amsterdam) after which the daily key is replaced."
    )
    candidate_window_minutes: int = Field(
        360, ge=5, le=1440, description="Event time within which k authors must use a new word before it is released."
    )
    candidates_max: int = Field(50_000, ge=100, description="New words counted at once; beyond it the oldest go.")
    remembered_max: int = Field(
        200_000, ge=100, description="Projections kept for deletions and edits; beyond it the oldest go."
    )
    seen_max: int = Field(2_000_000, ge=1000, description="Post keys kept to recognise duplicates.")
    recall_records: int = Field(
        10_000,
        ge=0,
        description="Records of each partition read again at a start, after a rebalance and with a new key, to "
        "recognise copies of what an earlier instance told.",
    )
    max_ahead_minutes: int = Field(
        10, ge=0, le=1440, description="A post created further ahead of its reception is set aside."
    )
    detect_language: Literal["watched", "always", "never"] = Field(
        "watched", description="When to detect the language of a post whose source gives none."
    )


class Settings(ServiceSettings):
    anonymizer: AnonymizerSettings = Field(
        default_factory=AnonymizerSettings, description="What only the anonymizer has."
    )
