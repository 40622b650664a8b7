"""Settings: a wrong one is refused before anything starts, and says which and what was probably meant."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field, SecretStr

from runtime.settings import InvalidSettings, ServiceSettings, load, variables


class Own(BaseModel):
    batch_posts: int = Field(200, ge=1, description="Posts in a batch.")
    secret: SecretStr | None = Field(None, description="Key.")


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
