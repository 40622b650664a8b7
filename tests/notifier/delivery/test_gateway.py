"""Teams, SMS gateways and others, through Apprise, against a real HTTP server."""

from __future__ import annotations

import dataclasses
import logging
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest

from configuration.receivers import APPRISE_SCHEMES
from services.notifier.delivery.receiver import UnusableSecret
from tests.notifier.delivery.sending import Line, line, posted
from tests.notifier.samples import alert


def chatting(url: str, secrets: Path, *, timeout_s: float = 10) -> Line:
    """To a Mattermost at ``url``, without TLS: allowed here by name, never by default."""
    (secrets / "chat").write_text(url.replace("http://", "mmost://") + "/a1b2c3d4e5f6g7h8i9j0k1l2m3")
    entry = {"kind": "apprise", "secret": "chat"}
    return line(entry, secrets, timeout_s, apprise_schemes=["mmost"], console_url="https://seinpost.example.nl")


async def test_an_alert_arrives_short(tmp_path: Path) -> None:
    with posted() as other:
        answer = await chatting(other.url, tmp_path).tells(alert())
    assert answer.outcome == "delivered"
    ((_, _, body),) = other.got
    said = str(orjson.loads(body))
    for part in (
        "Oproep tot rellen",
        "84 berichten",
        "Coolsingel",
        "22:00",
        "https://seinpost.example.nl/meldingen/a1b2c3",
    ):
        assert part in said
    assert len(said) < 700


async def test_a_gateway_that_refuses_is_no_acknowledgement(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with posted() as other, caplog.at_level(logging.DEBUG):
        other.status = 403
        answer = await chatting(other.url, tmp_path).tells(alert())
    assert answer.outcome == "refused"
    assert "a1b2c3d4e5f6" not in caplog.text, "the address holds a key"


async def test_a_gateway_that_hangs_holds_nothing_else(tmp_path: Path) -> None:
    let_go = threading.Event()

    class Hanging:
        def notify(self, **_: Any) -> bool:
            return let_go.wait(60)

    sending = chatting("http://127.0.0.1:9", tmp_path, timeout_s=0.2)
    receiver: Any = dataclasses.replace(sending.receiver, service=Hanging())  # type: ignore[type-var]
    answer = await Line(receiver=receiver, bodies=sending.bodies).tells(alert())
    let_go.set()
    assert answer.outcome == "timeout"


@pytest.mark.parametrize(
    "address", ["syslog://", "json://example.nl", "mailto://u:p@example.nl", "mmost://example.nl/x", "x"]
)
def test_only_schemes_of_the_list_are_used(tmp_path: Path, address: str) -> None:
    (tmp_path / "chat").write_text(address)
    with pytest.raises(UnusableSecret) as refused:
        line({"kind": "apprise", "secret": "chat"}, tmp_path)
    assert str(tmp_path / "chat") in str(refused.value)
    assert address not in str(refused.value).replace(f"{tmp_path}", "") or address == "x"


def test_every_scheme_of_the_list_exists_and_sends_encrypted() -> None:
    from apprise.plugins import N_MGR

    for scheme in APPRISE_SCHEMES:
        assert scheme in N_MGR
        plugin = N_MGR[scheme]
        secure = plugin.secure_protocol
        assert scheme in ((secure,) if isinstance(secure, str) else secure)
