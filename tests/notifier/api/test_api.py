from __future__ import annotations

import re

import pytest

from contracts.alert import Change, State
from contracts.source_health import Reason, Status
from services.notifier.access.policy import POLICY
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE, alert, health


async def test_an_alert_is_listed_and_read(served: Served) -> None:
    await served.arrives(alert())
    answer = await served.http.get("/v1/alerts")
    assert answer.status_code == 200
    assert answer.headers["api-version"] == "1.0.0"
    (item,) = answer.json()["items"]
    assert (item["id"], item["status"], item["place"]["gemeenteCode"]) == ("a1b2c3", "new", "GM0599")
    assert item["openedAt"] == "2020-12-15T18:40:00Z"
    detail = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert len(detail["series"]) == 12
    assert [revision["change"] for revision in detail["revisions"]] == ["opened"]
    assert {advice["phase"] for advice in detail["guidance"]} == {"voor", "tijdens", "na"}


async def test_the_whole_life(served: Served) -> None:
    await served.arrives(alert())

    async def post(action: str, body: object | None = None) -> tuple[int, dict[str, object]]:
        answer = await served.http.post(f"/v1/alerts/a1b2c3/{action}", json=body)
        return answer.status_code, answer.json()

    headers = {"content-type": "application/json"}
    assert (await served.http.post("/v1/alerts/a1b2c3/acknowledge", headers=headers)).json()["status"] == "seen"
    assert (await served.http.post("/v1/alerts/a1b2c3/acknowledge", headers=headers)).status_code == 200
    taken = (await served.http.post("/v1/alerts/a1b2c3/take", headers=headers)).json()
    assert (taken["status"], taken["owner"]) == ("in-progress", "lokale gebruiker")
    assert (await post("notes", {"text": "wijkagent gebeld"}))[0] == 200
    status, closed = await post("close", {"outcome": "terecht", "reason": "er kwamen honderd mensen"})
    assert (status, closed["status"], closed["outcome"]) == (200, "closed", "terecht")
    assert (await served.http.post("/v1/alerts/a1b2c3/take", headers=headers)).status_code == 409
    status, reopened = await post("reopen", {"reason": "het begint opnieuw"})
    assert (status, reopened["status"], reopened["outcome"]) == (200, "reopened", None)
    detail = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert [deed["action"] for deed in detail["actions"]] == ["acknowledge", "take", "note", "close", "reopen"]
    log = (await served.http.get("/v1/audit", params={"verify": "true"})).json()
    assert (log["whole"], log["firstBreak"]) == (True, None)
    assert "honderd" not in str(log), "free text stays out of the audit log"
    assert "read" in {entry["action"] for entry in log["items"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pageSize=x", "query.pageSize"),
        ("page=0", "query.page"),
        ("pageSize=100000", "query.pageSize"),
        ("state=half", "query.state"),
        ("region=Groningen", "query.region"),
        ("exercise=misschien", "query.exercise"),
        ("status=new&status=x", "query.status.1"),
    ],
)
async def test_invalid_input_is_a_problem_400_that_names_the_field(served: Served, query: str, field: str) -> None:
    answer = await served.http.get(f"/v1/alerts?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (400, "Bad Request")
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "terecht"},
        {"outcome": "terecht", "reason": ""},
        {"outcome": "terecht", "reason": "  \n "},
        {"outcome": "terecht", "reason": "a\u0000b"},
        {"outcome": "terecht", "reason": "x" * 2001},
        {"outcome": "misschien", "reason": "geen idee"},
        [],
    ],
)
async def test_closing_takes_an_outcome_and_a_reason(served: Served, body: object) -> None:
    await served.arrives(alert())
    answer = await served.http.post("/v1/alerts/a1b2c3/close", json=body)
    assert answer.status_code == 400
    assert "xxxx" not in answer.text
    assert (await served.http.get("/v1/alerts/a1b2c3")).json()["status"] == "new"


async def test_what_is_not_there_is_404_in_the_same_form(served: Served) -> None:
    headers = {"content-type": "application/json"}
    for answer in (
        await served.http.get("/v1/alerts/nergens"),
        await served.http.get("/v1/alerts/%00"),
        await served.http.get("/v1/nergens"),
        await served.http.get("/v1/alerts/"),
        await served.http.post("/v1/alerts/nergens/take", headers=headers),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await served.http.delete("/v1/alerts", headers=headers)).status_code == 405


