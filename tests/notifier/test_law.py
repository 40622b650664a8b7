"""Every statement of law that can reach a screen names its article and the day on which that was read.

Twice over: in what pages are made of (templates, words, configuration, drills), and in the pages themselves.
"""

from __future__ import annotations

import ast
import dataclasses
import datetime
import html
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

from configuration import Configuration
from services.notifier import law
from services.notifier.access.actor import Actor, Grant
from services.notifier.access.permissions import Permission
from services.notifier.access.reach import EVERYTHING
from services.notifier.cases import law as case_law
from services.notifier.cases.content import ELEMENTS, Content, Field
from services.notifier.cases.desk import CaseDesk, Verdict
from services.notifier.cases.progress import Status
from services.notifier.cases.triage import ROUTES, Nature, Route
from services.notifier.dossier import law as dossier_law
from services.notifier.law import Article, Text
from tests.brokers.services import REPOSITORY
from tests.notifier.cases_scene import PLANTED, with_desks
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import text_of
from tests.notifier.samples import alert
from tests.notifier.scene import course
from tests.notifier.themes_scene import month, permit, tell

RIGHT = re.compile(r"\b(?:een recht|het recht (?:op|om|tot))\b")
LAW = re.compile(
    r"\b(?:[Aa]rtikel(?:en)?|[Aa]rt\.|[Oo]verweging) ?\d|\b[Ll]id \d"  # an article
    r"|\b[A-Z]\w+wet\b|\b[Gg]rondwet\b|\bWet (?=[a-z])|\bWetboek\b|\b[Aa]lgemene wet\b|Verordening \("  # a law
    r"|\b(?:DSA|AVG|GDPR|Awb|Wom|Wvr|Wpg|Sr|Sv|BW|EVRM)\b"
    r"|nagelezen op|niet nagelezen|" + RIGHT.pattern
)
THE_LAW = tuple(
    f"{where}/law.py"
    for where in ("configuration", "services/notifier", "services/notifier/dossier", "services/notifier/cases")
)
FOR_PROGRAMMERS = ("services/notifier/api/", "services/notifier/settings.py")
"""They describe the interface, in English; what it answers is made of the rest."""
KEPT_AS_IT_WAS = {"services/notifier/dossier/wording.py": " (toen nog niet nagelezen)"}
"""Entries of before: what was not read then does not become so."""


def articles() -> list[Article]:
    """All there are, wherever they stand in the modules of the law."""

    def within(value: object) -> Iterator[Article]:
        if isinstance(value, Article):
            yield value
        elif isinstance(value, (tuple, dict)):
            for one in value.values() if isinstance(value, dict) else value:
                yield from within(one)

    modules: tuple[ModuleType, ...] = (law, dossier_law, case_law)
    found = [one for module in modules for value in vars(module).values() for one in within(value)]
    return list(dict.fromkeys(found))


def known(configuration: Configuration) -> list[str]:
    """How a statement may stand on a page: with what it says, or cited alone; the longest first."""
    found = [f"{one.says} {stands}" for one in articles() for stands in (one.noted, one.bracketed)]
    found += [case_law.DSA_IS, *(one.noted for one in articles())]
    assert configuration.attack is not None
    found += [text for one in configuration.attack.laws for text in (f"{one.says} {one.noted}", one.noted)]
    found += [one.ground.noted for one in configuration.mandates]
    return sorted(found, key=len, reverse=True)


def bare(text: str, statements: list[str]) -> str:
    """Without the statements that have article and day. In brackets it also carries the right its sentence names."""
    text = " ".join(text.split())
    for statement in statements:
        text = text.replace(statement, "")
    for one in articles():
        text = re.sub(RIGHT.pattern + r"([^.!?:()]*)" + re.escape(one.bracketed), r"\1", text)
        text = text.replace(one.bracketed, "")
    return text


def stray(text: str, statements: list[str]) -> list[str]:
    left = bare(text, statements)
    return [left[max(0, found.start() - 60) : found.end() + 60] for found in LAW.finditer(left)]


