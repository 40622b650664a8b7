"""Posts of an exercise: the same for the same seed, as many as the facts say, and of nobody who exists."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from exercises.generator import Post, expected_posts, posts
from exercises.scenario import LOCAL, ids, load, minute_of
from services.ingest.supplied import read_line

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def haren() -> list[Post]:
    return list(posts(load("haren-2012"), seed=1))


def local(post: Post) -> datetime:
    return datetime.fromisoformat(post.created_at).astimezone(LOCAL)


def written_by(seed: int, hash_seed: str) -> str:
    """Digest of what another process writes."""
    command = [sys.executable, "-m", "seinpost.cli", "exercise", "generate", "coolsingel-2021", "--seed", str(seed)]
    command[1:3] = ["-c", "from seinpost.cli import app; app()"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, capture_output=True, check=True, cwd=REPOSITORY, env=environment)
    assert len(done.stdout.splitlines()) > 3_000
    return hashlib.sha256(done.stdout).hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    assert written_by(7, "1") == written_by(7, "2")
    assert written_by(7, "1") != written_by(8, "1")


def test_posts_come_in_order_of_time_with_ids_that_count_up(haren: list[Post]) -> None:
    assert all(a.created_at <= b.created_at and a.id < b.id for a, b in itertools.pairwise(haren))
    assert minute_of(load("haren-2012").from_) * 60 <= local(haren[0]).timestamp()


def test_every_line_is_what_the_file_source_reads(haren: list[Post]) -> None:
    for post in haren[::500]:
        raw = read_line(msgspec.json.encode(post), source="haren-2012", received_ms=0, exercise="haren-2012")
        assert (raw.text, raw.author, raw.source) == (post.text, post.author, post.source)


def test_haren_has_the_size_that_is_asked(haren: list[Post]) -> None:
    assert 40_000 <= len(haren) <= 60_000
    assert len({post.author for post in haren}) >= 4_000


def about(post: Post) -> bool:
    """Written by somebody of the two pools, who speak of nothing else."""
    return re.search(r"_(ge|jo)\d+$", post.author) is not None


def test_haren_grows_as_it_did(haren: list[Post]) -> None:
    days = Counter(local(post).date() for post in haren if about(post))
    assert not any(days[date(2012, 9, 1) + timedelta(days=n)] for n in range(5))
    assert 250 <= days[date(2012, 9, 7)] <= 550
    for number in range(8, 17):
        assert 100 <= days[date(2012, 9, number)] <= 200
    assert 540 <= days[date(2012, 9, 17)] <= 690  # 615, give or take three standard deviations
    assert days[date(2012, 9, 18)] > 2.5 * days[date(2012, 9, 17)]
    assert days[date(2012, 9, 20)] > 2 * days[date(2012, 9, 19)]
    assert days[date(2012, 9, 21)] > days[date(2012, 9, 20)]


@pytest.mark.parametrize("name", ids())
def test_the_volume_is_what_the_file_means(name: str) -> None:
    scenario = load(name)
    meant = expected_posts(scenario, scenario.minutes)
    counted = sum(1 for _ in posts(scenario, seed=3))
    assert abs(counted - meant) < 0.06 * meant


def test_nights_are_quiet_and_evenings_are_not(haren: list[Post]) -> None:
    hours = Counter(local(post).hour for post in haren if local(post).day <= 5)
    assert hours[3] * 6 < hours[20]


def test_ordinary_chatter_speaks_of_haren_and_of_hair(haren: list[Post]) -> None:
    quiet = [post.text for post in haren if local(post).day <= 5]
    assert sum("haren" in text.lower() for text in quiet) > 30
    assert sum("groningen" in text.lower() for text in quiet) > 100
    assert len(set(quiet)) > 0.5 * len(quiet)


def test_people_misspell_repeat_and_quote(haren: list[Post]) -> None:
    said = [post.text for post in haren if about(post)]
    assert sum(text.startswith("RT @") for text in said) > 0.15 * len(said)
    assert sum("“@" in text for text in said) > 0.04 * len(said)
    assert any(re.search(r"f[3e]{3,}st|f3est|fe3st", text.lower()) for text in said)
    assert len({word for text in said for word in re.findall(r"h[a-z0-9]*ren\b", text.lower())}) > 6
    assert max(len(text) for text in said) == 140


def test_phone_numbers_addresses_and_links_belong_to_nobody(haren: list[Post]) -> None:
    text = "\n".join(post.text for post in haren)
    numbers = [re.sub(r"\D", "", number)[:8] for number in re.findall(r"(?:\+31 ?|\b0)6[-\d ]([-\d ]{4,})", text)]
    assert len(numbers) > 100
    assert all(nobody.startswith(number) for number in numbers for nobody in [nobody_of(number)])
    links = re.findall(r"https?://(\S*)", text)
    assert links
    assert all("nieuws.example".startswith(link.split("/")[0]) for link in links)  # 140 characters may cut one
    assert re.search(r"\b\w+@\w+\.example", text)
    assert not re.search(r"@\w+\.(nl|com|org)\b", text)


def nobody_of(number: str) -> str:
    """The number that is nobody's, of which this is (the rest of) one; 140 characters may cut it."""
    return "00000000" if number.startswith("0") else "12345678" if number.startswith("1") else "2345678"


def test_no_two_people_share_a_handle() -> None:
    by_handle: dict[str, set[str]] = {}
    for post in posts(load("haren-2012"), seed=2):
        by_handle.setdefault(post.author, set()).add(post.author.rsplit("_", 1)[1])
    suffixes = Counter(author.rsplit("_", 1)[1] for author in by_handle)
    assert max(suffixes.values()) == 1
