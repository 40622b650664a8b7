"""E-mail, against a real SMTP server."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from contracts.alert import Place, Severity
from services.notifier.life import Occasion
from services.notifier.store.threads import Heard
from tests.notifier.delivery.sending import Line, line
from tests.notifier.samples import MINUTE, alert


@dataclass
class Mailbox:
    """``refuse``: addresses that this server does not know. ``broken``: what it answers to every message."""

    port: int = 0
    refuse: tuple[str, ...] = ()
    broken: str = ""
    got: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        if address in self.refuse:
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.broken:
            return self.broken
        self.got.append((envelope, message_from_bytes(envelope.content, policy=policy.default)))  # type: ignore[arg-type]
        return "250 queued"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    yield from _served(Mailbox())


def _served(found: Mailbox, **options: Any) -> Iterator[Mailbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found.port = free.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port, ready_timeout=30, **options)
    controller.start()
    yield found
    controller.stop()


def mailing(mailbox: Mailbox, secrets: Path, *to: str, **smtp: Any) -> Line:
    server = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "sender": "seinpost@vr.example.nl"} | smtp
    entry = {"kind": "email", "to": list(to or ("vic@vr.example.nl",))}
    return line(entry, secrets, smtp=server, console_url="https://seinpost.example.nl")


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


async def test_an_alert_arrives_as_text_and_html_in_plain_dutch(mailbox: Mailbox, tmp_path: Path) -> None:
    answer = await mailing(mailbox, tmp_path, "vic@vr.example.nl", "meldkamer@vr.example.nl").tells(alert())
    assert (answer.outcome, answer.status_code) == ("delivered", 250)
    ((envelope, message),) = mailbox.got
    assert envelope.rcpt_tos == ["vic@vr.example.nl", "meldkamer@vr.example.nl"]
    assert message["subject"] == "Nieuwe melding: Oproep tot rellen – Rotterdam (middel)"
    assert message["message-id"] == "<msg_1@vr.example.nl>"
    assert message["auto-submitted"] == "auto-generated"
    for shown in parts(message):
        for said in (
            "84 berichten in 15 minuten", "Coolsingel, Rotterdam", "Rotterdam-Rijnmond", "di 15 dec 2020 22:00",
            "Bijna zeker geen toeval", "61 schrijvers", "Wat kunt u doen", "https://seinpost.example.nl/meldingen/a1b2c3",
            "niet naar personen",
        ):  # fmt: skip
            assert said in shown


async def test_what_follows_stands_in_the_same_thread(mailbox: Mailbox, tmp_path: Path) -> None:
    sending = mailing(mailbox, tmp_path)
    await sending.tells(alert())
    await sending.tells(alert(revision=2, severity=Severity.HIGH), Occasion.RAISED)
    first, second = (message for _, message in mailbox.got)
    assert first["references"] == second["references"]
    assert second["subject"].startswith("Ernstiger geworden: ")
    assert (first["importance"], second["importance"]) == (None, "high")


async def test_another_alert_of_a_happening_stands_in_the_thread_of_the_first(mailbox: Mailbox, tmp_path: Path) -> None:
    other = alert(id="ander", phenomenon="oproep", label="Oproep – Rotterdam")
    heard = (Heard(alert=alert(), revision=1, minute=MINUTE),)
    sending = mailing(mailbox, tmp_path)
    await sending.tells(alert())
    await sending.tells(other, Occasion.JOINED, heard)
    (_, first), (_, second) = mailbox.got
    assert first["References"] == second["References"]
    assert second["Subject"] == "Hoort bij een eerdere melding: Oproep – Rotterdam (middel)"
    for kind in ("plain", "html"):
        body = second.get_body((kind,))
        assert body is not None
        assert "Oproep tot rellen – Rotterdam" in body.get_content()
        assert "u kreeg hier al bericht over" in body.get_content()


async def test_an_exercise_is_marked_first_everywhere(mailbox: Mailbox, tmp_path: Path) -> None:
    await mailing(mailbox, tmp_path).tells(alert(exercise="Project X Haren", severity=Severity.HIGH))
    ((_, message),) = mailbox.got
    assert message["subject"].startswith("OEFENING – ")
    assert message["importance"] is None, "nobody is woken for an exercise"
    assert parts(message)[0].startswith("OEFENING (Project X Haren)")
    assert "dit gebeurt niet echt" in parts(message)[1]


async def test_what_anybody_wrote_stays_text_and_never_becomes_a_header(mailbox: Mailbox, tmp_path: Path) -> None:
    evil = "x\r\nBcc: iemand@example.nl\r\n\r\n<script>alert(1)</script>"
    await mailing(mailbox, tmp_path).tells(alert(label=evil, reason=evil, place=Place(name=evil)))
    ((envelope, message),) = mailbox.got
    assert envelope.rcpt_tos == ["vic@vr.example.nl"]
    assert message["bcc"] is None
    assert "<script>" not in parts(message)[1]


async def test_a_test_says_that_nothing_is_the_matter(mailbox: Mailbox, tmp_path: Path) -> None:
    sending = mailing(mailbox, tmp_path)
    await sending.tries()
    await sending.tries(heartbeat=True)
    for _, message in mailbox.got:
        assert "er is niets aan de hand" in message["subject"]
        assert "meldkamer" in parts(message)[0]
    assert "Blijft het uit?" in parts(mailbox.got[1][1])[0]


async def test_a_refusal_is_recorded_with_its_code(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.refuse = ("weg@vr.example.nl",)
    partly = await mailing(mailbox, tmp_path, "vic@vr.example.nl", "weg@vr.example.nl").tells(alert())
    assert (partly.outcome, partly.status_code, partly.arrived) == ("partly", 550, True)
    wholly = await mailing(mailbox, tmp_path, "weg@vr.example.nl").tells(alert())
    assert (wholly.outcome, wholly.status_code, wholly.arrived) == ("refused", 550, False)
    mailbox.broken = "451 try again later"
    later = await mailing(mailbox, tmp_path).tells(alert())
    assert (later.outcome, later.status_code) == ("refused", 451)


async def test_a_server_that_is_away_or_silent_is_recorded_as_such(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        there = Mailbox(port=silent.getsockname()[1])
        away = await mailing(there, tmp_path).tells(alert())
        assert away.outcome == "unreachable"
        silent.listen()
        sending = mailing(there, tmp_path)
        quick = type(sending)(receiver=_with_timeout(sending, 0.3), bodies=sending.bodies)
        assert (await quick.tells(alert())).outcome == "timeout"


def _with_timeout(sending: Line, seconds: float) -> Any:
    receiver: Any = sending.receiver
    import dataclasses

    return dataclasses.replace(receiver, server=dataclasses.replace(receiver.server, timeout_s=seconds))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself."""
    directory = tmp_path_factory.mktemp("tls")
    key, made = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


