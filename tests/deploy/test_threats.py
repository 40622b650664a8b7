"""The threat model stands on tests that exist, and skips no kind of threat at any hop."""

from __future__ import annotations

import re

from tests.brokers.services import REPOSITORY

TEXT = (REPOSITORY / "docs/explanation/threats.md").read_text(encoding="utf-8")


def test_every_hop_is_looked_at_from_every_side() -> None:
    hops = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:-1]
    assert len(hops) >= 6
    for hop in hops:
        assert re.findall(r"^\| ([STRIDE]) \|", hop, re.MULTILINE) == list("STRIDE"), hop.splitlines()[0]


def test_every_row_names_a_test_that_exists() -> None:
    rows = re.findall(r"^\| [STRIDE] \|.*\| `([^`]+)` \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(re.findall(r"^\| [STRIDE] \|", TEXT, re.MULTILINE))
    missing = []
    for row in rows:
        file, _, test = row.partition("::")
        path = REPOSITORY / file
        if not path.exists() or f"def {test}(" not in path.read_text(encoding="utf-8"):
            missing.append(row)
    assert missing == []
