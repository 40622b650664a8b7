"""Which blocks of the picture and of themes mandates let the room hold."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, true

from configuration.mandates import Cover
from contracts.picture import PictureBlock
from contracts.theme import ThemeBlock

HOUR_S = 3600
Subject = tuple[str | None, str | None, str | None]
"""Phenomenon, region and theme, as `Cover.watches` takes them."""


def may_be_held(block: PictureBlock | ThemeBlock, allowed: Cover) -> bool:
    """Exercises need no mandate."""
    if isinstance(block, ThemeBlock):
        subject: Subject = None, block.region, block.theme
    elif block.exercise is None:
        subject = block.phenomenon, block.region, None
    else:
        return True
    since = _held_from(allowed, subject)
    return allowed.watches(*subject) and (since is None or block.start >= since)


def lost(table: Table, allowed: Cover, before: Cover, subject: Subject) -> ColumnElement[bool] | None:
    """Which blocks of ``subject`` may be held no more, now that ``before`` became ``allowed``; None: all may be."""
    if not allowed.keeps(before, *subject):
        return true()
    since = _held_from(allowed, subject)
    return None if since is None else table.c.start < since


def _held_from(allowed: Cover, subject: Subject) -> int | None:
    """A minute. A block is told when its last hour is over: one that begins in the hour in which a mandate ended was
    told after the detector had emptied what that mandate gave."""
    since = allowed.held_from(*subject)
    return None if since is None else int(since.timestamp()) // HOUR_S * 60
