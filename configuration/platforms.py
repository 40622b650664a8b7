"""`config/platforms.yaml`: who reports to platforms, and where each platform takes a report."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from configuration.access import EVERY
from configuration.document import Entry
from configuration.receivers import Address

MAX_FIELDS = 8


class Desk(StrEnum):
    """Which of a platform's desks. Each has its own ground."""

    NOTICE = "notice"
    """Illegal content: the mechanism of DSA art. 16."""
    TERMS = "terms"
    """Against the platform's own terms: its report function."""
    ORDER = "order"
    """Orders of authorities: the electronic point of contact of DSA art. 11."""


class Point(Entry):
    """One desk. ``contact`` null: the region has not filled it in yet, and the console says so."""

    means: Literal["form", "email"]
    contact: Annotated[str, StringConstraints(max_length=500)] | None = None
    """``form``: an https address; ``email``: an e-mail address."""
    fields: tuple[Literal["account", "seen-at"], ...] = Field((), max_length=MAX_FIELDS)
    """What this desk asks beside what the law names: the account; when it was seen."""

    @model_validator(mode="after")
    def _fits_its_means(self) -> Point:
        if self.contact is None:
            return self
        if self.means == "email":
            _address(self.contact)
        else:
            parts = urlsplit(self.contact)
            if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
                raise ValueError("contact of a form must be an address that begins with https://")
        return self


class Platform(Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    """Stands in metrics and in the counts that outlive a report."""
    name: str = Field(min_length=1, max_length=60)
    answer_hours: int = Field(24, ge=1, le=2_160)
    """After how long without an answer the console says that it is late. Your own measure: the law names no number."""
    points: dict[Desk, Point] = Field(min_length=1)


class Organisation(Entry):
    """In whose name reports of these regions go: DSA art. 16(2)(c) asks a name and an e-mail address."""

    regions: tuple[str, ...] = Field(min_length=1)
    """Veiligheidsregio codes; ``landelijk``: alerts without a region; ``*``: all that have no entry of their own."""
    name: str = Field(min_length=3, max_length=120)
    email: Address


class Platforms(Entry):
    organisations: tuple[Organisation, ...] = ()
    platforms: tuple[Platform, ...] = ()

    @model_validator(mode="after")
    def _fit_together(self) -> Platforms:
        ids = [platform.id for platform in self.platforms]
        named = [region for organisation in self.organisations for region in organisation.regions]
        for what, names in (("two platforms have the id", ids), ("two organisations report for", named)):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]}")
        return self

    def platform(self, platform_id: str | None) -> Platform | None:
        return next((found for found in self.platforms if found.id == platform_id), None)

    def organisation(self, region: str) -> Organisation | None:
        """``region``: a code, or ``landelijk``."""
        for wanted in (region, EVERY):
            for organisation in self.organisations:
                if wanted in organisation.regions:
                    return organisation
        return None


def _address(text: str) -> None:
    name, at, domain = text.partition("@")
    if not (name and at and domain) or any(character in text for character in ' <>,;:"') or "@" in domain:
        raise ValueError("contact of means email must be an e-mail address")