def test_every_article_was_read_in_a_text_that_was_there() -> None:
    assert len(articles()) > 35
    for one in articles():
        assert re.match(r"(?:artikel(?:en)?|overweging) \d", one.cited), one.cited
        assert re.search(r"(?:wet|Wetboek|manifestaties|bestuursrecht|Strafrecht|DSA|AVG)$", one.cited), one.cited
        assert one.says.endswith("."), one.cited
        assert datetime.date(2026, 11, 30) <= one.checked <= datetime.date.today(), one.cited
        assert one.read.of <= one.checked, one.cited
        assert one.read.text is (Text.OFFICIAL_JOURNAL if one.cited.endswith(("DSA", "AVG")) else Text.CONSOLIDATED)
    by_citation = {one.cited: one.checked for one in articles()}
    assert all(by_citation[one.cited] == one.checked for one in articles()), "an article has one day"


def test_a_statement_without_article_or_day_is_found(configuration: Configuration) -> None:
    statements = known(configuration)
    for wrong in (
        "De burgemeester mag dit (artikel 172 Gemeentewet).",
        "Zie art. 16 DSA",
        "Zie artikel 16 lid 2",
        "De Gemeentewet zegt hoe.",
        "Een noodbevel (artikel 175 Gemeentewet) of meer (artikel 176 Gemeentewet; nagelezen op 30-11-2026).",
        "Volgens artikel 131 Sr kan dat ook (artikel 176 Gemeentewet; nagelezen op 30-11-2026).",
        "Demonstreren is een recht.",
        "Demonstreren is een recht. Dat staat er (artikel 9 Grondwet; nagelezen op 30-11-2026).",
        "artikel 175 Gemeentewet (nagelezen op 01-01-2020)",
        "Dit mag (artikel 175 Gemeentewet; nagelezen op 29-11-2026).",
        "Dit mag (artikel 9 Grondwet; nog niet nagelezen in de wettekst).",
        "artikel 1 Grondwet, artikel 175 Gemeentewet (nagelezen op 30-11-2026)",
    ):
        assert stray(wrong, statements), wrong
    for right in (
        "Demonstreren is een recht (artikel 9 Grondwet; nagelezen op 30-11-2026). Wij helpen.",
        f"{law.PUBLIC_ORDER.says} {law.PUBLIC_ORDER.noted}.",
        "Grondslag: artikel 175 Gemeentewet (nagelezen op 30-11-2026).",
    ):
        assert stray(right, statements) == []


