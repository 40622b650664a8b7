"""The player of a session, as operators run it: `seinpost exercise play SESSION`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.brokers.services import REPOSITORY

PUSH_TOKEN = "correct-horse-battery"
SEINPOST = (sys.executable, "-c", "from seinpost.cli import app; app()")


@dataclass(frozen=True, kw_only=True)
class Player:
    session: str
    notifier: str
    ingest: str
    token: str
    """An API token with the scope exercises:read."""
    directory: Path

    @property
    def log(self) -> Path:
        return self.directory / "play.log"

    def start(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"EXERCISE_CLOCK_TOKEN": self.token, "EXERCISE_PUSH_TOKEN": PUSH_TOKEN}
        command = [*SEINPOST, "exercise", "play", self.session, "--notifier", self.notifier]
        command += ["--push", f"{self.ingest}/v1/oefening", "--position", str(self._position)]
        with self.log.open("ab") as output:
            return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)

    @property
    def sent(self) -> int:
        """Posts that were acknowledged."""
        return int(json.loads(self._position.read_text())["sent"]) if self._position.exists() else 0

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def _position(self) -> Path:
        return self.directory / "position.json"