async def test_filters_and_pages(served: Served) -> None:
    for number in range(5):
        await served.arrives(alert(id=f"n{number}", opened_minute=MINUTE + number))
    await served.arrives(alert(id="oefening", exercise="haren"), alert(id="over", state=State.CLOSED))
    first = await served.http.get("/v1/alerts", params={"exercise": "false", "state": "open", "pageSize": 2})
    assert [item["id"] for item in first.json()["items"]] == ["n4", "n3"]
    assert first.json()["total"] == 5
    following = re.fullmatch(r'<(/v1/alerts\?[^>]+)>; rel="next"', first.headers["link"])
    assert following is not None
    second = await served.http.get(following[1])
    assert [item["id"] for item in second.json()["items"]] == ["n2", "n1"]
    assert (await served.http.get("/v1/alerts?exercise=true")).json()["total"] == 1
    assert (await served.http.get("/v1/alerts?state=closed")).json()["items"][0]["id"] == "over"


async def test_the_summary_keeps_exercises_apart(served: Served) -> None:
    await served.arrives(alert(), alert(id="b", exercise="haren"), alert(id="c", state=State.CLOSED))
    assert (await served.http.get("/v1/summary")).json() == {
        "alertsOpened": 2,
        "alertsClosed": 1,
        "unseen": 2,
        "delivered": 0,
        "pending": 0,
        "failed": 0,
        "exercises": {
            "alertsOpened": 1,
            "alertsClosed": 0,
            "unseen": 1,
            "delivered": 0,
            "pending": 0,
            "failed": 0,
        },
    }


async def test_sources_show_their_last_word(served: Served) -> None:
    await served.arrives(health(), health(status=Status.BLIND, reason=Reason.SILENT, since_ms=5_000))
    source, *stages = (await served.http.get("/v1/sources")).json()["items"]
    assert [stage["kind"] for stage in stages] == ["stage", "stage"]
    assert (source["status"], source["reason"], source["since"]) == ("blind", "silent", "1970-01-01T00:00:05Z")


async def test_an_older_revision_changes_nothing(served: Served) -> None:
    await served.arrives(alert(revision=3, change=Change.UPDATED), alert(revision=2, label="ouder"))
    detail = (await served.http.get("/v1/alerts/a1b2c3")).json()
    assert (detail["revision"], len(detail["revisions"])) == (3, 1)


async def test_the_description_is_public_and_keeps_the_design_rules(served: Served) -> None:
    answer = await served.http.get("/openapi.json")
    assert answer.status_code == 200
    schema = answer.json()
    assert schema["openapi"].startswith("3.")
    described = {path for _, path in POLICY if path.startswith(("/v1/", "/cap/"))}
    assert set(schema["paths"]) == described, "all of the API is described, and nothing else"
    assert described >= {
        "/v1/alerts", "/v1/alerts/{id}", "/v1/alerts/{id}/acknowledge", "/v1/alerts/{id}/take", "/v1/alerts/{id}/close",
        "/v1/alerts/{id}/reopen",
        "/v1/alerts/{id}/cap", "/v1/alerts/{id}/notes", "/v1/sources", "/v1/events", "/v1/audit", "/v1/deliveries",
        "/v1/summary", "/v1/exports/alerts", "/v1/handover", "/v1/configuration", "/v1/me", "/v1/sessions",
        "/v1/sessions/{id}", "/v1/tokens", "/v1/tokens/{id}", "/v1/silences", "/v1/silences/preview",
        "/v1/silences/{id}/end", "/v1/silences/{id}/notice", "/v1/digests", "/v1/digests/{id}", "/v1/exports/feedback",
        "/v1/receivers", "/v1/receivers/{id}/test", "/cap/feed.atom",
    }  # fmt: skip
    for path, operations in schema["paths"].items():
        assert re.fullmatch(r"(/[a-z0-9-]+|/\{id\})+(\.atom)?", path)
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert "application/problem+json" in operation["responses"]["400"]["content"]
            for parameter in operation.get("parameters", []):
                assert re.fullmatch(r"[a-z][a-zA-Z0-9]*|[a-z]+(-[a-z]+)+", parameter["name"])
    for name, shape in schema["components"]["schemas"].items():
        for field in shape.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", field), f"{name}.{field}"
