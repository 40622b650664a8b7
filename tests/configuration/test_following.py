"""The configuration on disk is followed: each change once, whole or with what is wrong."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from configuration import Configuration, InvalidConfiguration, load
from configuration.following import changes

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for file in ("phenomena/rellen.yaml", "places/gemeenten.csv", "thresholds.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(CONFIG / file, tmp_path / file)
    return tmp_path


def _next(following: AsyncIterator[Configuration | InvalidConfiguration]) -> asyncio.Future[object]:
    return asyncio.ensure_future(anext(following))  # type: ignore[arg-type]


async def test_each_change_is_told_once_good_or_bad(config: Path) -> None:
    version = load(config).version
    good = (config / "thresholds.yaml").read_text()
    following = changes(config, version, look_every_s=0.01)
    waiting = _next(following)
    await asyncio.sleep(0.2)
    assert not waiting.done(), "nothing changed"
    (config / "thresholds.yaml").write_text("k_anonymity: 1\nscale_minutes: 5\n")
    refused = await waiting
    assert isinstance(refused, InvalidConfiguration)
    assert refused.places(config) == ("thresholds.yaml:1", "thresholds.yaml:2")
    (config / "thresholds.yaml").write_text(good)
    mended = await anext(following)
    assert isinstance(mended, Configuration)
    assert mended.version == version, "put back as it was, and told, so that the warning ends"


async def test_a_change_before_the_first_look_is_seen(config: Path) -> None:
    version = load(config).version
    (config / "thresholds.yaml").write_text("k_anonymity: 12\n")
    found = await anext(changes(config, version))
    assert isinstance(found, Configuration)
    assert found.thresholds.k_anonymity == 12


async def test_a_directory_that_is_gone_is_a_problem_not_a_crash(config: Path) -> None:
    version = load(config).version
    following = changes(config, version, look_every_s=0.01)
    waiting = _next(following)
    await asyncio.sleep(0.1)
    shutil.rmtree(config)
    refused = await waiting
    assert isinstance(refused, InvalidConfiguration)


async def test_a_name_of_the_lists_is_refused_in_force_too(
    config: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lexicon = tmp_path_factory.mktemp("lexicon") / "words.gz"
    watch = config / "phenomena" / "rellen.yaml"
    watch.write_text(watch.read_text().replace("terms:\n", "terms:\n  - {term: sanneke zandstra}\n", 1))
    version = load(config).version
    following = changes(config, "another", look_every_s=0.01, lexicon=lexicon)
    assert isinstance(await anext(following), Configuration), "no lists, and that stops nobody"
    lexicon.write_bytes(gzip.compress(b"sanneke\tf\nzandstra\ts\n"))
    found = await anext(changes(config, version, look_every_s=0.01, lexicon=lexicon))
    assert isinstance(found, InvalidConfiguration)
    assert [problem.reason for problem in found.problems] == [
        "sanneke zandstra is a person's name: Seinpost watches phenomena, not people"
    ]
