"""The tables. Times are milliseconds since the epoch (``_ms``) or minutes since the epoch (``_minute``).

Free text that people typed stands in ``actions.text`` and ``silences.reason``, and of an exercise in ``exercise_lines``
and ``exercise_reports``; the rest is from contracts.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)
# SQLite numbers rows by itself only for INTEGER.
Sequence = BigInteger().with_variant(Integer, "sqlite")

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("phenomenon", String(60), nullable=False),
    Column("region", String(8)),
    Column("severity", String(8), nullable=False),
    Column("exercise", String(200)),
    Column("opened_minute", BigInteger, nullable=False),
    Column("updated_minute", BigInteger, nullable=False),
    Column("search", Text, nullable=False),  # lower case: label, place, terms
    Column("record", LargeBinary, nullable=False),  # the alert as it was on the wire
    Column("status", String(16), nullable=False),
    Column("status_ms", BigInteger, nullable=False),
    Column("owner", String(80)),
    Column("outcome", String(16)),
    Column("received_ms", BigInteger, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Column("gemeente", String(80)),
    Column("happening", String(200), nullable=False, server_default=""),  # shared by alerts of one gathering
    Column("held", String(12), nullable=False, server_default="shown"),  # shown, silenced, inhibited, digested
    Column("held_by", String(200)),
    Column("card_ms", BigInteger),  # when it took a card of the budget
    Column("escalation_step", Integer, nullable=False, server_default="0"),
    Column("escalate_ms", BigInteger),  # when the next step is due
    Index(None, "status", "exercise", "received_ms"),
    Index(None, "opened_minute", "id"),
    Index(None, "held", "status"),
    Index(None, "happening"),
    Index(None, "gemeente", "status"),
    Index(None, "region", "card_ms"),
    Index(None, "received_ms"),
    Index(None, "escalate_ms"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("alert", String(200), ForeignKey("alerts.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("change", String(16), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("place", String(200)),
    Column("stored_ms", BigInteger, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("alert", String(200), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("outcome", String(16)),
    Column("text", Text),
    Column("actor", String(80), nullable=False),
    Column("role", String(40)),  # in which the actor did it; absent: before roles were kept
    Column("at_ms", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(80), primary_key=True),  # the webhook-id: the same for every attempt
    Column("alert", String(200), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("receiver", String(60), nullable=False),
    Column("occasion", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", String(64)),  # SHA-256 of the body
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("claimed_until_ms", BigInteger, nullable=False),
    Column("finished_ms", BigInteger),
    Index(None, "state", "next_ms"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery", String(80), ForeignKey("deliveries.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("status_code", Integer),
    Column("duration_ms", Integer, nullable=False),
)

trials = Table(
    "trials",  # tests and signs of life: each a delivery without an alert
    metadata,
    Column("id", String(80), primary_key=True),
    Column("receiver", String(60), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("actor", String(80)),
    Column("digest", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("outcome", String(16)),  # absent: under way
    Column("status_code", Integer),
    Column("duration_ms", Integer),
    Index(None, "receiver", "at_ms"),
)

sources = Table(
    "sources",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("record", LargeBinary, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("matter", String(60), primary_key=True),  # service and subject
    Column("record", LargeBinary, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("object", String(200), nullable=False),
    Column("region", String(8)),  # of the alert; `*`: for all
    Column("data", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("id", String(24), nullable=False, index=True, unique=True),
    Column("subject", String(200), nullable=False),
    Column("name", String(80), nullable=False),
    Column("groups", Text, nullable=False),  # JSON: those that config/access.yaml names
    Column("origin", String(60), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("digest", String(64), nullable=False),  # SHA-256 of the secret part
    Column("label", String(80), nullable=False),
    Column("scopes", Text, nullable=False),  # JSON
    Column("regions", Text, nullable=False),  # JSON
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(24), nullable=False),
    Column("object", String(200), nullable=False),
    Column("result", String(24), nullable=False),
    Column("origin", String(60), nullable=False),
    Column("region", String(8)),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("region", String(8)),
    Column("gemeente", String(80)),
    Column("phenomenon", String(60)),
    Column("max_severity", String(8), nullable=False),
    Column("reason", Text, nullable=False),  # typed by its author
    Column("author", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, index=True),
    Column("ended_by", String(80)),  # absent though ended: its time was up
    Column("noticed_ms", BigInteger),  # when somebody saw that it ended
    Column("hid", Integer, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("alert", String(200), primary_key=True),
    Column("label", String(16), nullable=False),
    Column("phenomenon", String(60), nullable=False),
    Column("gemeente", String(80)),
    Column("region", String(8)),
    Column("opened_minute", BigInteger, nullable=False),
    Column("config_version", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

picture = Table(
    "picture",
    metadata,
    Column("id", String(260), primary_key=True),  # exercise, series and start
    Column("phenomenon", String(60), nullable=False),
    Column("region", String(8)),  # absent: the whole country
    Column("gemeente", String(80)),
    Column("exercise", String(200)),
    Column("start", BigInteger, nullable=False),  # minutes, as in contracts.picture
    Column("end", BigInteger, nullable=False),
    Column("posts", Integer),  # absent: too few people to tell
    Column("record", LargeBinary, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Index(None, "phenomenon", "end"),
    Index(None, "stored_ms"),
)

themes = Table(
    "themes",
    metadata,
    Column("id", String(200), primary_key=True),  # series and start
    Column("theme", String(60), nullable=False),
    Column("region", String(8)),  # absent: the whole country
    Column("start", BigInteger, nullable=False),  # minutes, as in contracts.theme
    Column("end", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Index(None, "region", "end"),
    Index(None, "stored_ms"),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", String(200), primary_key=True),  # of its alert, which may be gone before it
    Column("region", String(8)),
    Column("exercise", String(200)),
    Column("label", String(300), nullable=False),
    Column("phenomenon", String(60), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger, index=True),  # when its alert was closed, as far as was known at the last sweep
    Column("entries", Integer, nullable=False),
    Column("head", String(64), nullable=False),  # hash of the newest entry
    Index(None, "opened_ms", "id"),
)

dossier_entries = Table(
    "dossier_entries",
    metadata,
    Column("dossier", String(200), ForeignKey("dossiers.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("record", LargeBinary, nullable=False),  # the line as it is sealed and exported
)

dossier_deletions = Table(
    "dossier_deletions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dossier", String(200), nullable=False),
    Column("region", String(8)),
    Column("exercise", String(200)),
    Column("entries", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("deleted_ms", BigInteger, nullable=False),
    Column("audit_seq", BigInteger, nullable=False),
    Column("audit_digest", String(64), nullable=False),
    Index(None, "deleted_ms", "id"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("message", String(60), nullable=False),
    Column("phenomenon", String(60), nullable=False),
    Column("region", String(8), nullable=False),
    Column("gemeenten", Text, nullable=False),  # JSON: names
    Column("first_day", String(10), nullable=False),  # ISO 8601, in the Netherlands
    Column("last_day", String(10), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "phenomenon", "first_day"),
)

exercise_sessions = Table(
    "exercise_sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("region", String(8), nullable=False),  # of the leading gemeente
    Column("seed", BigInteger, nullable=False),
    Column("programme", Text, nullable=False),  # JSON: the drill as it was when the session was made
    Column("anchor_wall_ms", BigInteger, nullable=False),  # the clock, as in exercises.clock
    Column("anchor_event_ms", BigInteger, nullable=False),
    Column("speed", Float, nullable=False),
    Column("running", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

exercise_links = Table(
    "exercise_links",
    metadata,
    Column("id", String(24), primary_key=True),  # public: stands in the link beside the secret
    Column("session", String(40), ForeignKey("exercise_sessions.id"), nullable=False),
    Column("role", String(41), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the secret
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("joined_ms", BigInteger),
    Index(None, "session", "role", unique=True),
)

exercise_lines = Table(
    "exercise_lines",
    metadata,
    Column("session", String(40), ForeignKey("exercise_sessions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("wall_ms", BigInteger, nullable=False),
    Column("event_ms", BigInteger, nullable=False),  # in the time of the exercise
    Column("what", String(12), nullable=False),
    Column("role", String(41)),
    Column("item", String(200), nullable=False),
    Column("detail", LargeBinary, nullable=False),  # JSON; holds what participants typed
    Column("once", String(260)),  # what can happen only once has a name here
    Index(None, "session", "once", unique=True),
)

exercise_reports = Table(
    "exercise_reports",
    metadata,
    Column("id", String(40), primary_key=True),  # of the session, which is gone
    Column("title", String(80), nullable=False),
    Column("region", String(8), nullable=False),
    Column("held_ms", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),  # JSON: exercises.report
)

housekeeping = Table(
    "housekeeping",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False),  # in this run
    Column("removed_ever", BigInteger, nullable=False),
)
