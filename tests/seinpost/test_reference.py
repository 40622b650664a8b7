"""The reference pages say what the code says."""

from __future__ import annotations

import pytest

from seinpost.reference import REFERENCE, pages


@pytest.mark.parametrize("name", ["settings.md", "metrics.md", "topics.md", "contracts.md", "dossier.md"])
def test_a_reference_page_equals_the_code(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == pages()[name], "renew it: python -m seinpost.reference"


def test_every_setting_and_metric_has_a_meaning() -> None:
    for name in ("settings.md", "metrics.md"):
        rows = [line for line in pages()[name].splitlines() if line.startswith("| `")]
        assert len(rows) > 20
        assert all(row.rstrip(" |").rsplit("|", 1)[-1].strip() not in ("", "–") for row in rows)
