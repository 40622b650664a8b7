"""One record to what leaves of it: hostile text, labels, deletions, new words, rotation."""
# ruff: noqa: E501 (hostile texts stand in rows)

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import Deletion, RawPost
from seinpost.anonymize import answers
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings
from services.anonymizer.verdicts import Explained

CREATED_MS = 1_637_272_800_000


@pytest.fixture
def anonymizer(projector: Projector, settings: AnonymizerSettings) -> Anonymizer:
    return Anonymizer(projector, settings, k=5, now_ms=CREATED_MS)


def raw(id: str = "1", text: str = "rellen in Rotterdam", **fields: object) -> RawPost:
    values = {"source": "test", "author": "a", "created_ms": CREATED_MS, "received_ms": CREATED_MS}
    return RawPost(id=id, text=text, **(values | fields))  # type: ignore[arg-type]


@given(some.text(max_size=400))
@hypothesis(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_whatever_is_projected(projector: Projector, text: str) -> None:
    projection = projector.project(text, CREATED_MS)
    explained: list = []
    assert projector.project(text, CREATED_MS, explained).tokens == projection.tokens, "explaining changes nothing"
    msgspec.json.encode(projection.tokens)
    assert all("@" not in token for token in projection.tokens)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("Vanavond rellen. Kijk, Boeken bij Jan 🔥🔥", ["kijk", "boeken", "jan", "🔥", "🔥"]),
        ("Toen waren er 100 verhalen", ["100"]),
        ("Toen begon om 20:00 de wedstrijd", []),
        ("Wij zagen 20:00 staan", []),
        ("de vrouw, Coolsingel 40 en @jaap", ["coolsingel", "40", "@jaap"]),
        ("wij lopen, meneer van Dam", ["dam"]),
    ],
)
def test_explaining_names_what_stayed_behind_once_and_nothing_else(
    projector: Projector, text: str, dropped: list[str]
) -> None:
    before = sum(projector.dropped)
    explained: list[Explained] = []
    tokens = projector.project(text, CREATED_MS, explained).tokens
    assert [part.text for part in explained] == dropped, tokens
    assert sum(projector.dropped) - before == len(explained), "the metric counts what the explanation names"


@pytest.mark.parametrize(
    "text",
    ["a" * 20_000, "1 " * 10_000, "r " * 10_000, "@" * 20_000, "#" * 20_000, "0-" * 10_000, "'" * 20_000, "&amp;" * 4_000,
     "www." * 5_000, "ab-" * 6_000, "a.b" * 6_000, "\x00" * 20_000, "\u202e" * 20_000, "é" * 20_000, "nul " * 5_000,
     "#" + "jan" * 6_000, "snap: " * 3_000, "van " * 5_000, "e\u0301" * 10_000, "<" * 20_000, "9:" * 10_000],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_the_longest_post_cannot_occupy_the_service(projector: Projector, text: str) -> None:
    started = time.process_time()
    projector.project(text, CREATED_MS)
    assert time.process_time() - started < 5, "quadratic"


def test_what_leaves_names_no_fields_but_those_of_the_contract(anonymizer: Anonymizer) -> None:
    (post,) = anonymizer.post(raw(langs=("nl-NL",), repost=True), partition=0, offset=3).posts
    assert json.loads(msgspec.json.encode(post)) == {
        "offset": 3,
        "minute": CREATED_MS // 60_000,
        "source": "test",
        "tokens": ["rellen", "in", "Rotterdam"],
        "author": post.author,
        "post": post.post,
        "lang": "nl",
        "repost": True,
    }


@pytest.mark.parametrize("langs", [("jaap",), ("nl_jaap de vries",), ("<script>",), ("",)])
def test_a_language_that_is_none_stays_behind(anonymizer: Anonymizer, langs: tuple[str, ...]) -> None:
    (post,) = anonymizer.post(raw(text="x", langs=langs), partition=0, offset=3).posts
    assert post.lang is None


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        (raw(source="Jaap"), Reason.INVALID_FIELD),
        (raw(exercise="van jaap"), Reason.INVALID_FIELD),
        (raw(created_ms=0), Reason.TOO_OLD),
        (raw(created_ms=CREATED_MS + 700_000), Reason.TOO_FAR_AHEAD),
        (raw(created_ms=5 * 10**12, received_ms=5 * 10**12), Reason.TOO_FAR_AHEAD),
        (raw(text="x" * 20_001), Reason.TOO_LARGE),
    ],
)
def test_what_must_not_be_counted_is_refused(anonymizer: Anonymizer, post: RawPost, reason: Reason) -> None:
    with pytest.raises(Malformed) as refused:
        anonymizer.post(post, partition=0, offset=1)
    assert refused.value.reason is reason


def test_a_duplicate_is_refused_but_the_same_record_read_again_is_not(anonymizer: Anonymizer) -> None:
    first = anonymizer.post(raw(), partition=0, offset=1)
    assert anonymizer.post(raw(), partition=0, offset=1) == first
    with pytest.raises(Malformed):
        anonymizer.post(raw(), partition=0, offset=2)


