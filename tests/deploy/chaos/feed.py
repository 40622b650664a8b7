"""A supplier that pushes posts as they are made, and repeats what it got no receipt for."""

from __future__ import annotations

import datetime
import itertools
import random
import threading
import time
from collections import deque

import httpx

from tests.deploy.chaos.stream import CALL, line, said, towns
from tests.deploy.chaos.workers import Worker

TURN_S = 0.5
LARGEST = 2_000
"""Posts in one request."""
PATH = "/v1/proef"
CALLERS = 120
CALL_S = 10.0


class Feed:
    """Runs in a thread from `start` to `finish`. ``rate``: posts a second."""

    def __init__(self, ingest: Worker, token: str, rate: float, seed: int) -> None:
        self._ingest, self._token, self._rng = ingest, token, random.Random(seed)
        self.rate = rate
        self.made: list[str] = []
        """Ids, in order."""
        self.refused = 0
        self._names = itertools.count()
        self._waiting: deque[str] = deque()
        self._due: list[tuple[float, str]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def plant(self, number: int) -> str:
        """A call to riot in a town of its own, from now on; returns the town."""
        town, now = towns()[number], time.monotonic()
        self._due += [(now + each * CALL_S / CALLERS, CALL.format(town)) for each in range(CALLERS)]
        return town

    @property
    def waiting(self) -> int:
        """Posts made and not yet taken."""
        return len(self._waiting)

    def finish(self) -> None:
        """No more chatter; returns when everything made was taken."""
        self._over.set()
        self._thread.join(300)
        if self._waiting:
            raise TimeoutError(f"{len(self._waiting)} posts were never taken")

    def _run(self) -> None:
        owed, seen = 0.0, time.monotonic()
        while not self._over.is_set() or self._waiting or self._due:
            now = time.monotonic()
            if not self._over.is_set():
                owed += self.rate * (now - seen)
            seen = now
            for _ in range(int(owed)):
                self._make(said(self._rng, towns()[-40:]))
            owed -= int(owed)
            due, self._due = [text for at, text in self._due if at <= now], [one for one in self._due if one[0] > now]
            for text in due:
                self._make(text)
            if not self._push():
                time.sleep(TURN_S)
            time.sleep(TURN_S)

    def _make(self, text: str) -> None:
        name = f"p{next(self._names)}"
        self.made.append(name)
        self._waiting.append(line(name, datetime.datetime.now(datetime.UTC), text, f"van-{name}"))

    def _push(self) -> bool:
        body = list(itertools.islice(self._waiting, LARGEST))
        if not body:
            return True
        try:
            answer = httpx.post(
                self._ingest.url + PATH,
                content="\n".join(body).encode(),
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=20,
                trust_env=False,
                verify=False,
            )
        except httpx.HTTPError:
            return False
        if answer.status_code != 200:
            return False
        self.refused += answer.json()["rejected"]
        for _ in body:
            self._waiting.popleft()
        return True