@pytest.fixture
def closed_mailbox(certificate: tuple[Path, Path]) -> Iterator[Mailbox]:
    """Takes mail only over TLS, and only from who signs in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    found = Mailbox()

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: LoginPassword) -> AuthResult:
        found.users.append(data.login.decode())
        return AuthResult(success=data.password == b"geheim-3", handled=False)

    yield from _served(found, tls_context=context, require_starttls=True, auth_required=True, authenticator=sign_in)


async def test_it_signs_in_over_tls_and_only_there(
    closed_mailbox: Mailbox, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "smtp").write_text("geheim-3")
    safe = {"tls": "starttls", "user": "seinpost", "secret": "smtp"}
    known = mailing(closed_mailbox, tmp_path, **safe, ca_file=str(certificate[0]))
    assert (await known.tells(alert())).outcome == "delivered"
    assert closed_mailbox.users == ["seinpost"]
    stranger = await mailing(closed_mailbox, tmp_path, **safe).tells(alert())
    assert stranger.outcome == "unreachable", "a certificate that nobody vouches for"
    assert closed_mailbox.users == ["seinpost"], "the password was not sent"
    (tmp_path / "smtp").write_text("verkeerd")
    wrong = await mailing(closed_mailbox, tmp_path, **safe, ca_file=str(certificate[0])).tells(alert())
    assert (wrong.outcome, wrong.status_code) == ("refused", 535)
