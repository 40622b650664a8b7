"""The player, with the real ingest and the real notifier: killed, jumped ahead, turned back, ended, removed."""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.settings import BrokerSettings
from contracts.codec import Decoder
from contracts.exercise_removed import ExerciseRemoved
from contracts.raw_post import RawPost, RawRecord
from contracts.topics import EXERCISES_REMOVED, POSTS_RAW
from exercises.drill import load
from exercises.generator import posts
from exercises.playback import BATCH
from exercises.scenario import load as scenario
from tests.brokers.records import read_topic
from tests.brokers.services import REPOSITORY
from tests.conftest import StartService
from tests.ingest.configured import configured
from tests.system.player import SEINPOST, Player

pytestmark = [pytest.mark.broker, pytest.mark.timeout(480)]
DRILL = "oproep-hobbemaplein"
SOURCE = {"id": "oefening", "kind": "push", "path": "/v1/oefening", "token_secret": "token", "exercise": "oefening"}
RAW: Decoder[RawRecord] = Decoder(RawRecord)


def test_a_session_is_played_to_its_end(broker: BrokerSettings, start_service: StartService, tmp_path: Path) -> None:
    ingest = start_service("ingest", configured(tmp_path / "config", SOURCE))
    database = f"sqlite:///{tmp_path}/n.sqlite3"
    notifier = start_service("notifier", {"SEINPOST_NOTIFIER__DATABASE_URL": database})
    leader = httpx.Client(base_url=notifier.url, timeout=60, trust_env=False, verify=False)
    session = called(leader, "POST", "/v1/exercises/sessions", {"drill": DRILL})["id"]
    clock = f"/v1/exercises/sessions/{session}/clock"
    wish = {"label": "speler", "scopes": ["exercises:read"], "regions": ["*"], "days": 1}
    token = called(leader, "POST", "/v1/tokens", wish)["token"]
    player = Player(session=session, notifier=notifier.url, ingest=ingest.url, token=token, directory=tmp_path)
    drill = load(DRILL)
    told = list(posts(scenario(drill.stream), 1))
    before, until = (at_most(told, moment) for moment in (drill.starts_ms, drill.until_ms))
    playing = player.start()
    try:
        wait(lambda: player.sent >= BATCH, player)
        playing.send_signal(signal.SIGKILL)
        playing.wait(30)
        playing = player.start()
        wait(lambda: player.sent == before, player)
        called(leader, "POST", clock, {"turn": "start"})
        called(leader, "POST", clock, {"turn": "jump", "to": moment(drill.until_ms)})
        wait(lambda: player.sent == until, player)
        called(leader, "POST", clock, {"turn": "jump", "to": moment(drill.starts_ms)})
        wait(lambda: "refused: the clock was turned back" in player.said, player)
        assert player.sent == until
        called(leader, "POST", f"/v1/exercises/sessions/{session}/end")
        assert playing.wait(120) == 0, player.said
    finally:
        playing.kill()
    lead = called(leader, "POST", "/v1/tokens", wish | {"scopes": ["exercises:read", "exercises:lead"]})["token"]
    command = [*SEINPOST, "exercise", "remove", session, "--notifier", notifier.url]
    environment = os.environ | {"EXERCISE_LEAD_TOKEN": lead}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False)
    assert done.returncode == 0
    assert leader.get(f"/v1/exercises/sessions/{session}").status_code == 404
    assert leader.get(f"/v1/exercises/reports/{session}").status_code == 200
    wait(lambda: removed(broker) == [session], player)
    arrived = [RAW.decode(record.value) for record in asyncio.run(read_topic(broker, POSTS_RAW.name))]
    of_source = [one for one in arrived if isinstance(one, RawPost)]
    assert {one.exercise for one in of_source} == {f"oefening.{session}"}
    times = Counter(one.id for one in of_source)
    assert times.keys() == {one.id for one in told[:until]}
    assert sum(times.values()) - len(times) <= BATCH, "only what was under way when it was killed is sent again"
    assert token not in player.said


def removed(broker: BrokerSettings) -> list[str]:
    """What the detector hears."""
    decoder: Decoder[ExerciseRemoved] = Decoder(ExerciseRemoved)
    records = asyncio.run(read_topic(broker, EXERCISES_REMOVED.name))
    return [decoder.decode(record.value).session for record in records]


def called(leader: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = leader.request(method, path, json=body, headers={"content-type": "application/json"})
    assert answer.is_success, answer.text
    return dict(answer.json())


def at_most(told: list[Any], moment_ms: int) -> int:
    return sum(datetime.datetime.fromisoformat(one.created_at).timestamp() * 1000 <= moment_ms for one in told)


def moment(ms: int) -> str:
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC).isoformat()


def wait(holds: Callable[[], bool], player: Player) -> None:
    deadline = time.monotonic() + 240
    while not holds():
        assert time.monotonic() < deadline, player.said
        time.sleep(0.02)
