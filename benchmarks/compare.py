"""Ours beside the peers, on one broker, with the same posts and the same answer: what `make bench` runs.

Every peer counts posts per watched term and minute. Ours is there twice, never one in place of the other:

- *whole detector*: all the detector does (places, moments, gatherings, authors, words, all windows, durable state);
- *terms alone*: what the peers do and no more, kept durable by the same process, records, deltas, tables and changelog
  (`benchmarks.detector_terms`), of posts that name no author, since no peer looks at authors.

The term series of both must hold the same counts as every peer. Rounds are run in turn, so that a busy machine
is busy for all. Medians and spread; speed is reported, never judged; a count that differs is an error. A peer that does
not finish stays in the table with its reason.

``--matching`` is the share of posts that count. Peers pay for a post that counts, in a window, many times what they pay
for one that passes their filter by, and so do we: a ratio is worth nothing without it. The default is what recorded
posts show (docs/performance.md). Slow peers get the first part of the posts: their speed does not depend on the number.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.detector import measure
from benchmarks.detector_posts import COUNTING, Workload, batches, expected_counts, terms
from benchmarks.rig import REPOSITORY, Rig, machine, renew, rig, send, send_posts, show, whole
from broker.topics import ensure_topics
from configuration import Configuration
from contracts.codec import encode
from contracts.topics import POSTS_ANONYMOUS, Topic

PEERS = REPOSITORY / "benchmarks" / "peers"
ENVIRONMENT = REPOSITORY / "build" / "bench" / "bin" / "python"
LIMIT_S = 90
"""The slowest peer takes some ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    name: str
    script: str
    posts: int
    state: str
    packed: bool = False


ALL = (
    Peer(name="Faust, textbook", script="faust_textbook.py", posts=10_000, state="changelog"),
    Peer(name="Quix Streams, windowed", script="quix.py", posts=40_000, state="changelog"),
    Peer(name="Bytewax, windowed", script="bytewax_window.py", posts=200_000, state="none"),
    Peer(name="Pathway, windowed", script="pathway_window.py", posts=200_000, state="none"),
    Peer(name="aiokafka + dict", script="aiokafka_dict.py", posts=400_000, state="none"),
    Peer(name="confluent-kafka + dict", script="confluent_dict.py", posts=400_000, state="none"),
    Peer(name="aiokafka + dict, packed", script="aiokafka_dict.py", posts=400_000, state="none", packed=True),
)
OURS = "Seinpost, whole detector"
TERMS = "Seinpost, terms alone"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--short", action="store_true", help="few posts, one round: proves the counts, not the speed"
    )
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--matching", type=float, default=COUNTING, help="share of posts that count")
    options = arguments.parse_args()
    os.chdir(REPOSITORY)
    matching = options.matching
    rounds, whole_posts, terms_posts = (1, 8_000, 8_000) if options.short else (options.rounds, *_posts(matching))
    peers = [replace(peer, posts=2_000) if options.short else peer for peer in ALL]
    config = whole()
    console = Console(stderr=True)
    if not ENVIRONMENT.exists():
        console.print("the peers are not installed (make bench does): ours alone")
        peers = []
    rows: dict[str, list[dict[str, float]]] = {OURS: [], TERMS: [], **{peer.name: [] for peer in peers}}
    failed: dict[str, list[str]] = {peer.name: [] for peer in peers}
    with tempfile.TemporaryDirectory() as directory, rig(Path(directory)) as here:
        before = machine()
        partitions = here.broker.partitions
        mine: dict[str, tuple[Workload, str | None]] = {
            OURS: (Workload(posts=whole_posts, matching=matching, partitions=partitions), None),
            TERMS: (
                Workload(posts=terms_posts, matching=matching, partitions=partitions, authors=False),
                "benchmarks.detector_terms",
            ),
        }
        for posts, packed in sorted({(peer.posts, peer.packed) for peer in peers}):
            _send(here, Workload(posts=posts, matching=matching), config, packed=packed)
        for number in range(rounds):
            for at, (name, (workload, module)) in enumerate(mine.items()):
                renew(here, (POSTS_ANONYMOUS,))
                send_posts(here, workload, config)
                result = measure(here, workload, config, group=f"bench-{number}-{at}", module=module)
                rows[name].append(result)
                console.print(
                    f"round {number + 1}: {name}: {result['posts_per_s']:,} posts/s, "
                    f"{result['posts_per_cpu_s']:,} a CPU s"
                )
            for peer in peers:
                try:
                    found = _run(here, peer, Workload(posts=peer.posts, matching=matching), config)
                except _NoResult as reason:
                    failed[peer.name].append(str(reason))
                    console.print(f"round {number + 1}: {peer.name}: no result: {reason}", markup=False)
                    continue
                rows[peer.name].append(found)
                console.print(
                    f"round {number + 1}: {peer.name}: {found['posts_per_s']:,.0f} posts/s, "
                    f"{found['posts_per_cpu_s']:,.0f} a CPU s"
                )
        _tell(rows, failed, matching, here, console, before)


def _posts(matching: float) -> tuple[int, int]:
    """Enough for some seconds, of the whole detector and of terms alone."""
    return (600_000 if matching < 0.1 else 200_000 if matching < 0.5 else 40_000), 600_000


class _NoResult(Exception):
    """A peer did not finish."""


