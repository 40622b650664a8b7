"""`exercises.removed`: a session of an exercise that was taken away. The detector forgets what it holds of it."""

from __future__ import annotations

import msgspec


class ExerciseRemoved(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="exercise-removed.v1", omit_defaults=True
):
    session: str
    """Id of the session; its records carry it bare, or behind the name of their source (``source.session``)."""
    removed_ms: int


def key(record: ExerciseRemoved) -> bytes:
    return record.session.encode()
