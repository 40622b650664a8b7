"""Every metric of the anonymizer. Labels are closed lists of our own; none is ever what a person wrote."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from services.anonymizer.atoms import Dropped

READ = Counter("seinpost_anonymizer_records_total", "Records read from posts.raw, by what they were.", ["kind"])
POSTS = Counter("seinpost_anonymizer_posts_total", "Posts sent to posts.anonymous.")
RETRACTIONS = Counter(
    "seinpost_anonymizer_retractions_total", "Posts counted back, because they were withdrawn or edited.", ["cause"]
)
PERMITTED = Counter("seinpost_anonymizer_tokens_permitted_total", "Tokens that left, gaps included.")
DROPPED = Counter("seinpost_anonymizer_tokens_dropped_total", "Tokens that stayed behind, by reason.", ["reason"])
WITHOUT_AUTHOR = Counter(
    "seinpost_anonymizer_posts_without_author_total", "Posts whose source named no author: never counted as distinct."
)
BATCH_POSTS = Histogram(
    "seinpost_anonymizer_batch_posts",
    "Posts in one record of posts.anonymous.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
PROCESSING = Histogram(
    "seinpost_anonymizer_processing_seconds",
    "Seconds to handle what one fetch brought, acknowledged.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
POST_AGE = Histogram(
    "seinpost_anonymizer_post_age_seconds",
    "Seconds from a post's creation until it was projected; without exercises.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600),
)
LAG = Gauge("seinpost_anonymizer_lag_records", "Records of posts.raw not yet read, by partition.", ["partition"])
COMPILED = Gauge(
    "seinpost_anonymizer_compiled",
    "1 when the inner loop is compiled, as in its image; 0 when it runs as Python.",
)
KEY_AGE = Gauge("seinpost_anonymizer_key_age_seconds", "Age of the key behind author tokens; never above a day.")
KEY_LOCKED = Gauge("seinpost_anonymizer_key_locked", "1 when the key is locked against swap.")
ROTATIONS = Counter("seinpost_anonymizer_key_rotations_total", "Keys replaced since the start.")
REMEMBERED = Gauge("seinpost_anonymizer_remembered_posts", "Projections kept in case their post is withdrawn.")
EVICTED = Counter(
    "seinpost_anonymizer_remembered_evicted_total", "Projections forgotten for lack of room: a withdrawal misses them."
)
NEW_WORDS = Gauge("seinpost_anonymizer_new_words", "Words outside the list that are being counted.")
RELEASED = Counter("seinpost_anonymizer_candidates_released_total", "New words released, each time for k authors.")
RELOADS = Counter("seinpost_anonymizer_config_reloads_total", "Configuration read anew, by outcome.", ["outcome"])

for kind in ("post", "edit", "deletion"):
    READ.labels(kind)
for reason in Dropped:
    DROPPED.labels(reason.value)
for cause in ("deletion", "account", "edit"):
    RETRACTIONS.labels(cause)
for outcome in ("changed", "refused"):
    RELOADS.labels(outcome)
