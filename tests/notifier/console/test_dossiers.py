"""The pages of a dossier: every form, what is wrong with what was chosen, and who may do what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.notifier.dossier import sealing
from services.notifier.dossier.lists import Explanation, Measure
from services.notifier.dossier.verify import verify
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import text_of
from tests.notifier.samples import alert
from tests.notifier.scene import course
from tests.notifier.test_security import token_of

HERE = "/dossiers/a1b2c3"
EVENT = {
    "tijd": "2020-12-15T19:25", "soort": "vernieling", "gemeente": "GM0599", "plaats": "Coolsingel",
    "grootte": "50-tot-200", "bron": "politieregistratie",
}  # fmt: skip


@pytest.fixture
async def opened(served: Served) -> Served:
    """A dossier, opened by the form on the page of its alert."""
    await served.arrives(alert(series=course(84, 3.1, 1)))
    answer = await send(served, "/meldingen/a1b2c3/dossier", {})
    assert answer == (303, HERE)
    return served


async def send(served: Served, path: str, form: dict[str, str]) -> tuple[int, str]:
    token = await token_of(served, "/dossiers")
    answer = await served.http.post(path, data=form | {"token": token})
    return answer.status_code, answer.headers.get("location", answer.text)


async def shown(served: Served, path: str = HERE) -> str:
    answer = await served.http.get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


async def test_from_alert_to_sealed_file(opened: Served, tmp_path: Path) -> None:
    assert "Naar het dossier" in await shown(opened, "/meldingen/a1b2c3")
    assert "Oproep tot rellen – Rotterdam" in await shown(opened, "/dossiers")
    assert "Er is geen sleutel" in await shown(opened)
    refused = await opened.http.get(f"{HERE}/dossier.jsonl")
    assert (refused.status_code, "geen sleutel" in refused.text) == (409, True)

    assert await send(opened, f"{HERE}/gebeurtenis", EVENT) == (303, f"{HERE}#gebeurtenissen")
    answers = {one.value: "speelde-niet-mee" for one in Explanation}
    assert (await send(opened, f"{HERE}/verklaringen", answers))[0] == 303
    assert (await send(opened, f"{HERE}/middelen", {one.value: "toegepast" for one in Measure}))[0] == 303
    order = {"maatregel": "noodbevel", "gezag": "burgemeester", "besluittijd": "2020-12-15T19:30"}
    assert (await send(opened, f"{HERE}/besluit", order))[0] == 303
    assert (await send(opened, f"{HERE}/samenhang", {}))[0] == 303
    page = await shown(opened)
    for said in (
        "Vernieling (di 15-12-2020 19:25), Coolsingel, Rotterdam; 50 tot 200 mensen; bron: politieregistratie",
        "Noodbevel (di 15-12-2020 19:30), door: burgemeester", "artikel 175 Gemeentewet (nagelezen op 30-11-2026)",
        "Te weinig waarnemingen", "ten minste 24 balken en 3 gebeurtenissen", "Toeval: speelde niet mee",
        "nog niet afgesloten", "365 dagen",
    ):  # fmt: skip
        assert said in page, said
    assert "oorza" not in page.lower()

    events = [int(number) for number in re.findall(r"(\d+): Vernieling", page)]
    assert (await send(opened, f"{HERE}/gebeurtenis", EVENT | {"soort": "vuurwerk"}))[0] == 303
    (later,) = {int(number) for number in re.findall(r"(\d+): Vuurwerk", await shown(opened))}
    correction = {"regel": str(events[0]), "fout": "verkeerde-keuze", "vervangen": str(later)}
    assert (await send(opened, f"{HERE}/verbetering", correction))[0] == 303
    assert f"Regel {events[0]} klopt niet: verkeerde keuze. In plaats daarvan geldt regel {later}." in await shown(
        opened
    )

    own = opened.room.settings.notifier
    object.__setattr__(opened.room.settings, "notifier", own.model_copy(update={"secrets_dir": tmp_path}))
    key = sealing.new_key()
    sealing.write_key(key, tmp_path / own.dossier_key)
    assert key.fingerprint in await shown(opened), "a key in place counts at once"
    file = await opened.http.get(f"{HERE}/dossier.jsonl")
    assert file.headers["content-disposition"] == 'attachment; filename="dossier-a1b2c3.jsonl"'
    assert verify(file.content, key.public).dossier == "a1b2c3"
    assert (await opened.http.get(f"{HERE}/dossier.pdf")).content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("part", "form", "field"),
    [
        ("gebeurtenis", {}, "soort"),
        ("gebeurtenis", EVENT | {"tijd": "2030-01-01T00:00"}, "tijd"),
        ("gebeurtenis", EVENT | {"tijd": "gisteren"}, "tijd"),
        ("gebeurtenis", EVENT | {"plaats": "bij Jan thuis"}, "plaats"),
        ("gebeurtenis", EVENT | {"bron": "Jan"}, "bron"),
        ("gebeurtenis", EVENT | {"grootte": ""}, "grootte"),
        ("gebeurtenis", EVENT | {"gemeente": ""}, "gemeente"),
        ("besluit", {}, "maatregel"),
        (
            "besluit",
            {"maatregel": "noodbevel", "gezag": "burgemeester", "besluittijd": "2030-01-01T00:00"},
            "besluittijd",
        ),
        ("verbetering", {}, "regel"),
        ("verbetering", {"regel": "1", "fout": "dubbel"}, "regel"),
        ("verbetering", {"regel": "9²", "fout": "dubbel"}, "regel"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    opened: Served, part: str, form: dict[str, str], field: str
) -> None:
    before = (await opened.http.get("/v1/dossiers/a1b2c3")).json()["entries"]
    status, html = await send(opened, f"{HERE}/{part}", form)
    assert status == 400
    assert f'href="#{field}"' in html
    assert f'id="{field}-fout"' in html
    assert (await opened.http.get("/v1/dossiers/a1b2c3")).json()["entries"] == before


async def test_a_replacement_must_fit(opened: Served) -> None:
    for _ in range(2):
        await send(opened, f"{HERE}/gebeurtenis", EVENT)
    numbers = sorted({int(number) for number in re.findall(r"(\d+): Vernieling", await shown(opened))})
    wrong = {"regel": str(numbers[1]), "fout": "dubbel", "vervangen": str(numbers[0])}
    status, html = await send(opened, f"{HERE}/verbetering", wrong)
    assert (status, 'id="vervangen-fout"' in html) == (400, True)


async def test_answering_nothing_is_no_mistake(opened: Served) -> None:
    assert (await send(opened, f"{HERE}/verklaringen", {}))[0] == 303


@pytest.mark.parametrize(
    "part", ["bijwerken", "gebeurtenis", "verklaringen", "middelen", "besluit", "verbetering", "samenhang"]
)
async def test_a_form_of_another_site_does_nothing(opened: Served, part: str) -> None:
    before = (await opened.http.get("/v1/dossiers/a1b2c3")).json()["entries"]
    answer = await opened.http.post(f"{HERE}/{part}", data=EVENT | {"token": "x" * 43, "toeval": "onbekend"})
    assert answer.status_code == 403
    assert (await opened.http.get("/v1/dossiers/a1b2c3")).json()["entries"] == before


async def test_the_dossier_says_when_it_is_behind(opened: Served) -> None:
    assert "verder dan het dossier" not in await shown(opened)
    await opened.arrives(alert(revision=2, series=course(99, 3.1, 1)))
    assert "2 nieuwe gegevens" in await shown(opened)
    assert (await send(opened, f"{HERE}/bijwerken", {}))[0] == 303
    assert "verder dan het dossier" not in await shown(opened)


async def test_an_exercise_is_marked(served: Served) -> None:
    await served.arrives(alert(exercise="Project X Haren"))
    await send(served, "/meldingen/a1b2c3/dossier", {})
    page = await served.http.get(HERE)
    assert "dossier--exercise" in page.text
    assert "OEFENING – dit gebeurt niet echt" in page.text
    assert "OEFENING" in await shown(served, "/dossiers")
    assert "niet nodig: dit is een oefening" in text_of(page.text)


async def test_what_is_not_there(served: Served) -> None:
    for path in (
        "/dossiers/nergens",
        "/dossiers/nergens/dossier.pdf",
        "/verwijderde-dossiers/nergens",
        "/dossiers/%00",
    ):
        assert (await served.http.get(path)).status_code == 404, path
    assert (await send(served, "/meldingen/nergens/dossier", {}))[0] == 404
    assert (await send(served, "/dossiers/nergens/gebeurtenis", EVENT))[0] == 404
    assert "Er zijn geen dossiers" in await shown(served, "/dossiers")