def _strings(tree: ast.AST) -> Iterator[str]:
    """What the code may say; docstrings, of modules and of values, say nothing."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
                yield child.value


def _values(node: Any) -> Iterator[str]:
    """Of a YAML file. An article with its day beside it is no loose text."""
    if isinstance(node, dict):
        dated = isinstance(node.get("checked"), datetime.date)
        for key, value in node.items():
            if not (dated and key in ("article", "says")):
                yield from _values(value)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value)
    elif isinstance(node, str):
        yield node


def _sources() -> list[Path]:
    found = [
        *(REPOSITORY / "services" / "notifier").rglob("*.py"), *(REPOSITORY / "configuration").glob("*.py"),
        *(REPOSITORY / "exercises").glob("*.py"), REPOSITORY / "seinpost" / "register.py",
        REPOSITORY / "seinpost" / "mandate.py",
    ]  # fmt: skip
    return [one for one in found if not str(one.relative_to(REPOSITORY)).startswith((*THE_LAW, *FOR_PROGRAMMERS))]


def test_no_word_of_the_console_speaks_of_the_law_but_through_an_article(configuration: Configuration) -> None:
    statements, seen = known(configuration), 0
    for file in _sources():
        name = str(file.relative_to(REPOSITORY))
        for text in _strings(ast.parse(file.read_text(encoding="utf-8"))):
            seen += 1
            if text != KEPT_AS_IT_WAS.get(name):
                assert stray(text, statements) == [], name
    assert seen > 5_000


def test_no_template_and_no_script_speaks_of_the_law(configuration: Configuration) -> None:
    files = [
        file for suffix in ("html", "txt", "js") for file in (REPOSITORY / "services" / "notifier").rglob(f"*.{suffix}")
    ]
    assert len(files) > 40
    for file in files:
        text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert stray(text, []) == [], file.name


def test_what_people_write_in_configuration_and_drills_has_article_and_day(configuration: Configuration) -> None:
    statements, read = known(configuration), YAML(typ="safe")
    files = [*(REPOSITORY / "config").rglob("*.yaml"), *(REPOSITORY / "exercises").rglob("*.yaml")]
    assert len(files) > 50
    cited = 0
    for file in files:
        for text in _values(read.load(file.read_text(encoding="utf-8"))):
            assert stray(text, statements) == [], file.name
            cited += text.count("; nagelezen op")
    assert cited > 15


async def shown(served: Served, path: str) -> str:
    """As text, without what goes out to others: of that the page tells what was read, beside it."""
    answer = await served.http.get(path)
    assert answer.status_code == 200, path
    inside = re.sub(r'<textarea[^>]*id="brief".*?</textarea>', "", answer.text, flags=re.DOTALL)
    inside = re.sub(r'<p class="timeline__text">.*?</p>', "", inside, flags=re.DOTALL)
    return html.unescape(text_of(inside))


async def test_every_page_that_speaks_of_the_law_says_what_was_read(served: Served) -> None:
    permit(served)
    await tell(served, *month(served))
    await served.arrives(alert(series=course(84, 3.1, 1)))
    assert (await served.http.post("/v1/alerts/a1b2c3/dossier", json={})).status_code == 200
    powers = list(dossier_law.ARTICLES)
    for power in powers:
        decided = {"power": power.value, "authority": "burgemeester", "at": "2020-12-15T18:25:00Z"}
        answer = await served.http.post("/v1/dossiers/a1b2c3/decisions", json=decided)
        assert answer.status_code == 200, answer.text
    statements = known(served.room.configuration)
    mandate = served.room.configuration.mandates[-1].id
    pages = {
        "/": 0, "/meldingen/a1b2c3": 0, "/dossiers": 4, "/dossiers/a1b2c3": 2 * len(powers) + 1, "/themas": 2,
        f"/mandaten/{mandate}": 1, "/instellingen": 3, "/voorlichting?fenomeen=demonstratie&fase=voor": 0, "/beeld": 0,
    }  # fmt: skip
    for path, least in pages.items():
        text = await shown(served, path)
        assert stray(text, statements) == [], path
        assert text.count("nagelezen op") >= least, path


ROUTED = [(nature, route) for nature, routes in ROUTES.items() for route in routes]


@pytest.mark.parametrize(("nature", "route"), ROUTED)
async def test_every_step_of_a_report_says_what_was_read(served: Served, nature: Nature, route: Route) -> None:
    with_desks(served.room)
    desk = served.room.cases
    assert isinstance(desk, CaseDesk)
    await served.arrives(alert())
    who = Actor(name="proef", origin="-", grants=(Grant(permissions=frozenset(Permission), reach=EVERYTHING),))
    statements = known(served.room.configuration)

    async def looks(least: int, *asked: str) -> str:
        text = await shown(served, f"/platformmeldingen/{case.id}")
        assert stray(text, statements) == []
        assert text.count("nagelezen op") >= least
        assert all(one in text for one in asked)
        return text

    begun = (await desk.begin("a1b2c3", who)).case
    assert begun is not None
    case = begun
    await looks(1 + sum(len(found) for found in case_law.NATURE.values()))
    await desk.judge(case.id, nature, None, None, who)
    await looks(1 + sum(len(case_law.ROUTE[one]) for one in ROUTES[nature]))
    await desk.judge(case.id, nature, route, "proef", who)
    elements = ELEMENTS.get(route, {})
    typed = [one.bracketed for field, one in elements.items() if field not in (Field.PLATFORM, Field.ORGANISATION)]
    await looks(1 + len(typed), *typed)
    filled = dict.fromkeys(Content.__struct_fields__, "ja") | {"urls": (PLANTED,), "good_faith": True}
    await desk.write(case.id, Content(**filled), who)  # type: ignore[arg-type]
    text = await looks(1)
    if elements:
        whole = case_law.NOTICE if route is Route.NOTICE else case_law.ORDER
        assert f"De artikelen in deze tekst: {whole.noted}." in text
    if route is Route.NOTHING:
        return
    for status in (Status.SENT, Status.DECIDED, Status.OBJECTED):
        if (await desk.advance(case.id, status, "ja", who)).verdict is Verdict.DONE:
            await looks(1)
    if route is not Route.ORGANISER:
        assert case_law.OBJECTION_ANSWER.bracketed in await looks(2)


def test_an_article_cannot_be_made_without_a_day() -> None:
    fields = {field.name: field for field in dataclasses.fields(Article)}
    assert all(field.default is dataclasses.MISSING for field in fields.values())
    with pytest.raises(TypeError):
        Article(cited="artikel 1 Grondwet", says="Iets.")  # type: ignore[call-arg]
