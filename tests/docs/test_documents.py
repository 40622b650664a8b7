"""What the documents promise exists: links resolve, commands are real, settings and scenarios have the names used."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from seinpost.cli import app
from tests.brokers.services import REPOSITORY

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("config/**/*.md")])
FENCED = r"```\w*\n(.*?)```"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_resolves(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        goal = (document.parent / path).resolve() if path else document
        assert goal.exists(), f"{document.name} → {target}"
        if anchor and goal.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{document.name} → {target}"


def _commands(pattern: str) -> set[tuple[str, str]]:
    """Commands in code spans and code blocks, with the document that names them."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        blocks = re.findall(FENCED, text, re.DOTALL)
        spans = re.findall(r"`([^`]+)`", re.sub(FENCED, "", text, flags=re.DOTALL))
        code = "\n".join(blocks + spans)
        found |= {(document.name, match) for match in re.findall(pattern, code, re.MULTILINE)}
    return found


def test_every_make_target_named_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = _commands(r"^make ([a-z-]+)")
    assert named
    assert {(document, target) for document, target in named if target not in targets} == set()


def test_every_seinpost_command_named_exists() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = _commands(r"^(?:\S*/)?seinpost ([a-z-]+)")
    assert named
    assert {(document, name) for document, name in named if name not in commands} == set()


def test_every_setting_named_exists() -> None:
    known = set(re.findall(r"`(SEINPOST_[A-Z_]+)`", (REPOSITORY / "docs/reference/settings.md").read_text()))
    known |= {"SEINPOST_TEST_BROKER"}
    named = {
        (document.name, name)
        for document in DOCUMENTS
        for name in re.findall(r"\b(SEINPOST_[A-Z_]*[A-Z])\b", document.read_text(encoding="utf-8"))
    }
    assert {(document, name) for document, name in named if name not in known} == set()


def test_the_readme_names_the_two_commands_first() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    assert [line.split("#")[0].strip() for line in blocks[0].splitlines()] == ["make demo", "make test"]


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, text=True)
    forbidden = re.compile(r"index[-]url|find[-]links|/simpl[e]/|/packages/[0-9a-f]{2}/|/roo[t]/|/hom[e]/\w")
    for name in filter(None, tracked.stdout.split("\0")):
        path = REPOSITORY / name
        if path.suffix in {".png", ".gz", ".woff2"} or path == Path(__file__) or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not (match := forbidden.search(text)), f"{name}: {match and match.group()}"
        assert path.stat().st_size < 2_000_000, f"{name} is too large to be source"
