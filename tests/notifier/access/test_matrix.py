"""Regions × roles × routes, generated from the application's own routes and its table of permissions.

Every kind of person asks for everything, with alerts of two regions and of the national queue in the room. A route that
is added without a row fails here; so does one that shows a mark of another region anywhere in its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import func, select

from contracts.alert import Certainty, Place
from services.notifier.access.actor import EVERY_GRANT, Actor, Means
from services.notifier.access.administration import Wish, create_token
from services.notifier.access.grants import grants_of
from services.notifier.access.oidc import Identity
from services.notifier.access.permissions import ALLOWED, Permission, Role
from services.notifier.access.policy import POLICY, Open
from services.notifier.access.reach import Reach
from services.notifier.dossier.handling import open_dossier
from services.notifier.store.tables import audit
from tests.notifier.access.conftest import GROUPS, ROLES, Guarded
from tests.notifier.access.routes import routes_of
from tests.notifier.samples import alert

DOSSIERS = ("/dossiers/{", "/v1/dossiers/{")
REGIONS = {"VR17": "merkzuid", "VR01": "merknoord", None: "merklandelijk"}
"""Region of an alert, and a word that stands in its id, its label and its place."""
PEOPLE = (
    *((f"{role}-vr17",) for role in ROLES),
    ("operator-alles",),
    ("beheerder-alles",),
    ("operator-landelijk",),
    ("lezer-vr01", "operator-vr17"),
    ("functionaris-gegevensbescherming-alles", "lezer-vr17"),
)
MAKER = Actor(name="maker", origin="-", grants=EVERY_GRANT)
LISTS = (
    "/", "/archief", "/archief.csv", "/dienstoverdracht", "/dossiers", "/v1/alerts", "/v1/dossiers",
    "/v1/exports/alerts", "/v1/handover",
)  # fmt: skip
"""Where an alert within reach must show: an empty answer would pass every other test."""
OFF = ("/v1/themes", "/v1/exports/themes", "/themas.csv")
"""No mandate of these people permits a theme: what is off is not there, for whoever may ask."""
STREAMS = ("/v1/events",)
"""Without end; `test_the_live_stream_carries_ones_own_regions_alone`. Of exercises: `tests/notifier/playing`."""
SIGN_IN = ("/aanmelden", "/aanmelden/start", "/aanmelden/terug", "/afgemeld", "/afmelden")
"""`test_sign_in.py` and `test_sessions.py`."""


@dataclass(slots=True)
class Person:
    name: str
    actor: Actor
    http: httpx.AsyncClient
    form_token: str


@pytest.fixture
async def people(guarded: Guarded) -> list[Person]:
    for region, mark in REGIONS.items():
        place = Place(gemeente=f"Gemeente {mark}", region=region, name=mark, certainty=Certainty.CERTAIN)
        await guarded.served.arrives(alert(id=mark, label=f"Oproep {mark}", place=place, event=None))
        assert (await open_dossier(guarded.room, mark, MAKER)).opened
    return [await _person(guarded, groups) for groups in PEOPLE]


async def _person(guarded: Guarded, groups: Iterable[str]) -> Person:
    """Signed in as by the provider; the way through it has tests of its own."""
    identity = Identity(subject="+".join(groups), name=" en ".join(groups)[:80], groups=tuple(groups))
    entrance = guarded.app.state.entrance
    cookie, actor = await entrance.begin(identity, "127.0.0.1")
    http = guarded.browser(cookies={"seinpost": cookie})
    key = (await entrance.enter(httpx.Headers({"cookie": f"seinpost={cookie}"}), "127.0.0.1", active=True)).form_key
    return Person(identity.name, actor, http, key.hex())


def test_every_route_has_a_row_and_every_row_a_route(guarded: Guarded) -> None:
    assert set(routes_of(guarded.app)) == set(POLICY)


async def ask(person: Person, method: str, path: str) -> httpx.Response:
    if method == "GET":
        return await person.http.get(path)
    if path.startswith("/v1/"):
        headers = {"content-type": "application/json"}
        return await person.http.request(method, path, headers=headers, content=b"{}" if method != "DELETE" else None)
    return await person.http.request(method, path, data={"token": person.form_token})


def expected(person: Person, method: str, path: str, region: str | None) -> set[int]:
    """Allowed is whatever is neither a refusal nor a failure; ``region`` of the alert in the path."""
    needed = POLICY[method, path]
    allowed = {200, 201, 204, 303, 400, 409}
    if needed is Open.PARTICIPANT:
        return {401, 303}  # an account counts for nothing there; a browser is told to open its link
    if isinstance(needed, Open):
        return allowed
    if not person.actor.may(needed):
        return {403}
    if path in OFF:
        return {404}
    if not _of_an_alert(path):
        return allowed | ({404} if "{" in path else set())
    if not person.actor.reach(_sees(path)).covers(region):
        return {404, 400}
    return allowed if person.actor.reach(needed).covers(region) else {403, 400}


def _reach(person: Person, method: str, path: str) -> Reach:
    needed = POLICY[method, path]
    assert isinstance(needed, Permission)
    return person.actor.reach(needed)


def _of_an_alert(path: str) -> bool:
    """Or of its dossier, which has the same number and the same region."""
    return path.startswith(("/meldingen/{", "/v1/alerts/{", *DOSSIERS))


def _sees(path: str) -> Permission:
    """What one must be allowed to know that it is there."""
    return Permission.READ_DOSSIERS if path.startswith(DOSSIERS) else Permission.READ_ALERTS


def _addressed(path: str, mark: str) -> str:
    return (
        path.replace("{alert_id}", mark)
        .replace("{dossier_id}", mark)
        .replace("{session_id}", mark)
        .replace("{id}", mark)
    )


async def _denials(guarded: Guarded, name: str) -> int:
    refused = audit.c.result.in_(["denied", "unknown"])
    async with guarded.room.database.reading() as connection:
        query = select(func.count()).where(audit.c.actor == name, refused)
        return int((await connection.execute(query)).scalar_one())


@pytest.mark.thorough
@pytest.mark.timeout(600)
async def test_regions_roles_and_routes(guarded: Guarded, people: list[Person]) -> None:
    routes = [
        (method, path)
        for method, path in routes_of(guarded.app)
        if path not in STREAMS + SIGN_IN and POLICY[method, path] not in (Permission.READ_METRICS, Open.TO_ALL)
    ]
    # Reading first: what is closed later would not be on every list.
    routes.sort(key=lambda route: route[0] != "GET")
    asked = 0
    for person in people:
        seen = person.actor.reach(Permission.READ_ALERTS)
        denials = await _denials(guarded, person.name)
        for method, path in routes:
            for region, mark in REGIONS.items():
                if region is not None and not _of_an_alert(path):
                    continue  # one question is enough where the path names no alert
                address = _addressed(path, mark)
                answer = await ask(person, method, address)
                where = f"{person.name}: {method} {address} gave {answer.status_code}"
                assert answer.status_code in expected(person, method, path, region), where
                asked += 1
                if answer.status_code == 403 or (answer.status_code == 404 and _of_an_alert(path)):
                    before, denials = denials, await _denials(guarded, person.name)
                    assert denials > before, f"{where}, and no row in the audit log"
                for other, hidden in REGIONS.items():
                    if not seen.covers(other) and "/audit" not in path and path != "/instellingen":
                        text = answer.text.replace(address, "") if answer.status_code >= 400 else answer.text
                        assert hidden not in text, f"{where} shows {hidden}"
                    elif path in LISTS and answer.status_code == 200 and _reach(person, method, path).covers(other):
                        assert hidden in answer.text, f"{where} does not show {hidden}"
    assert asked > 500


async def test_a_guessed_id_tells_nothing(guarded: Guarded, people: list[Person]) -> None:
    """Another region's alert and one that is nowhere: the same status, headers and body, in every route."""
    (south,) = [person for person in people if person.name == "operator-vr17"]
    body = {
        "/v1/alerts/{id}/close": {"outcome": "terecht", "reason": "geraden nummer"},
        "/v1/alerts/{id}/reopen": {"reason": "geraden nummer"},
        "/v1/alerts/{id}/notes": {"text": "geraden nummer"},
        "/v1/dossiers/{id}/events": {
            "at": "2026-01-01T00:00:00Z", "happened": "geweld", "gemeente": "Rotterdam", "size": "onbekend",
            "witness": "toezicht",
        },
        "/v1/dossiers/{id}/explanations": {"answers": {"toeval": "onbekend"}},
        "/v1/dossiers/{id}/measures": {"answers": {"ouders": "toegepast"}},
        "/v1/dossiers/{id}/decisions": {
            "power": "noodbevel", "authority": "burgemeester", "at": "2026-01-01T00:00:00Z",
        },
        "/v1/dossiers/{id}/corrections": {"number": 1, "mistake": "dubbel"},
    }  # fmt: skip
    form = {"uitkomst": "terecht", "reden": "geraden nummer", "notitie": "geraden nummer", "token": south.form_token}
    for method, path in routes_of(guarded.app):
        if not _of_an_alert(path):
            continue
        answers = []
        for guess in ("merknoord", "merknergens", "merklandelijk"):
            address = _addressed(path, guess)
            if method == "GET":
                answer = await south.http.get(address)
            elif path.startswith("/v1/"):
                answer = await south.http.request(method, address, json=body.get(path, {}))
            else:
                answer = await south.http.request(method, address, data=form)
            headers = {name: value for name, value in answer.headers.items() if name != "date"}
            answers.append((answer.status_code, headers, answer.text))
        assert answers[0][0] == 404, f"{method} {path}: {answers[0]}"
        assert answers[0] == answers[1] == answers[2], path
    async with guarded.room.database.reading() as connection:
        rows = await connection.execute(select(audit).where(audit.c.object.in_(["merknoord", "merknergens"])))
        found = list(rows)
    assert {row.result for row in found} == {"unknown"}
    assert {row.region for row in found} == {"VR17"}, "for those who look after the guesser, not after the guessed"


