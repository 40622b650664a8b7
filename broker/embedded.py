"""A Kafka-protocol broker from a wheel, for one machine and for tests. Not for production: one node, no ACLs.

It is chosen here and nowhere else, so that it can be swapped. Known limits (docs/adr/0002): a group member that was
killed is never evicted, so a restarted worker must stop cleanly or use another group; compaction is not applied.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

START_PATIENCE_S = 15.0


class EmbeddedBrokerFailed(Exception):
    """The embedded broker did not come up. One line, for a person."""


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def embedded_broker(directory: Path, port: int | None = None, *, prefix: Sequence[str] = ()) -> Iterator[str]:
    """Run a broker while the context is open; yields ``host:port``. Data stay in ``directory``.

    ``prefix`` is put before its command, for a caller that wraps its processes. Raises `EmbeddedBrokerFailed`.
    """
    port = port or free_port()
    directory.mkdir(parents=True, exist_ok=True)
    binary = Path(str(files("noida_db").joinpath("noida-db")))
    binary.chmod(0o755)
    command: list[object] = [
        *prefix,
        binary,
        "start",
        "--data-dir",
        directory,
        "--host",
        "127.0.0.1",
        "--only",
        "kafka",
    ]
    command += ["--kafka-port", str(port)]
    with (directory / "broker.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            # Ctrl-C reaches the whole foreground group; the broker must outlive the services it serves.
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(directory)},
        )
    try:
        _wait_until_open(process, port, directory / "broker.log")
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedBrokerFailed(f"the embedded broker stopped with code {process.returncode}; see {log}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise EmbeddedBrokerFailed(f"the embedded broker did not open port {port} in {START_PATIENCE_S:.0f} s; see {log}")
