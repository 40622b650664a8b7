"""One server: what the compose file names exists, and every service runs as narrowly as on a cluster."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from contracts.topics import Service
from tests.brokers.services import REPOSITORY
from tests.deploy.test_runbooks import BLOCK

DEPLOY = REPOSITORY / "deploy"
IMAGE_USERS = {"alertmanager": "65534:65534", "postgres": "0:0"}
"""Who reads secrets where compose names no user: in Alertmanager's image nobody; PostgreSQL's starts as root."""
COMPOSE = YAML(typ="safe", pure=True).load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_every_service_runs_without_rights() -> None:
    services = COMPOSE["services"]
    assert {service.value for service in Service} <= services.keys()
    for service in Service:
        one = services[service.value]
        assert one["read_only"] is True
        assert one["user"] == "65532:65532"
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["healthcheck"]
    assert services["anonymizer"]["networks"] == ["inside"], "who sees posts does not reach the internet"
    assert services["detector"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name, one in services.items():
        assert not one["image"].endswith(":latest"), name
        assert re.search(r":[^:]*\d", one["image"]), f"{name} has no version"
        assert all(str(port).startswith("127.0.0.1:") for port in one.get("ports", ())), name


def test_every_file_that_is_mounted_exists() -> None:
    for name, one in COMPOSE["services"].items():
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith(".") and "secrets" not in source:
                assert (DEPLOY / source).exists(), f"{name}: {source}"


def test_no_secret_is_in_an_environment() -> None:
    """Whoever may look at a container reads its environment."""
    for name, one in COMPOSE["services"].items():
        assert "env_file" not in one
        for variable, value in one.get("environment", {}).items():
            if any(word in variable for word in ("PASSWORD", "TOKEN", "SECRET", "DATABASE_URL")):
                assert str(value).startswith(("/run/secrets", "/etc/seinpost/database/")), f"{name}: {variable}"


def test_an_address_of_a_database_is_no_secret_that_a_receiver_may_name() -> None:
    """Whoever edits receivers.yaml would have it sent to an address of his own."""
    notifier = COMPOSE["services"]["notifier"]
    (receivers,) = (one for one in notifier["volumes"] if one.endswith(":/run/secrets:ro"))
    (database,) = (one for one in notifier["volumes"] if one.endswith(":/etc/seinpost/database:ro"))
    assert not database.partition(":")[0].startswith(f"{receivers.partition(':')[0]}/")


@pytest.mark.parametrize("cases", ["", "postgresql://cases:c0ffee@postgres/cases"])
def test_the_address_of_the_database_moves_to_a_file(tmp_path: Path, cases: str) -> None:
    secrets = tmp_path / "deploy/secrets"
    secrets.mkdir(parents=True)
    address = "postgresql://seinpost:0123abcd@postgres/seinpost"
    lines = [f"SEINPOST_NOTIFIER__DATABASE_URL={address}", "SEINPOST_NOTIFIER__CAP_SENDER=seinpost.example.nl"]
    lines += [f"SEINPOST_NOTIFIER__CASES_DATABASE_URL={cases}"] if cases else []
    (secrets / "notifier.env").write_text("\n".join(lines) + "\n")
    block = _block("test_the_address_of_the_database_moves_to_a_file")
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, check=True, timeout=60)
    found = {file.name: file for file in (secrets / "notifier-database").iterdir()}
    assert {name: file.read_text() for name, file in found.items()} == {"uri": address} | (
        {"cases-uri": cases} if cases else {}
    )
    assert all(file.stat().st_mode & 0o077 == 0 for file in found.values())
    assert (tmp_path / "chowned").read_text() == "-R 65532 deploy/secrets/notifier-database\n"


def _block(test: str) -> str:
    text = (REPOSITORY / "docs/runbooks/install-one-server.md").read_text(encoding="utf-8")
    mark = f"run by: tests/deploy/test_compose.py::{test}"
    (found,) = (one["code"] for one in BLOCK.finditer(text) if one["mark"] == mark)
    # Only root may give files away, so it is written down to whom each would go.
    return f'chown() {{ echo "$*" >> chowned; }}\n{found}'


def _mounted_secrets() -> Iterator[tuple[str, str]]:
    """Service and path of each secret that it reads."""
    for name, one in COMPOSE["services"].items():
        for secret in one.get("secrets", ()):
            yield name, f"deploy/{COMPOSE['secrets'][secret]['file']}"
        for volume in one.get("volumes", ()):
            if volume.startswith("./secrets"):
                yield name, f"deploy/{volume.split(':')[0]}"


def _owners(directory: Path) -> dict[Path, int]:
    """Root made the files; then each ``chown`` of the runbook, in its order."""
    owners = dict.fromkeys((directory / "deploy/secrets").rglob("*"), 0)
    for line in (directory / "chowned").read_text().splitlines():
        owner, *targets = line.removeprefix("-R ").split()
        for target in targets:
            assert directory / target in owners, f"{target} is not made by the runbook"
            below = (directory / target).rglob("*") if line.startswith("-R ") else ()
            owners |= dict.fromkeys([directory / target, *below], int(owner))
    return owners


def test_the_secrets_of_install_one_server_are_those_compose_names(tmp_path: Path) -> None:
    block = _block("test_the_secrets_of_install_one_server_are_those_compose_names")
    (tmp_path / "deploy").mkdir()
    shutil.copy(DEPLOY / "compose.yaml", tmp_path / "deploy")
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, check=True, timeout=60)
    owners = _owners(tmp_path)
    for name, path in _mounted_secrets():
        reader = int(COMPOSE["services"][name].get("user", IMAGE_USERS.get(name, "0:0")).partition(":")[0])
        for file in [tmp_path / path, *(tmp_path / path).rglob("*")]:
            assert owners[file] == reader, f"{name} runs as {reader} and cannot read {path}"
    for secret in COMPOSE["secrets"].values():
        assert (tmp_path / "deploy" / secret["file"]).read_text().strip()
    written = (tmp_path / "deploy/secrets/notifier-database/uri").read_text()
    assert re.fullmatch(r"postgresql://seinpost:[0-9a-f]{48}@postgres/seinpost", written)
    for path in (tmp_path / "deploy/secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} can be read by others"
