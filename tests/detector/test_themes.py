"""Themes: what counts as an attack and why, only under a mandate that names the theme, and of at least k people."""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.attack import Attack, Rule
from configuration.mandates import AMSTERDAM, Cover, Mandate, cover
from contracts.anonymous_posts import AnonymousPost
from contracts.theme import Part, ThemeBlock
from services.detector.attack import Lexicon
from services.detector.pipeline import Pipeline
from tests.configuration.test_mandates import mandate
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, post, replay, whole

T = MONDAY_NOON
ADVICE = {"by": "functionaris", "on": "2026-06-01", "outcome": "Akkoord voor een half jaar."}
PERMISSION = {"watched": ["opvang"], "necessity": "Zonder deze telling ziet de gemeente niets.", "dpo_advice": ADVICE}
NOW = datetime.datetime(2026, 9, 1, tzinfo=AMSTERDAM)
END = datetime.datetime(2026, 12, 1, tzinfo=AMSTERDAM)
SECOND = datetime.timedelta(seconds=1)
ATTACK, OTHER = "asielzoekers zijn ongedierte azc", "nieuwe azc in de gemeente"
WEEKS = 3 * 7 * 1440


def permitted(**changed: object) -> Mandate:
    everything = {"phenomena": ["rellen"], "regions": ["*"], "sources": ["*"], "themes": PERMISSION}
    return mandate(**(everything | changed))


ALLOWED = permitted()
CONFIGURATION = dataclasses.replace(whole(), mandates=(ALLOWED,))
K = CONFIGURATION.thresholds.k_anonymity


def pipeline_of(allowed: Cover | None, partitions: int = 1) -> Pipeline:
    return Pipeline(CONFIGURATION, partitions=partitions, cover=allowed)


def told(
    posts: list[AnonymousPost], allowed: Cover | None = None, partitions: int = 1, exercise: str | None = None
) -> list[ThemeBlock]:
    """Of posts and of event time that goes on long enough for all to be told."""
    pipeline = pipeline_of(allowed or cover([ALLOWED], NOW), partitions)
    end = max(one.minute for one in posts)
    later = [post(end + minutes, "mooi weer", f"later-{minutes}") for minutes in (61, 130, WEEKS, WEEKS + 61)]
    replay(CONFIGURATION, batches([*posts, *later], partitions, exercise=exercise), pipeline=pipeline)
    return sorted(pipeline.themes, key=lambda block: (block.series, block.start))


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    assert CONFIGURATION.attack is not None
    return Lexicon(CONFIGURATION.attack)


@pytest.mark.parametrize(
    ("text", "rule", "groups"),
    [
        ("die kutmarokkanen weer", Rule.SLUR, ("marokkaanse-nederlanders",)),
        ("vieze vuile homo's", Rule.ABUSE, ("homo-en-bi",)),
        ("vrouwen zijn gewoon hysterisch", Rule.ABUSE, ("vrouwen",)),
        ("joden en moslims zijn ratten", Rule.DEHUMANISE, ("joden", "moslims")),
        ("ze moeten die asielzoekers ophangen", Rule.HARM, ("nieuwkomers",)),
        ("alle moslims het land uit", Rule.EXCLUDE, ("moslims",)),
        ("ik haat christenen", Rule.HATE, ("christenen",)),
    ],
)
def test_each_rule_says_why_and_on_whom(lexicon: Lexicon, text: str, rule: Rule, groups: tuple[str, ...]) -> None:
    found = lexicon.find(text.split())
    assert found is not None
    assert (found.rule, found.groups) == (rule, groups)


