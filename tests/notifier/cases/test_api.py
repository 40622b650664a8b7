"""A report from alert to deletion, over HTTP: what is refused, what is kept, what is left."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.notifier.cases.triage import ROUTES, Nature, Route
from tests.notifier.cases_scene import NOTICE, PLANTED, SECRET_WORDS, TERMS, with_desks
from tests.notifier.conftest import Served
from tests.notifier.samples import alert

DAY_MS = 86_400_000


@pytest.fixture
async def http(served: Served) -> httpx.AsyncClient:
    with_desks(served.room)
    await served.arrives(alert(), alert(id="oefening", exercise="haren"))
    return served.http


async def made(http: httpx.AsyncClient, alert_id: str = "a1b2c3", **triage: Any) -> str:
    answer = await http.post("/v1/cases", json={"alertId": alert_id})
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    if triage:
        judged = await http.put(f"/v1/cases/{case}/triage", json=triage)
        assert judged.status_code == 200, judged.text
    return case


async def test_a_notice_from_draft_to_deletion(served: Served, http: httpx.AsyncClient) -> None:
    case = await made(http, nature="illegaal", route="notice", platform="proef")
    wanting = (await http.get(f"/v1/cases/{case}")).json()
    assert {gap["field"]: gap["reason"] for gap in wanting["missing"]} == {
        "urls": "DSA art. 16(2)(b)", "reasons": "DSA art. 16(2)(a)", "goodFaith": "DSA art. 16(2)(d)",
    }  # fmt: skip
    refused = await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})
    assert refused.status_code == 409
    assert "DSA art. 16(2)(b)" in refused.json()["detail"]
    assert (await http.get(f"/v1/cases/{case}/letter")).status_code == 409
    assert (await http.put(f"/v1/cases/{case}/content", json=NOTICE)).status_code == 200
    letter = (await http.get(f"/v1/cases/{case}/letter")).json()
    assert letter["urls"] == [PLANTED]
    assert letter["notifier"] == {"name": "Veiligheidsregio Voorbeeld", "email": "melden@example.nl"}
    text = (await http.get(f"/v1/cases/{case}/letter?asText=true")).text
    assert PLANTED in text
    assert SECRET_WORDS in text
    assert "te goeder trouw" in text
    sent = await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})
    assert (sent.status_code, sent.json()["status"]) == (200, "sent")
    late = sent.json()["dueAt"]
    assert (await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})).status_code == 409, "once"
    assert (await http.put(f"/v1/cases/{case}/content", json=TERMS)).status_code == 409, "what was sent stands"
    served.clock.ms += 7_200_000
    confirmed = await http.post(f"/v1/cases/{case}/status", json={"status": "confirmed", "text": "Nummer 12 van Kees"})
    assert (confirmed.json()["status"], confirmed.json()["dueAt"]) == ("confirmed", late)
    served.clock.ms += 7_200_000
    decided = (await http.post(f"/v1/cases/{case}/status", json={"status": "decided", "text": "weg"})).json()
    assert decided["dueAt"][:10] == "2021-06-14", "half a year to object, and not a day more"
    assert (await http.post(f"/v1/cases/{case}/status", json={"status": "objected"})).json()["status"] == "objected"
    assert (await http.post(f"/v1/cases/{case}/status", json={"status": "sent"})).status_code == 409
    closed = (await http.post(f"/v1/cases/{case}/status", json={"status": "closed"})).json()
    assert (closed["dueAt"], closed["deletedAt"][:10]) == (None, "2021-01-14")
    steps = (await http.get(f"/v1/cases/{case}")).json()["steps"]
    assert [step["status"] for step in steps] == ["sent", "confirmed", "decided", "objected", "closed"]
    assert steps[1]["text"] == "Nummer 12 van Kees"
    assert SECRET_WORDS in steps[0]["text"], "what went out is kept with it"
    assert (await http.delete(f"/v1/cases/{case}")).status_code == 204
    assert (await http.get(f"/v1/cases/{case}")).status_code == 404
    assert (await http.get("/v1/cases")).json()["total"] == 0
    (proef, _) = (await http.get("/v1/platforms")).json()["items"]
    assert {row["answer"]: (row["count"], row["medianSeconds"]) for row in proef["answers"]} == {
        "confirmed": (1, 7200), "decided": (1, 14_400),
    }, "counts and times outlive it"  # fmt: skip
    audit = (await http.get("/v1/audit?limit=100")).json()["items"]
    told = [(row["action"], row["result"]) for row in reversed(audit) if row["object"] == case]
    assert told[0] == ("case-open", "draft")
    assert ("case-send", "incomplete") in told
    assert told[-2:] == [("case-delete", "deleted"), ("case-read", "unknown")]


@pytest.mark.parametrize("nature", Nature)
@pytest.mark.parametrize("route", Route)
async def test_the_nature_decides_the_routes(http: httpx.AsyncClient, nature: Nature, route: Route) -> None:
    case = await made(http)
    body = {"nature": nature.value, "route": route.value, "platform": "proef"}
    answer = await http.put(f"/v1/cases/{case}/triage", json=body)
    if route is Route.ORDER:
        assert answer.status_code == 403, "not without the power, and there is no sign-in here"
    else:
        assert answer.status_code == (200 if route in ROUTES[nature] else 409)
    assert Route.NOTICE not in ROUTES[Nature.UNWANTED], "a giveaway is not illegal"


@pytest.mark.parametrize(
    "wrong",
    [
        {"urls": ["geen adres"]},
        {"urls": ["https://platform.example"]},
        {"urls": ["https://platform.example/"]},
        {"urls": ["javascript:alert(1)//x/y"]},
        {"urls": ["https://u:p@platform.example/post/1"]},
        {"urls": ["https://platform.example/post 1"]},
        {"urls": [f"https://platform.example/{number}" for number in range(21)]},
        {"reasons": "a\x00b"},
        {"reasons": "x" * 5_001},
    ],
)
async def test_what_cannot_be_is_refused_and_not_quoted(http: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    case = await made(http, nature="illegaal", route="notice", platform="proef")
    answer = await http.put(f"/v1/cases/{case}/content", json=NOTICE | wrong)
    assert answer.status_code == 400
    assert "platform.example" not in answer.text
    assert SECRET_WORDS not in answer.text


async def test_an_exercise_goes_to_no_address(http: httpx.AsyncClient) -> None:
    case = await made(http, "oefening", nature="illegaal", route="notice", platform="proef")
    await http.put(f"/v1/cases/{case}/content", json=NOTICE)
    shown = (await http.get(f"/v1/cases/{case}")).json()
    assert (shown["exercise"], shown["mail"]) == (True, "exercise")
    mailed = await http.post(f"/v1/cases/{case}/send", json={"means": "email"})
    assert (mailed.status_code, mailed.json()["detail"]) == (409, "nothing of an exercise goes to an address")
    text = (await http.get(f"/v1/cases/{case}/letter?asText=true")).text
    assert text.startswith("OEFENING – NIET VERSTUREN")
    assert (await http.get(f"/v1/cases/{case}/letter")).json()["exercise"] is True
    assert (await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})).json()["status"] == "sent"
    await http.post(f"/v1/cases/{case}/status", json={"status": "confirmed"})
    assert (await http.get("/v1/platforms")).json()["items"][0]["answers"] == [], "and is not counted"


async def test_what_a_desk_asks_beside_the_law_is_needed_too(http: httpx.AsyncClient) -> None:
    case = await made(http, nature="ongewenst", route="terms", platform="leeg")
    await http.put(f"/v1/cases/{case}/content", json=TERMS)
    assert [gap["field"] for gap in (await http.get(f"/v1/cases/{case}")).json()["missing"]] == ["account"]


async def test_nothing_is_a_decision_with_a_reason(http: httpx.AsyncClient) -> None:
    case = await made(http, nature="ongewenst", route="nothing")
    assert (await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})).status_code == 409
    assert (await http.post(f"/v1/cases/{case}/status", json={"status": "closed"})).status_code == 409
    await http.put(f"/v1/cases/{case}/content", json={"reasons": "Er komt niemand."})
    assert (await http.post(f"/v1/cases/{case}/status", json={"status": "closed"})).json()["status"] == "closed"


async def test_an_organiser_is_called_and_answers_nothing_in_writing(http: httpx.AsyncClient) -> None:
    case = await made(http, nature="ongewenst", route="organiser")
    await http.put(f"/v1/cases/{case}/content", json={"reasons": "Verplaats de actie naar een andere plek."})
    assert "Goedendag" in (await http.get(f"/v1/cases/{case}/letter?asText=true")).text
    await http.post(f"/v1/cases/{case}/send", json={"means": "hand"})
    assert (await http.get(f"/v1/cases/{case}")).json()["mayFollow"] == ["closed"]


async def test_an_alert_that_is_not_there(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/cases", json={"alertId": "nergens"})).status_code == 404
