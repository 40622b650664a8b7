"""What the page on platforms tells people to do, done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

from configuration import load
from configuration.platforms import Platforms
from services.notifier.cases import law
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.opening import Off, open_desk
from services.notifier.cases.triage import ROUTES, Nature, Route
from services.notifier.settings import NotifierSettings
from services.notifier.store.database import Database
from tests.brokers.services import REPOSITORY

PAGE = (REPOSITORY / "docs" / "how-to" / "reach-a-platform.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def run(line: str, directory: Path) -> dict[str, str]:
    """Runs one line of the page; returns the settings that it names."""
    if named := re.fullmatch(r"SEINPOST_NOTIFIER__(\w+)=(\S+)", line):
        return {named[1].lower(): named[2]}
    subprocess.run(["sh", "-ec", line], cwd=directory, check=True, env={"PATH": os.environ["PATH"]})
    return {}


async def opened(directory: Path, **settings: str) -> CaseDesk | Off:
    own = NotifierSettings.model_validate(
        {
            "secrets_dir": directory / "run/secrets",
            "cases_database_url": f"sqlite:///{directory}/run/cases.sqlite3",
            **settings,
        }
    )
    room = Database(f"sqlite:///{directory}/run/room.sqlite3")
    desk = await open_desk(own, load(REPOSITORY / "config"), room, lambda: 0)
    if not isinstance(desk, Off):
        await desk.database.close()
    await room.close()
    return desk


async def test_the_commands_switch_it_on_and_change_its_key(tmp_path: Path) -> None:
    first, change = BLOCKS
    assert await opened(tmp_path) is Off.NO_KEY
    for line in first.splitlines():
        run(line, tmp_path)
    assert isinstance(await opened(tmp_path), CaseDesk)
    key = tmp_path / "run/secrets/platformmeldingen"
    assert key.stat().st_mode & 0o077 == 0
    settings: dict[str, str] = {}
    for line in change.splitlines():
        settings |= run(line, tmp_path)
        assert isinstance(await opened(tmp_path, **settings), CaseDesk), line
    assert not key.exists()


def test_the_example_is_valid_and_the_table_is_the_code(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert Platforms.model_validate(YAML(typ="safe").load(example)).platforms[0].id == "proef"
    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    (tmp_path / "config" / "platforms.yaml").write_text(example)
    load(tmp_path / "config")
    for nature in Nature:
        (row,) = re.findall(rf"^\s*\| {nature.value} \|(.*)\|$", PAGE, re.MULTILINE)
        shown = [cell.strip() != "–" for cell in row.split("|")]
        order = (Route.NOTICE, Route.TERMS, Route.ORDER, Route.ORGANISER, Route.NOTHING)
        assert shown == [route in ROUTES[nature] for route in order], nature


def test_the_law_was_checked_on_one_day() -> None:
    read = {law.NOTICE.checked, law.ORDER.checked, law.OBJECTION.checked, law.PERSONAL_DATA.checked}
    assert [f"{day:%-d %B %Y}" in PAGE for day in read] == [True]