@pytest.mark.parametrize(
    "text",
    [
        "moslims zijn niet achterlijk",
        "ik haat files",
        "de islam is achterlijk",
        "jij bent een klootzak",
        "wie zegt dat joden ratten zijn doet aan antisemitisme",
        "hysterisch druk op de markt met vrouwen en kinderen",
        "vluchtelingen moeten lang wachten",
        "homo's",
        "",
    ],
)
def test_criticism_negation_counter_speech_and_no_group_are_no_attack(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find(text.split()) is None


def test_a_word_counts_no_further_than_the_window(lexicon: Lexicon) -> None:
    assert CONFIGURATION.attack is not None
    near = ["▢"] * CONFIGURATION.attack.window
    assert lexicon.find(["ongedierte", *near, "joden"])
    assert lexicon.find(["ongedierte", *near, "▢", "joden"]) is None


def test_attacks_and_other_posts_are_told_apart_with_whom_they_are_aimed_at() -> None:
    posts = [*chatter(T, 60), *crowd(T + 3, ATTACK, 12), *crowd(T + 5, OTHER, 40)]
    blocks = {block.series: block for block in told(posts)}
    assert {(block.part, block.source, block.group, block.posts) for block in blocks.values()} == {
        (Part.ATTACK, "bluesky", None, 12),
        (Part.OTHER, "bluesky", None, 40),
        (Part.TARGET, None, "nieuwkomers", 12),
    }
    assert all(block.method == CONFIGURATION.method() and block.region is None for block in blocks.values())


def test_each_source_is_told_by_itself_and_needs_k_people_of_its_own() -> None:
    some = [post(T + 10, OTHER, f"other-{number}", source="mastodon") for number in range(3)]
    (block,) = told([*chatter(T, 60), *crowd(T + 5, OTHER, 30), *some])[:1]
    assert (block.series, block.posts) == ("theme:opvang/other:bluesky", 30)


def test_a_place_is_told_as_its_region_and_nothing_smaller() -> None:
    blocks = told([*chatter(T, 60), *crowd(T + 3, f"{ATTACK} Rotterdam", 12)])
    assert {block.region for block in blocks} == {None, "VR17"}
    assert not any("Rotterdam" in repr(block) or "0599" in repr(block) for block in blocks)


def test_what_people_say_of_groups_is_never_an_alert() -> None:
    pipeline = pipeline_of(cover([ALLOWED], NOW))
    posts = [*chatter(T, 300), *crowd(T + 290, "asielzoekers zijn ongedierte", 400, minutes=5)]
    assert replay(CONFIGURATION, batches(posts), pipeline=pipeline) == []


@pytest.mark.parametrize(
    "lacking",
    [
        {"themes": None},
        {"themes": PERMISSION | {"watched": ["geloof"]}},
        {"sources": ["mastodon"]},
        {"regions": ["VR01"]},
    ],
    ids=("no themes", "another theme", "another source", "another region"),
)
def test_nothing_is_counted_that_the_mandate_does_not_name(lacking: dict[str, object]) -> None:
    allowed = cover([permitted(**lacking)], NOW)
    pipeline = pipeline_of(allowed)
    replay(CONFIGURATION, batches([*chatter(T, 60), *crowd(T + 3, ATTACK, 12)]), pipeline=pipeline)
    assert not any("/theme:" in name for store in pipeline.series for name in store.names())


def test_without_any_permission_not_even_its_words_are_looked_for() -> None:
    off = dataclasses.replace(whole(), mandates=(permitted(themes=None),))
    pipeline = Pipeline(off, cover=None)
    replay(off, batches([*chatter(T, 60), *crowd(T + 3, ATTACK, 12)]), pipeline=pipeline)
    assert not any("/theme:" in name for store in pipeline.series for name in store.names())


def test_it_is_gone_at_the_second_the_mandate_ends() -> None:
    pipeline = pipeline_of(cover([ALLOWED], NOW))
    replay(CONFIGURATION, batches([*chatter(T, 60), *crowd(T + 3, ATTACK, 12)]), pipeline=pipeline)

    def held() -> list[str]:
        return [name for store in pipeline.series for name in store.names() if "/theme:" in name]

    assert held()
    pipeline.change_cover(cover([ALLOWED], END - SECOND))
    assert held()
    pipeline.change_cover(cover([ALLOWED], END))
    assert held() == []
    pipeline.add(batches(crowd(T + 100, ATTACK, 60))[0][0], 0, 10_000)
    pipeline.flush(0)
    assert held() == []


def test_an_exercise_says_nothing_of_how_people_talk() -> None:
    assert told([*chatter(T, 60), *crowd(T + 3, ATTACK, 12)], exercise="oefening") == []


def test_a_theme_past_its_last_day_is_not_counted() -> None:
    themes = tuple(theme.model_copy(update={"expires": datetime.date(2026, 11, 8)}) for theme in CONFIGURATION.themes)
    expired = dataclasses.replace(CONFIGURATION, themes=themes)
    pipeline = Pipeline(expired, cover=cover([ALLOWED], NOW))
    replay(expired, batches([*chatter(T, 60), *crowd(T + 3, ATTACK, 12)]), pipeline=pipeline)
    assert not any("/theme:" in name for store in pipeline.series for name in store.names())


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9 * 1440), st.integers(0, 25), st.sampled_from((ATTACK, OTHER))),
        min_size=1,
        max_size=150,
    )
)
def test_every_number_is_of_k_people_and_no_post_is_told_twice(drawn: list[tuple[int, int, str]]) -> None:
    posts = [post(T + minute, text, f"author-{author}") for minute, author, text in drawn]
    by_series: dict[str, list[ThemeBlock]] = defaultdict(list)
    for block in told(posts):
        by_series[block.series].append(block)
    said = {Part.ATTACK: ATTACK, Part.TARGET: ATTACK, Part.OTHER: OTHER}
    for blocks in by_series.values():
        end = -1
        for block in blocks:
            assert block.start >= end
            end = block.end
            tokens = tuple(said[block.part].split())
            inside = [one for one in posts if one.tokens == tokens and block.start <= one.minute < block.end]
            if block.posts is not None:
                assert block.posts == len(inside)
                assert not inside or len({one.author for one in inside}) >= K


def test_partitions_change_nothing() -> None:
    posts = [*chatter(T, 60), *crowd(T + 3, ATTACK, 40, minutes=50), *crowd(T + 5, OTHER, 90, minutes=50)]
    assert told(posts, partitions=1) == told(posts, partitions=3)


def test_a_list_that_gives_a_word_to_two_groups_is_refused() -> None:
    assert CONFIGURATION.attack is not None
    fields = CONFIGURATION.attack.model_dump()
    fields["groups"][1]["terms"] = [*fields["groups"][1]["terms"], fields["groups"][0]["terms"][0]]
    with pytest.raises(ValueError, match="names both"):
        Attack.model_validate(fields)
