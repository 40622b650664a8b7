"""Posts of a file through the code of live, in this process: anonymizer, then detector."""

from __future__ import annotations

from collections.abc import Sequence

from configuration import Configuration
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.projection import Projector
from services.anonymizer.secret import Secret
from services.anonymizer.settings import AnonymizerSettings
from services.detector.pipeline import Pipeline
from services.ingest.supplied import MAX_LINE_BYTES, read_line

SETTINGS = AnonymizerSettings()
ANY_TIME_MS = 2**52
"""As time of reception: then no post is too far ahead, whatever the clock of this machine says."""


def projector_of(config: Configuration, words: Lexicon) -> Projector:
    """May be shared by replays under one configuration."""
    return Projector(config, words, SETTINGS.fold_cutoff)


class _Repeatable(Secret):
    """The same key each time, or two backtests of one file would estimate a large crowd a little differently. Nothing
    made with it leaves this process."""

    def _fill(self) -> None:
        self._key[:] = bytes(range(1, len(self._key) + 1))


class Replay:
    """One partition of each topic, without Kafka in between. Give posts oldest first."""

    def __init__(self, config: Configuration, projector: Projector) -> None:
        self._anonymizer = Anonymizer(projector, SETTINGS, k=config.thresholds.k_anonymity, now_ms=0)
        self._anonymizer.secret = _Repeatable(0)
        self.pipeline = Pipeline(config)
        self._record = 0

    def project(self, line: bytes, number: int, *, received_ms: int = ANY_TIME_MS) -> tuple[AnonymousPost, ...]:
        """What leaves the anonymizer of one line, as the file source reads it. Raises `contracts.codec.Malformed`."""
        if len(line) > MAX_LINE_BYTES:
            raise Malformed(Reason.TOO_LARGE)
        raw = read_line(line, source="backtest", received_ms=received_ms)
        return self._anonymizer.post(raw, partition=0, offset=number).posts

    def take(self, posts: Sequence[AnonymousPost]) -> list[Alert]:
        """One record of posts.anonymous; returns what changed."""
        self.pipeline.add(AnonymousBatch(partition=0, posts=tuple(posts)), 0, self._record)
        self._record += 1
        return self.pipeline.flush(0)

    def settle(self, minute: int) -> list[Alert]:
        """The clock shows ``minute`` and nothing waits: what was read is believed, as after a pause in live."""
        self.pipeline.folds[0].settle(minute)
        return self.pipeline.flush(0, idle=True)

    def finish(self) -> list[Alert]:
        """The file is at its end: its last minute is complete, and what is open closes."""
        return self.pipeline.finish()
