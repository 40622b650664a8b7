"""Reports to platforms: without the role nothing of them is reachable; an order asks a power of its own."""

from __future__ import annotations

import httpx
import pytest

from contracts.alert import Certainty, Place
from services.notifier.access.permissions import ALLOWED, SCOPES, Permission, Role
from tests.notifier.access.conftest import JSON, Guarded
from tests.notifier.cases_scene import NOTICE, ORDER, PLANTED, SECRET_WORDS, with_desks
from tests.notifier.samples import alert

CASES = {Permission.READ_CASES, Permission.WRITE_CASES}


@pytest.fixture
async def scene(guarded: Guarded) -> Guarded:
    with_desks(guarded.room)
    for region in ("VR17", "VR01"):
        place = Place(gemeente=f"Gemeente {region}", region=region, certainty=Certainty.CERTAIN)
        await guarded.served.arrives(alert(id=f"in-{region}", place=place, event=None))
    return guarded


async def made(http: httpx.AsyncClient, alert_id: str = "in-VR17") -> str:
    answer = await http.post("/v1/cases", json={"alertId": alert_id})
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    judged = {"nature": "illegaal", "route": "notice", "platform": "proef"}
    assert (await http.put(f"/v1/cases/{case}/triage", json=judged)).status_code == 200
    assert (await http.put(f"/v1/cases/{case}/content", json=NOTICE)).status_code == 200
    return case


def test_no_other_role_has_them() -> None:
    for role, allowed in ALLOWED.items():
        if role not in (Role.PLATFORM_REPORTER, Role.AUTHORITY):
            assert not allowed & (CASES | {Permission.WRITE_ORDERS}), role
    assert Permission.WRITE_ORDERS not in ALLOWED[Role.PLATFORM_REPORTER] | SCOPES


