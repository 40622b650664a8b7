"""Teams, SMS gateways and others, through the library Apprise. It blocks, so it runs in a thread of its own."""

from __future__ import annotations

import asyncio
import datetime
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import apprise
import msgspec

from configuration.receivers import Apprise
from services.notifier.delivery.letter import Letter
from services.notifier.delivery.receiver import Answer, Outcome, Secrets, UnusableSecret

_letters = msgspec.json.Decoder(Letter)
for _name in ("apprise", "urllib3"):
    # They write addresses (which hold keys) and answers of gateways to their logs.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReceiver:
    configured: Apprise
    service: Any
    """One Apprise plugin."""
    timeout_s: float
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="gateway"))
    """Of its own: a gateway that hangs holds no thread of anything else."""

    @classmethod
    def of(cls, configured: Apprise, schemes: tuple[str, ...], secrets: Secrets, timeout_s: float) -> GatewayReceiver:
        """Raises `UnusableSecret`."""
        address = secrets.read(configured.secret)
        where = secrets.where(configured.secret)
        scheme = address.partition("://")[0].lower()
        if scheme not in schemes:
            raise UnusableSecret(f"{where}: an Apprise address must begin with one of {', '.join(schemes)}")
        asset = apprise.AppriseAsset(app_id="Seinpost", app_desc="Seinpost", app_url="", async_mode=False)
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if service is None or isinstance(service, dict):
            raise UnusableSecret(f"{where}: not an address that Apprise understands")
        service.socket_connect_timeout = service.socket_read_timeout = timeout_s
        return cls(configured=configured, service=service, timeout_s=timeout_s)

    async def deliver(self, message_id: str, body: bytes, now: datetime.datetime) -> Answer:
        letter = _letters.decode(body)
        sending = asyncio.get_running_loop().run_in_executor(self.threads, self._notify, letter)
        try:
            # The thread ends by its own time-outs; its answer then comes too late to count.
            sent = await asyncio.wait_for(asyncio.shield(sending), self.timeout_s * 2)
        except TimeoutError:
            return Answer(outcome=Outcome.TIMEOUT)
        except Exception:
            # A plugin may raise anything; what it says may quote its address.
            return Answer(outcome=Outcome.UNREACHABLE)
        return Answer(outcome=Outcome.DELIVERED if sent else Outcome.REFUSED)

    def _notify(self, letter: Letter) -> bool:
        kind = apprise.NotifyType.FAILURE if letter.urgent else apprise.NotifyType.INFO
        return bool(self.service.notify(title=letter.subject, body=letter.short, notify_type=kind))
