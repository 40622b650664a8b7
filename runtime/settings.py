"""Settings from the environment, refused as a whole and explained when wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import process

from broker.settings import BrokerSettings

PREFIX = "SEINPOST_"
IN_FILE = "_FILE"
"""Ends the name of a variable that holds the path of a file with a secret, in place of the secret: an environment is
read by whoever may look at a process or a container."""

MAY_BE_ABSENT: JsonDict = {"file_may_be_absent": True}
"""Marks a secret (``json_schema_extra``) that is empty when its file is not there: a part is off then."""


class InvalidSettings(Exception):
    """The environment holds something we cannot run with. Lines for a person, one per problem."""


class ServiceSettings(BaseSettings):
    """Settings every service has. A service adds its own under its own name: ``SEINPOST_<SERVICE>__<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True)

    config: Path = Field(Path("config"), description="Directory with what analysts and regions edit.")
    host: str = Field("127.0.0.1", description="Address that probes and metrics (and the console) listen on.")
    port: int = Field(0, ge=0, le=65535, description="Port of the same; 0 takes a free one and logs it.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least severe log line shown.")
    broker: BrokerSettings = Field(default_factory=BrokerSettings, description="Connection to Kafka.")


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

SERVICES = ("ingest", "anonymizer", "detector", "notifier")


def load(settings: type[SettingsT], environment: Mapping[str, str] | None = None) -> SettingsT:
    """Read settings from the environment.

    Every ``SEINPOST_`` variable must be known; those of *other* services are let pass, so that one environment can
    serve all. A secret may stand in a file (`IN_FILE`). Raises `InvalidSettings` with every problem at once; a value is
    never quoted, it may be a secret.
    """
    environment = os.environ if environment is None else environment
    names = {name for name in environment if name.upper().startswith(PREFIX)}
    known = set(variables(settings)) | set(secret_files(settings))
    from_files, problems = _from_files(settings, environment)
    for name in sorted(names):
        upper = name.upper()
        section = upper.removeprefix(PREFIX).partition("__")[0].lower()
        if upper in known or section == "test" or (section in SERVICES and section not in settings.model_fields):
            continue
        problems.append(f"environment: {name} is not a setting{_nearest(upper, known)}")
    try:
        loaded = settings(**from_files)
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            variable = PREFIX + "__".join(str(part) for part in detail["loc"]).upper()
            if variable not in " ".join(problems):
                problems.append(f"environment: {variable}: {detail['msg']}")
    if problems:
        raise InvalidSettings("\n".join(problems))
    return loaded


def variables(settings: type[BaseModel], prefix: str = PREFIX) -> dict[str, str]:
    """Every variable a settings class reads, with its description."""
    found: dict[str, str] = {}
    for name, field in settings.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found |= variables(annotation, f"{prefix}{name.upper()}__")
        else:
            found[f"{prefix}{name.upper()}"] = field.description or ""
    return found


class SecretFile(NamedTuple):
    place: tuple[str, ...]
    """Of the secret in the settings."""
    may_be_absent: bool


def secret_files(settings: type[BaseModel], prefix: str = PREFIX) -> dict[str, SecretFile]:
    """Every variable that may name a file with a secret."""
    found: dict[str, SecretFile] = {}
    for name, field in settings.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for variable, one in secret_files(annotation, f"{prefix}{name.upper()}__").items():
                found[variable] = one._replace(place=(name, *one.place))
        elif SecretStr in (annotation, *get_args(annotation)):
            marked = field.json_schema_extra == MAY_BE_ABSENT
            found[f"{prefix}{name.upper()}{IN_FILE}"] = SecretFile((name,), marked)
    return found


def secret_in(file: str) -> str:
    """What a file holds, without the end of its last line. Raises `OSError` and `UnicodeDecodeError`."""
    return Path(file).read_text(encoding="utf-8").rstrip("\r\n")


def _from_files(settings: type[BaseModel], environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    problems = []
    given = {name.upper(): value for name, value in environment.items()}
    for variable, (place, may_be_absent) in secret_files(settings).items():
        if variable not in given:
            continue
        plain = variable.removesuffix(IN_FILE)
        if plain in given:
            problems.append(f"environment: {variable}: {plain} is given too; leave one out")
            continue
        try:
            secret = secret_in(given[variable])
        except OSError as error:
            if isinstance(error, FileNotFoundError) and may_be_absent:
                _put(found, place, "")
                continue
            problems.append(f"environment: {variable}: the file cannot be read ({error.strerror})")
            continue
        except ValueError:
            problems.append(f"environment: {variable}: the file is not text in UTF-8")
            continue
        if not secret:
            problems.append(f"environment: {variable}: the file is empty")
            continue
        _put(found, place, secret)
    return found, problems


def _put(found: dict[str, Any], place: tuple[str, ...], secret: str) -> None:
    for part in place[:-1]:
        found = found.setdefault(part, {})
    found[place[-1]] = secret


def _nearest(name: str, known: Iterable[str]) -> str:
    match = process.extractOne(name, list(known), score_cutoff=60)
    return f"; did you mean {match[0]}?" if match else ""
