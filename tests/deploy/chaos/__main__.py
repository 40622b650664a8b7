"""`make chaos KILLS=20 SEED=1`: all services on Apache Kafka, a planted stream, SIGKILL at random; what was lost?

Runs the same stream twice: undisturbed, and with kills of ingest, anonymizer, two detectors, notifier and the broker. A
supervisor starts what ended again, as a cluster would. Prints one JSON object; exit code 1 when anything was lost or
took too long, each said on standard error. `PATIENT=1`: a busy machine, seconds are told and not judged.

`make chaos DISTURBANCE=stop` (or link, disk, clock, load; upgrade with BEFORE=COMMIT): see `disturbed`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.brokers.services import REPOSITORY
from tests.deploy.chaos import disturbed
from tests.deploy.chaos.acts import DISTURBANCES, release
from tests.deploy.chaos.kills import run
from tests.deploy.chaos.stream import towns, write_stream
from tests.deploy.chaos.verdict import compare, faults

SECONDS_A_KILL = 24.0
"""Of the stream, for each kill: the time a killed worker needs to be missed and replaced, and some work after it."""
MINUTES_A_KILL = 4
"""Of event time: ten times faster than life."""
CALM_SPEED = 300.0


def chaos(
    directory: Path, *, kills: int, seed: int, with_broker: bool = True, seconds_a_kill: float = SECONDS_A_KILL
) -> dict[str, object]:
    bursts = min(len(towns()) - 40, max(4, kills))
    minutes = max(30, kills * MINUTES_A_KILL)
    speed = minutes * 60 / (kills * seconds_a_kill)
    posts = directory / "posts.jsonl"
    total = write_stream(posts, bursts, minutes, seed)
    given = {"seed": seed, "seconds_a_kill": seconds_a_kill}
    calm = run(directory / "calm", posts, kills=0, speed=CALM_SPEED, with_broker=False, **given)
    found = len(set(towns()[:bursts]) & set(calm.received.values()))
    sys.stderr.write(f"undisturbed: {found} of {bursts} received in {calm.seconds:.0f} s\n")
    disturbed = run(directory / "disturbed", posts, kills=kills, speed=speed, with_broker=with_broker, **given)
    return {"posts": total} | compare(calm, disturbed, bursts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.chaos")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=SECONDS_A_KILL, help="of the stream for each kill")
    parser.add_argument("--disturbance", choices=DISTURBANCES, help="instead of kills")
    parser.add_argument("--before", help="commit of the release before, for the disturbance upgrade")
    parser.add_argument("--only", default="", help="acts of the disturbance that say so")
    parser.add_argument("--patient", action="store_true", help="a busy machine: seconds are told and not judged")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seinpost-chaos-", ignore_cleanup_errors=True) as directory:
        if asked.disturbance:
            with contextlib.ExitStack() as stack:
                root = stack.enter_context(release(Path(directory), asked.before)) if asked.before else REPOSITORY
                told = disturbed.disturb(Path(directory), asked.disturbance, asked.seed, asked.only, root)
            told["load"] = [round(one, 1) for one in os.getloadavg()]
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.exit(_said(disturbed.faults(told, patient=asked.patient)))
        found = chaos(Path(directory), kills=asked.kills, seed=asked.seed, seconds_a_kill=asked.seconds)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.exit(_said(faults(found, patient=asked.patient)))


def _said(problems: list[str]) -> bool:
    for problem in problems:
        sys.stderr.write(f"FAILED {problem}\n")
    return bool(problems)


if __name__ == "__main__":
    main()
