"""Who comes in where: leaders by role and region, participants by their link alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx_sse
import pytest
from sqlalchemy import select

from services.notifier.access.policy import PARTICIPANT_PATHS, POLICY, Open
from services.notifier.store.tables import metadata
from tests.notifier.access.conftest import Guarded, guarded, provider, provider_process
from tests.notifier.conftest import Served
from tests.notifier.playing.stage import DRILL, JSON, Stage, inbox, stage
from tests.notifier.samples import alert

__all__ = ["guarded", "provider", "provider_process"]


@pytest.fixture
async def play(served: Served) -> AsyncIterator[Stage]:
    found = await stage(served)
    yield found
    await found.close()


async def test_a_leader_leads_in_ones_own_region(guarded: Guarded) -> None:
    south = await guarded.signed_in("oefenleider-vr17", name="leider zuid")
    north = await guarded.signed_in("oefenleider-vr01", name="leider noord")
    made = await south.post("/v1/exercises/sessions", json={"drill": DRILL})
    assert (made.status_code, made.json()["region"]) == (201, "VR17")
    address = f"/v1/exercises/sessions/{made.json()['id']}"
    assert (await north.get(address)).status_code == 404
    assert (await north.post(f"{address}/end", headers=JSON)).status_code == 404
    assert (await north.get("/v1/exercises/sessions")).json()["items"] == []
    assert (await north.get(f"/oefeningen/{made.json()['id']}")).status_code == 404
    assert (await north.post("/v1/exercises/sessions", json={"drill": DRILL})).status_code == 403
    analyst = await guarded.signed_in("analist-vr17", name="analist")
    assert (await analyst.get(f"{address}/clock")).json()["state"] == "waiting"
    assert (await analyst.post(f"{address}/clock", json={"turn": "start"})).status_code == 403
    assert (await south.get("/v1/alerts")).status_code == 403, "who leads exercises sees no alert of real life"
    done = {(entry.actor, entry.action, entry.region) for entry in await guarded.audited()}
    assert ("leider zuid", "exercise-make", "VR17") in done


async def test_a_link_opens_one_role_of_one_session(guarded: Guarded) -> None:
    leader = await guarded.signed_in("oefenleider-vr17", name="leider")
    made = (await leader.post("/v1/exercises/sessions", json={"drill": DRILL})).json()
    link = (await leader.post(f"/v1/exercises/sessions/{made['id']}/links", json={"role": "oov"})).json()
    assert link["address"] == f"http://127.0.0.1/meedoen?code={link['code']}"

    browser = guarded.browser()
    assert (await browser.get("/deelname")).headers["location"] == "/meedoen"
    invitation = await browser.get("/meedoen", params={"code": link["code"]})
    assert "Doe mee" in invitation.text
    assert "seinpost-deelname" not in browser.cookies, "looking at the link does nothing"
    foreign = {"origin": "https://elders.example"}
    assert (await browser.post("/meedoen", data={"code": link["code"]}, headers=foreign)).status_code == 403
    came = await browser.post("/meedoen", data={"code": link["code"]})
    assert "HttpOnly" in came.headers["set-cookie"]
    page = (await browser.get("/deelname")).text
    assert "Adviseur openbare orde en veiligheid Rotterdam" in page
    assert "default-src 'none'" in (await browser.get("/deelname")).headers["content-security-policy"]

    for (method, path), needed in POLICY.items():
        if method == "GET" and needed not in (Open.TO_ALL, Open.PARTICIPANT):
            answer = await browser.get(path, headers={"accept": "*/*"})
            assert answer.status_code == 401, f"{path} is open to a participant"
    for path in PARTICIPANT_PATHS:
        answer = await leader.request("GET", path, headers={"accept": "*/*"})
        assert answer.status_code in (401, 405), f"{path} is open to an account"
    joined = [entry for entry in await guarded.audited() if entry.action == "exercise-join"]
    assert [(entry.actor, entry.result) for entry in joined] == [("deelnemer oov (Rotterdam)", "done")]


async def test_a_wrong_old_or_replaced_link_opens_nothing(play: Stage) -> None:
    old = await play.joins("oov")
    assert (await old.get("/v1/participation")).status_code == 200
    await play.link("oov")
    assert (await old.get("/v1/participation")).status_code == 401, "a new link of the role ends the old one"
    fresh = await play.joins("oov")
    play.served.clock.ms += 7 * 86_400_000
    assert (await fresh.get("/v1/participation")).status_code == 401, "its days are over"
    for code in ("", "x", "abcdef.geraden", f"{(await play.link('buur'))['code'][:-1]}!", "é" * 40):
        answer = await fresh.post("/meedoen", data={"code": code})
        assert answer.status_code == 403, code
        bearer = {"authorization": f"Bearer {code or '.'}".encode()}
        assert (await play.served.http.get("/v1/participation", headers=bearer)).status_code == 401


async def test_the_code_of_a_link_is_kept_nowhere(play: Stage) -> None:
    code = (await play.link("oov"))["code"]
    async with play.served.room.database.reading() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in await connection.execute(select(table))]
    assert code.partition(".")[0] in "".join(rows)
    assert code.partition(".")[2] not in "".join(rows)


async def test_a_participant_reaches_only_what_came_to_its_role(play: Stage) -> None:
    oov, buur = await play.joins("oov"), await play.joins("buur")
    await play.turn("start")
    await play.passes(15)
    number = (await inbox(oov))["Wijkagent Zuid"]["number"]
    token = _token((await buur.get("/deelname")).text)
    assert (await buur.post("/v1/participation/seen", json={"number": number})).status_code == 400
    assert (await buur.post("/deelname/gezien", data={"token": token, "nummer": number})).status_code == 404
    stolen = {"token": token, "nummer": number, "keuze": "duiden", "reden": "Van een ander."}
    assert (await buur.post("/deelname/antwoord", data=stolen)).status_code == 404
    not_mine = {"decision": "toegang", "reason": "Van een ander."}
    assert (await buur.post("/v1/participation/decisions", json=not_mine)).status_code == 400
    assert (await oov.post("/deelname/gezien", data={"token": token, "nummer": number})).status_code == 403, "CSRF"
    assert (await oov.post("/deelname/gezien", data={"nummer": number})).status_code == 403
    assert "Wijkagent" not in (await buur.get("/deelname")).text
    shown = (await play.lead("GET")).json()["lines"]
    assert [line["what"] for line in shown if line["role"] == "buur"] == ["joined"]


async def test_nobody_is_named_in_what_is_typed(play: Stage) -> None:
    oov = await play.joins("oov")
    await play.turn("start")
    for text in ("bel even met 06 12345678", "zie https://voorbeeld.example/x", "mail piet@voorbeeld.nl"):
        decision = {"decision": "organisator", "reason": text}
        assert (await oov.post("/v1/participation/decisions", json=decision)).status_code == 400, text
        message = {"to": ["oov"], "sender": "Wijkagent", "text": text}
        assert (await play.lead("POST", "/messages", message)).status_code == 400, text


async def test_the_live_stream_tells_of_ones_own_session_alone(play: Stage, served: Served) -> None:
    other = await stage(served)
    oov = await play.joins("oov")
    heard: list[str] = []

    async def listen() -> None:
        async with httpx_sse.aconnect_sse(oov, "GET", "/v1/participation/events?lastEventId=0") as stream:
            async for event in stream.aiter_sse():
                heard.append(event.data if event.event == "exercise" else event.event)
                if f'"number":{3}' in event.data:
                    return

    listening = asyncio.create_task(listen())
    await other.turn("start")
    await play.turn("start")
    await play.passes(15)
    async with asyncio.timeout(60):
        await listening
    assert any(play.session in event for event in heard)
    assert not any(other.session in event for event in heard)
    assert "heartbeat" in heard


async def test_the_stream_of_the_console_tells_a_leader_of_exercises_and_of_nothing_else(guarded: Guarded) -> None:
    people = {name: await guarded.signed_in(f"{name}-vr17", name=name) for name in ("oefenleider", "lezer", "operator")}
    await guarded.served.arrives(alert(id="echt"))
    play = (await people["oefenleider"].post("/v1/exercises/sessions", json={"drill": DRILL})).json()
    wanted = {"oefenleider": {"exercise"}, "lezer": {"alert"}, "operator": {"alert", "exercise"}}
    for name, browser in people.items():
        heard: set[str] = set()
        quiet = 0
        async with asyncio.timeout(60), httpx_sse.aconnect_sse(browser, "GET", "/v1/events?lastEventId=0") as stream:
            async for event in stream.aiter_sse():
                quiet = quiet + 1 if event.event == "heartbeat" else 0
                heard |= {event.event} - {"heartbeat"}
                if quiet > 3:
                    break
        assert heard == wanted[name], f"{name} of {play['id']}"


def _token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]
