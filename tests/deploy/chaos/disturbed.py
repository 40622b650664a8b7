"""`make chaos DISTURBANCE=stop`: a live supplier, calls planted before, during and after each act; what was lost?"""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder
from contracts.dead_letter import DeadLetter
from contracts.raw_post import RawRecord
from contracts.topics import DEAD_LETTERS, POSTS_ANONYMOUS, POSTS_RAW
from seinpost.webhook_receiver import Received, webhook_receiver
from tests.brokers.apache_kafka import apache_kafka
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY
from tests.deploy.chaos.acts import DISTURBANCES, Act, Scene, clock_environment, small_disks
from tests.deploy.chaos.feed import PATH, Feed
from tests.deploy.chaos.links import links
from tests.deploy.chaos.workers import NAMES, Broker, Steady, Worker, running, until

RATE = 18.0
"""Posts a second; twenty times that is Bluesky's busiest hour many times over."""
PATIENCE_S = 600.0
BLIND_S = 15.0
DRAINED_S = 300.0
"""After the end of an act."""
UNTOLD = ("stage", "starting")
DRAINED = 20
"""Records that may wait while posts keep coming."""


def disturb(directory: Path, disturbance: str, seed: int, only: str = "", root: Path = REPOSITORY) -> dict[str, Any]:
    """``only``: acts that say so. ``root``: the code that all begin with."""
    token = secrets.token_hex(16)
    source = {"id": "proef", "kind": "push", "path": PATH, "token_secret": "token", "expected_gap_s": 60}
    with (
        small_disks(directory, disturbance == "disk"),
        links(NAMES) as made,
        apache_kafka(directory / "kafka", through={link.port: link.to for link in made.values()}) as address,
        webhook_receiver() as received,
    ):
        direct = BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(direct))
        broker = Broker(directory / "kafka")
        found = broker.find()
        assert found is not None

        def own(name: str) -> dict[str, str]:
            extra = {"SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{directory}/room/notifier.sqlite3"}
            return extra | (clock_environment(directory, name) if disturbance == "clock" else {})

        def by_link(name: str) -> BrokerSettings:
            return direct.model_copy(update={"bootstrap_servers": f"127.0.0.1:{made[name].port}"})

        try:
            with running(directory, by_link, received, source, own, {"token": token}, root) as workers:
                by_name = {worker.name: worker for worker in workers}
                feed = Feed(by_name["ingest"], token, RATE, seed)
                scene = Scene(
                    directory=directory,
                    workers=by_name,
                    broker=broker,
                    links=made,
                    feed=feed,
                    command=found[1],
                )
                acts = [act for act in DISTURBANCES[disturbance](scene) if only in act.what]
                feed.start()
                rows, planted = _play(acts, workers, feed, received)
                feed.finish()
                until(Steady(workers, received), workers, PATIENCE_S, "it does not come to rest")
                told = {str(alert["place"].get("gemeente") or "") for alert in received.alerts.values()}
                account = asyncio.run(_account(direct, feed.made))
                gone = {worker.name: worker.ended_by_itself for worker in workers if worker.ended_by_itself}
        finally:
            broker.signal(signal.SIGCONT)
            broker.stop()
    return {
        "disturbance": disturbance,
        "acts": rows,
        "planted": len(planted),
        "lost": sorted(planted - told),
        "false": sorted(told - planted),
        **account,
        "refused": feed.refused,
        "ended_by_themselves": gone,
    }


def faults(found: dict[str, Any], *, patient: bool = False) -> list[str]:
    """What is not as it must be. ``patient``: on a busy machine seconds are told and not judged; blindness that is not
    shown at all is a fault on any machine."""
    said = [f"{name}: {found[name]}" for name in ("lost", "false", "posts_missing", "posts_twice") if found[name]]
    for row in found["acts"]:
        what, blind_s, drained_s = row["what"], row["blind_after_s"], row["drained_after_s"]
        if row["blinds"] and blind_s is None:
            said.append(f"{what}: not shown as blind")
        elif row["blinds"] and blind_s > BLIND_S and not patient:
            said.append(f"{what}: shown as blind after {blind_s} s, later than {BLIND_S:.0f}")
        if drained_s > DRAINED_S and not patient:
            said.append(f"{what}: something waited until {drained_s} s after it, longer than {DRAINED_S:.0f}")
    return said


