"""Settings: a wrong one is refused before anything starts, and says which and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from runtime.settings import MAY_BE_ABSENT, InvalidSettings, ServiceSettings, load, secret_files, variables


class Own(BaseModel):
    batch_posts: int = Field(200, ge=1, description="Posts in a batch.")
    secret: SecretStr | None = Field(None, description="Key.")
    extra: SecretStr = Field(SecretStr("default"), description="Of a part.", json_schema_extra=MAY_BE_ABSENT)


class Settings(ServiceSettings):
    detector: Own = Field(default_factory=Own, description="The detector's own settings.")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("SEINPOST_"):
            monkeypatch.delenv(name)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEINPOST_DETECTOR__BATCH_POSTS", "50")
    monkeypatch.setenv("SEINPOST_BROKER__BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("SEINPOST_NOTIFIER__DATABASE", "of another service")
    settings = load(Settings)
    assert settings.detector.batch_posts == 50
    assert settings.broker.bootstrap_servers == "kafka:9092"


def test_an_unknown_setting_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEINPOST_DETECTOR__BATCH_POST", "50")
    with pytest.raises(
        InvalidSettings, match="SEINPOST_DETECTOR__BATCH_POST .*did you mean SEINPOST_DETECTOR__BATCH_POSTS"
    ):
        load(Settings)


def test_all_problems_are_told_at_once_and_no_value_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEINPOST_PORT", "99999")
    monkeypatch.setenv("SEINPOST_DETECTOR__BATCH_POSTS", "geheim")
    monkeypatch.setenv("SEINPOST_PROT", "1")
    with pytest.raises(InvalidSettings) as caught:
        load(Settings)
    text = str(caught.value)
    for name in ("SEINPOST_PORT", "SEINPOST_DETECTOR__BATCH_POSTS", "SEINPOST_PROT"):
        assert name in text
    assert "geheim" not in text
    assert "99999" not in text


def test_every_variable_is_described() -> None:
    described = variables(Settings)
    assert described["SEINPOST_DETECTOR__BATCH_POSTS"] == "Posts in a batch."
    assert all(described.values())


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("geheim\n")
    monkeypatch.setenv("SEINPOST_DETECTOR__SECRET_FILE", str(file))
    monkeypatch.setenv("SEINPOST_DETECTOR__BATCH_POSTS", "50")
    settings = load(Settings)
    assert settings.detector.secret is not None
    assert settings.detector.secret.get_secret_value() == "geheim"
    assert settings.detector.batch_posts == 50
    assert set(secret_files(Settings)) == {
        "SEINPOST_DETECTOR__SECRET_FILE",
        "SEINPOST_DETECTOR__EXTRA_FILE",
        "SEINPOST_BROKER__SASL_PASSWORD_FILE",
    }


def test_names_of_files_are_read_in_any_case_as_all_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("geheim")
    monkeypatch.setenv("seinpost_detector__secret_file", str(file))
    settings = load(Settings)
    assert settings.detector.secret is not None
    monkeypatch.setenv("seinpost_detector__secret", "plain")
    with pytest.raises(InvalidSettings, match="is given too"):
        load(Settings)


def test_a_part_may_be_off_because_its_secret_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEINPOST_DETECTOR__EXTRA_FILE", str(tmp_path / "none"))
    assert load(Settings).detector.extra.get_secret_value() == ""


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"\n"])
def test_a_file_of_a_secret_that_cannot_be_read_is_told_with_everything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "geheime-naam"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SEINPOST_DETECTOR__SECRET_FILE", str(file))
    monkeypatch.setenv("SEINPOST_BROKER__SASL_PASSWORD_FILE", str(file))
    monkeypatch.setenv("SEINPOST_BROKER__SASL_PASSWORD", "geheim")
    monkeypatch.setenv("SEINPOST_CONFIG_FILE", str(file))
    with pytest.raises(InvalidSettings) as caught:
        load(Settings)
    said = str(caught.value)
    assert "SEINPOST_DETECTOR__SECRET_FILE: the file " in said
    assert "SEINPOST_BROKER__SASL_PASSWORD is given too" in said
    assert "SEINPOST_CONFIG_FILE is not a setting" in said, "only a secret may"
    assert "geheim" not in said
