"""A renewed certificate is what the next connection shows, over real TLS; a broken one changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from broker import certificates as module
from broker.certificates import Certificates
from tests.brokers.authority import Authority


@contextlib.asynccontextmanager
async def server(authority: Authority) -> AsyncIterator[tuple[int, list[int]]]:
    """Asks everybody for a certificate; yields its port and the serial numbers that it was shown."""
    certificate, key = authority.issue("broker")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    shown: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown.append(int(writer.get_extra_info("peercert")["serialNumber"], 16))
        writer.write(b"seen\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1], shown


async def connect(port: int, context: ssl.SSLContext) -> bool:
    """Whether the server took us."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        said = await reader.readline()
        writer.close()
    except (ssl.SSLError, ConnectionError):
        return False
    return said == b"seen\n"


def expiry(certificate: str) -> float:
    found = REGISTRY.get_sample_value("seinpost_certificate_expiry_timestamp_seconds", {"certificate": certificate})
    assert found is not None
    return found


async def test_the_next_connection_shows_the_renewed_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    certificate, key = authority.issue("ingest")
    held = Certificates(authority.file, certificate, key)
    async with server(authority) as (port, shown):
        assert await connect(port, held.context)
        assert not held.renew()
        assert await connect(port, held.context)
        authority.issue("ingest", days=0.5)
        assert await connect(port, held.context)
        assert held.renew()
        assert await connect(port, held.context)
    assert shown[0] == shown[1] == shown[2] != shown[3]
    held.tell()
    assert expiry("client") - time.time() == pytest.approx(0.5 * 86400, abs=60)
    assert expiry("authority") - time.time() == pytest.approx(2 * 86400, abs=60)


async def test_another_authority_is_trusted_once_its_file_is_there(tmp_path: Path) -> None:
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    certificate, key = new.issue("ingest")
    held = Certificates(old.file, certificate, key)
    async with server(new) as (port, _):
        assert not await connect(port, held.context)
        old.file.write_bytes(old.file.read_bytes() + new.file.read_bytes())
        assert held.renew()
        assert await connect(port, held.context)


async def test_what_cannot_be_used_changes_nothing_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path / "tls")
    certificate, key = authority.issue("ingest")
    held = Certificates(authority.file, certificate, key)
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    right = key.read_bytes()
    with capture_logs() as said:
        following = asyncio.create_task(held.follow())
        try:
            key.write_bytes(authority.issue("other")[1].read_bytes())
            await until(lambda: {"event": "certificates refused", "log_level": "warning", "reason": "SSLError"} in said)
            async with server(authority) as (port, _):
                assert await connect(port, held.context), "key and certificate that were in use are a pair"
            authority.issue("ingest")
            await until(lambda: {"event": "certificates renewed", "log_level": "info"} in said)
        finally:
            following.cancel()
    assert key.read_bytes() != right


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_key_of_another_kind_is_no_renewal(tmp_path: Path) -> None:
    """OpenSSL keeps one certificate of each kind, and would go on showing the old one."""
    authority = Authority(tmp_path / "tls")
    certificate, key = authority.issue("ingest")
    held = Certificates(authority.file, certificate, key)
    held.tell()
    ends = expiry("client")
    authority.issue("ingest", days=0.5, rsa_key=True)
    with pytest.raises(ValueError, match="another kind"):
        held.renew()
    held.tell()
    assert expiry("client") == ends, "of what is in use"


def test_files_that_are_no_certificates_are_refused_at_once(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        Certificates(nothing, None, None)
    with pytest.raises(FileNotFoundError):
        Certificates(None, tmp_path / "missing", None)
