"""`config/sources.yaml`: where public posts come from. Secrets are named here and read from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from configuration.document import Entry
from contracts.raw_post import EXERCISE


def _is_an_exercise(exercise: str) -> str:
    if not EXERCISE.fullmatch(exercise):
        raise ValueError("an exercise has an id of letters, digits, '.', '_' and '-', other than 'real'")
    return exercise


ExerciseId = Annotated[str, AfterValidator(_is_an_exercise)]


class Source(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    """Stands in every record, metric and chart."""
    label: str = ""
    """Dutch name for the operator; the id when empty."""
    expected_gap_s: float = Field(300, gt=0)
    """Longest silence that is still normal. Beyond it the source is shown as blind."""
    max_lag_s: float = Field(120, gt=0)
    """Posts older than this on arrival: the source is late."""
    enabled: bool = True


class Jetstream(Source):
    kind: Literal["jetstream"]
    url: str = Field(pattern=r"^wss?://")
    wire: Literal["subscribe", "subscribeEvents"] = "subscribe"
    collections: tuple[str, ...] = ("app.bsky.feed.post",)
    zstd_dictionary: Path | None = None
    """Dictionary file for compressed frames; absent: uncompressed."""


class Mastodon(Source):
    kind: Literal["mastodon"]
    url: str = Field(pattern=r"^https?://")
    """Base address of the instance."""
    stream: Literal["public", "public/local"] = "public/local"
    token_secret: str | None = None
    """Name of the secret with the access token."""


class Feed(Source):
    kind: Literal["rss"]
    url: str = Field(pattern=r"^https?://")
    interval_s: float = Field(300, ge=30)
    """Time between two requests; the publisher's own wishes (Retry-After, ttl) can only lengthen it."""


class Push(Source):
    kind: Literal["push"]
    path: str = Field(pattern=r"^/v1/[a-z0-9-]+$")
    token_secret: str
    exercise: ExerciseId | None = None
    """Everything pushed here belongs to this exercise; a post that names its session to ``exercise.session``."""


class File(Source):
    kind: Literal["file"]
    path: Path
    speed: float | None = Field(None, gt=0)
    """1: as it happened; 1000: a thousand times faster; absent: as fast as the machine goes."""
    exercise: ExerciseId | None = None


AnySource = Annotated[Jetstream | Mastodon | Feed | Push | File, Field(discriminator="kind")]


class Sources(Entry):
    sources: tuple[AnySource, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [source.id for source in self.sources]
        paths = [source.path for source in self.sources if isinstance(source, Push)]
        for names, what in ((ids, "id"), (paths, "path")):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"each source has its own {what}; used more than once: {', '.join(twice)}")
        return self
