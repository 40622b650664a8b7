"""All metrics of the notifier. Labels are closed lists, or ids of config/receivers.yaml: no word of an alert."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

ALERTS = Counter(
    "seinpost_notifier_alerts_total",
    "Alert records read: first, newer and reopens were stored; older and same were ignored.",
    ["decision"],
)
SOURCE_HEALTH = Counter("seinpost_notifier_source_health_total", "Source health records stored.")
STAGE_HEALTH = Counter(
    "seinpost_notifier_stage_health_total", "Reports stored of workers on what they work off, by stage.", ["stage"]
)
STAGE_BLIND = Gauge(
    "seinpost_notifier_stage_blind",
    "1: nobody said in the last ten seconds that it works on some of the posts of this stage; sources are shown blind.",
    ["stage"],
)
CONFIGURATION = Gauge("seinpost_notifier_configuration_valid", "1: the configuration on disk is the one in force.")
CONFIGURATION_RELOADS = Counter(
    "seinpost_notifier_configuration_reloads_total", "Changed configurations: taken over, or refused.", ["outcome"]
)
NOTICES = Counter("seinpost_notifier_notices_total", "Notices of services stored.")
PICTURE_BLOCKS = Counter("seinpost_notifier_picture_blocks_total", "Blocks of the picture stored.")
THEME_BLOCKS = Counter("seinpost_notifier_theme_blocks_total", "Blocks of themes stored.")
VISIBLE_SECONDS = Histogram(
    "seinpost_notifier_visible_seconds",
    "From the writing of an alert record to its event on the live stream.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
STORE_SECONDS = Histogram(
    "seinpost_notifier_store_seconds",
    "One batch of records, from read to committed in the database.",
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
)
DATABASE_FAILURES = Counter("seinpost_notifier_database_failures_total", "Batches that had to be tried again.")
LAG = Gauge("seinpost_notifier_lag_records", "Records behind the end of the topic.", ["topic"])
DELIVERIES = Counter(
    "seinpost_notifier_deliveries_total",
    "Attempts to deliver, by receiver and outcome (delivered, partly, refused, unreachable, timeout, broken, expired).",
    ["receiver", "outcome"],
)
DELIVERY_SECONDS = Histogram(
    "seinpost_notifier_delivery_seconds",
    "From the storing of an alert to the acknowledgement of its receiver.",
    ["receiver"],
    buckets=(0.1, 0.5, 1, 5, 30, 120, 600, 3600, 21600, 86400),
)
RECEIVER_REACHED = Gauge(
    "seinpost_notifier_receiver_reached_timestamp_seconds",
    "When this receiver last took something from this replica: an alert, a test or a sign of life.",
    ["receiver"],
)
TRIALS_FAILED = Counter(
    "seinpost_notifier_trials_failed_total", "Tests and signs of life that a receiver did not take.", ["receiver"]
)
OUTBOX = Gauge("seinpost_notifier_outbox", "Deliveries that are not acknowledged and not given up.")
UNSEEN = Gauge("seinpost_notifier_unseen_alerts", "Alerts that nobody has seen; exercises apart.", ["exercise"])
HELD = Gauge(
    "seinpost_notifier_held_alerts",
    "Real alerts nobody closed, by place: shown, silenced, inhibited (under their event), digested (over the budget).",
    ["place"],
)
ESCALATIONS = Counter("seinpost_notifier_escalations_total", "Steps of escalation taken, by number.", ["step"])
REMOVED = Counter("seinpost_notifier_alerts_removed_total", "Alerts removed because they were kept long enough.")
PROBE_SECONDS = Gauge(
    "seinpost_notifier_probe_seconds", "From the creation of the last probe's posts to the reading of its alert."
)
PROBE_TIMESTAMP = Gauge(
    "seinpost_notifier_probe_timestamp_seconds",
    "Clock time at which the last probe came through; before the first one, when this process started.",
)
PROBE_TIMESTAMP.set_to_current_time()
STREAMS = Gauge("seinpost_notifier_streams", "Open live streams (consoles and API clients).")
STREAMS_CUT = Counter(
    "seinpost_notifier_streams_cut_total", "Live streams closed because the reader was too slow; it resumes by itself."
)
ACTIONS = Counter("seinpost_notifier_actions_total", "What operators did, by action and result.", ["action", "result"])
DOSSIERS = Counter(
    "seinpost_notifier_dossiers_total",
    "What people did with dossiers, by action and result.",
    ["action", "result"],
)
DENIED = Counter(
    "seinpost_notifier_denied_total",
    "Requests and sign-ins that were refused, by reason. Each is in the audit log too; of people not known, what goes "
    "beyond some rows a minute stands there as a number.",
    ["reason"],
)
CASE_STORE = Gauge("seinpost_notifier_case_store", "Whether the store of reports to platforms is open: 1, or 0.")
CASES_DELETED = Counter("seinpost_notifier_cases_deleted_total", "Reports to platforms that were destroyed.")
