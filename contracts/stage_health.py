"""`stage.health`: that a stage works off what it is given. Written by anonymizer and detector, read by the notifier.

Every worker says of itself what it works on; nobody says that all is well. Whether all of it is worked on, its reader
concludes from what came lately.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

REPORT_S = 4.0
"""Between two reports of one worker."""
MOST_PARTITIONS = 10_000


class Stage(StrEnum):
    ANONYMIZER = "anonymizer"
    DETECTOR = "detector"


class Input(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One topic that a stage reads."""

    topic: str
    of: Annotated[int, msgspec.Meta(ge=1, le=MOST_PARTITIONS)]
    """How many partitions it has."""
    partitions: tuple[int, ...] = ()
    """Those that this worker works on."""


class StageHealth(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="stage-health.v1", omit_defaults=True
):
    """What one worker of a stage works on. Holds no name of the worker: nobody needs to know which one it was."""

    stage: Stage
    inputs: tuple[Input, ...]
    """Every topic that the stage reads, also those of which this worker has no partition."""
    at_ms: int


def key(record: StageHealth) -> bytes:
    return record.stage.encode()