def _topic(posts: int, *, packed: bool) -> Topic:
    name = f"bench.{posts}{'.packed' if packed else ''}"
    return Topic(name=name, key="none", partitions=1, writers=frozenset(), readers=frozenset(), retention_ms=86_400_000)


def _send(here: Rig, workload: Workload, config: Configuration, *, packed: bool) -> None:
    topic = _topic(workload.posts, packed=packed)
    asyncio.run(ensure_topics(here.broker, [topic]))
    made = batches(workload, config)
    values = (encode(batch) for batch in made) if packed else chain.from_iterable(map(_singly, made))
    send(here.broker, topic.name, ((0, value) for value in values))


def _singly(batch: Any) -> Iterator[bytes]:
    return map(msgspec.json.encode, batch.posts)


def _run(here: Rig, peer: Peer, workload: Workload, config: Configuration) -> dict[str, float]:
    expected = _expected(workload, config)
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {
            "BENCH_SERVERS": here.broker.bootstrap_servers,
            "BENCH_TOPIC": _topic(peer.posts, packed=peer.packed).name,
            "BENCH_POSTS": str(peer.posts),
            "BENCH_MATCHES": str(sum(expected.values())),
            "BENCH_TERMS": json.dumps(terms(config)),
            "BENCH_DIRECTORY": directory,
            "BENCH_PACKED": "1" if peer.packed else "0",
            "BENCH_GROUP": f"{Path(peer.script).stem}-{time.time_ns()}",
            "PYTHONPATH": str(PEERS),
        }
        command: list[str | Path] = [
            ENVIRONMENT,
            PEERS / peer.script,
            *(["worker"] if peer.script.startswith("faust") else []),
        ]
        try:
            done = subprocess.run(
                command, env=environment, cwd=directory, capture_output=True, text=True, timeout=LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise _NoResult(f"not done after {LIMIT_S} s") from None
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise _NoResult(f"ended with {done.returncode}: {said[-1][:300] if said else 'it said nothing'}")
    result = json.loads(line.removeprefix("RESULT "))
    if result["counts"] != expected:
        raise AssertionError(
            f"{peer.name} counts otherwise: {sum(result['counts'].values())}, {sum(expected.values())}"
        )
    return {
        "posts_per_s": peer.posts / max(result["seconds"], 1e-9),
        "posts_per_cpu_s": peer.posts / max(result["cpu_seconds"], 1e-9),
        "rss_mb": result["rss_mb"],
    }


_counts: dict[Workload, dict[str, int]] = {}


def _expected(workload: Workload, config: Configuration) -> dict[str, int]:
    if workload not in _counts:
        _counts[workload] = expected_counts(workload, config)
    return _counts[workload]


def _tell(
    rows: dict[str, list[dict[str, float]]],
    failed: dict[str, list[str]],
    matching: float,
    here: Rig,
    console: Console,
    before: dict[str, Any],
) -> None:
    states = {peer.name: peer.state for peer in ALL} | {OURS: "changelog", TERMS: "changelog"}
    table = Table(
        title=f"posts counted per term and minute, {matching:.2%} of them count, on {here.name}; "
        f"medians of {len(rows[OURS])} rounds; ratios per CPU second"
    )
    for column in ("", "durable state", "posts/s", "spread", "posts/CPU s", "MB", "whole ÷ it", "terms ÷ it"):
        table.add_column(column, justify="left" if column in ("", "durable state") else "right")
    summary: dict[str, Any] = {}
    ours = {
        kind: {key: statistics.median(one[key] for one in rows[name]) for key in ("posts_per_s", "posts_per_cpu_s")}
        for kind, name in (("whole", OURS), ("terms", TERMS))
    }
    for name, found in rows.items():
        if reasons := failed.get(name):
            summary[name] = {"failed": len(reasons), "reasons": reasons}
            if not found:
                table.add_row(name, states[name], f"no result: {reasons[0]}")
                continue
        speeds = [one["posts_per_s"] for one in found]
        middle = {
            key: statistics.median(one[key] for one in found) for key in ("posts_per_s", "posts_per_cpu_s", "rss_mb")
        }
        ratios = {kind: mine["posts_per_cpu_s"] / middle["posts_per_cpu_s"] for kind, mine in ours.items()}
        summary[name] = (
            summary.get(name, {})
            | {key: round(value) for key, value in middle.items()}
            | {
                "lowest": round(min(speeds)),
                "highest": round(max(speeds)),
            }
            | {
                f"{kind}_over_it{'_per_cpu_s' if key == 'posts_per_cpu_s' else ''}": round(mine[key] / middle[key], 2)
                for kind, mine in ours.items()
                for key in mine
            }
        )
        spread = f"{min(speeds):,.0f}-{max(speeds):,.0f}"
        table.add_row(
            name, states[name], f"{middle['posts_per_s']:,.0f}", spread, f"{middle['posts_per_cpu_s']:,.0f}",
            f"{middle['rss_mb']:,.0f}", f"{ratios['whole']:.2f}", f"{ratios['terms']:.2f}",
        )  # fmt: skip
    console.print(table)
    show(
        {
            "broker": here.name,
            "matching": matching,
            "rounds": len(rows[OURS]),
            "load_before": before["load"],
            "rows": summary,
        }
        | machine()
    )


if __name__ == "__main__":
    main()
