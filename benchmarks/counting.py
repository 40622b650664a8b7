"""What share of posts counts: `python -m benchmarks.counting`. JSON, a line a recording.

Posts of the exercises and recorded ones (`../shared/data` beside the repository: CrisisLex, Jetstream) through the code
of live: anonymizer, then the rules by which a post counts. ``counted``: posts that add to some series; ``series``: to
how many each of them adds.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

import configuration
from benchmarks.rig import REPOSITORY, show, whole
from configuration import Configuration
from contracts.anonymous_posts import AnonymousPost
from contracts.codec import Malformed
from exercises.generator import posts as posts_of
from exercises.scenario import ids, load
from seinpost.replay import SETTINGS, Replay, projector_of
from services.anonymizer.lexicon import load as load_lexicon
from services.detector.matching import Matcher

RECORDED = REPOSITORY.parent / "shared" / "data"
CRISES = {"sandy": "2012_sandy_hurricane", "boston": "2013_boston_bombings", "queensland": "2013_queensland_floods"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--short", action="store_true", help="one exercise")
    options = arguments.parse_args()
    os.chdir(REPOSITORY)
    encoder = msgspec.json.Encoder()
    for scenario in ids()[:1] if options.short else ids():
        show(
            {"recording": scenario, "kind": "exercise"}
            | _counted(map(encoder.encode, posts_of(load(scenario), 1)), whole())
        )
    if options.short or not RECORDED.exists():
        return
    show({"recording": "jetstream", "kind": "recorded, all languages"} | _counted(_jetstream(), whole()))
    for name, file in CRISES.items():
        lines = (RECORDED / "crisislex" / f"{file}.jsonl").read_bytes().splitlines()
        for of, config in (
            ("our watch terms", whole()),
            ("watched for it", configuration.load(Path("tests/detector") / name)),
        ):
            show({"recording": name, "kind": f"recorded, {of}"} | _counted(lines, config))


def _counted(lines: Iterable[bytes], config: Configuration) -> dict[str, float]:
    replay = Replay(config, projector_of(config, load_lexicon(SETTINGS.lexicon)))
    matcher = Matcher(config)
    posts = counted = series = 0
    for number, line in enumerate(lines):
        for post in _projected(replay, line, number):
            posts += 1
            found, _ = matcher.match(post)
            counted += bool(found)
            series += len(found)
    return {
        "posts": posts,
        "counted": counted,
        "share": round(counted / max(posts, 1), 4),
        "series": round(series / max(counted, 1), 2),
    }


def _projected(replay: Replay, line: bytes, number: int) -> tuple[AnonymousPost, ...]:
    try:
        return replay.project(line, number)
    except Malformed:
        return ()


def _jetstream() -> Iterator[bytes]:
    for line in (RECORDED / "jetstream" / "recorded_v1.jsonl").read_bytes().splitlines():
        commit = json.loads(line).get("commit") or {}
        record = commit.get("record") or {}
        if commit.get("collection") == "app.bsky.feed.post" and "text" in record:
            yield json.dumps(
                {"id": commit["rkey"], "created_at": record["createdAt"], "text": record["text"], "author": "x"}
            ).encode()


if __name__ == "__main__":
    main()
