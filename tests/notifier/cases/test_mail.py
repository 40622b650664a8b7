"""A report by e-mail, against a real SMTP server; and nothing of an exercise."""

from __future__ import annotations

import asyncio
from pathlib import Path

from configuration.receivers import Smtp
from services.notifier.cases.desk import CaseDesk, Means, Verdict
from services.notifier.cases.opening import open_desk
from services.notifier.delivery.mail import MailServer
from services.notifier.delivery.receiver import Secrets
from tests.notifier.cases.conftest import WHO, Store
from tests.notifier.cases.test_api import made
from tests.notifier.cases_scene import NOTICE, PLANTED, SECRET_WORDS, TERMS, with_desks, with_platforms
from tests.notifier.conftest import Served
from tests.notifier.delivery.test_mail import Mailbox, mailbox
from tests.notifier.samples import alert

__all__ = ["mailbox"]


async def mailing(served: Served, box: Mailbox, secrets: Path) -> None:
    with_desks(served.room)
    await served.arrives(alert(), alert(id="oefening", exercise="haren"))
    assert isinstance(served.room.cases, CaseDesk)
    smtp = Smtp(host="127.0.0.1", port=box.port, tls="none", sender="seinpost@vr.example.nl")
    served.room.cases.mail = MailServer.of(smtp, Secrets(directory=secrets), 20)


async def test_a_complete_notice_goes_to_the_desk_of_the_platform_once(
    served: Served, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailing(served, mailbox, tmp_path)
    case = await made(served.http, nature="illegaal", route="notice", platform="proef")
    refused = await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})
    assert (refused.status_code, mailbox.got) == (409, []), "not with gaps"
    await served.http.put(f"/v1/cases/{case}/content", json=NOTICE)
    assert (await served.http.get(f"/v1/cases/{case}")).json()["mail"] == "done"
    sent = await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})
    assert (sent.status_code, sent.json()["status"]) == (200, "sent")
    assert (await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})).status_code == 409
    ((envelope, message),) = mailbox.got
    assert envelope.rcpt_tos == ["notice@platform.example"]
    assert message["Reply-To"] == "melden@example.nl"
    assert message["Message-ID"] == f"<{case}@vr.example.nl>"
    assert case in message["Subject"]
    assert PLANTED not in str(message["Subject"]) + str(message["References"])
    text = message.get_content()
    assert PLANTED in text
    assert SECRET_WORDS in text
    assert "te goeder trouw" in text


async def test_what_was_not_taken_stays_a_draft(served: Served, mailbox: Mailbox, tmp_path: Path) -> None:
    await mailing(served, mailbox, tmp_path)
    case = await made(served.http, nature="illegaal", route="notice", platform="proef")
    await served.http.put(f"/v1/cases/{case}/content", json=NOTICE)
    mailbox.broken = "554 not today"
    failed = await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})
    assert (failed.status_code, "draft still" in failed.json()["detail"]) == (409, True)
    assert (await served.http.get(f"/v1/cases/{case}")).json()["status"] == "draft"
    mailbox.broken = ""
    again = await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})
    assert again.json()["status"] == "sent"


async def test_nothing_of_an_exercise_and_nothing_to_a_form(served: Served, mailbox: Mailbox, tmp_path: Path) -> None:
    await mailing(served, mailbox, tmp_path)
    exercise = await made(served.http, "oefening", nature="illegaal", route="notice", platform="proef")
    await served.http.put(f"/v1/cases/{exercise}/content", json=NOTICE)
    form = await made(served.http, nature="ongewenst", route="terms", platform="proef")
    await served.http.put(f"/v1/cases/{form}/content", json=TERMS)
    for case, why in ((exercise, "exercise"), (form, "no-mail")):
        assert (await served.http.get(f"/v1/cases/{case}")).json()["mail"] == why
        assert (await served.http.post(f"/v1/cases/{case}/send", json={"means": "email"})).status_code == 409
    assert mailbox.got == []


async def test_two_replicas_send_one_message(store: Store, mailbox: Mailbox, tmp_path: Path) -> None:
    """On PostgreSQL two desks of two processes; SQLite has one, whose desk sees to itself."""
    smtp = Smtp(host="127.0.0.1", port=mailbox.port, tls="none", sender="seinpost@vr.example.nl")
    store.desk.mail = MailServer.of(smtp, Secrets(directory=tmp_path), 20)
    other = store.desk
    if not store.desk.database.is_sqlite:
        opened = await open_desk(store.settings, store.configuration, store.room, store.clock)
        assert isinstance(opened, CaseDesk)
        other = with_platforms(opened)
        other.mail = store.desk.mail
    case = await store.ready()
    answers = await asyncio.gather(*(desk.send(case, Means.EMAIL, WHO) for desk in (store.desk, other, other)))
    assert sorted(answer.verdict for answer in answers) == [Verdict.DONE, Verdict.REFUSED, Verdict.REFUSED]
    assert len(mailbox.got) == 1
    if other is not store.desk:
        await other.database.close()