async def test_counts_and_deliveries_are_of_ones_own_regions(guarded: Guarded, people: list[Person]) -> None:
    by_name = {person.name: person for person in people}
    for name, count in (("lezer-vr17", 1), ("operator-alles", 3), ("operator-landelijk", 1), ("analist-vr17", 1)):
        summary = (await by_name[name].http.get("/v1/summary")).json()
        assert (summary["alertsOpened"], summary["unseen"]) == (count, count), name
        assert (await by_name[name].http.get("/v1/alerts")).json()["total"] == count
        assert f"({count}) " in (await by_name[name].http.get("/archief")).text.split("</title>")[0]
        filtered = (await by_name[name].http.get("/v1/alerts?region=VR01")).json()["total"]
        assert filtered == (1 if name == "operator-alles" else 0)


async def test_the_audit_log_is_of_ones_own_region(guarded: Guarded, people: list[Person]) -> None:
    by_name = {person.name: person for person in people}
    await by_name["operator-alles"].http.get("/v1/alerts/merknoord")
    await by_name["operator-alles"].http.get("/v1/alerts/merkzuid")
    south = (await by_name["functionaris-gegevensbescherming-vr17"].http.get("/v1/audit?limit=1000")).json()["items"]
    assert "merkzuid" in {entry["object"] for entry in south}
    assert "merknoord" not in {entry["object"] for entry in south}
    whole = (await by_name["beheerder-alles"].http.get("/v1/audit?limit=1000&verify=true")).json()
    assert "merknoord" in {entry["object"] for entry in whole["items"]}
    assert whole["whole"] is True


