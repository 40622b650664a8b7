"""From `python -m services.<name>` to exit: one readable line when it cannot start, a clean stop on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import uvicorn
import uvloop
from starlette.applications import Starlette

from broker.topics import BrokerUnreachable
from runtime.heap import keep_one
from runtime.logs import configure, log
from runtime.settings import InvalidSettings, ServiceSettings, SettingsT, load

EXIT_CANNOT_START = 2
EXIT_FAILED = 1


class CannotStart(Exception):
    """Something a person must mend before this service can run. The text is shown as it is: no data, no secrets."""


def run(
    service: str,
    settings_type: type[SettingsT],
    main: Callable[[SettingsT, asyncio.Event], Awaitable[None]],
) -> None:
    """Load settings, run ``main(settings, stop)`` until it returns; ``stop`` is set on SIGTERM and SIGINT. Exits."""
    keep_one()
    configure(service)
    try:
        settings = load(settings_type)
        configure(service, settings.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_stopped(main, settings))
    except (InvalidSettings, CannotStart, BrokerUnreachable) as error:
        sys.stderr.write(f"{service} cannot start: {error}\n")
        sys.exit(EXIT_CANNOT_START)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        log().error("failed", exc_info=error)
        sys.exit(EXIT_FAILED)


async def _until_stopped(main: Callable[[SettingsT, asyncio.Event], Awaitable[None]], settings: SettingsT) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        certificates = settings.broker.certificates()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not certificates in PEM"
        raise CannotStart(f"a file of SEINPOST_BROKER__SSL_* cannot be used ({why})") from error
    following = asyncio.create_task(certificates.follow()) if certificates is not None else None
    try:
        await main(settings, stop)
    finally:
        if following is not None:
            following.cancel()
    log().info("stopped")


@contextlib.asynccontextmanager
async def serving(app: Starlette, settings: ServiceSettings) -> AsyncIterator[int]:
    """Serve ``app`` while the context is open; yields the port. Raises `CannotStart` when the port is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise CannotStart(f"{settings.host}:{settings.port} cannot be listened on ({error.strerror})") from error
    server = uvicorn.Server(
        uvicorn.Config(
            # Whoever is on this machine could write X-Forwarded-For; a service that trusts a proxy says so.
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            lifespan="on",
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve([listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event for this
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
        port = int(listener.getsockname()[1])
        log().info("listening", host=settings.host, port=port)
        yield port
    finally:
        server.should_exit = True
        await task
        listener.close()
