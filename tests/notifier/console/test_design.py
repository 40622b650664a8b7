"""The components of the NL Design System: unchanged, used by their own names, from our own origin."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from services.notifier.console import design
from services.notifier.console.rendering import HERE, STATIC
from tests.notifier.conftest import Served

TEMPLATES = sorted((HERE / "templates").glob("*.html"))
CLASS = re.compile(r"utrecht-[a-z0-9]+(?:[-_]{1,2}[a-z0-9]+)*")


def test_every_vendored_file_is_what_was_recorded() -> None:
    recorded = {component.file.name: component.sha256 for component in design.components()}
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in design.VENDORED.glob("*.css")}
    assert there == recorded
    listed = json.loads((design.VENDORED / "components.json").read_text(encoding="utf-8"))
    assert listed["licence"] == "EUPL-1.2"
    assert all(b"@license EUPL-1.2" in component.file.read_bytes() for component in design.components())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_every_class_of_the_library_exists_in_it(template: Path) -> None:
    there = set(re.findall(r"\.(utrecht-[\w-]+)", design.sheet().decode()))
    used = set(CLASS.findall(template.read_text(encoding="utf-8")))
    assert used - there == set()


def test_every_vendored_component_is_used() -> None:
    pages = "\n".join(template.read_text(encoding="utf-8") for template in TEMPLATES)
    used = set(CLASS.findall(pages))
    for component in design.components():
        sheet = component.file.read_text(encoding="utf-8")
        assert used & set(re.findall(r"\.(utrecht-[\w-]+)", sheet)), f"{component.file.name} styles nothing of ours"


def test_the_theme_sets_only_tokens_that_the_components_read() -> None:
    sheet = design.sheet().decode()
    theme = (STATIC / "theme.css").read_text(encoding="utf-8")
    own = (STATIC / "seinpost.css").read_text(encoding="utf-8")
    read = set(re.findall(r"var\(\s*(--utrecht-[\w-]+)", sheet + theme + own))
    assert set(re.findall(r"(--utrecht-[\w-]+):", theme + own)) - read == set()


def test_no_style_sheet_asks_for_anything_elsewhere() -> None:
    sheets = [design.sheet().decode(), *(file.read_text(encoding="utf-8") for file in STATIC.glob("*.css"))]
    addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", "\n".join(sheets))
    asked = {found for pair in addresses for found in pair if found and not found.startswith("#")}
    assert asked == {"/static/select.svg"}
    assert (STATIC / "select.svg").exists()


async def test_the_components_are_served_from_here(served: Served) -> None:
    page = (await served.http.get("/")).text
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert [sheet.partition("?")[0] for sheet in sheets] == [
        "/static/utrecht.css",
        "/static/theme.css",
        "/static/seinpost.css",
    ]
    answers = [await served.http.get(sheet) for sheet in sheets]
    assert {(answer.status_code, answer.headers["content-type"]) for answer in answers} == {
        (200, "text/css; charset=utf-8")
    }
    assert answers[0].content == design.sheet()
    assert (await served.http.post("/static/utrecht.css")).status_code in (403, 405)
