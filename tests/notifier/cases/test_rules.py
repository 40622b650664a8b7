"""The pure parts: what each route asks, what may follow what, and seals that hold."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.platforms import Platforms
from services.notifier.cases.content import NEEDED, Content, Field, exact, missing
from services.notifier.cases.letter import Letter
from services.notifier.cases.progress import DAY_MS, HOUR_MS, Status, after, due_ms
from services.notifier.cases.triage import DESK, ROUTES, Nature, Route
from services.notifier.cases.vault import CaseKey, Sealed, UnusableKey, Vault, Wrapped, read_key
from tests.notifier.cases_scene import PLANTED, PLATFORMS

FOUND = Platforms.model_validate(PLATFORMS)
PLATFORM, ORGANISATION = FOUND.platform("proef"), FOUND.organisation("VR17")
WHOLE = Content(
    urls=(PLANTED,), reasons="reden", rule="regel", account="account", seen_at="gisteren", good_faith=True,
    legal_basis="grond", authority="gezag", redress="bezwaar", territory="Nederland", language="Nederlands",
)  # fmt: skip
EMPTY = Content()
ATTRIBUTE = {Field.SEEN_AT: "seen_at", Field.GOOD_FAITH: "good_faith", Field.LEGAL_BASIS: "legal_basis"}


@pytest.mark.parametrize("route", Route)
def test_each_thing_that_a_route_needs_is_missed_by_itself(route: Route) -> None:
    assert missing(route, WHOLE, PLATFORM, ORGANISATION) == {}
    for field in NEEDED[route]:
        content, platform, organisation = WHOLE, PLATFORM, ORGANISATION
        if field is Field.PLATFORM:
            platform = None
        elif field is Field.ORGANISATION:
            organisation = None
        else:
            name = ATTRIBUTE.get(field, field.value)
            content = msgspec.structs.replace(WHOLE, **{name: getattr(EMPTY, name)})
        assert set(missing(route, content, platform, organisation)) == {field}


def test_the_law_asks_what_it_says() -> None:
    assert {why for why in NEEDED[Route.NOTICE].values() if why.startswith("DSA art. 16(2)")} == {
        f"DSA art. 16(2)({letter})" for letter in "abcd"
    }
    elements = [f"(a)({number})" for number in ("i", "ii", "iii", "iv", "v")]
    assert {why for why in NEEDED[Route.ORDER].values() if "(2)" in why} == {
        f"DSA art. 9(2){part}" for part in (*elements, "(b)", "(c)")
    }
    assert Route.ORDER not in ROUTES[Nature.UNLAWFUL] + ROUTES[Nature.UNWANTED]
    assert all(Route.NOTHING in routes for routes in ROUTES.values())


@pytest.mark.parametrize("route", Route)
def test_a_letter_holds_all_that_was_asked_and_its_subject_nothing_of_it(route: Route) -> None:
    letter = Letter(
        reference="pm1", route=route, exercise=False, platform=PLATFORM, organisation=ORGANISATION, content=WHOLE
    )
    typed = {Field.URLS: PLANTED, Field.GOOD_FAITH: "te goeder trouw", Field.ORGANISATION: "melden@example.nl"}
    typed[Field.PLATFORM] = "Proefplatform"
    for field in NEEDED[route]:
        said = typed.get(field) or str(getattr(WHOLE, ATTRIBUTE.get(field, field.value)))
        assert said in letter.text, field
    assert "OEFENING" not in letter.text
    assert PLANTED not in letter.subject
    exercise = dataclasses.replace(letter, exercise=True)
    assert exercise.text.startswith("OEFENING")
    assert exercise.text.rstrip().endswith("OEFENING")
    assert exercise.subject.startswith("OEFENING")


def test_what_may_follow() -> None:
    assert after(Status.DRAFT, None) == (Status.CLOSED,)
    assert after(Status.DRAFT, Route.NOTHING) == (Status.CLOSED,)
    for route in Route:
        assert after(Status.CLOSED, route) == ()
        assert Status.DRAFT not in {status for before in Status for status in after(before, route)}
    for route in DESK:
        assert after(Status.DECIDED, route) == (Status.OBJECTED, Status.CLOSED)


def test_when_an_answer_is_late() -> None:
    assert due_ms(Status.SENT, Route.NOTICE, 1_000, 24, None) == 1_000 + 24 * HOUR_MS
    assert due_ms(Status.CONFIRMED, Route.NOTICE, 9_000, 24, 5_000) == 5_000, "a receipt is no answer"
    for route in (Route.NOTICE, Route.TERMS):
        assert due_ms(Status.DECIDED, route, 0, 24, 5_000) == 181 * DAY_MS, "no six months are shorter"
    assert due_ms(Status.DECIDED, Route.ORDER, 0, 24, 5_000) is None, "who orders does not object"
    assert due_ms(Status.OBJECTED, Route.NOTICE, 0, 24, 5_000) == 24 * HOUR_MS
    assert due_ms(Status.CLOSED, Route.NOTICE, 0, 24, 5_000) is None
    assert due_ms(Status.SENT, Route.ORGANISER, 0, 24, None) is None


@given(st.text(max_size=60))
def test_an_address_is_exact_or_it_is_not(text: str) -> None:
    for url in (text, f"https://platform.example/{text}"):
        if exact(url):
            assert url.startswith(("http://", "https://"))
            assert not any(character.isspace() for character in url)


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_a_seal_with_one_bit_changed_does_not_open(plain: bytes, place: int) -> None:
    key = CaseKey("pm1", bytes(range(32)))
    sealed = bytearray(key.seal("content", plain))
    assert key.open("content", bytes(sealed)) == plain
    sealed[place % len(sealed)] ^= 1 << place % 8
    with pytest.raises(Sealed):
        key.open("content", bytes(sealed))


def test_a_seal_opens_in_its_own_place_alone() -> None:
    vault = Vault(bytes(32))
    key, wrapped = vault.new("pm1")
    sealed = key.seal("content", b"x")
    assert sealed != key.seal("content", b"x"), "never twice the same"
    for wrong in (CaseKey("pm2", key.key), vault.new("pm1")[0]):
        with pytest.raises(Sealed):
            wrong.open("content", sealed)
    with pytest.raises(Sealed):
        key.open("step-1", sealed)
    with pytest.raises(Sealed):
        key.open("content", b"")
    with pytest.raises(Sealed):
        vault.unwrap("pm2", wrapped)
    with pytest.raises(Sealed):
        Vault(b"1" * 32).unwrap("pm1", wrapped)
    with pytest.raises(Sealed):
        vault.unwrap("pm1", Wrapped(wrapped.by, wrapped.key[:-1]))
    assert vault.unwrap("pm1", wrapped).open("content", sealed) == b"x"


@pytest.mark.parametrize("text", ["", "kort", "AAAA", "A" * 44, "é" * 44, "A" * 43 + "=" + "A"])
def test_a_key_is_32_bytes_in_base64(text: str) -> None:
    with pytest.raises(UnusableKey):
        read_key(text)
