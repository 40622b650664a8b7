"""What mandates let a series hold and count. Exercises hold nobody's posts: they need no mandate."""

from __future__ import annotations

from configuration.mandates import Cover
from contracts.series_deltas import Subject


class Covered:
    """``cover``: what mandates allow now; None where they do not apply, in a backtest."""

    def __init__(self, cover: Cover | None) -> None:
        self.cover = cover
        self._held: dict[tuple[str | None, str | None, str | None], bool] = {}
        self._counted: dict[tuple[str | None, str, str | None, str | None], bool] = {}

    def holds(self, name: str, subject: Subject) -> bool:
        if self.cover is None or world_of(name):
            return True
        key = subject.phenomenon, region_of(subject), subject.theme
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = self.cover.watches(*key)
        return held

    def restores(self, name: str, subject: Subject, first_seen: int) -> bool:
        """Of a series found at a start. ``first_seen``: minute of its first post. One that a mandate fed which ended
        meanwhile, beside one that goes on, is emptied as it would have been at that moment."""
        if not self.holds(name, subject):
            return False
        since = None
        if self.cover is not None and not world_of(name):
            since = self.cover.held_from(subject.phenomenon, region_of(subject), subject.theme)
        return since is None or first_seen * 60 >= since.timestamp()

    def counts(self, subject: Subject, source: str) -> bool:
        """Of posts of real life that were folded before a mandate ended."""
        if self.cover is None:
            return True
        key = subject.phenomenon, source, region_of(subject), subject.theme
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = self.cover.allows(*key)
        return counted


def world_of(name: str) -> str:
    """The exercise a series belongs to; empty in real life."""
    return name.partition("/")[0]


def region_of(subject: Subject) -> str | None:
    return subject.place.region if subject.place is not None else None
