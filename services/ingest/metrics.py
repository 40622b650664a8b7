"""Every metric of ingest. Labels are the configured source, a closed status and a closed reason: never a person.

Dead letters are counted in `broker.dead_letters` (``seinpost_dead_letters_total``).
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from contracts.source_health import Status

POSTS = Counter("seinpost_ingest_posts_total", "Posts handed to Kafka.", ["source"])
DELETIONS = Counter("seinpost_ingest_deletions_total", "Withdrawn posts and accounts handed to Kafka.", ["source"])
UNREADABLE = Counter("seinpost_ingest_unreadable_total", "Input set aside because it is no post.", ["source", "reason"])
BYTES = Counter("seinpost_ingest_bytes_total", "Bytes of records handed to Kafka.", ["source"])

BATCH = Histogram(
    "seinpost_ingest_batch_posts",
    "Records between two confirmations by Kafka (a saved cursor, a push request).",
    ["source"],
    buckets=(1, 10, 100, 1_000, 10_000, 100_000),
)
CONFIRM_SECONDS = Histogram(
    "seinpost_ingest_confirm_seconds",
    "Time Kafka took to acknowledge what was sent.",
    ["source"],
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30),
)
LAG_SECONDS = Gauge(
    "seinpost_ingest_lag_seconds",
    "Age on arrival of the freshest recent post; absent for replays and feeds.",
    ["source"],
)
RECONNECTS = Counter(
    "seinpost_ingest_reconnects_total", "Connections that ended and were tried again.", ["source", "reason"]
)
STATUS = Gauge(
    "seinpost_ingest_source_status", "1 for the status a source has, 0 for the others.", ["source", "status"]
)
EXERCISE = Gauge(
    "seinpost_ingest_source_exercise",
    "1: a source of an exercise, whose silence and whose posts say nothing of real life; 0: a real one.",
    ["source"],
)
CURSOR_SAVED = Gauge(
    "seinpost_ingest_cursor_saved_timestamp_seconds", "Clock time at which the cursor was last saved.", ["source"]
)


def show_status(source: str, status: Status) -> None:
    for each in Status:
        STATUS.labels(source, each.value).set(1 if each is status else 0)
