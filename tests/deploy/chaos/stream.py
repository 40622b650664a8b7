"""Planted streams: chatter, and calls to riot, each in a town of its own."""

from __future__ import annotations

import datetime
import json
import random
from functools import cache
from pathlib import Path

from configuration import load
from services.ingest.probe import told_apart
from tests.brokers.services import REPOSITORY

AUTHORS_A_BURST = 60
BURST_S = 240
CHATTER_A_MINUTE = 24
MINUTES_AROUND = 12
"""No burst so near the end: what opens late must still find posts that move time on."""
TALK = ("mooi weer in {}", "file bij {}", "koffie drinken in {}", "markt in {} vandaag", "trein naar {} vertraagd")
CALL = "vanavond rellen in {}, kom allemaal"


@cache
def towns() -> tuple[str, ...]:
    """Towns known by their name alone, neighbours far apart, so that no two calls make one happening."""
    found = [one.town for one in told_apart(load(REPOSITORY / "config").gazetteer) if one.town == one.name]
    return tuple(found[number * 101 % len(found)] for number in range(len(found)))


def said(rng: random.Random, chatty: tuple[str, ...]) -> str:
    return rng.choice(TALK).format(rng.choice(chatty))


def write_stream(file: Path, bursts: int, minutes: int, seed: int) -> int:
    """A file of so many minutes that end now; returns how many posts it holds."""
    rng = random.Random(seed)
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes + 10)
    posts: list[tuple[float, str, str]] = []
    for minute in range(minutes):
        for _ in range(CHATTER_A_MINUTE):
            posts.append((minute * 60 + rng.random() * 60, said(rng, towns()[-40:]), f"praat-{rng.random()}"))
    for burst in range(bursts):
        begins = (minutes - MINUTES_AROUND) * 60 * (burst + 0.5) / bursts + 300
        for number in range(AUTHORS_A_BURST):
            at = begins + number * BURST_S / AUTHORS_A_BURST + rng.random()
            posts.append((at, CALL.format(towns()[burst]), f"roep-{burst}-{number}"))
    with file.open("w", encoding="utf-8") as lines:
        for number, (at, text, author) in enumerate(sorted(posts)):
            lines.write(line(str(number), start + datetime.timedelta(seconds=at), text, author) + "\n")
    return len(posts)


def line(name: str, created: datetime.datetime, text: str, author: str) -> str:
    return json.dumps({"id": name, "created_at": created.isoformat(), "text": text, "author": author, "lang": "nl"})
