"""A configuration directory with nothing but sources and a mandate, as ingest reads it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

MANDATE = Path(__file__).parents[2] / "config" / "mandates" / "voorbeeld.yaml"


def configured(directory: Path, *sources: dict[str, Any]) -> dict[str, str]:
    """Write the directory; returns the environment that points a service to it. JSON is YAML."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sources.yaml").write_text(json.dumps({"sources": sources}))
    (directory / "mandates").mkdir(exist_ok=True)
    shutil.copy(MANDATE, directory / "mandates")
    secrets = directory / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "token").write_text("correct-horse-battery\n")
    return {
        "SEINPOST_CONFIG": str(directory),
        "SEINPOST_INGEST__SECRETS_DIR": str(secrets),
        "SEINPOST_INGEST__BACKOFF_S": "0.1",
    }
