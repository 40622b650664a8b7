"""`seinpost register`: a DPIA template and an entry for the Dutch Algorithm Register, filled from the configuration.

What the software knows for itself is filled in; what only the organisation can answer is marked ``[in te vullen]``.
"""
# ruff: noqa: E501 (the rows of a table stand on one line)

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from configuration import Configuration, InvalidConfiguration, load
from configuration.phenomena import PhenomenonClass
from contracts.topics import HOUR_MS, MINUTE_MS, TOPICS, Topic
from services.anonymizer.atoms import Dropped
from services.anonymizer.settings import AnonymizerSettings
from services.detector.detection import FORGET_MINUTES
from services.detector.sketch import EXACT, KEEP
from services.notifier.console.words import number
from services.notifier.law import PUBLIC_ORDER

TO_FILL = "[in te vullen]"
_KINDS = {
    PhenomenonClass.DISORDER: "ordeverstoring",
    PhenomenonClass.GATHERING: "samenkomst",
    PhenomenonClass.DEMONSTRATION: "demonstratie (telt als verwachte drukte, niet als dreiging)",
}


def register(
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    out: Annotated[Path, typer.Option(help="Directory to write to.")] = Path("build/register"),
    lexicon: Annotated[Path, typer.Option(help="Manifest of the permitted words.")] = Path("build/lexicon/manifest.json"),
) -> None:  # fmt: skip
    """Write a DPIA template and an Algorithm Register entry, in Dutch, from the configuration as it is now."""
    try:
        whole = load(config)
        manifest = json.loads(lexicon.read_text(encoding="utf-8")) if lexicon.exists() else {}
    except (InvalidConfiguration, ValueError) as error:
        typer.echo(f"cannot write the register: {error}", err=True)
        raise typer.Exit(2) from None
    today = datetime.now(UTC).date().isoformat()
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("dpia.md", dpia(whole, manifest, today)),
        ("algoritmeregister.md", algorithm_register(whole, manifest, today)),
    ):
        (out / name).write_text(text, encoding="utf-8")
        typer.echo(str(out / name))


def dpia(whole: Configuration, manifest: dict[str, object], today: str) -> str:
    """A data protection impact assessment (art. 35 AVG), as far as the configuration can tell."""
    settings = AnonymizerSettings()
    return f"""# DPIA Seinpost (sjabloon)

Gemaakt op {today} uit configuratie `{whole.version}`. Wat tussen haken staat, vult de organisatie zelf in. Dit
sjabloon is geen juridisch advies.

## 1. Wat gebeurt er

Seinpost telt woorden in openbare berichten. Het waarschuwt als ergens opvallend veel mensen over een mogelijke
ordeverstoring schrijven. Seinpost volgt geen personen of groepen.

- Doel: {TO_FILL}
- Grondslag: {TO_FILL} (denk aan {PUBLIC_ORDER.noted}: {PUBLIC_ORDER.says} Uw jurist zegt of dat genoeg is)
- Verwerkingsverantwoordelijke: {TO_FILL}
- Advies van de functionaris gegevensbescherming: {TO_FILL}

**Pseudonimiseren is zelf een verwerking.** Ook als er niets wordt bewaard, is een grondslag nodig voor het lezen.

## 2. Bronnen

{_sources(whole)}

## 3. Wat er wordt gevolgd

{_phenomena(whole)}

## 4. Welke gegevens, en hoe lang

{_retention()}

Een bericht verlaat de anonymizer als toegestane woorden en lege plekken (▢). Namen, @namen, adressen, links, nummers en
alle onbekende woorden vallen weg. Redenen om een woord weg te laten: {", ".join(f"`{reason.value}`" for reason in Dropped)}.

- De schrijver wordt een code. De sleutel daarvan staat alleen in het geheugen, wordt elke dag na {settings.rotation_hour}:00
  uur en bij elke herstart vervangen, en wordt dan overschreven. Binnen die dag zijn berichten van één schrijver te
  koppelen: de gegevens zijn **gepseudonimiseerd**, niet anoniem.
- Om niemand dubbel te tellen bewaart de detector per telreeks een hash van de codes van ten hoogste {number(EXACT)}
  schrijvers, met de minuut van hun laatste bericht, {KEEP // 1440} dagen lang; van een telreeks waar niets meer bij komt
  {FORGET_MINUTES // 1440} dagen. Is de sleutel van de dag weg, dan leidt een code naar niemand meer.
- Een nieuw woord wordt pas getoond als {whole.thresholds.k_anonymity} verschillende schrijvers het gebruikten.
- Een platformmelding bevat webadressen en tekst die een medewerker invult: persoonsgegevens. Zij staan apart en
  versleuteld, alleen voor de rollen platformmelder en bevoegd gezag, en worden 30 dagen na het einde vernietigd.
  Zonder sleutel staat dit uit. Grondslag: {TO_FILL}
- Wordt een bericht bij de bron verwijderd, dan wordt het binnen de dag uit de telling gehaald.
{_words(manifest)}
## 5. Noodzaak en evenredigheid

- Kan het doel worden bereikt zonder dit systeem? {TO_FILL}
- Welke lichtere middelen zijn overwogen? {TO_FILL}
- Waarom deze bronnen en deze woorden? {TO_FILL}

## 6. Risico's en maatregelen

| risico | maatregel in de software | rest |
|---|---|---|
| een naam blijft staan | alleen toegestane woorden gaan door; getest met 1.500 berichten per soort | {TO_FILL} |
| een schrijver wordt gevolgd | code alleen binnen een dag, sleutel niet bewaard | {TO_FILL} |
| een bekend persoon is te raden uit de woorden | geen tekst bewaard; nieuwe woorden pas bij {whole.thresholds.k_anonymity} schrijvers | {TO_FILL} |
| een demonstratie wordt als dreiging gezien | demonstratie is een eigen soort zonder dreiging | {TO_FILL} |
| een platformmelding lekt | eigen opslag, versleuteld; sleutel vernietigd bij verwijdering; elke inzage in het logboek | {TO_FILL} |
| een bron zwijgt en dat lijkt rust | een stille bron wordt als blind gemeld | {TO_FILL} |

## 7. Besluit

- Restrisico aanvaard door: {TO_FILL}
- Datum van herziening: {TO_FILL}
"""