async def test_the_live_stream_carries_ones_own_regions_alone(guarded: Guarded, people: list[Person]) -> None:
    import asyncio
    import json

    import httpx_sse

    async def heard(person: Person) -> set[str]:
        """Ids until the last of a round comes by, or for those who may not see it, until the round is surely over."""
        found: set[str] = set()
        async with httpx_sse.aconnect_sse(person.http, "GET", "/v1/events?lastEventId=0") as stream:
            quiet = 0
            async for event in stream.aiter_sse():
                if event.event == "heartbeat":
                    quiet += 1
                    if quiet > 3:
                        return found
                    continue
                quiet = 0
                found.add(json.loads(event.data)["alertId"])
        return found

    async with asyncio.timeout(110):
        for person in people:
            reach = person.actor.reach(Permission.READ_ALERTS)
            wanted = {mark for region, mark in REGIONS.items() if reach.covers(region)}
            assert await heard(person) == wanted, person.name


async def test_two_roles_are_not_added_up_across_regions(guarded: Guarded, people: list[Person]) -> None:
    (both,) = [person for person in people if person.name == "lezer-vr01 en operator-vr17"]
    headers = {"content-type": "application/json"}
    assert (await both.http.get("/v1/alerts/merknoord")).status_code == 200
    refused = await both.http.post("/v1/alerts/merknoord/take", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (403, "in this region you may read, not handle")
    assert (await both.http.post("/v1/alerts/merkzuid/take", headers=headers)).status_code == 200


async def test_strangers_come_nowhere(guarded: Guarded, people: list[Person]) -> None:
    stranger = guarded.browser(headers={"accept": "*/*"})
    person = Person("onbekend", Actor(name="onbekend", origin="-"), stranger, "")
    for method, path in routes_of(guarded.app):
        address = _addressed(path, "merkzuid")
        answer = await ask(person, method, address)
        needed = POLICY[method, path]
        if needed is Open.TO_ALL:
            assert answer.status_code != 401, path
        else:
            assert answer.status_code == 401, f"{method} {path} gave {answer.status_code}"
        assert "merkzuid" not in answer.text.replace(address, "")


async def test_tokens_open_what_their_scopes_and_regions_say(guarded: Guarded, people: list[Person]) -> None:
    """The same table, for every scope."""
    entrance = guarded.app.state.entrance
    admin = Actor(name="beheer", origin="-", grants=EVERY_GRANT, means=Means.SESSION)
    for scope in (
        Permission.READ_ALERTS,
        Permission.HANDLE_ALERTS,
        Permission.READ_AUDIT,
        Permission.READ_SOURCES,
        Permission.READ_DOSSIERS,
    ):
        wish = Wish(label=f"sleutel {scope}", scopes=(scope,), regions=("VR17",), days=1)
        _, value = await create_token(entrance, wish, admin)
        http = guarded.browser(headers={"authorization": f"Bearer {value}", "accept": "*/*"})
        for method, path in routes_of(guarded.app):
            needed = POLICY[method, path]
            if isinstance(needed, Open) or method != "GET":
                continue
            answer = await http.get(_addressed(path, "merknoord"))
            if needed is not scope:
                assert answer.status_code in (401, 403), f"{scope}: {path} gave {answer.status_code}"
            elif "{" in path or path in OFF:
                assert answer.status_code == 404, path
            else:
                assert answer.status_code == 200, path
            if path != "/v1/audit":  # which tells what was guessed
                assert "merknoord" not in answer.text.replace("/merknoord", ""), path


def test_roles_hold_what_the_regions_agreed() -> None:
    assert set(ROLES) == {role.value for role in Role}
    officer = ALLOWED[Role.PRIVACY_OFFICER]
    assert officer == {Permission.READ_AUDIT, Permission.READ_CONFIGURATION}
    assert Permission.HANDLE_ALERTS not in ALLOWED[Role.READER] | ALLOWED[Role.ANALYST] | ALLOWED[Role.ADMINISTRATOR]
    managers = {role for role, may in ALLOWED.items() if Permission.MANAGE_TOKENS in may}
    assert managers == {Role.ADMINISTRATOR}


def test_a_group_that_is_not_in_the_configuration_gives_nothing(guarded: Guarded) -> None:
    access = guarded.room.configuration.access
    assert grants_of(["operator", "operator-vr17 ", "OPERATOR-VR17", ""], access) == ()
    assert len(grants_of([rule.group for rule in GROUPS], access)) == len(GROUPS)
