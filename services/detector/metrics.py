"""Every metric of the detector. Labels are closed lists: never a term, a place or a source typed by a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from contracts.alert import Change, Kind

POSTS = Counter("seinpost_detector_posts_total", "Posts folded, retractions included.")
POSTS_SKIPPED = Counter("seinpost_detector_posts_skipped_total", "Posts not folded, by reason.", ["reason"])
RECORDS = Counter("seinpost_detector_records_total", "Records read, by topic.", ["topic"])
OUT_OF_ORDER = Counter(
    "seinpost_detector_records_out_of_order_total", "Records read again, or read before their turn.", ["order"]
)
BATCH_POSTS = Histogram(
    "seinpost_detector_batch_posts",
    "Posts in one record of posts.anonymous.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
DELTAS = Counter("seinpost_detector_deltas_total", "Series that a flush added to.")
DELTAS_REPEATED = Counter("seinpost_detector_shares_repeated_total", "Shares skipped: the series had applied them.")
TESTS = Counter("seinpost_detector_tests_total", "Burst tests of one series.")
PICTURE_BLOCKS = Counter("seinpost_detector_picture_blocks_total", "Blocks of at least k people told for the picture.")
THEME_BLOCKS = Counter("seinpost_detector_theme_blocks_total", "Blocks of at least k people told of themes.")
SIGNALS = Counter("seinpost_detector_signals_total", "Series that fired, by completeness of the minute.", ["complete"])
ALERTS = Counter(
    "seinpost_detector_alerts_total",
    "Alert records written, by change and kind, and whether of an exercise.",
    ["change", "kind", "exercise"],
)
SECONDS = Histogram(
    "seinpost_detector_processing_seconds",
    "Time spent on one record, by stage; and on one checkpoint.",
    ["stage"],
    buckets=(0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
LAG_RECORDS = Gauge("seinpost_detector_lag_records", "Records behind the end of a topic.", ["topic"])
LAG_SECONDS = Gauge("seinpost_detector_lag_seconds", "How far event time is behind the newest post that was read.")
BEHIND_SECONDS = Gauge(
    "seinpost_detector_behind_seconds",
    "Age of the last batch of posts that was taken, while others wait; 0: none waits. To the minute.",
)
WATERMARK = Gauge("seinpost_detector_watermark_seconds", "Event time all partitions have reached (seconds since 1970).")
TABLE_SIZE = Gauge("seinpost_detector_table_values", "Values in a table on this worker.", ["table"])
TABLE_WRITES = Counter("seinpost_detector_table_writes_total", "Values written to a changelog.", ["table"])
TABLE_BYTES = Counter("seinpost_detector_table_bytes_total", "Bytes written to a changelog.", ["table"])
POST_TO_ALERT = Histogram(
    "seinpost_detector_post_to_alert_seconds",
    "Creation of the newest posts behind an alert to its record; without exercises.",
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300),
)
BLIND_SOURCES = Gauge("seinpost_detector_blind_sources", "Sources whose silence says nothing at this moment.")
OPEN_EPISODES = Gauge("seinpost_detector_open_episodes", "Happenings that are open; without exercises.")
CONFIGURATION = Gauge("seinpost_detector_configuration_valid", "1: the configuration on disk is the one in force.")
COMPILED = Gauge(
    "seinpost_detector_compiled",
    "1 when reading and detecting are compiled, as in its image; 0 when they run as Python.",
)
MANDATES = Gauge("seinpost_detector_mandates", "Mandates in force; 0: nothing but exercises is counted.")
MANDATES_ENDED = Counter(
    "seinpost_detector_mandates_ended_total",
    "Mandates that were in force on this worker and no longer are; one that is changed and stays in force did not end.",
)
NEXT_EXPIRY = Gauge(
    "seinpost_detector_next_expiry_timestamp_seconds",
    "When the first phenomenon or mandate of the configuration ends (seconds since 1970).",
)
REBALANCES = Counter("seinpost_detector_rebalances_total", "Times that partitions were taken from this worker.")

for topic in ("posts.anonymous", "series.deltas", "signals", "source.health", "exercises.removed"):
    RECORDS.labels(topic)
for change in Change:
    for kind in Kind:
        for exercise in ("yes", "no"):
            ALERTS.labels(change.value, kind.value, exercise)
for stage in ("fold", "detect", "episode", "checkpoint"):
    SECONDS.labels(stage)
for reason in ("repeated", "too_far_ahead"):
    POSTS_SKIPPED.labels(reason)
for complete in ("yes", "no"):
    SIGNALS.labels(complete)
