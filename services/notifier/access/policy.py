"""Every route, and what one must be allowed to use it. A route without a row here is closed to all.

This is the whole of it, on one screen; docs/reference/roles.md and the test of regions × roles × routes are made from
it.
"""

from __future__ import annotations

from enum import StrEnum

from fastapi import HTTPException, Request

from services.notifier.access.actor import Actor, Means
from services.notifier.access.permissions import Permission as P


class Open(StrEnum):
    TO_ALL = "to all"
    SIGNED_IN = "signed in"
    """To everybody who is let in, whatever they may do; it shows only what they may see."""
    PARTICIPANT = "participant"
    """To who came in by the link of an exercise, and to nobody else."""


POLICY: dict[tuple[str, str], P | Open] = {
    # Probes; /metrics is looked after by the door, for it has no page and no region.
    ("GET", "/healthz"): Open.TO_ALL,
    ("GET", "/readyz"): Open.TO_ALL,
    ("GET", "/metrics"): P.READ_METRICS,
    # The API.
    ("GET", "/openapi.json"): Open.TO_ALL,
    ("GET", "/v1/alerts"): P.READ_ALERTS,
    ("GET", "/v1/alerts/{id}"): P.READ_ALERTS,
    ("GET", "/v1/alerts/{id}/cap"): P.READ_ALERTS,
    ("POST", "/v1/alerts/{id}/acknowledge"): P.HANDLE_ALERTS,
    ("POST", "/v1/alerts/{id}/take"): P.HANDLE_ALERTS,
    ("POST", "/v1/alerts/{id}/close"): P.HANDLE_ALERTS,
    ("POST", "/v1/alerts/{id}/reopen"): P.HANDLE_ALERTS,
    ("POST", "/v1/alerts/{id}/notes"): P.HANDLE_ALERTS,
    ("GET", "/v1/silences"): P.READ_ALERTS,
    ("POST", "/v1/silences"): P.HANDLE_ALERTS,
    ("POST", "/v1/silences/preview"): P.HANDLE_ALERTS,
    ("POST", "/v1/silences/{id}/end"): P.HANDLE_ALERTS,
    ("POST", "/v1/silences/{id}/notice"): P.HANDLE_ALERTS,
    ("GET", "/v1/digests"): P.READ_ALERTS,
    ("GET", "/v1/digests/{id}"): P.READ_ALERTS,
    ("GET", "/v1/exports/alerts"): P.EXPORT_ALERTS,
    ("GET", "/v1/exports/feedback"): P.EXPORT_ALERTS,
    ("GET", "/v1/exports/picture"): P.EXPORT_ALERTS,
    ("GET", "/v1/handover"): P.READ_ALERTS,
    ("GET", "/v1/picture"): P.READ_ALERTS,
    ("GET", "/v1/themes"): P.READ_ALERTS,
    ("GET", "/v1/exports/themes"): P.EXPORT_ALERTS,
    ("GET", "/v1/messages"): P.READ_ALERTS,
    ("GET", "/v1/campaigns"): P.READ_ALERTS,
    ("POST", "/v1/campaigns"): P.HANDLE_ALERTS,
    ("DELETE", "/v1/campaigns/{id}"): P.HANDLE_ALERTS,
    ("GET", "/v1/summary"): P.READ_ALERTS,
    ("GET", "/v1/events"): Open.SIGNED_IN,
    ("GET", "/v1/sources"): P.READ_SOURCES,
    ("GET", "/v1/deliveries"): P.READ_DELIVERIES,
    ("GET", "/v1/receivers"): P.READ_DELIVERIES,
    ("POST", "/v1/receivers/{id}/test"): P.TEST_RECEIVERS,
    ("GET", "/v1/configuration"): P.READ_CONFIGURATION,
    ("GET", "/v1/audit"): P.READ_AUDIT,
    ("GET", "/v1/platforms"): P.READ_CASES,
    ("GET", "/v1/cases"): P.READ_CASES,
    ("POST", "/v1/cases"): P.WRITE_CASES,
    ("GET", "/v1/cases/{id}"): P.READ_CASES,
    ("GET", "/v1/cases/{id}/letter"): P.READ_CASES,
    ("PUT", "/v1/cases/{id}/triage"): P.WRITE_CASES,
    ("PUT", "/v1/cases/{id}/content"): P.WRITE_CASES,
    ("POST", "/v1/cases/{id}/send"): P.WRITE_CASES,
    ("POST", "/v1/cases/{id}/status"): P.WRITE_CASES,
    ("DELETE", "/v1/cases/{id}"): P.WRITE_CASES,
    ("GET", "/v1/me"): Open.SIGNED_IN,
    ("GET", "/v1/sessions"): P.MANAGE_SESSIONS,
    ("DELETE", "/v1/sessions/{id}"): P.MANAGE_SESSIONS,
    ("GET", "/v1/tokens"): P.MANAGE_TOKENS,
    ("POST", "/v1/tokens"): P.MANAGE_TOKENS,
    ("DELETE", "/v1/tokens/{id}"): P.MANAGE_TOKENS,
    ("GET", "/cap/feed.atom"): P.READ_ALERTS,
    ("POST", "/v1/alerts/{id}/dossier"): P.WRITE_DOSSIERS,
    ("GET", "/v1/dossiers"): P.READ_DOSSIERS,
    ("GET", "/v1/dossiers/{id}"): P.READ_DOSSIERS,
    ("GET", "/v1/dossiers/{id}/export"): P.READ_DOSSIERS,
    ("GET", "/v1/dossiers/{id}/pdf"): P.READ_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/update"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/events"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/explanations"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/measures"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/decisions"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/corrections"): P.WRITE_DOSSIERS,
    ("POST", "/v1/dossiers/{id}/correlation"): P.WRITE_DOSSIERS,
    ("GET", "/v1/dossier-deletions"): P.READ_DOSSIERS,
    ("GET", "/v1/dossier-deletions/{id}"): P.READ_DOSSIERS,
    ("GET", "/v1/dossier-lists"): P.READ_DOSSIERS,
    ("GET", "/v1/exercises/drills"): P.READ_EXERCISES,
    ("GET", "/v1/exercises/sessions"): P.READ_EXERCISES,
    ("POST", "/v1/exercises/sessions"): P.LEAD_EXERCISES,
    ("GET", "/v1/exercises/sessions/{id}"): P.READ_EXERCISES,
    ("DELETE", "/v1/exercises/sessions/{id}"): P.LEAD_EXERCISES,
    ("GET", "/v1/exercises/sessions/{id}/clock"): P.READ_EXERCISES,
    ("POST", "/v1/exercises/sessions/{id}/clock"): P.LEAD_EXERCISES,
    ("POST", "/v1/exercises/sessions/{id}/links"): P.LEAD_EXERCISES,
    ("POST", "/v1/exercises/sessions/{id}/messages"): P.LEAD_EXERCISES,
    ("POST", "/v1/exercises/sessions/{id}/lessons"): P.LEAD_EXERCISES,
    ("POST", "/v1/exercises/sessions/{id}/end"): P.LEAD_EXERCISES,
    ("GET", "/v1/exercises/reports"): P.READ_EXERCISES,
    ("GET", "/v1/exercises/reports/{id}"): P.READ_EXERCISES,
    ("GET", "/v1/exercises/reports/{id}/pdf"): P.READ_EXERCISES,
    ("DELETE", "/v1/exercises/reports/{id}"): P.LEAD_EXERCISES,
    ("GET", "/v1/participation"): Open.PARTICIPANT,
    ("GET", "/v1/participation/events"): Open.PARTICIPANT,
    ("POST", "/v1/participation/seen"): Open.PARTICIPANT,
    ("POST", "/v1/participation/answers"): Open.PARTICIPANT,
    ("POST", "/v1/participation/decisions"): Open.PARTICIPANT,
    ("POST", "/v1/participation/messages"): Open.PARTICIPANT,
    ("POST", "/v1/participation/lessons"): Open.PARTICIPANT,
    # The console.
    ("GET", "/"): P.READ_ALERTS,
    ("GET", "/meldingen/{alert_id}"): P.READ_ALERTS,
    ("POST", "/meldingen/{alert_id}/gezien"): P.HANDLE_ALERTS,
    ("POST", "/meldingen/{alert_id}/oppakken"): P.HANDLE_ALERTS,
    ("POST", "/meldingen/{alert_id}/afsluiten"): P.HANDLE_ALERTS,
    ("POST", "/meldingen/{alert_id}/heropenen"): P.HANDLE_ALERTS,
    ("POST", "/meldingen/{alert_id}/notitie"): P.HANDLE_ALERTS,
    ("GET", "/dempingen"): P.READ_ALERTS,
    ("POST", "/dempingen"): P.HANDLE_ALERTS,
    ("POST", "/dempingen/{id}/beeindigen"): P.HANDLE_ALERTS,
    ("POST", "/dempingen/{id}/gezien"): P.HANDLE_ALERTS,
    ("GET", "/verzamelingen/{id}"): P.READ_ALERTS,
    ("POST", "/verzamelingen/{id}/gezien"): P.HANDLE_ALERTS,
    ("GET", "/archief"): P.READ_ALERTS,
    ("GET", "/archief.csv"): P.EXPORT_ALERTS,
    ("GET", "/beeld"): P.READ_ALERTS,
    ("GET", "/beeld.csv"): P.EXPORT_ALERTS,
    ("GET", "/themas"): P.READ_ALERTS,
    ("GET", "/themas.csv"): P.EXPORT_ALERTS,
    ("GET", "/voorlichting"): P.READ_ALERTS,
    ("POST", "/voorlichting/campagnes"): P.HANDLE_ALERTS,
    ("POST", "/voorlichting/campagnes/{id}/verwijderen"): P.HANDLE_ALERTS,
    ("GET", "/kaart"): P.READ_ALERTS,
    ("GET", "/platformmeldingen"): P.READ_CASES,
    ("POST", "/platformmeldingen"): P.WRITE_CASES,
    ("GET", "/platformmeldingen/{id}"): P.READ_CASES,
    ("GET", "/platformmeldingen/{id}/tekst.txt"): P.READ_CASES,
    ("GET", "/platformmeldingen/{id}/tekst.json"): P.READ_CASES,
    ("POST", "/platformmeldingen/{id}/beoordeling"): P.WRITE_CASES,
    ("POST", "/platformmeldingen/{id}/inhoud"): P.WRITE_CASES,
    ("POST", "/platformmeldingen/{id}/verzenden"): P.WRITE_CASES,
    ("POST", "/platformmeldingen/{id}/stand"): P.WRITE_CASES,
    ("POST", "/platformmeldingen/{id}/verwijderen"): P.WRITE_CASES,
    ("GET", "/bronnen"): P.READ_SOURCES,
    ("GET", "/dienstoverdracht"): P.READ_ALERTS,
    ("GET", "/instellingen"): P.READ_CONFIGURATION,
    ("GET", "/mandaten/{id}"): P.READ_CONFIGURATION,
    ("POST", "/instellingen/ontvangers/{id}/test"): P.TEST_RECEIVERS,
    ("POST", "/weergave"): Open.SIGNED_IN,
    ("POST", "/meldingen/{alert_id}/dossier"): P.WRITE_DOSSIERS,
    ("GET", "/dossiers"): P.READ_DOSSIERS,
    ("GET", "/dossiers/{dossier_id}"): P.READ_DOSSIERS,
    ("GET", "/dossiers/{dossier_id}/dossier.jsonl"): P.READ_DOSSIERS,
    ("GET", "/dossiers/{dossier_id}/dossier.pdf"): P.READ_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/bijwerken"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/gebeurtenis"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/verklaringen"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/middelen"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/besluit"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/verbetering"): P.WRITE_DOSSIERS,
    ("POST", "/dossiers/{dossier_id}/samenhang"): P.WRITE_DOSSIERS,
    ("GET", "/verwijderde-dossiers/{id}"): P.READ_DOSSIERS,
    ("GET", "/oefeningen"): P.READ_EXERCISES,
    ("POST", "/oefeningen"): P.LEAD_EXERCISES,
    ("GET", "/oefeningen/{session_id}"): P.READ_EXERCISES,
    ("POST", "/oefeningen/{session_id}/klok"): P.LEAD_EXERCISES,
    ("POST", "/oefeningen/{session_id}/link"): P.LEAD_EXERCISES,
    ("POST", "/oefeningen/{session_id}/bericht"): P.LEAD_EXERCISES,
    ("POST", "/oefeningen/{session_id}/les"): P.LEAD_EXERCISES,
    ("POST", "/oefeningen/{session_id}/afsluiten"): P.LEAD_EXERCISES,
    ("POST", "/oefeningen/{session_id}/verwijderen"): P.LEAD_EXERCISES,
    ("GET", "/oefenverslagen/{session_id}"): P.READ_EXERCISES,
    ("GET", "/oefenverslagen/{session_id}/verslag.pdf"): P.READ_EXERCISES,
    ("POST", "/oefenverslagen/{session_id}/verwijderen"): P.LEAD_EXERCISES,
    # Who takes part in an exercise.
    ("GET", "/meedoen"): Open.TO_ALL,
    ("POST", "/meedoen"): Open.TO_ALL,
    ("GET", "/deelname"): Open.PARTICIPANT,
    ("GET", "/deelname/live"): Open.PARTICIPANT,
    ("POST", "/deelname/gezien"): Open.PARTICIPANT,
    ("POST", "/deelname/antwoord"): Open.PARTICIPANT,
    ("POST", "/deelname/besluit"): Open.PARTICIPANT,
    ("POST", "/deelname/bericht"): Open.PARTICIPANT,
    ("POST", "/deelname/les"): Open.PARTICIPANT,
    ("POST", "/deelname/verlaten"): Open.PARTICIPANT,
    # Access.
    ("GET", "/aanmelden"): Open.TO_ALL,
    ("GET", "/aanmelden/start"): Open.TO_ALL,
    ("GET", "/aanmelden/terug"): Open.TO_ALL,
    ("GET", "/afgemeld"): Open.TO_ALL,
    ("POST", "/afmelden"): Open.SIGNED_IN,
    ("GET", "/toegang"): P.MANAGE_SESSIONS,
    ("POST", "/toegang/sessies/{id}/beeindigen"): P.MANAGE_SESSIONS,
    ("POST", "/toegang/sleutels"): P.MANAGE_TOKENS,
    ("POST", "/toegang/sleutels/{id}/intrekken"): P.MANAGE_TOKENS,
}
OPEN_PATHS = frozenset(path for (_, path), needed in POLICY.items() if needed is Open.TO_ALL)
"""What a stranger may ask for, beside /static/."""
PARTICIPANT_PATHS = frozenset(path for (_, path), needed in POLICY.items() if needed is Open.PARTICIPANT)
"""Where the link of an exercise counts, and no account."""


async def permitted(request: Request) -> None:
    """On every route: refuses with 403, and writes the refusal in the audit log."""
    path = request.scope["route"].path
    method = "GET" if request.method == "HEAD" else request.method
    needed = POLICY.get((method, path))
    actor: Actor = request.scope["seinpost.actor"]
    participates = actor.means is Means.PARTICIPANT
    if needed is Open.TO_ALL or (needed is Open.PARTICIPANT and participates):
        return
    if (needed is Open.SIGNED_IN and not participates) or (isinstance(needed, P) and actor.may(needed)):
        return
    # The door writes it in the audit log, as every 403.
    api = path.startswith(("/v1/", "/cap/"))
    raise HTTPException(403, "your role does not allow this" if api else "Uw rol laat dit niet toe.")
