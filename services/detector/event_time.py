"""How far event time has come: of one stream of posts, and of several streams together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

JUMP_MINUTES = 10
"""A step ahead of at most this is believed at once; a larger one only when `WITNESSES` posts in a row are beyond it."""
WITNESSES = 3


@dataclass(slots=True)
class EventTime:
    """Watermark of one stream: the minute its posts have reached. A single far-future post does not move it."""

    watermark: int | None = None
    first: int | None = None
    """The earliest minute of the posts that were first believed."""
    _latest: deque[int] = field(default_factory=lambda: deque(maxlen=WITNESSES))

    def observe(self, minute: int) -> None:
        self._latest.append(minute)
        if self.watermark is not None and minute <= self.watermark + JUMP_MINUTES:
            self.watermark = max(self.watermark, minute)
        elif len(self._latest) == WITNESSES:
            self._believe(min(self._latest), self._latest)

    @property
    def steady(self) -> int | None:
        """The minute of which a further post would change nothing; None when there is no such minute."""
        latest = self._latest
        return latest[0] if len(latest) == WITNESSES and latest[0] == latest[1] == latest[-1] else None

    def settle(self, not_after: int) -> None:
        """The stream fell silent: its last posts are believed without further witnesses, as far as the clock allows."""
        believable = [minute for minute in self._latest if minute <= not_after]
        if believable:
            self._believe(max(believable), believable)

    def _believe(self, minute: int, posts: Iterable[int]) -> None:
        if self.first is None:
            self.first = min(posts)
        self.watermark = max(self.watermark or 0, minute)


@dataclass(slots=True)
class Alignment:
    """The minute that all of several streams have reached. An idle stream is not waited for; it never goes back."""

    minute: int | None = None
    reached: dict[int, int] = field(default_factory=dict)
    """Watermark by stream."""
    waited_for: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, streams: Iterable[int]) -> Alignment:
        known = set(streams)
        return cls(waited_for=set(known), known=known)

    def report(self, stream: int, watermark: int | None, *, idle: bool) -> int | None:
        """Take note of one stream; returns the minute all have reached."""
        self.known.add(stream)
        if watermark is not None:
            self.reached[stream] = max(watermark, self.reached.get(stream, watermark))
        if idle:
            self.waited_for.discard(stream)
        elif watermark is not None and not self.waited_for and watermark > (self.minute or 0) + JUMP_MINUTES:
            # All were silent and one speaks of much later: a backlog. The others get to speak, or to say they idle.
            self.waited_for = set(self.known)
        elif watermark is not None:
            self.waited_for.add(stream)
        if self.waited_for <= self.reached.keys() and self.reached:
            # Once all are idle, the furthest stream tells the time.
            seen = [self.reached[waiting] for waiting in self.waited_for] or [max(self.reached.values())]
            slowest = min(seen)
            self.minute = slowest if self.minute is None else max(self.minute, slowest)
        return self.minute
