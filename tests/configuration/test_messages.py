"""Messages people can read: hard ones are refused, and the shipped ones cover every theme and phase."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from configuration import load, readability
from configuration.guidance import Phase
from configuration.messages import Message, Theme
from tests.brokers.services import REPOSITORY

HARD = (
    "De administratieve handhavingscapaciteit wordt geïntensiveerd overeenkomstig de vigerende beleidsregels "
    "betreffende ordeverstoringen."
)
EASY = "Kom {dag} niet naar {plek}. Het is er te druk."


def message(**changed: object) -> Message:
    fields = {
        "id": "a-b", "title": "Blijf weg", "theme": "geruchten", "phenomena": ["*"], "phases": ["voor"],
        "channels": ["website"], "text": EASY,
    }  # fmt: skip
    return Message.model_validate(fields | changed)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HARD, "hard to read"),
        ("Kom niet. " + "en dan " * 12 + "ga je weg.", "a sentence of 27 words"),
        ("Kom {dag} naar huis, {naam}. Het is laat.", r"nothing is called \{naam\}; use \{gemeente\}"),
        ("... ... ... ... ... ...", "a text without words"),
    ],
)
def test_what_nobody_can_read_or_fill_in_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        message(text=text)


def test_blanks_are_filled_in_and_what_is_left_out_stays_visible() -> None:
    assert message().blanks == ("dag", "plek")
    assert message().filled({"dag": " vrijdag ", "plek": ""}) == "Kom vrijdag niet naar {plek}. Het is er te druk."


def test_the_score_is_that_of_douma() -> None:
    found = readability.read("De kat zit op de mat. Het is een rustige dag.")
    assert (found.words, found.longest, found.words_a_sentence) == (11, 6, 5.5)
    assert found.score == pytest.approx(206.84 - 77 * 13 / 11 - 0.93 * 5.5, abs=0.05)


def test_the_shipped_messages_leave_no_theme_phase_or_phenomenon_without_words() -> None:
    found = load(REPOSITORY / "config")
    assert {one.theme for one in found.messages.messages} == set(Theme)
    for phenomenon in found.phenomena:
        for phase in Phase:
            assert len(found.messages.about(phenomenon.id, phase)) >= 3
