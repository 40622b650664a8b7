"""`picture`: what was counted of a phenomenon, in blocks of time of at least k people. Detector to notifier.

A block begins with the first hour whose posts were not told yet and ends with the hour in which k different people were
reached. Blocks of a series never overlap, so no sum or difference of what is told is about fewer than k people.
"""

from __future__ import annotations

import msgspec


class PictureBlock(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="picture-block.v1", omit_defaults=True
):
    """Whole clock hours of one series. A later record of the same series and start replaces an earlier one."""

    series: str
    """``phenomenon:<id>`` (everywhere, also without a place) or ``watch:<phenomenon>@<gemeente>``."""
    phenomenon: str
    gemeente_code: str | None = None
    gemeente: str | None = None
    region: str | None = None
    """Veiligheidsregio code; absent: the whole country."""
    start: int
    """First minute, since the epoch; a multiple of 60."""
    end: int
    """Exclusive; a multiple of 60, at most a week after ``start``."""
    posts: int | None = None
    """None at all, or of at least k different people. Absent: some, by fewer people than that in a week."""
    expected: float
    """Under the baseline, without what could not be seen."""
    sources: dict[str, int] = {}
    """Posts per source, when each source has at least k of them."""
    coverage: float
    """Share of the block in which the sources could see, 0–1."""
    words: tuple[str, ...] = ()
    """Words that at least k different people used within the day before ``end``, most used first."""
    exercise: str | None = None


def key(record: PictureBlock) -> bytes:
    return f"{record.exercise or ''}/{record.series}".encode()
