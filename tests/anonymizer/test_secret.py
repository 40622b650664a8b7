"""Author tokens: stable within a key, worthless without it, unlinkable across keys."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.anonymizer.secret import Secret, due

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HANDLES = [f"gebruiker{number}.bsky.social" for number in range(5_000)]


def test_one_author_has_one_token_within_a_key_and_source() -> None:
    secret = Secret(0)
    assert secret.token(b"author", "bluesky", "jaap") == secret.token(b"author", "bluesky", "jaap")
    assert secret.token(b"author", "bluesky", "jaap") != secret.token(b"author", "mastodon", "jaap")
    assert secret.token(b"author", "bluesky", "jaap") != secret.token(b"post", "bluesky", "jaap")
    assert len({secret.token(b"author", "bluesky", handle) for handle in HANDLES}) == len(HANDLES)


def test_a_dictionary_of_all_handles_recovers_nothing_after_rotation() -> None:
    """The attacker has the code, every token of the day, every handle, and guesses at keys."""
    secret = Secret(0)
    day = {secret.token(b"author", "bluesky", handle) for handle in HANDLES}
    secret.replace(1)
    guesses = [b"", bytes(32), b"\xff" * 32, hashlib.sha256(b"seinpost").digest()]
    recovered = {
        hashlib.blake2b(f"bluesky\x00{handle}".encode(), key=key, digest_size=8, person=b"author").hexdigest()
        for key in guesses
        for handle in HANDLES
    } | {secret.token(b"author", "bluesky", handle) for handle in HANDLES}
    assert not recovered & day


def test_linking_two_days_is_no_better_than_chance() -> None:
    """Match authors of two days by any likeness of their tokens: shared prefixes, order, Hamming distance."""
    rng = random.Random(9)
    secret = Secret(0)
    first = [int(secret.token(b"author", "x", handle), 16) for handle in HANDLES]
    secret.replace(1)
    second = [int(secret.token(b"author", "x", handle), 16) for handle in HANDLES]
    won = 0
    rounds = 60_000
    for _ in range(rounds):
        author, other = rng.sample(range(len(HANDLES)), 2)
        same, different = first[author] ^ second[author], first[author] ^ second[other]
        won += same.bit_count() < different.bit_count() or (
            same.bit_count() == different.bit_count() and rng.random() < 0.5
        )
    # Three standard errors of a fair coin over this many rounds are 0.006.
    assert abs(won / rounds - 0.5) <= 0.01
    by_order = sorted(range(len(HANDLES)), key=first.__getitem__), sorted(range(len(HANDLES)), key=second.__getitem__)
    assert sum(one == two for one, two in zip(*by_order, strict=True)) <= 10


def test_destroying_overwrites_the_key() -> None:
    secret = Secret(0)
    assert any(secret._key)
    held = bytes(secret._key)
    secret.replace(1)
    assert held not in bytes(secret._page)
    secret.destroy()
    assert not any(secret._key)


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        ("2026-11-22 04:00", "2026-11-23 03:59", False),
        ("2026-11-22 04:00", "2026-11-23 04:00", True),
        ("2026-11-23 03:00", "2026-11-23 04:00", True),  # made at a restart: the next quiet hour all the same
        ("2026-11-23 05:00", "2026-11-23 23:00", False),
        ("2026-03-28 04:00", "2026-03-29 04:00", True),  # the clock changes in between
    ],
)
def test_a_key_lives_until_the_quiet_hour(made: str, now: str, expected: bool) -> None:
    def ms(wall: str) -> int:
        return int(datetime.strptime(wall, "%Y-%m-%d %H:%M").replace(tzinfo=AMSTERDAM).timestamp() * 1000)

    assert due(ms(made), ms(now), 4) is expected