def _play(
    acts: list[Act], workers: list[Worker], feed: Feed, received: Received
) -> tuple[list[dict[str, Any]], set[str]]:
    rows: list[dict[str, Any]] = []
    planted: set[str] = set()

    def plant() -> str:
        town = feed.plant(len(planted))
        planted.add(town)
        return town

    def told(town: str) -> bool:
        return any(alert["place"].get("gemeente") == town for alert in received.alerts.values())

    first = plant()
    until(lambda: told(first) and _shown(workers) == "live", workers, PATIENCE_S, f"{first} was not told undisturbed")
    for act in acts:
        began = time.monotonic()
        act.begin()
        town, blind_s, blind = plant(), None, ""
        while time.monotonic() - began < act.hold_s:
            if blind_s is None and (blind := _shown(workers)) not in ("", "live"):
                blind_s = round(time.monotonic() - began, 1)
            for worker in workers:
                worker.revive()
            time.sleep(0.5)
        most = max(worker.waiting() or 0 for worker in workers) + feed.waiting
        act.end()
        ended = time.monotonic()
        until(lambda town=town: told(town), workers, PATIENCE_S, f"{town}, planted while {act.what}, is not told")
        told_s = time.monotonic() - ended
        until(lambda: _drained(workers, feed), workers, PATIENCE_S, f"{act.what}: what waits is not read")
        until(lambda: _shown(workers) == "live", workers, PATIENCE_S, f"{act.what}: it stays blind")
        row = {
            "what": act.what,
            "blinds": act.blinds,
            "held_s": act.hold_s,
            "blind_after_s": blind_s,
            "blind": blind if blind_s else "",
            "waiting_most": round(most),
            "told_after_s": round(told_s, 1),
            "drained_after_s": round(time.monotonic() - ended, 1),
        }
        rows.append(row)
        sys.stderr.write(f"{row}\n")
    last = plant()
    until(lambda: told(last), workers, PATIENCE_S, f"{last}, planted after all, is not told")
    return rows, planted


def _shown(workers: list[Worker]) -> str:
    """``live``, or what the room says is not; nothing while it does not answer. A stage of a release that tells nothing
    of itself is left out."""
    try:
        answer = httpx.get(f"{workers[0].url}/v1/sources", timeout=2, trust_env=False, verify=False)
        items = answer.json()["items"]
    except (httpx.HTTPError, ValueError, KeyError):
        return ""
    blind = [one["source"] for one in items if one["status"] != "live" and (one["kind"], one["reason"]) != UNTOLD]
    return " ".join(blind) if blind or not items else "live"


def _drained(workers: list[Worker], feed: Feed) -> bool:
    waiting = [worker.waiting() for worker in workers]
    return feed.waiting <= DRAINED * 20 and all(one is not None and one <= DRAINED for one in waiting)


async def _account(settings: BrokerSettings, made: list[str]) -> dict[str, Any]:
    """Every post that the supplier got a receipt for, by its id, up to what the detector could read."""
    raw: Decoder[RawRecord] = Decoder(RawRecord)
    anonymous: Decoder[AnonymousBatch] = Decoder(AnonymousBatch)
    letters: Decoder[DeadLetter] = Decoder(DeadLetter)
    written = {
        (record.partition, record.offset): raw.decode(record.value).id
        for record in await read_topic(settings, POSTS_RAW.name)
    }
    passed = {
        (record.partition, post.offset)
        for record in await read_topic(settings, POSTS_ANONYMOUS.name)
        for post in anonymous.decode(record.value).posts
    }
    ids = [written[place] for place in passed]
    aside: dict[str, int] = {}
    for record in await read_topic(settings, DEAD_LETTERS.name):
        reason = letters.decode(record.value).reason.value
        aside[reason] = aside.get(reason, 0) + 1
    return {
        "posts": len(made),
        "posts_missing": len(set(made) - set(ids)),
        "posts_twice": len(ids) - len(set(ids)),
        "set_aside": aside,
    }
