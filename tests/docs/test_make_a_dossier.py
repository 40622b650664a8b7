"""The commands on the page on dossiers, run as they stand there, on a file that was sealed with the key they make."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seinpost.cli import app
from services.notifier.dossier import sealing
from tests.brokers.services import REPOSITORY
from tests.notifier.dossier.making import chained, event, opening, sealed

PAGE = (REPOSITORY / "docs" / "how-to" / "make-a-dossier.md").read_text(encoding="utf-8")


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make, check = (shlex.split(line)[1:] for line in re.findall(r"^\$ (seinpost .*)$", PAGE, re.MULTILINE))
    made = CliRunner().invoke(app, make)
    assert made.exit_code == 0, made.output
    key = sealing.load_key(tmp_path / make[2])
    assert f"fingerprint {key.fingerprint}" in made.output
    file = tmp_path / check[2]
    content = sealed(chained(opening(), event()), key)
    file.write_bytes(content)
    assert CliRunner().invoke(app, check).exit_code == 0
    for tampered in (content.replace(b"Rotterdam", b"Amsterdam"), content[:-2], b"\n".join(content.split(b"\n")[1:])):
        file.write_bytes(tampered)
        assert CliRunner().invoke(app, check).exit_code == 1
    file.write_bytes(sealed(chained(opening(), event()), sealing.new_key()))
    assert CliRunner().invoke(app, check).exit_code == 1
