"""Which sources may be read, at what second, and that the files are followed."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from configuration import InvalidConfiguration
from configuration.mandates import AMSTERDAM
from configuration.sources import File, Jetstream
from services.ingest.mandated import LOOK_EVERY_S, Mandated
from tests.ingest.configured import MANDATE

END_S = datetime(2028, 1, 1, tzinfo=AMSTERDAM).timestamp()


class Clock:
    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "mandates").mkdir()
    shutil.copy(MANDATE, tmp_path / "mandates")
    return tmp_path


def write(config: Path, old: str, new: str) -> None:
    file = config / "mandates" / MANDATE.name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))


def test_a_second_before_the_end_it_is_read_and_at_the_end_it_is_not(config: Path) -> None:
    clock = Clock(END_S - 1)
    mandated = Mandated(config, clock)
    assert mandated.reads("bluesky")
    clock.now_s = END_S - 0.001
    assert mandated.reads("bluesky")
    clock.now_s = END_S
    assert not mandated.reads("bluesky")
    clock.now_s = END_S + 1
    assert not mandated.reads("bluesky")


def test_without_mandates_nothing_is_read_but_exercises(tmp_path: Path) -> None:
    mandated = Mandated(tmp_path, Clock(END_S - 1))
    real = Jetstream(id="bluesky", kind="jetstream", url="wss://x")
    exercise = File(id="haren", kind="file", path=Path("x"), exercise="project-x-haren")
    replayed = File(id="bestand", kind="file", path=Path("x"))
    assert [mandated.question(source)() for source in (real, exercise, replayed)] == [False, True, False]


def test_a_changed_mandate_is_followed_and_a_broken_one_changes_nothing(config: Path) -> None:
    clock = Clock(END_S - 100)
    mandated = Mandated(config, clock)
    write(config, 'sources: ["*"]', "sources: [mastodon]")
    assert mandated.reads("bluesky"), "looked at again only after a while"
    clock.now_s += LOOK_EVERY_S
    assert not mandated.reads("bluesky")
    assert mandated.reads("mastodon")
    write(config, "dpia:", "dpla:")
    clock.now_s += LOOK_EVERY_S
    assert mandated.reads("mastodon")
    (config / "mandates" / MANDATE.name).unlink()
    clock.now_s += LOOK_EVERY_S
    assert not mandated.reads("mastodon"), "a mandate that was taken away no longer holds"


def test_a_mandate_that_is_not_in_order_is_told_at_the_start(config: Path) -> None:
    write(config, "dpia: VOORBEELD-DPIA", "dpia: ''")
    with pytest.raises(InvalidConfiguration, match=r"voorbeeld\.yaml:\d+: dpia"):
        Mandated(config)
