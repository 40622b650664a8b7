"""The client's certificate and the authority of the brokers: taken over when their files change, and their end told."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from pathlib import Path

from prometheus_client import Gauge

from runtime.logs import log

EXPIRY = Gauge(
    "seinpost_certificate_expiry_timestamp_seconds",
    "When a certificate ends that is shown to Kafka (`client`) or trusted (`authority`: the last of its file).",
    ["certificate"],
)
LOOK_S = 30.0


class Certificates:
    """A context, in which what is renewed holds for every new connection. One for a whole process: `certificates`."""

    def __init__(self, authority: Path | None, certificate: Path | None, key: Path | None) -> None:
        """Raises `OSError` (`ssl.SSLError` among them) when a file cannot be read or used."""
        self._authority, self._certificate, self._key = authority, certificate, key
        self._seen = self._files()
        self.context = ssl.create_default_context(cafile=authority and str(authority))
        self._load(self.context)

    def renew(self) -> bool:
        """Take over changed files; whether there were any. What an authority signed before stays trusted until the
        next start. Raises as a start does, and then leaves what is in use alone."""
        found = self._files()
        if found == self._seen:
            return False
        self._load(ssl.create_default_context(cafile=self._authority and str(self._authority)))
        if self._authority:
            self.context.load_verify_locations(self._authority)
        self._load(self.context)
        self._seen = found
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        if self._certificate:
            context.load_cert_chain(self._certificate, self._key)

    def _files(self) -> tuple[bytes, ...]:
        return tuple(file.read_bytes() for file in (self._authority, self._certificate, self._key) if file)

    def tell(self) -> None:
        """Sets the metric. Raises `ValueError` for what is no certificate."""
        if self._certificate:
            EXPIRY.labels("client").set(_ends(self._certificate)[0])
        if self._authority:
            EXPIRY.labels("authority").set(max(_ends(self._authority)))

    async def follow(self) -> None:
        """Renews and tells until it is cancelled."""
        failed = False
        while True:
            try:
                if self.renew():
                    log().info("certificates renewed")
                self.tell()
            except (OSError, ValueError) as error:
                # Two files are changed one after the other: only what is still wrong at the next look is worth a line.
                if failed:
                    log().warning("certificates refused", reason=type(error).__name__)
                failed = True
            else:
                failed = False
            await asyncio.sleep(LOOK_S)


@cache
def certificates(authority: Path | None, certificate: Path | None, key: Path | None) -> Certificates:
    return Certificates(authority, certificate, key)


def _ends(file: Path) -> list[float]:
    """Ends of the certificates in a file, in its order, in seconds."""
    # A service without TLS need not carry it in memory.
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    return [one.not_valid_after_utc.timestamp() for one in load_pem_x509_certificates(file.read_bytes())]
