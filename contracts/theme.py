"""`themes`: how many posts on a theme attacked a group, in blocks of time of at least k people. Detector to notifier.

Blocks are made as those of `contracts.picture`. Attacks and other posts are told apart, and by source, so that no two
series share a post: a share is of one platform, and sums and differences tell of no fewer people. A target is told by
the group's id of `config/attack.yaml`. Nothing is told of an exercise, and of no place smaller than a veiligheidsregio.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Part(StrEnum):
    ATTACK = "attack"
    """Posts that attack some group."""
    OTHER = "other"
    """Posts on the theme that do not."""
    TARGET = "target"
    """Posts that attack one group, of all sources; a post may attack several."""


class ThemeBlock(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="contract", tag="theme-block.v1", omit_defaults=True
):
    """Whole clock hours of one series. A later record of the same series and start replaces an earlier one."""

    series: str
    """``theme:<id>/<part>:<source or group>``, with ``@<region>`` for one region."""
    theme: str
    part: Part
    source: str | None = None
    group: str | None = None
    """One of these two: a target has a group."""
    region: str | None = None
    """Veiligheidsregio code; absent: the whole country, with posts that name no place."""
    start: int
    """First minute, since the epoch; a multiple of 60."""
    end: int
    """Exclusive; a multiple of 60, at most a week after ``start``."""
    posts: int | None = None
    """None at all, or of at least k different people. Absent: some, by fewer people than that in a week."""
    coverage: float
    """Share of the block in which the sources could see, 0–1."""
    method: str
    """Of the lists the posts were judged by: figures of two methods are not the same measure."""


def key(record: ThemeBlock) -> bytes:
    return record.series.encode()
