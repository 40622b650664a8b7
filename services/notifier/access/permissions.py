"""What may be done, and which role may do it. The scopes of API tokens carry the same names."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    READ_ALERTS = "alerts:read"
    HANDLE_ALERTS = "alerts:handle"
    EXPORT_ALERTS = "alerts:export"
    READ_SOURCES = "sources:read"
    READ_DELIVERIES = "deliveries:read"
    TEST_RECEIVERS = "receivers:test"
    READ_CONFIGURATION = "configuration:read"
    """Phenomena with their mandates, thresholds, receivers."""
    READ_AUDIT = "audit:read"
    MANAGE_SESSIONS = "sessions:manage"
    MANAGE_TOKENS = "tokens:manage"
    READ_METRICS = "metrics:read"
    """Totals of the whole country, for Prometheus: only with everything in reach."""
    READ_CASES = "cases:read"
    """Reports to platforms: addresses of posts and free text, so personal data."""
    WRITE_CASES = "cases:write"
    WRITE_ORDERS = "orders:write"
    """Orders of an authority (DSA art. 9)."""
    READ_DOSSIERS = "dossiers:read"
    WRITE_DOSSIERS = "dossiers:write"
    READ_EXERCISES = "exercises:read"
    LEAD_EXERCISES = "exercises:lead"


class Role(StrEnum):
    """As the regions call them; they stand in config/access.yaml."""

    READER = "lezer"
    OPERATOR = "operator"
    ANALYST = "analist"
    ADMINISTRATOR = "beheerder"
    PRIVACY_OFFICER = "functionaris-gegevensbescherming"
    PLATFORM_REPORTER = "platformmelder"
    AUTHORITY = "bevoegd-gezag"
    EXERCISE_LEADER = "oefenleider"


_READER = frozenset({Permission.READ_ALERTS, Permission.READ_SOURCES, Permission.READ_CONFIGURATION})
_REPORTER = frozenset({Permission.READ_ALERTS, Permission.READ_CASES, Permission.WRITE_CASES})
_STAFF = _READER | {Permission.EXPORT_ALERTS, Permission.READ_DELIVERIES, Permission.READ_EXERCISES}
_EXERCISES = frozenset({Permission.READ_EXERCISES, Permission.LEAD_EXERCISES})
_DOSSIERS = frozenset({Permission.READ_DOSSIERS, Permission.WRITE_DOSSIERS})
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.READER: _READER,
    Role.OPERATOR: _STAFF | _DOSSIERS | _EXERCISES | {Permission.HANDLE_ALERTS},
    Role.ANALYST: _STAFF | _DOSSIERS,
    # Whoever gives access handles no alerts with that same role; a person may have both.
    Role.ADMINISTRATOR: _READER
    | {
        Permission.READ_DELIVERIES,
        Permission.TEST_RECEIVERS,
        Permission.READ_AUDIT,
        Permission.MANAGE_SESSIONS,
        Permission.MANAGE_TOKENS,
        Permission.READ_METRICS,
    },
    # Sees what is watched and who did what, and no alert.
    Role.PRIVACY_OFFICER: frozenset({Permission.READ_AUDIT, Permission.READ_CONFIGURATION}),
    # The only personal data in Seinpost: given by name, and by no other role.
    Role.PLATFORM_REPORTER: _REPORTER,
    # An order needs a power of its own: whoever reports does not have it by that.
    Role.AUTHORITY: _REPORTER | {Permission.WRITE_ORDERS},
    # Whoever trains people needs to see no alert of real life for it.
    Role.EXERCISE_LEADER: _EXERCISES,
}
SCOPES = frozenset(Permission) - {Permission.MANAGE_SESSIONS, Permission.MANAGE_TOKENS, Permission.WRITE_ORDERS}
"""What a token may carry: a token that could make tokens would outlive its own end, and no program gives orders."""
