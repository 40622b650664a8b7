"""`notices`: what a service wants the operator to know of itself. Written by services, read by the notifier."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class About(StrEnum):
    CONFIGURATION = "configuration"
    """A changed configuration was refused; the one in force is kept."""
    MANDATE = "mandate"
    """A mandate has ended: what only it covered is counted no more. Until its file is renewed or taken away."""
    NO_MANDATE = "no-mandate"
    """None is in force: nothing but exercises is counted."""


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="notice.v1", omit_defaults=True):
    """State of one matter at one replica of a service: a later record replaces an earlier one."""

    service: str
    about: About
    active: bool
    """False: it is over."""
    since_ms: int
    """When this state began."""
    at_ms: int
    count: int = 0
    """How many things are wrong."""
    places: tuple[str, ...] = ()
    """Where to look, ``file:line`` within the configuration directory, the first few. Never what stands there."""
    version: str = ""
    """Version of the configuration in force."""
    replica: str = ""
    """Which of several processes says so, as a mark that names no machine. What is active is said again each minute: a
    replica that is gone says nothing, and what it said is over after `FORGOTTEN_MS`."""


FORGOTTEN_MS = 600_000


def key(record: Notice) -> bytes:
    mark = f":{record.replica}" if record.replica else ""
    return f"{record.service}:{record.about.value}{mark}".encode()
