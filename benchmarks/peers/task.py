"""The task every peer is given: count posts per watched term and minute of event time, from a topic of JSON posts.

One record a post, as each library is used in its own documentation; where a row says *packed*, records hold 200 posts.
Run in the environment of `requirements/bench.txt`; knows nothing of Seinpost.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import NoReturn

SERVERS = os.environ["BENCH_SERVERS"]
TOPIC = os.environ["BENCH_TOPIC"]
POSTS = int(os.environ["BENCH_POSTS"])
"""In the topic."""
MATCHES = int(os.environ["BENCH_MATCHES"])
"""Of them name a term; those who only hear of these know by it that all is done."""
TERMS = frozenset(json.loads(os.environ["BENCH_TERMS"]))
GROUP = os.environ["BENCH_GROUP"]
"""Of consumers, fresh in every run: a group that committed offsets would go on where it was."""
DIRECTORY = os.environ["BENCH_DIRECTORY"]


def term_of(tokens: list[str]) -> str | None:
    for token in tokens:
        if token in TERMS:
            return token
    return None


class Stopwatch:
    """Starts at the first post: what a library needs to start and to join its group is not counted."""

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None

    def start(self) -> None:
        if self._began is None:
            self._began = time.perf_counter(), _cpu()

    def finish(self, counts: dict[str, int]) -> NoReturn:
        """Tell and leave at once: none of the libraries likes to be stopped from inside."""
        ended = time.perf_counter(), _cpu()
        began = self._began or ended
        result = {"seconds": ended[0] - began[0], "cpu_seconds": ended[1] - began[1], "rss_mb": _most_mb()}
        # Faust makes sys.stdout its log.
        out = sys.__stdout__ or sys.stdout
        out.write("\nRESULT " + json.dumps(result | {"counts": counts}) + "\n")
        out.flush()
        os._exit(0)


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _most_mb() -> float:
    """Not of `getrusage`: that is never less than what the process that started this one had."""
    with open("/proc/self/status") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) / 1024