def algorithm_register(whole: Configuration, manifest: dict[str, object], today: str) -> str:
    """An entry in the sections of the Dutch Algorithm Register."""
    thresholds = whole.thresholds.defaults
    return f"""# Algoritmeregister: Seinpost

Gemaakt op {today} uit configuratie `{whole.version}`.

- Naam: Seinpost
- Organisatie: {TO_FILL}
- Categorie: {TO_FILL} (impactvol algoritme; geen voorspelling over personen)
- Status: {TO_FILL}
- Contact: {TO_FILL}

## Doel en impact

Eerder zien dat online oproepen op straat onrust kunnen geven. De uitkomst gaat over een gebeurtenis, nooit over een
persoon, een buurt of een groep. Een melding leidt niet vanzelf tot een maatregel.

## Afwegingen

Volgen van een verschijnsel in plaats van personen. Lichtere middelen en noodzaak: {TO_FILL}

Gevolgd worden {len(whole.phenomena)} verschijnselen:

{_phenomena(whole)}

## Menselijke tussenkomst

Een medewerker beoordeelt elke melding en sluit haar met een reden. Het systeem verwijdert niets, meldt niets
vanzelf aan platforms en zet geen GRIP of NL-Alert in.

## Risicobeheer

Hooguit {thresholds.false_alarms_per_day:g} valse meldingen per dag per regio is het uitgangspunt; minstens
{thresholds.min_authors} verschillende schrijvers en {thresholds.min_posts} berichten. Een herhaling geeft dezelfde
uitkomst. DPIA: {TO_FILL}

## Gegevens

{_sources(whole)}

{_retention()}
{_words(manifest)}
## Technische werking

Woorden uit een lijst worden geteld per minuut, plaats en verschijnsel. De telling wordt vergeleken met wat op dat uur en
die dag gewoon is. Is het verschil onwaarschijnlijk groot, dan volgt een melding met de cijfers erbij. Er is geen
zelflerend taalmodel en geen profiel van personen.
"""


def _sources(whole: Configuration) -> str:
    sources = whole.sources.sources
    if not sources:
        return "Er is nog geen bron ingesteld in `sources.yaml`."
    rows = "\n".join(f"| `{source.id}` | {source.kind} | {'aan' if source.enabled else 'uit'} |" for source in sources)
    return f"| bron | soort | stand |\n|---|---|---|\n{rows}"


def _phenomena(whole: Configuration) -> str:
    rows = "\n".join(
        f"| {phenomenon.label} | {_KINDS[phenomenon.kind]} | {len(phenomenon.terms)} | {phenomenon.owner} "
        f"| {phenomenon.expires.isoformat()} | {phenomenon.rationale} |"
        for phenomenon in whole.phenomena
    )
    return f"| verschijnsel | soort | woorden | eigenaar | loopt af | waarom |\n|---|---|---|---|---|---|\n{rows}"


def _retention() -> str:
    rows = "\n".join(
        f"| `{topic.name}` | {', '.join(sorted(topic.writers))} | {', '.join(sorted(topic.readers)) or 'mensen'} "
        f"| {_kept(topic)} |"
        for topic in TOPICS
    )
    return f"| stroom | geschreven door | gelezen door | bewaard |\n|---|---|---|---|\n{rows}"


def _kept(topic: Topic) -> str:
    if topic.retention_ms is None:
        return "laatste stand"
    if topic.retention_ms < HOUR_MS:
        return f"{topic.retention_ms // MINUTE_MS} minuten, hooguit een uur"
    return f"{topic.retention_ms // HOUR_MS} uur"


def _words(manifest: dict[str, object]) -> str:
    words, sources = manifest.get("words"), manifest.get("sources")
    if not isinstance(words, dict) or not isinstance(sources, list):
        return ""
    packages = Counter(f"{source['package']} {source['version']} ({source['licence']})" for source in sources)
    return f"- Toegestane gewone woorden: {words.get('permitted')}, gemaakt uit {', '.join(packages)}.\n"
