"""Receivers that read Alertmanager's webhook, or CAP."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from contracts.alert import State
from services.notifier.delivery.receiver import UnusableSecret
from services.notifier.life import Occasion
from services.notifier.store.threads import Heard
from tests.notifier.delivery.sending import line, posted
from tests.notifier.samples import MINUTE, alert
from tests.notifier.test_cap import text, valid


async def test_an_alert_reads_as_one_of_alertmanager(tmp_path: Path) -> None:
    (tmp_path / "sleutel").write_text("geheim-1\n")
    with posted() as other:
        entry = {"kind": "alertmanager", "url": f"{other.url}/hook", "secret": "sleutel"}
        sending = line(entry, tmp_path, console_url="https://seinpost.example.nl/")
        answer = await sending.tells(alert())
        await sending.tells(alert(state=State.CLOSED, closed_minute=MINUTE + 60), Occasion.CLOSED)
    assert (answer.outcome, answer.status_code) == ("delivered", 200)
    path, headers, body = other.got[0]
    assert (path, headers["authorization"], headers["idempotency-key"]) == ("/hook", "Bearer geheim-1", "msg_1")
    opened, closed = orjson.loads(body), orjson.loads(other.got[1][2])
    assert (opened["version"], opened["status"], opened["receiver"]) == ("4", "firing", "meldkamer")
    (one,) = opened["alerts"]
    assert one["labels"] == {
        "alertname": "Seinpost", "alert_id": "a1b2c3", "phenomenon": "rellen", "severity": "medium", "region": "VR17",
        "gemeente": "Rotterdam",
    }  # fmt: skip
    assert one["startsAt"] == "2020-12-15T18:40:00Z"
    assert one["endsAt"].startswith("0001-")
    assert one["generatorURL"] == "https://seinpost.example.nl/meldingen/a1b2c3"
    assert (closed["status"], closed["alerts"][0]["endsAt"]) == ("resolved", "2020-12-15T19:40:00Z")
    assert closed["groupKey"] == opened["groupKey"]


async def test_an_exercise_says_so_and_a_sign_of_life_is_a_watchdog(tmp_path: Path) -> None:
    with posted() as other:
        sending = line({"kind": "alertmanager", "url": other.url}, tmp_path)
        await sending.tells(alert(exercise="haren"))
        await sending.tries(heartbeat=True)
    exercise, heartbeat = (orjson.loads(body) for _, _, body in other.got)
    assert exercise["commonAnnotations"]["summary"].startswith("OEFENING")
    assert exercise["commonLabels"]["exercise"] == "haren"
    assert heartbeat["commonLabels"] == {"alertname": "Watchdog", "severity": "none"}
    assert "authorization" not in other.got[0][1]


async def test_cap_goes_out_valid_and_refers_to_the_first(tmp_path: Path) -> None:
    with posted() as other:
        sending = line({"kind": "cap", "url": f"{other.url}/cap"}, tmp_path)
        await sending.tells(alert(revision=2), Occasion.MOVED, (Heard(alert=alert(), revision=1, minute=MINUTE),))
        await sending.tries()
    update, trial = (valid(body) for _, _, body in other.got)
    assert other.got[0][1]["content-type"] == "application/cap+xml; charset=utf-8"
    assert (text(update, "msgType"), text(update, "references")) == (
        "Update",
        "seinpost,a1b2c3.1,2020-12-15T18:40:00+00:00",
    )
    assert text(trial, "status") == "Test"


async def test_alertmanager_gets_the_whole_happening_as_one_group(tmp_path: Path) -> None:
    other_alert = alert(id="ander", phenomenon="oproep", label="Oproep – Rotterdam")
    heard = (Heard(alert=alert(), revision=1, minute=MINUTE),)
    with posted() as other:
        sending = line({"kind": "alertmanager", "url": f"{other.url}/hook"}, tmp_path)
        await sending.tells(alert())
        await sending.tells(other_alert, Occasion.JOINED, heard)
        over = alert(id="ander", state=State.CLOSED, revision=2)
        await sending.tells(over, Occasion.PARTED, heard)
    first, joined, parted = (orjson.loads(body) for _, _, body in other.got)
    assert first["groupKey"] == joined["groupKey"] == parted["groupKey"] == "seinpost:a1b2c3"
    assert [one["fingerprint"] for one in joined["alerts"]] == ["ander", "a1b2c3"]
    assert joined["commonLabels"] == {
        name: value for name, value in first["commonLabels"].items() if name not in ("alert_id", "phenomenon")
    }
    assert (parted["status"], [one["status"] for one in parted["alerts"]]) == ("firing", ["resolved", "firing"])


@pytest.mark.parametrize(
    ("status", "outcome"), [(401, "refused"), (307, "refused"), (503, "refused"), (204, "delivered")]
)
async def test_only_a_2xx_is_an_acknowledgement(tmp_path: Path, status: int, outcome: str) -> None:
    with posted() as other:
        other.status = status
        answer = await line({"kind": "cap", "url": other.url}, tmp_path).tells(alert())
    assert (answer.outcome, answer.status_code) == (outcome, status)


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"kind": "cap", "url": "https://example.nl/", "secret": "cap-sleutel"}
    with pytest.raises(UnusableSecret, match="RECEIVER_SECRET_CAP_SLEUTEL"):
        line(entry, tmp_path)
    monkeypatch.setenv("RECEIVER_SECRET_CAP_SLEUTEL", "geheim-2")
    assert line(entry, tmp_path).receiver.token == "geheim-2"  # type: ignore[attr-defined]
