"""`config/guidance.yaml`: what an operator may do, per phenomenon and phase. Dutch texts; nothing is automatic."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from configuration.document import Entry


class Phase(StrEnum):
    """Of a happening, seen from the street."""

    BEFORE = "voor"
    DURING = "tijdens"
    AFTER = "na"


class Advice(Entry):
    """The three questions of a veiligheidsinformatiecentrum."""

    what_is: tuple[str, ...] = ()
    """What is known, and what is still to be checked."""
    what_if: tuple[str, ...] = ()
    """How it may go on."""
    options: tuple[str, ...] = Field(min_length=1)
    """Handelingsperspectief: what may be done, by whom."""


class Phenomenon(Entry):
    phenomenon: str = Field(pattern=r"^(default|[a-z][a-z0-9-]{1,40})$")
    """Phenomenon id of config/phenomena, or ``default`` for all others."""
    phases: dict[Phase, Advice] = Field(min_length=1)


class Guidance(Entry):
    guidance: tuple[Phenomenon, ...] = ()

    @model_validator(mode="after")
    def _one_entry_each(self) -> Guidance:
        names = [entry.phenomenon for entry in self.guidance]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two entries for the phenomenon {twice[0]}")
        return self

    def advice(self, phenomenon: str, phase: Phase) -> Advice | None:
        """The advice for this phenomenon and phase, else the default's, else none."""
        for wanted in (phenomenon, "default"):
            for entry in self.guidance:
                if entry.phenomenon == wanted and phase in entry.phases:
                    return entry.phases[phase]
        return None
