"""`seinpost mandate`: ask for what a mandate must say, show what is in force, write the page for the council.

The questions and the page are in Dutch: the people who decide answer and read them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML

from configuration import InvalidConfiguration, load
from configuration.mandates import AMSTERDAM, Advice, Basis, Decision, Ground, LighterMeans, Mandate, Sentence

mandate = typer.Typer(no_args_is_help=True, add_completion=False, help="Who decided what may be watched, until when.")
Config = Annotated[Path, typer.Option(help="Configuration directory.")]


@mandate.command("new")
def new(identity: Annotated[str, typer.Argument(metavar="ID")], config: Config = Path("config")) -> None:
    """Ask every question of the step plan and write `mandates/ID.yaml`. An empty or unusable answer is asked again;
    lighter means and limits until one is left empty."""
    file = config / "mandates" / f"{identity}.yaml"
    if file.exists():
        typer.echo(f"{file} exists already; a mandate that was decided is not overwritten", err=True)
        raise typer.Exit(2)
    if _reason(lambda: Mandate.model_validate({"id": identity}), "id"):
        typer.echo(f"{identity} is no id: small letters, digits and dashes, a letter first", err=True)
        raise typer.Exit(2)
    answers = _answers(identity)
    try:
        Mandate.model_validate(answers)
    except ValidationError as error:
        typer.echo(f"not written: {error.errors()[0]['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(1) from None
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        YAML().dump(answers, out)
    try:
        load(config)
    except InvalidConfiguration as error:
        file.unlink()
        typer.echo(f"not written, because the configuration would no longer be in order:\n{error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(str(file))


@mandate.command("list")
def show(config: Config = Path("config")) -> None:
    """Each mandate: in force or not, days left, what it covers. Exits 1 when none is in force."""
    now = datetime.datetime.now(AMSTERDAM)
    mandates = _load(config)
    for one in mandates:
        if one.valid_at(now):
            state = f"in force, {one.days_left(now)} days left"
        else:
            state = "ended" if one.ended(now) else "not yet in force"
        typer.echo(f"{one.id}\t{state}\tuntil {one.until:%Y-%m-%d %H:%M}\t{_covers(one)}")
    if not any(one.valid_at(now) for one in mandates):
        typer.echo("no mandate is in force: nothing but exercises is counted", err=True)
        raise typer.Exit(1)


@mandate.command("page")
def page(identity: Annotated[str, typer.Argument(metavar="ID")], config: Config = Path("config")) -> None:
    """Print one mandate as a page for the council, in Dutch (Markdown)."""
    found = {one.id: one for one in _load(config)}
    if identity not in found:
        typer.echo(f"{identity} is not a mandate; there are: {', '.join(found) or 'none'}", err=True)
        raise typer.Exit(2)
    typer.echo(council_page(found[identity]))


def council_page(one: Mandate) -> str:
    """The mandate in the order of the step plan. Names the article of law and when it was checked."""
    means = "\n".join(f"- {lighter.means}: {lighter.why_not_enough}" for lighter in one.lighter_means)
    limits = "\n".join(f"- {limit}" for limit in one.limits)
    ground = "algemeen beeld" if one.ground.kind is Basis.GENERAL_PICTURE else "een bevoegdheid die in de wet staat"
    return f"""# Mandaat: {one.title}

Dit mandaat geldt van {one.starts:%d-%m-%Y %H:%M} tot {one.until:%d-%m-%Y %H:%M}. Daarna stopt het tellen vanzelf.

## 1. Aanleiding

{one.reason}

## 2. Waarop het berust

Grondslag: {ground}, {one.ground.noted}.

## 3. Waarom het zonder persoonsgegevens kan

{one.without_personal_data}

## 4. Lichtere middelen die zijn overwogen

{means}

## 5. Grenzen

{limits}

## 6. Besluit en advies

- Besloten door: {one.decision.by}, op {one.decision.on:%d-%m-%Y}, kenmerk {one.decision.reference}
- Advies van: {one.dpo_advice.by}, op {one.dpo_advice.on:%d-%m-%Y}. {one.dpo_advice.outcome}
- DPIA: {one.dpia}

## 7. Waar het voor geldt

- Regio's: {_listed(one.regions)}
- Verschijnselen: {_listed(one.phenomena)}
- Bronnen: {_listed(one.sources)}{_themes(one)}"""


def _themes(one: Mandate) -> str:
    """What the council must know of it; nothing when no theme is named."""
    if one.themes is None:
        return ""
    advice = one.themes.dpo_advice
    return f"""

