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
