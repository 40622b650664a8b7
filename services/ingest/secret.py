"""Secrets of sources: one file each, named in config/sources.yaml, mounted by whoever runs the service."""

from __future__ import annotations

import re
from pathlib import Path

from runtime.process import CannotStart

_name = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$")


def read_secret(directory: Path, name: str) -> str:
    """Content of the file, without white space around it. Raises `CannotStart`; no message holds the content."""
    if not _name.match(name):
        raise CannotStart("config/sources.yaml: the name of a secret is a file name of letters, digits, . _ and -")
    try:
        secret = (directory / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(
            f"the secret {name} cannot be read from {directory} ({type(error).__name__}); "
            "set SEINPOST_INGEST__SECRETS_DIR to the directory that holds it"
        ) from None
    if not secret:
        raise CannotStart(f"the secret {name} in {directory} is empty")
    return secret
