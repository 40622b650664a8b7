"""Everything the page on thresholds tells people to do, done."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers.services import REPOSITORY

PAGE = (REPOSITORY / "docs" / "how-to" / "change-a-threshold.md").read_text(encoding="utf-8")


@pytest.mark.timeout(240)
def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    for name in ("config", "exercises"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "lexicon").symlink_to(REPOSITORY / "build" / "lexicon")
    program = f"{shlex.quote(sys.executable)} -c 'from seinpost.cli import app; app()'"
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    done = {}
    for line in lines:
        command = re.sub(r"^seinpost\b", lambda _: f"PYTHONPATH={shlex.quote(str(REPOSITORY))} {program}", line)
        done[line] = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200
        )
    failed = {line: answer.stdout for line, answer in done.items() if answer.returncode}
    assert list(failed) == ["seinpost test-rules exercises/rules --config build/proposal"], done
    told = next(iter(failed.values()))
    shown = re.search(r"```\n(FAILED.*?)```", PAGE, re.DOTALL)
    assert shown
    for line in shown.group(1).splitlines():
        assert line in told
    (backtest,) = (answer for line, answer in done.items() if line.startswith("seinpost backtest"))
    (moved,) = json.loads(backtest.stderr.splitlines()[-1])["against"]["moved"]
    assert moved["later_minutes"] > 0
    assert f"~ {moved['label']}:" in PAGE


def test_the_rule_of_the_page_can_be_run(tmp_path: Path) -> None:
    rule = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert rule
    file = REPOSITORY / "exercises" / "rules" / "golven.yaml"
    mine = tmp_path / "regel.yaml"
    mine.write_text(rule.group(1).replace("../../config", str(file.parent / "../../config")))
    answer = subprocess.run(
        [sys.executable, "-c", "from seinpost.cli import app; app()", "test-rules", str(mine)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
