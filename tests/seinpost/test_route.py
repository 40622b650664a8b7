"""`seinpost route`: the same decisions as live, each with its reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import orjson
import pytest
from typer.testing import CliRunner, Result

from contracts.alert import Alert
from contracts.codec import encode
from seinpost.cli import app
from services.notifier.delivery.body import webhook
from services.notifier.life import Occasion
from services.notifier.representation import AlertBody, body
from tests.brokers.services import REPOSITORY
from tests.notifier.samples import alert

RECEIVERS = """
smtp: {host: mail.example.nl, sender: seinpost@example.nl}
receivers:
  - {id: meldkamer, url: "https://example.nl/", secret: meldkamer, regions: [VR17]}
  - {id: piket, kind: apprise, secret: piket}
  - {id: nacht, kind: email, to: [nacht@example.nl], hours: ["22:00-06:00"]}
  - {id: utrecht, kind: email, to: [vic@example.nl], gemeenten: [Utrecht]}
  - {id: ernstig, kind: cap, url: "https://example.nl/cap", min_severity: high}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("route") / "config"
    shutil.copytree(REPOSITORY / "config", made)
    (made / "receivers.yaml").write_text(RECEIVERS)
    (made / "alarms.yaml").write_text("escalation: {steps: [{after_minutes: 5, receivers: [piket]}]}")
    return made


def routed(tmp_path: Path, config: Path, payload: bytes, at: str = "2026-11-23T12:00") -> Result:
    (tmp_path / "alert.json").write_bytes(payload)
    arguments = ["route", "--alert", str(tmp_path / "alert.json"), "--config", str(config), "--at", at]
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})


def lines(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    return {line.split()[0]: " ".join(line.split()[1:]) for line in result.output.splitlines()[2:]}


def test_every_receiver_is_named_with_its_reason(tmp_path: Path, config: Path) -> None:
    result = routed(tmp_path, config, encode(alert()))
    assert lines(result) == {
        "meldkamer": "webhook yes place, phenomenon, severity and hour fit",
        "piket": "apprise no only when nobody saw it in time (config/alarms.yaml)",
        "nacht": "email no not at this hour; it takes 22:00-06:00",
        "utrecht": "email no another gemeente; it takes Utrecht",
        "ernstig": "cap no not severe enough; it takes high",
    }
    assert "rellen, medium, VR17) at 12:00" in result.output


def test_the_hour_asked_for_counts(tmp_path: Path, config: Path) -> None:
    assert lines(routed(tmp_path, config, encode(alert()), "2026-11-23T23:30"))["nacht"].startswith("email yes")


def of_api(sample: Alert) -> bytes:
    return orjson.dumps(AlertBody.model_validate(body(sample)).model_dump(mode="json", by_alias=True))


def test_an_alert_of_the_api_or_a_webhook_is_read_too(tmp_path: Path, config: Path) -> None:
    expected = lines(routed(tmp_path, config, encode(alert())))
    for payload in (of_api(alert()), webhook(alert(), Occasion.OPENED, alert(), goes_on=False)):
        assert lines(routed(tmp_path, config, payload)) == expected
    exercise = lines(routed(tmp_path, config, of_api(alert(exercise="haren"))))
    assert exercise["meldkamer"] == "webhook no an exercise, and it takes none"


@pytest.mark.parametrize("payload", [b"{}", b"no json", msgspec.json.encode({"label": "x"})])
def test_what_is_no_alert_is_one_line(tmp_path: Path, config: Path, payload: bytes) -> None:
    result = routed(tmp_path, config, payload)
    assert result.exit_code == 2
    assert result.stderr.startswith("route cannot run: ")
    assert len(result.stderr.splitlines()) == 1
