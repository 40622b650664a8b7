"""`config/messages.yaml`: messages for the public, per phenomenon and phase, with places to fill in. Dutch, B1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from configuration import readability
from configuration.document import Entry
from configuration.guidance import Phase
from configuration.readability import LEAST_SCORE, LONGEST_SENTENCE

EVERY = "*"
BLANKS = {
    "gemeente": "Gemeente",
    "plek": "Plek",
    "dag": "Dag",
    "tijd": "Tijd",
    "telefoon": "Telefoonnummer van de gemeente",
    "feit": "Wat wél klopt, in één zin",
    "gerucht": "Het gerucht, kort",
}
"""What may be filled in, and what the console calls it."""
_BLANK = re.compile(r"\{([a-z_]*)\}")


class Theme(StrEnum):
    NETIQUETTE = "netiquette"
    RUMOUR_CONTROL = "geruchten"
    ROLE_MODELS = "rolmodellen"
    PARENTS = "ouders"
    YOUTH_WORKERS = "jongerenwerk"


def _readable(text: str) -> str:
    unknown = sorted(set(_BLANK.findall(text)) - BLANKS.keys())
    if unknown:
        raise ValueError(f"nothing is called {{{unknown[0]}}}; use {', '.join(f'{{{name}}}' for name in BLANKS)}")
    found = readability.read(text)
    if found.longest > LONGEST_SENTENCE:
        raise ValueError(f"a sentence of {found.longest} words; at most {LONGEST_SENTENCE} can be read at once")
    if found.score < LEAST_SCORE:
        raise ValueError(f"hard to read (Flesch-Douma {found.score:g}, at least {LEAST_SCORE:g}): use shorter words")
    return text


class Message(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    title: str = Field(min_length=5, max_length=80)
    theme: Theme
    phenomena: tuple[str, ...] = Field(min_length=1)
    """Ids of config/phenomena, or ``*``."""
    phases: tuple[Phase, ...] = Field(min_length=1)
    channels: tuple[str, ...] = Field(min_length=1)
    """Where it may be said, in Dutch."""
    text: Annotated[str, Field(min_length=20, max_length=2000), AfterValidator(_readable)]

    @property
    def blanks(self) -> tuple[str, ...]:
        """In the order in which they stand."""
        return tuple(dict.fromkeys(_BLANK.findall(self.text)))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text; a blank that was not filled in stays as it is."""
        return _BLANK.sub(lambda blank: values.get(blank[1], "").strip() or blank[0], self.text)


class Messages(Entry):
    messages: tuple[Message, ...] = ()

    @model_validator(mode="after")
    def _one_each(self) -> Messages:
        ids = [message.id for message in self.messages]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"two messages are called {twice[0]}")
        return self

    def about(self, phenomenon: str, phase: Phase) -> tuple[Message, ...]:
        return tuple(
            message
            for message in self.messages
            if phase in message.phases and (EVERY in message.phenomena or phenomenon in message.phenomena)
        )
