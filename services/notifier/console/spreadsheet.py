"""Lines of a CSV file that a Dutch spreadsheet opens without questions: semicolons after a byte order mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

MARK = "\ufeff"
"""How a file begins."""


def line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    # A cell that begins like a formula would be run by a spreadsheet.
    safe = [f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells]
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(safe)
    return out.getvalue()