@pytest.mark.parametrize("role", ["lezer", "operator", "analist", "beheerder", "functionaris-gegevensbescherming"])
async def test_without_the_role_nothing_is_reachable(scene: Guarded, role: str) -> None:
    case = await made(await scene.signed_in("platformmelder-vr17", name="melder"))
    outsider = await scene.signed_in(f"{role}-alles", name="buitenstaander")
    body = {"content": b"{}", "headers": JSON}
    answers = [
        await outsider.get("/v1/cases"),
        await outsider.get("/v1/platforms"),
        await outsider.get(f"/v1/cases/{case}"),
        await outsider.get(f"/v1/cases/{case}/letter"),
        await outsider.put(f"/v1/cases/{case}/content", **body),
        await outsider.post(f"/v1/cases/{case}/send", **body),
        await outsider.delete(f"/v1/cases/{case}"),
        await outsider.get("/platformmeldingen"),
        await outsider.get(f"/platformmeldingen/{case}"),
        await outsider.get(f"/platformmeldingen/{case}/tekst.txt"),
        await outsider.post("/platformmeldingen", data={"melding": "in-VR17"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    denied = [entry for entry in await scene.audited() if entry.actor == "buitenstaander" and entry.result == "denied"]
    assert len(denied) == len(answers), "each is in the audit log"
    for path in ("/", "/meldingen/in-VR17", "/v1/alerts/in-VR17", "/v1/audit?limit=1000", "/v1/summary", "/archief"):
        seen = await outsider.get(path)
        assert PLANTED not in seen.text
        assert SECRET_WORDS not in seen.text
        assert "platformmelding" not in seen.text.lower().replace("/platformmelding", "") or "/audit" in path, path


async def test_another_region_is_not_there(scene: Guarded) -> None:
    case = await made(await scene.signed_in("platformmelder-vr17", name="melder zuid"))
    north = await scene.signed_in("platformmelder-vr01", name="melder noord")
    assert (await north.get("/v1/cases")).json()["total"] == 0
    guesses = [await north.get(f"/v1/cases/{guess}") for guess in (case, "pm000000000000")]
    assert [answer.status_code for answer in guesses] == [404, 404]
    assert guesses[0].text == guesses[1].text
    assert (await north.delete(f"/v1/cases/{case}")).status_code == 404
    assert (await north.post("/v1/cases", json={"alertId": "in-VR17"})).status_code == 404
    rows = [entry for entry in await scene.audited() if entry.actor == "melder noord" and entry.result == "unknown"]
    assert len(rows) == 4
    assert {entry.region for entry in rows} == {"VR01"}, "for those who look after the guesser"


async def test_reading_elsewhere_and_writing_here_are_not_added_up(scene: Guarded) -> None:
    melder = await scene.signed_in("platformmelder-vr17", "operator-alles", name="melder")
    assert (await melder.get("/v1/alerts/in-VR01")).status_code == 200
    assert (await melder.post("/v1/cases", json={"alertId": "in-VR01"})).status_code == 403
    assert "Maak een platformmelding" not in (await melder.get("/meldingen/in-VR01")).text
    assert "Maak een platformmelding" in (await melder.get("/meldingen/in-VR17")).text


async def test_an_order_is_locked_without_role_and_without_legal_basis(scene: Guarded) -> None:
    melder = await scene.signed_in("platformmelder-vr17", name="melder")
    case = await made(melder)
    wanted = {"nature": "illegaal", "route": "order", "platform": "proef"}
    assert (await melder.put(f"/v1/cases/{case}/triage", json=wanted)).status_code == 403
    assert "op slot" in (await melder.get(f"/platformmeldingen/{case}?stap=weg")).text
    authority = await scene.signed_in("bevoegd-gezag-vr17", name="gezag")
    assert (await authority.put(f"/v1/cases/{case}/triage", json=wanted)).status_code == 200
    for gap in ("legalBasis", "reasons", "authority", "redress", "territory", "language", "urls"):
        await authority.put(
            f"/v1/cases/{case}/content", json={key: value for key, value in ORDER.items() if key != gap}
        )
        refused = await authority.post(f"/v1/cases/{case}/send", json={"means": "hand"})
        assert (refused.status_code, gap in refused.json()["detail"]) == (409, True)
        assert "DSA art. 9(2)" in refused.json()["detail"]
    await authority.put(f"/v1/cases/{case}/content", json=ORDER)
    for attempt in (
        await melder.put(f"/v1/cases/{case}/content", json=NOTICE),
        await melder.post(f"/v1/cases/{case}/send", json={"means": "hand"}),
        await melder.delete(f"/v1/cases/{case}"),
    ):
        assert attempt.status_code == 403
    assert (await melder.get(f"/v1/cases/{case}")).status_code == 200, "seeing is not giving"
    assert (await authority.post(f"/v1/cases/{case}/send", json={"means": "hand"})).status_code == 200
    denied = [entry for entry in await scene.audited() if entry.actor == "melder" and entry.result == "denied"]
    assert {entry.action for entry in denied} >= {"case-triage", "case-write", "case-send", "case-delete"}


async def test_every_reading_is_in_the_audit_log(scene: Guarded) -> None:
    melder = await scene.signed_in("platformmelder-vr17", name="melder")
    case = await made(melder)
    for path in (f"/v1/cases/{case}", f"/platformmeldingen/{case}", f"/platformmeldingen/{case}"):
        await melder.get(path)
    for path in (f"/v1/cases/{case}/letter", f"/platformmeldingen/{case}/tekst.txt"):
        await melder.get(path)
    told = [entry.action for entry in await scene.audited() if entry.object == case]
    assert (told.count("case-read"), told.count("case-export")) == (3, 2)
    assert all(entry.region == "VR17" for entry in await scene.audited() if entry.object == case)


async def test_a_token_reads_within_its_scope_and_gives_no_orders(scene: Guarded) -> None:
    case = await made(await scene.signed_in("platformmelder-vr17", name="melder"))
    admin = await scene.signed_in("beheerder-alles", name="beheer")
    wanted = {"label": "zaaksysteem", "scopes": ["cases:read"], "regions": ["VR17"], "days": 1}
    token = (await admin.post("/v1/tokens", json=wanted)).json()["token"]
    http = scene.browser(headers={"authorization": f"Bearer {token}", "accept": "*/*"})
    assert (await http.get(f"/v1/cases/{case}")).json()["content"]["urls"] == [PLANTED]
    assert (await http.delete(f"/v1/cases/{case}")).status_code == 403
    refused = await admin.post("/v1/tokens", json=wanted | {"scopes": ["orders:write"]})
    assert refused.status_code == 400
