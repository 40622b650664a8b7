"""What a validator says, in the words of somebody who edits the file; with what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rapidfuzz import process

_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_NEAR = 60


def said(detail: Any) -> tuple[str, str]:  # noqa: PLR0911 - one line for each kind of error
    """Reason and suggestion for one error of pydantic."""
    kind, value, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    if kind == "missing":
        return "is missing", ""
    if value is None and kind.endswith("_type"):
        return "has no value", ""
    if kind in ("enum", "literal_error"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{value} is none of {', '.join(known)}", nearest(str(value), known)
    if kind.startswith(("date_", "datetime_", "timezone_")):
        return f"{value} is no date or time", _meant_day(str(value))
    if kind.startswith(("int_", "float_")):
        comma = isinstance(value, str) and value.replace(",", ".", 1).replace(".", "", 1).isdigit() and "," in value
        wanted = "a whole number" if kind.startswith("int_") else "a number"
        return f"{value} is not {wanted}", f"write {value.replace(',', '.')}" if comma else ""
    if kind.startswith("bool_"):
        return f"{value} is not true or false", ""
    if kind == "string_type":
        return f"{value} is not text", f"write '{value}' between quotes" if isinstance(value, int | float) else ""
    if kind in ("tuple_type", "list_type"):
        return "must be a list", f"write [{value}]" if isinstance(value, str | int | float) else ""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "must hold names with values, like “name: value”", ""
    message = _plain(str(detail["msg"]))
    return message, "name what happens, not who" if "not people" in message else ""


def nearest(name: str, known: Sequence[str]) -> str:
    found = process.extractOne(name, list(known), score_cutoff=_NEAR)
    return f"did you mean {found[0]}?" if found else ""


def _meant_day(value: str) -> str:
    if found := _DAY_FIRST.fullmatch(value.strip()):
        day, month, year = (int(part) for part in found.groups())
        if 1 <= day <= 31 and 1 <= month <= 12:
            return f"did you mean {year}-{month:02}-{day:02}?"
    return "write it as 2027-12-31"


def _plain(message: str) -> str:
    for old, new in (
        ("Value error, ", ""),
        ("Input should be ", "must be "),
        ("String should have ", "must have "),
        ("String should match pattern", "must match"),
        ("Tuple should have ", "must have "),
        ("Dictionary should have ", "must have "),
        (" after validation", ""),
    ):
        message = message.replace(old, new)
    return message
