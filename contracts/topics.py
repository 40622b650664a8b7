"""Every topic: who writes it, who reads it, how long it is kept. Topics, ACLs and the documentation come from here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Service(StrEnum):
    INGEST = "ingest"
    ANONYMIZER = "anonymizer"
    DETECTOR = "detector"
    NOTIFIER = "notifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. ``retention_ms`` is absent for compacted topics: they keep the last value of each key."""

    name: str
    key: str
    partitions: int
    writers: frozenset[Service]
    readers: frozenset[Service]
    retention_ms: int | None = None
    compacted: bool = False
    contracts: tuple[str, ...] = field(default=())

    def settings(self) -> dict[str, str]:
        """Topic configuration in Kafka's own terms."""
        if self.compacted:
            return {"cleanup.policy": "compact"}
        if self.retention_ms is None:
            raise ValueError(f"{self.name}: neither compacted nor given a retention")
        # A segment is only deleted after it is closed, so it must roll well within the retention.
        segment_ms = max(MINUTE_MS, self.retention_ms // 6)
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "segment.ms": str(segment_ms),
        }


POSTS_RAW = Topic(
    name="posts.raw",
    key="source and author",
    partitions=4,
    writers=frozenset({Service.INGEST}),
    readers=frozenset({Service.ANONYMIZER}),
    # 50 minutes plus at most one segment of 8: under the hour that the privacy page promises.
    retention_ms=50 * MINUTE_MS,
    contracts=("raw_post",),
)
POSTS_ANONYMOUS = Topic(
    name="posts.anonymous",
    key="none: partition follows the raw partition",
    partitions=4,
    writers=frozenset({Service.ANONYMIZER}),
    readers=frozenset({Service.DETECTOR}),
    retention_ms=DAY_MS,
    contracts=("anonymous_posts",),
)
SERIES_DELTAS = Topic(
    name="series.deltas",
    key="none: partition follows the series",
    partitions=4,
    writers=frozenset({Service.DETECTOR}),
    readers=frozenset({Service.DETECTOR}),
    retention_ms=DAY_MS,
    contracts=("series_deltas",),
)
SIGNALS = Topic(
    name="signals",
    key="none: one partition, so that one worker sees all series of a happening",
    partitions=1,
    writers=frozenset({Service.DETECTOR}),
    readers=frozenset({Service.DETECTOR}),
    retention_ms=DAY_MS,
    contracts=("signal",),
)
ALERTS = Topic(
    name="alerts",
    key="alert id",
    partitions=1,
    writers=frozenset({Service.DETECTOR}),
    readers=frozenset({Service.NOTIFIER}),
    compacted=True,
    contracts=("alert",),
)
SOURCE_HEALTH = Topic(
    name="source.health",
    key="source",
    partitions=1,
    writers=frozenset({Service.INGEST}),
    readers=frozenset({Service.DETECTOR, Service.NOTIFIER}),
    compacted=True,
    contracts=("source_health",),
)
STAGE_HEALTH = Topic(
    name="stage.health",
    key="stage",
    partitions=1,
    writers=frozenset({Service.ANONYMIZER, Service.DETECTOR}),
    readers=frozenset({Service.NOTIFIER}),
    # What was said a quarter of a minute ago is believed no more.
    retention_ms=10 * MINUTE_MS,
    contracts=("stage_health",),
)
SOURCES_STATE = Topic(
    name="sources.state",
    key="source",
    partitions=1,
    writers=frozenset({Service.INGEST}),
    readers=frozenset({Service.INGEST}),
    compacted=True,
    contracts=("source_state",),
)
NOTICES = Topic(
    name="notices",
    key="service and subject",
    partitions=1,
    writers=frozenset({Service.ANONYMIZER, Service.DETECTOR, Service.NOTIFIER}),
    readers=frozenset({Service.NOTIFIER}),
    compacted=True,
    contracts=("notice",),
)
EXERCISES_REMOVED = Topic(
    name="exercises.removed",
    key="session",
    partitions=1,
    writers=frozenset({Service.NOTIFIER}),
    readers=frozenset({Service.DETECTOR}),
    compacted=True,
    contracts=("exercise_removed",),
)
PICTURE = Topic(
    name="picture",
    key="series",
    partitions=1,
    writers=frozenset({Service.DETECTOR}),
    readers=frozenset({Service.NOTIFIER}),
    retention_ms=7 * DAY_MS,
    contracts=("picture",),
)
THEMES = Topic(
    name="themes",
    key="series",
    partitions=1,
    writers=frozenset({Service.DETECTOR}),
    readers=frozenset({Service.NOTIFIER}),
    retention_ms=7 * DAY_MS,
    contracts=("theme",),
)
DEAD_LETTERS = Topic(
    name="dead-letters",
    key="none",
    partitions=1,
    writers=frozenset(Service),
    readers=frozenset(),  # people
    retention_ms=7 * DAY_MS,
    contracts=("dead_letter",),
)

TOPICS = (
    POSTS_RAW,
    POSTS_ANONYMOUS,
    SERIES_DELTAS,
    SIGNALS,
    ALERTS,
    SOURCE_HEALTH,
    STAGE_HEALTH,
    SOURCES_STATE,
    NOTICES,
    EXERCISES_REMOVED,
    PICTURE,
    THEMES,
    DEAD_LETTERS,
)
FILES = ("feedback",)
"""Contracts that travel as files instead of on a topic."""