def test_a_recalled_post_makes_its_copy_a_duplicate(anonymizer: Anonymizer) -> None:
    anonymizer.recall(raw(), partition=0, offset=3)
    with pytest.raises(Malformed) as refused:
        anonymizer.post(raw(), partition=0, offset=9)
    assert refused.value.reason is Reason.DUPLICATE


def test_what_was_set_aside_is_not_recalled_as_told(anonymizer: Anonymizer) -> None:
    """A copy that is in order by now is counted."""
    early = raw(created_ms=CREATED_MS + 700_000)
    with pytest.raises(Malformed):
        anonymizer.recall(early, partition=0, offset=3)
    later = raw(created_ms=CREATED_MS + 700_000, received_ms=CREATED_MS + 700_000)
    assert anonymizer.post(later, partition=0, offset=9).posts


def test_without_an_author_there_is_no_token(anonymizer: Anonymizer) -> None:
    (post,) = anonymizer.post(raw(author=None), partition=0, offset=1).posts
    assert post.author is None


def test_after_rotation_a_deletion_finds_nothing(anonymizer: Anonymizer) -> None:
    deletion = Deletion(source="test", id="1", deleted_ms=CREATED_MS, received_ms=CREATED_MS)
    (before,) = anonymizer.post(raw(), partition=0, offset=1).posts
    anonymizer.rotate(CREATED_MS + 1)
    assert anonymizer.deletion(deletion, offset=2).posts == ()
    (after,) = anonymizer.post(raw(), partition=0, offset=3).posts
    assert (after.author, after.post) != (before.author, before.post)
    (retraction,) = anonymizer.deletion(deletion, offset=4).posts
    assert retraction.retract
    assert retraction.tokens == after.tokens


def test_a_new_hashtag_is_released_to_the_kth_author_and_a_name_never(anonymizer: Anonymizer) -> None:
    found = []
    for number in range(12):
        text = "#zwartezaterdag #janjansen #jaap @zwartezaterdag 06123456789 yavuzoglu"
        post = anonymizer.post(raw(str(number), text, author=str(number)), partition=0, offset=number).posts[0]
        found.append(post.candidates)
        assert "zwartezaterdag" not in post.tokens
    assert [number for number, words in enumerate(found) if words] == [4, 9]
    assert {word for words in found for word in words} == {"zwartezaterdag"}


def test_the_command_answers_in_order_and_survives_bad_lines(anonymizer: Anonymizer) -> None:
    lines = [
        b'{"id":"1","created_at":"2021-11-18T22:00:00Z","text":"rellen @jaap"}\n', b"kapot\n", b"\n", b"\xff\n",
        b'{"id":"2","created_at":"gisteren","text":""}\n', b'{"id":3,"created_at":"2021-11-18T22:00:00","text":"Utrecht"}\n',
        b"[" * 5_000,
    ]  # fmt: skip
    found = [json.loads(line) for line in answers(iter(lines), anonymizer, explain=True)]  # type: ignore[arg-type]
    assert [answer.get("line") or answer["offset"] for answer in found] == [1, 2, 4, 5, 6, 7]
    assert found[0]["tokens"] == ["rellen", "▢"]
    assert found[0]["dropped"] == [{"text": "@jaap", "reason": "mention"}]
    assert [answer.get("error") for answer in found] == [
        None, "invalid_json", "invalid_utf8", "invalid_field", None, "invalid_field",
    ]  # fmt: skip


def test_the_command_names_the_field_and_fails_at_the_end(tmp_path: Path, words_file: Path) -> None:
    good = b'{"id":"1","created_at":"2021-11-18T22:00:00Z","text":"rellen"}\n'
    posts = tmp_path / "posts.jsonl"
    posts.write_bytes(
        good
        + b'{"id":"2","text":"geheim"}\n'
        + b'{"id":"3","created_at":"2021-11-18T22:00:00Z","text":["geheim"]}\n'
        + b'{"id":"4","created_at":"geheim","text":""}\n'
        + b"geheim\n"
        + good.replace(b'"1"', b'"6"')
    )
    command = [str(Path(sys.executable).with_name("seinpost")), "anonymize", str(posts), "--lexicon", str(words_file)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False, timeout=120)
    assert ended.returncode == 1
    assert [json.loads(line).get("error", "left") for line in ended.stdout.splitlines()] == [
        "left", "invalid_field", "invalid_field", "invalid_field", "invalid_json", "left",
    ]  # fmt: skip
    assert ended.stderr.decode().splitlines() == [
        "line 2: invalid_field at $.created_at",
        "line 3: invalid_field at $.text",
        "line 4: invalid_field at $.created_at",
        "line 5: invalid_json",
    ]
    assert b"geheim" not in ended.stdout + ended.stderr
    posts.write_bytes(good)
    assert (
        subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False, timeout=120).returncode
        == 0
    )
