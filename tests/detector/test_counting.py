"""Which posts count for a phenomenon: weights, bare calls, and where people come from."""

from __future__ import annotations

import pytest

from services.detector.matching import Matcher, is_strong
from tests.detector.posts import MONDAY_NOON, post, whole


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(whole())


def watched(matcher: Matcher, text: str) -> list[str]:
    contributions, _ = matcher.match(post(MONDAY_NOON, text))
    return [one.series for one in contributions if one.series.startswith("watch:")]


@pytest.mark.parametrize("text", ["feest in Rotterdam", "voetbal in Rotterdam", "raadhuis Rotterdam", "feest en drank"])
def test_an_everyday_word_alone_names_no_phenomenon(matcher: Matcher, text: str) -> None:
    assert matcher.match(post(MONDAY_NOON, text))[0] == []


@pytest.mark.parametrize(
    "text",
    ["feest in Rotterdam kom_allemaal", "verjaardagsfeest en feest in Rotterdam", "project_x feest in Rotterdam"],
)
def test_beside_a_call_or_another_topic_it_does(matcher: Matcher, text: str) -> None:
    assert watched(matcher, text) == ["watch:project-x@GM0599"]


@pytest.mark.parametrize(
    "text",
    [
        "stem op de zangeres uit Heerlen deel_dit_massaal",
        "kom_allemaal naar Rotterdam",
        "verzamelen bij de fontein in Rotterdam",
        "wie_gaat_er_mee morgen 20:00 naar Coolsingel",
        "kom_allemaal niet morgen 20:00 naar Coolsingel",
    ],
)
def test_a_bare_call_without_place_and_time_counts_for_nothing(matcher: Matcher, text: str) -> None:
    assert matcher.match(post(MONDAY_NOON, text))[0] == []


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("kom_allemaal morgen 20:00 naar Coolsingel", "watch:oproep@GM0599"),
        ("locatie_volgt morgen 20:00 Coolsingel", "watch:oproep@GM0599"),
        ("neem_mee hamers naar Coolsingel kom_allemaal verzamelen plunderen", "watch:plunderen@GM0599"),
        ("wil_minimaal_200_man_zien in Rotterdam", "watch:rellen@GM0599"),
    ],
)
def test_a_call_counts_for_what_it_calls_to(matcher: Matcher, text: str, series: str) -> None:
    assert watched(matcher, text) == [series]


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("kom_allemaal morgen 20:00 naar Coolsingel", True),
        ("wie_gaat_er_mee morgen 20:00 naar Coolsingel", False),
        ("verzamelen morgen 20:30 Delfzijl", False),
        ("verzamelen morgen 20:30 Delfzijl vuurwerk", True),
    ],
)
def test_a_strong_call_has_weight_and_a_spot_or_something_to_bring(matcher: Matcher, text: str, strong: bool) -> None:
    _, reading = matcher.match(post(MONDAY_NOON, f"{text} wedstrijd"))
    assert reading is not None
    assert is_strong(reading, matcher.gazetteer) is strong


@pytest.mark.parametrize(
    "text",
    [
        "kom_allemaal morgen trein vanaf Zwolle",
        "kom_allemaal morgen met de bus uit Zwolle",
        "kom_allemaal morgen 20:00 vanuit Zwolle",
        "project_x trein vanaf Zwolle",
    ],
)
def test_where_people_come_from_is_no_place_of_a_gathering(matcher: Matcher, text: str) -> None:
    assert watched(matcher, text) == []


@pytest.mark.parametrize(
    ("text", "gemeente"),
    [
        ("project_x met 20 man vanuit Zwolle naar Assen", "GM0106"),
        ("project_x van Zwolle naar Assen", "GM0106"),
        ("project_x morgen Zwolle - Assen wie kan rijden", "GM0106"),
        ("project_x morgen in Stationsweg Haren Groningen trein vanaf Emmen", "GM0014"),
        ("project_x beelden uit Zwolle", "GM0193"),
        ("project_x in het centrum van Zwolle", "GM0193"),
    ],
)
def test_the_place_is_where_they_go(matcher: Matcher, text: str, gemeente: str) -> None:
    assert watched(matcher, text) == [f"watch:project-x@{gemeente}"]


def test_a_march_starts_from_a_square(matcher: Matcher) -> None:
    assert watched(matcher, "demonstratie morgen vanaf Malieveld") == ["watch:demonstratie@GM0518"]


def test_a_gathering_and_a_shared_term_go_by_the_weightiest_phenomenon(matcher: Matcher) -> None:
    """*In opstand* is also said at a protest, but less typical of it."""
    contributions, _ = matcher.match(post(MONDAY_NOON, "in_opstand kom_allemaal morgen 20:00 naar Coolsingel"))
    called = {one.series.partition(":")[0]: one.subject.phenomenon for one in reversed(contributions)}
    assert (called["event"], called["term"]) == ("rellen", "rellen")
