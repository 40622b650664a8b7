"""Runbooks: every command is run by a test, or says why it cannot be here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.brokers.services import REPOSITORY

RUNBOOKS = sorted((REPOSITORY / "docs/runbooks").glob("*.md"))
BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```sh\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_every_block_of_commands_is_run_by_a_test_or_says_why_not(runbook: Path) -> None:
    for block in BLOCK.finditer(runbook.read_text(encoding="utf-8")):
        mark, code = block["mark"] or "", block["code"]
        if mark.startswith("run by: "):
            file, _, test = mark.removeprefix("run by: ").partition("::")
            text = (REPOSITORY / file).read_text(encoding="utf-8")
            assert f"def {test}(" in text, f"{runbook.name}: {mark}"
        else:
            assert re.fullmatch(r"not run here: .{15,}", mark), f"{runbook.name} does not say who runs:\n{code}"


def test_every_runbook_is_listed() -> None:
    listed = (REPOSITORY / "docs/runbooks/README.md").read_text(encoding="utf-8")
    missing = [path.name for path in RUNBOOKS if path.name != "README.md" and f"({path.name})" not in listed]
    assert missing == []
