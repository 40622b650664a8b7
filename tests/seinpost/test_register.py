"""`seinpost register`: the documents say what the configuration, the word list and the code say, and follow them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import configuration
from contracts.topics import POSTS_ANONYMOUS, POSTS_RAW, TOPICS
from seinpost.cli import app
from services.anonymizer.atoms import Dropped
from services.anonymizer.settings import AnonymizerSettings
from tests.brokers.services import REPOSITORY

MANIFEST = {
    "words": {"permitted": 40_123},
    "sources": [{"package": "voorbeeldlijst", "version": "9.8.7", "licence": "CC0-1.0"}],
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "config", tmp_path / "config"))


def written(config: Path, tmp_path: Path) -> tuple[str, str]:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    out = tmp_path / "register"
    told = CliRunner().invoke(app, ["register", "--config", str(config), "--out", str(out), "--lexicon", str(manifest)])
    assert told.exit_code == 0, told.output
    return (out / "dpia.md").read_text(encoding="utf-8"), (out / "algoritmeregister.md").read_text(encoding="utf-8")


def test_both_documents_hold_the_facts_of_the_configuration(config: Path, tmp_path: Path) -> None:
    whole = configuration.load(config)
    dpia, register = written(config, tmp_path)
    for document in (dpia, register):
        assert whole.version in document
        assert "40123" in document
        assert "voorbeeldlijst 9.8.7 (CC0-1.0)" in document
        assert "[in te vullen]" in document, "what only the organisation knows is left to it"
        for phenomenon in whole.phenomena:
            assert f"| {phenomenon.label} |" in document
            assert phenomenon.expires.isoformat() in document
            assert phenomenon.rationale in document
        for source in whole.sources.sources:
            assert f"| `{source.id}` | {source.kind} |" in document
        for topic in TOPICS:
            assert f"| `{topic.name}` |" in document
    assert f"na {AnonymizerSettings().rotation_hour}:00" in dpia
    assert f"{whole.thresholds.k_anonymity} verschillende schrijvers" in dpia
    assert all(f"`{reason.value}`" in dpia for reason in Dropped)
    assert f"minstens\n{whole.thresholds.defaults.min_authors} verschillende schrijvers" in register


def test_who_reads_and_how_long_is_kept_stand_in_one_row(config: Path, tmp_path: Path) -> None:
    dpia, _ = written(config, tmp_path)
    rows = {line.split("`")[1]: line for line in dpia.splitlines() if line.startswith("| `")}
    assert "| ingest | anonymizer |" in rows[POSTS_RAW.name]
    assert "hooguit een uur" in rows[POSTS_RAW.name]
    assert "| anonymizer | detector | 24 uur |" in rows[POSTS_ANONYMOUS.name]


def test_a_changed_configuration_changes_the_documents(config: Path, tmp_path: Path) -> None:
    before, _ = written(config, tmp_path)
    k = configuration.load(config).thresholds.k_anonymity
    (config / "phenomena" / "schuimfeest.yaml").write_text(
        "id: schuimfeest\nlabel: Schuimfeest op straat\nkind: gathering\nseverity: low\nowner: adviseur openbare orde\n"
        "rationale: Alleen om te zien dat het in het register komt.\nexpires: 2030-12-31\n"
        "terms: [{term: schuimfeestje}]\n",
        encoding="utf-8",
    )
    thresholds = config / "thresholds.yaml"
    text = thresholds.read_text(encoding="utf-8")
    assert f"k_anonymity: {k}" in text
    thresholds.write_text(text.replace(f"k_anonymity: {k}", "k_anonymity: 17"), encoding="utf-8")
    after, register = written(config, tmp_path)
    for document in (after, register):
        assert "| Schuimfeest op straat | samenkomst | 1 |" in document
    assert "Schuimfeest" not in before
    assert "17 verschillende schrijvers" in after


def test_a_broken_configuration_writes_nothing(config: Path, tmp_path: Path) -> None:
    (config / "thresholds.yaml").write_text("k_anonymity: veel\n", encoding="utf-8")
    out = tmp_path / "register"
    told = CliRunner().invoke(app, ["register", "--config", str(config), "--out", str(out)])
    assert told.exit_code == 2
    assert not out.exists()