## 8. Aanvallen op groepen

Dit mandaat laat ook tellen hoeveel berichten over deze thema's een groep aanvallen: {_listed(one.themes.watched)}.

{one.themes.necessity}

Advies hierover van: {advice.by}, op {advice.on:%d-%m-%Y}. {advice.outcome}"""


def _covers(one: Mandate) -> str:
    return f"{' '.join(one.phenomena)} in {' '.join(one.regions)} from {' '.join(one.sources)}"


def _listed(names: tuple[str, ...]) -> str:
    return "alle" if "*" in names else ", ".join(names)


def _load(config: Path) -> tuple[Mandate, ...]:
    try:
        return load(config).mandates
    except InvalidConfiguration as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _answers(identity: str) -> dict[str, Any]:
    return {
        "id": identity,
        "title": _field("Titel", Mandate, "title"),
        "reason": _field("Aanleiding: wat gebeurde er, of dreigt er", Mandate, "reason"),
        "ground": {
            "kind": _field("Grondslag (general-picture of named-power)", Ground, "kind"),
            "article": _field("Artikel van de wet", Ground, "article"),
            "checked": _field("Op welke dag is dat artikel nagelezen (jjjj-mm-dd)", Ground, "checked"),
        },
        "without_personal_data": _field("Waarom kan het zonder persoonsgegevens", Mandate, "without_personal_data"),
        "lighter_means": [
            {"means": means, "why_not_enough": _field("Waarom is dat niet genoeg", LighterMeans, "why_not_enough")}
            for means in _each(
                "Welk lichter middel is overwogen", "Welk nog", lambda given: _problem(LighterMeans, "means", given)
            )
        ],
        "limits": list(_each("Wat doet deze waarneming nooit", "Wat nog nooit", _limit)),
        "decision": {
            "by": _field("Wie besloot (rol, geen naam)", Decision, "by"),
            "on": _field("Datum van het besluit (jjjj-mm-dd)", Decision, "on"),
            "reference": _field("Kenmerk van het besluit", Decision, "reference"),
        },
        "dpo_advice": {
            "by": _field("Wie adviseerde (rol, geen naam)", Advice, "by"),
            "on": _field("Datum van het advies (jjjj-mm-dd)", Advice, "on"),
            "outcome": _field("Wat was het advies, en wat is ermee gedaan", Advice, "outcome"),
        },
        "dpia": _field("Kenmerk van de DPIA", Mandate, "dpia"),
        "regions": _names("Regio's (VR01 VR02 ..., of * voor alle)"),
        "phenomena": _names("Verschijnselen (id's, of * voor alle)"),
        "sources": _names("Bronnen (id's, of * voor alle)"),
        "from": _field("Vanaf (jjjj-mm-dd uu:mm)", Mandate, "from"),
        "until": _field("Tot (jjjj-mm-dd uu:mm)", Mandate, "until"),
    }


def _field(question: str, model: type[BaseModel], name: str) -> str:
    """Ask for one field of a model until the model takes it."""
    return _until_right(question, lambda given: _problem(model, name, given))


def _each(first: str, more: str, problem: Callable[[str], str | None]) -> Iterator[str]:
    """Ask for one, and for more until nothing is answered."""
    yield _until_right(first, problem)
    while given := _until_right(f"{more} (niets: druk op Enter)", problem, optional=True):
        yield given


def _problem(model: type[BaseModel], name: str, given: str) -> str | None:
    return _reason(lambda: model.model_validate({name: given}), name)


def _limit(given: str) -> str | None:
    return _reason(lambda: TypeAdapter(Sentence).validate_python(given))


def _names(question: str) -> list[str]:
    def problem(given: str) -> str | None:
        return None if _split(given) else "noem er een"

    return _split(_until_right(question, problem))


def _split(given: str) -> list[str]:
    return given.replace(",", " ").split()


def _until_right(question: str, problem: Callable[[str], str | None], *, optional: bool = False) -> str:
    """``optional``: an empty answer is one."""
    while True:
        given = str(typer.prompt(question, default="" if optional else None, show_default=False)).strip()
        found = None if optional and not given else problem(given)
        if found is None:
            return given
        typer.echo(f"  kan niet: {found}")


def _reason(attempt: Callable[[], object], field: str | None = None) -> str | None:
    """Why a value is refused; the other fields of its model, which are not asked yet, do not count."""
    try:
        attempt()
    except ValidationError as error:
        for detail in error.errors():
            if field is None or detail["loc"][:1] == (field,):
                return str(detail["msg"]).removeprefix("Value error, ")
    return None
