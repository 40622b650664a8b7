"""The client's certificate and the authority of the brokers: taken over when their files change, and their end told."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import Gauge

from runtime.logs import log

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

EXPIRY = Gauge(
    "seinpost_certificate_expiry_timestamp_seconds",
    "When a certificate ends that is shown to Kafka (`client`) or trusted (`authority`: the last of its file).",
    ["certificate"],
)
LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class _Read:
    client: list[Certificate]
    """The certificate that is shown, without what signed it; none without mutual TLS."""
    authorities: list[Certificate]


class Certificates:
    """A context, in which what is renewed holds for every new connection. One for a whole process: `certificates`."""

    def __init__(self, authority: Path | None, certificate: Path | None, key: Path | None) -> None:
        """Raises `OSError` (`ssl.SSLError` among them) when a file cannot be read or used."""
        self._authority, self._certificate, self._key = authority, certificate, key
        self._seen = self._files()
        self.context = self._new()
        self._in_use = self._read()

    def renew(self) -> bool:
        """Take over changed files; whether there were any. What an authority signed before stays trusted until the
        next start. Raises as a start does, and `ValueError` for a key of another kind, beside which OpenSSL would go on
        showing the old one; then what is in use stays."""
        found = self._files()
        if found == self._seen:
            return False
        self._new()  # whether they can be used, away from what is in use
        read = self._read()
        if [type(one.public_key()) for one in read.client] != [type(one.public_key()) for one in self._in_use.client]:
            raise ValueError("a key of another kind")
        if self._authority:
            self.context.load_verify_locations(self._authority)
        self._load(self.context)
        self._seen, self._in_use = found, read
        return True

    def _new(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._authority and str(self._authority))
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        if self._certificate:
            context.load_cert_chain(self._certificate, self._key)

    def _files(self) -> tuple[bytes, ...]:
        return tuple(file.read_bytes() for file in (self._authority, self._certificate, self._key) if file)

    def tell(self) -> None:
        """Sets the metric, of what is in use."""
        for name, found in (("client", self._in_use.client), ("authority", self._in_use.authorities)):
            if found:
                EXPIRY.labels(name).set(max(one.not_valid_after_utc.timestamp() for one in found))

    def _read(self) -> _Read:
        return _Read(_certificates(self._certificate)[:1], _certificates(self._authority))

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


def _certificates(file: Path | None) -> list[Certificate]:
    """Raises `OSError`, and `ValueError` when there is anything that is no certificate."""
    # A service without TLS need not carry it in memory: 14 MB.
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    return load_pem_x509_certificates(file.read_bytes()) if file else []
