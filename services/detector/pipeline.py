"""The whole detector in one process, without Kafka: the same stages as the service, for backtests and tests."""

from __future__ import annotations

from collections.abc import Callable

from configuration import Configuration
from configuration.mandates import Cover
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch
from contracts.picture import PictureBlock
from contracts.series_deltas import SeriesDeltas
from contracts.theme import ThemeBlock
from services.detector.detection import Blindness, Detection
from services.detector.episode import Episode
from services.detector.episodes import Episodes, World
from services.detector.fold import SourceFold
from services.detector.matching import Matcher
from services.detector.state import SeriesState
from services.detector.store import MemoryStore
from services.detector.world import Clock

END_OF_TIME = 2**31


def everything_seen(_: str | None) -> tuple[()]:
    """Where nothing is known of sources: a recording is complete."""
    return ()


class Pipeline:
    """Fold, detection and episodes joined. ``partitions`` is that of both topics between them."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        partitions: int = 1,
        blindness: Blindness = everything_seen,
        clock: Callable[[], int] = lambda: 0,
        cover: Cover | None = None,
    ) -> None:
        """``cover``: what mandates allow; None in a backtest, which watches nobody now."""
        self._clock = clock
        self._configuration = configuration
        matcher = Matcher(configuration, cover)
        folded: dict[str, int] = {}
        self.folds = [SourceFold(source, partitions, partitions, matcher, folded) for source in range(partitions)]
        self.series = [MemoryStore[SeriesState]() for _ in range(partitions)]
        self.clocks = [MemoryStore[Clock]() for _ in range(partitions)]
        self.detections = [
            Detection(
                number,
                partitions,
                configuration,
                series=self.series[number],
                clocks=self.clocks[number],
                blindness=blindness,
                cover=cover,
            )
            for number in range(partitions)
        ]
        self.worlds = MemoryStore[World]()
        self.open_episodes = MemoryStore[Episode]()
        self.picture: list[PictureBlock] = []
        """What was told for the picture so far."""
        self.themes: list[ThemeBlock] = []
        """The same of themes."""
        self._episodes = Episodes(configuration, self.worlds, self.open_episodes, cover)

    def add(self, batch: AnonymousBatch, source: int, offset: int) -> None:
        """Fold one record of one partition of `posts.anonymous`."""
        self.folds[source].add(batch, offset)

    def flush(self, source: int, *, idle: bool = False) -> list[Alert]:
        """Send on what one partition folded; returns what changed."""
        alerts: list[Alert] = []
        played = {name for store in self.clocks for name in store.names() if name} if idle else set()
        absent = played.difference(self.folds[source].worlds)
        for target, records in self.folds[source].flush(idle=idle, absent=absent).items():
            for record in records:
                alerts += self._detect(target, record)
        return alerts

    def change_cover(self, cover: Cover) -> list[Alert]:
        """Mandates began or ended."""
        matcher = Matcher(self._configuration, cover)
        for fold in self.folds:
            fold.configure(matcher)
        for detection in self.detections:
            detection.change_cover(cover)
        return self._episodes.change_cover(cover, self._clock())

    def finish(self) -> list[Alert]:
        """The recording is at its end: its last minute is complete."""
        alerts: list[Alert] = []
        for source, fold in enumerate(self.folds):
            fold.settle(END_OF_TIME)
            alerts += self.flush(source, idle=True)
        return alerts

    def _detect(self, target: int, record: SeriesDeltas) -> list[Alert]:
        alerts: list[Alert] = []
        for told in self.detections[target].apply(record):
            if isinstance(told, PictureBlock):
                self.picture.append(told)
            elif isinstance(told, ThemeBlock):
                self.themes.append(told)
            else:
                alerts += self._episodes.take(told, self._clock())
        return alerts
