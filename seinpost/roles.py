"""The reference page of roles, from the notifier's own tables of permissions and routes."""

from __future__ import annotations

from services.notifier.access.permissions import ALLOWED, SCOPES, Permission, Role
from services.notifier.access.policy import POLICY, Open

MEANING = {
    Permission.READ_ALERTS: "see alerts, their course and history, and the live stream",
    Permission.HANDLE_ALERTS: "acknowledge, take, close, reopen, write notes, silence",
    Permission.EXPORT_ALERTS: "the archive as CSV",
    Permission.READ_SOURCES: "see what the sources see",
    Permission.READ_DELIVERIES: "see what was sent to receivers, with proof",
    Permission.TEST_RECEIVERS: "send a test to a receiver",
    Permission.READ_CONFIGURATION: "see phenomena, mandates, thresholds and receivers",
    Permission.READ_AUDIT: "see who did what",
    Permission.MANAGE_SESSIONS: "see who is signed in, and end a session",
    Permission.MANAGE_TOKENS: "make and revoke API tokens",
    Permission.READ_DOSSIERS: "see dossiers, take them out under seal, and certificates of deletion",
    Permission.WRITE_DOSSIERS: "open a dossier, add to it and correct it",
    Permission.READ_CASES: "see reports to platforms",
    Permission.WRITE_CASES: "make, send, follow and delete reports to platforms",
    Permission.WRITE_ORDERS: "make an order of an authority (DSA art. 9) among them",
    Permission.READ_EXERCISES: "see sessions of exercises, their clock and their reports",
    Permission.LEAD_EXERCISES: "make and lead an exercise, hand out its links, remove it",
    Permission.READ_METRICS: "`/metrics`: totals of the country, so only with everything in reach",
}


HEAD = """\
# Roles

Who may do what, from the table that the notifier itself decides by. A role is given by a group of the sign-in, in the
regions that `config/access.yaml` names with it ([how to connect sign-in](../how-to/connect-sign-in.md)). Who has two
roles has each in its own regions: a reader of one region and operator of another handles alerts only in the second.

## Permissions by role
"""
REGIONS = """
The *platformmelder* writes [reports to platforms](../how-to/reach-a-platform.md), which no other role sees. The
*bevoegd gezag* may write orders (DSA art. 9) among them; no API token can, and no console without sign-in.

The *functionaris gegevensbescherming* sees what is watched, under which mandate, and who did what; no alert and no
handling. The *oefenleider* leads [exercises](../how-to/run-an-exercise.md) and sees nothing else; a participant has
no account at all, but a link that opens one role of one session. The *beheerder* gives access and does not handle
alerts; a person may have both roles.

## Regions

`VR01`–`VR25`; `landelijk`: the national queue, that is alerts without a region; `*`: all of it. An alert of another
region is not there: not in lists, counts, exports, the live stream or deliveries, and its number gives 404 like a
number that does not exist. A row of the audit log is of the region of its alert, or of the one region that the person
works for; all others are of the country, and seen with `*` or `landelijk`.

## Routes

| route | needs |
|---|---|"""


def page() -> str:
    roles = list(Role)
    lines = [
        HEAD,
        f"| permission | lets one | {' | '.join(role.value for role in roles)} | API token |",
        f"|---|---|{'---|' * (len(roles) + 1)}",
    ]
    for permission in Permission:
        marks = [_mark(permission in ALLOWED[role]) for role in roles] + [_mark(permission in SCOPES)]
        lines.append(f"| `{permission.value}` | {MEANING[permission]} | {' | '.join(marks)} |")
    lines.append(REGIONS)
    rows = sorted(POLICY.items(), key=lambda row: (row[0][1], row[0][0]))
    lines += [f"| `{method} {path}` | {_needs(needed)} |" for (method, path), needed in rows]
    return "\n".join(lines) + "\n"


def _mark(allowed: bool) -> str:
    return "yes" if allowed else "–"


def _needs(needed: Permission | Open) -> str:
    if needed is Open.TO_ALL:
        return "nothing"
    if needed is Open.PARTICIPANT:
        return "the link of an exercise"
    return "to be signed in, or a token" if needed is Open.SIGNED_IN else f"`{needed.value}`"
