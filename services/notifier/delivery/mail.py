"""E-mail: one message to all addresses of a receiver, over SMTP."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import msgspec

from configuration.receivers import Email, Smtp
from services.notifier.delivery.letter import Letter
from services.notifier.delivery.receiver import Answer, Outcome, Secrets, UnusableSecret

_letters = msgspec.json.Decoder(Letter)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Hands one message over, and tells what came of it."""

    smtp: Smtp
    password: str | None
    timeout_s: float
    tls: ssl.SSLContext

    @classmethod
    def of(cls, smtp: Smtp, secrets: Secrets, timeout_s: float) -> MailServer:
        """Raises `UnusableSecret`."""
        try:
            tls = ssl.create_default_context(cafile=smtp.ca_file)
        except OSError:
            raise UnusableSecret(f"{smtp.ca_file}: this certificate authority cannot be read") from None
        password = None if smtp.secret is None else secrets.read(smtp.secret)
        return cls(smtp=smtp, password=password, timeout_s=timeout_s, tls=tls)

    @property
    def domain(self) -> str:
        return self.smtp.sender.rpartition("@")[2]

    async def send(self, message: EmailMessage) -> Answer:
        """Never raises for what the other side does."""
        server = aiosmtplib.SMTP(
            hostname=self.smtp.host,
            port=self.smtp.port,
            use_tls=self.smtp.tls == "tls",
            start_tls=self.smtp.tls == "starttls",
            username=self.smtp.user,
            password=self.password,
            tls_context=self.tls,
            timeout=self.timeout_s,
            # Else the name of this machine would stand in every message.
            local_hostname="seinpost.invalid",
        )
        try:
            async with asyncio.timeout(self.timeout_s):
                await server.connect()
                refused, _ = await server.send_message(message)
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            return Answer(outcome=Outcome.TIMEOUT)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [recipient.code for recipient in error.recipients]
            return Answer(outcome=Outcome.REFUSED, status_code=codes[0] if codes else None)
        except aiosmtplib.SMTPResponseException as error:
            return Answer(outcome=Outcome.REFUSED, status_code=error.code)
        except (aiosmtplib.SMTPException, OSError):
            return Answer(outcome=Outcome.UNREACHABLE)
        finally:
            # What was taken was taken: how the line ends no longer matters.
            server.close()
        if refused:
            return Answer(outcome=Outcome.PARTLY, status_code=next(iter(refused.values())).code)
        return Answer(outcome=Outcome.DELIVERED, status_code=aiosmtplib.SMTPStatus.completed)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReceiver:
    configured: Email
    server: MailServer

    @classmethod
    def of(cls, configured: Email, smtp: Smtp, secrets: Secrets, timeout_s: float) -> MailReceiver:
        """Raises `UnusableSecret`."""
        return cls(configured=configured, server=MailServer.of(smtp, secrets, timeout_s))

    async def deliver(self, message_id: str, body: bytes, now: datetime.datetime) -> Answer:
        return await self.server.send(self._message(_letters.decode(body), message_id, now))

    def _message(self, letter: Letter, message_id: str, now: datetime.datetime) -> EmailMessage:
        domain = self.server.domain
        message = EmailMessage()
        message["From"] = f"Seinpost <{self.server.smtp.sender}>"
        message["To"] = ", ".join(self.configured.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{message_id}@{domain}>"
        # All messages on one happening stand together in the mailbox.
        message["References"] = f"<{letter.thread}@{domain}>"
        # No absence message comes back.
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "nl"
        if letter.urgent:
            message["Importance"] = "high"
            message["X-Priority"] = "1"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        return message
