"""Tools that look for insecure code and known vulnerabilities."""

from __future__ import annotations

import json
import subprocess

import pytest

from contracts.topics import Service
from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import program

PACKAGES = ("broker", "configuration", "contracts", "exercises", "lexicon", "runtime", "seinpost", "services")


def test_bandit_finds_nothing_of_weight() -> None:
    """Medium and high; the low ones are words of posts taken for passwords, and dice for exercises."""
    done = subprocess.run(
        [program("bandit"), "-q", "-ll", "-r", *PACKAGES, "-f", "json"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["metrics"]["_totals"]["loc"] > 10_000
    assert [(each["filename"], each["line_number"], each["test_id"]) for each in found["results"]] == []


@pytest.mark.parametrize("service", [service.value for service in Service])
def test_no_package_has_a_known_vulnerability(service: str) -> None:
    audit = program("pip-audit")
    command = [audit, "-r", f"requirements/{service}.txt", "--disable-pip", "--require-hashes", "-f", "json"]
    command += ["--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=100)
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        pytest.skip("the list of vulnerabilities cannot be reached from here")
    unknown = [each["name"] for each in found["dependencies"] if "skip_reason" in each]
    if unknown:
        pytest.skip(f"the list of vulnerabilities does not answer for {len(unknown)} packages from here")
    vulnerable = {each["name"]: each["vulns"] for each in found["dependencies"] if each.get("vulns")}
    assert vulnerable == {}
