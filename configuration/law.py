"""How an article of law stands on every page and paper: as it is cited, with the day on which it was read."""

from __future__ import annotations

import datetime


def reading(checked: datetime.date) -> str:
    """``checked``: the day on which somebody held what we say against the text of the law as it stood."""
    return f"nagelezen op {checked:%d-%m-%Y}"


def noted(article: str, checked: datetime.date) -> str:
    return f"{article} ({reading(checked)})"
