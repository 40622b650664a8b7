"""Images: what they may hold, and (where buildah can work) that they build, start, and hold just what is locked.

Building takes some minutes and packages from outside: `make test-images`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from broker.embedded import free_port
from broker.settings import BrokerSettings
from contracts.topics import Service
from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import program

CONTAINERFILE = (REPOSITORY / "deploy/images/Containerfile").read_text(encoding="utf-8")
BASE = "localhost/seinpost-base:bookworm"
ENVIRONMENT = {**os.environ, "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}
building = pytest.mark.skipif(
    os.environ.get("SEINPOST_TEST_IMAGES") != "1", reason="building images takes minutes: make test-images"
)


def _stages() -> dict[str, str]:
    parts = re.split(r"^FROM \S+ AS (\S+)$", CONTAINERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("service", [service.value for service in Service])
def test_an_image_holds_one_service_and_nothing_to_build_with(service: str) -> None:
    stages = _stages()
    assert f'ENTRYPOINT ["/opt/seinpost/bin/python", "-m", "services.{service}"]' in stages[service]
    assert "RUN" not in stages[service], "what runs is only copied"
    assert "USER 65532:65532" in stages["runtime"]
    build = stages[f"build-{service}"]
    assert "--require-hashes --only-binary :all:" in build
    assert f"-r requirements/{service}.txt" in build
    assert "--without-pip" in build
    assert "-name ensurepip" in stages["runtime"], "pip of the base goes too"


def test_everything_that_is_installed_is_pinned_by_hash() -> None:
    for command in re.findall(r"-m pip (?:--python \S+ )?install [^&]*", CONTAINERFILE.replace("\\\n", " ")):
        assert "--require-hashes" in command or "--no-deps --no-index" in command, command
    for name in [*(service.value for service in Service), "build", "lexicon", "compile"]:
        text = (REPOSITORY / f"requirements/{name}.txt").read_text(encoding="utf-8")
        pins = re.findall(r"^[a-zA-Z0-9_.-]+(?:\[.*\])?==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        assert pins
        assert all("--hash=sha256:" in pin for pin in pins), name


@pytest.fixture(scope="module")
def buildah() -> Iterator[str]:
    """A buildah that can work here, and a base image made of Debian packages."""
    tool = program("buildah")
    program("debootstrap")
    if os.geteuid() != 0:
        pytest.skip("debootstrap needs root")
    known = subprocess.run([tool, "inspect", "--type=image", BASE], env=ENVIRONMENT, capture_output=True, check=False)
    if known.returncode != 0:
        command = [REPOSITORY / "deploy/images/base.sh", "seinpost-base:bookworm"]
        made = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=900)
        if made.returncode != 0:
            pytest.skip(f"no base image can be made here: {made.stderr[-300:]}")
    return tool


def _build(tool: str, service: str, context: Path = REPOSITORY, tag: str = "test") -> subprocess.CompletedProcess[str]:
    command = [tool, "build", "--layers", "--build-arg", f"BASE={BASE}", "--target", service]
    command += ["--ignorefile", str(REPOSITORY / ".containerignore"), "--tag", f"seinpost-{service}:{tag}"]
    command += ["-f", str(context / "deploy/images/Containerfile")]
    if os.environ.get("PIP_CERT"):  # a proxy with an authority of its own between here and the packages
        command += ["--volume", "/etc/ssl/certs:/etc/ssl/certs:ro"]
    return subprocess.run(
        [*command, str(context)], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=900
    )


@building
@pytest.mark.timeout(1800)
@pytest.mark.broker
@pytest.mark.parametrize("service", ["ingest", "anonymizer", "detector", "notifier"])
def test_an_image_builds_and_its_service_starts(
    buildah: str, broker: BrokerSettings, service: str, tmp_path: Path
) -> None:
    built = _build(buildah, service)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]

    def run(*command: str) -> str:
        done = subprocess.run([buildah, *command], env=ENVIRONMENT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    container = run("from", f"localhost/seinpost-{service}:test")
    try:
        tree = Path(run("mount", container))
        site = next((tree / "opt/seinpost/lib").glob("python3*")) / "site-packages"
        installed = {}
        for metadata in site.glob("*.dist-info/METADATA"):
            text = metadata.read_text(encoding="utf-8", errors="replace")
            name = re.search(r"^Name: (.+)$", text, re.MULTILINE)
            version = re.search(r"^Version: (.+)$", text, re.MULTILINE)
            assert name is not None
            assert version is not None
            installed[re.sub(r"[-_.]+", "-", name[1]).lower()] = version[1]
        assert installed.pop("seinpost")
        status = tree / "var/lib/dpkg/status"
        python, debian = _bill_of_materials(service, site.parent.name.removeprefix("python"), status)
        assert installed == python
        asked = ["dpkg-query", f"--admindir={status.parent}", "--show", "--showformat=${Package}=${Version}\n"]
        there = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
        assert sorted(there) == sorted(debian)
        pip = re.compile(r"pip|pip[0-9-].*|ensurepip")
        assert [str(path) for path in tree.rglob("*") if pip.fullmatch(path.name)] == []
        assert not list((tree / "opt/seinpost").rglob("*.env"))
        assert not (tree / "opt/seinpost/tests").exists()
        port = free_port()
        environment = {
            "SEINPOST_BROKER__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "SEINPOST_HOST": "127.0.0.1",
            "SEINPOST_PORT": str(port),
            "SEINPOST_NOTIFIER__DATABASE_URL": "sqlite:////tmp/notifier.sqlite3",
        }
        command = [buildah, "run", "--user", "65532:65532", "--volume", f"{REPOSITORY}/config:/etc/seinpost/config:ro"]
        for name, value in environment.items():
            command += ["--env", f"{name}={value}"]
        command += [container, "--", "/opt/seinpost/bin/python", "-m", f"services.{service}"]
        log = tmp_path / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=ENVIRONMENT, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        try:
            _until_ready(process, port, log)
            if service in ("anonymizer", "detector"):
                metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5, trust_env=False).text
                assert f"seinpost_{service}_compiled 1.0" in metrics.splitlines()
            owner = subprocess.run(["ps", "-eo", "uid,args"], capture_output=True, text=True, check=True).stdout
            assert re.search(rf"^\s*65532 /opt/seinpost/bin/python -m services\.{service}$", owner, re.MULTILINE)
        finally:
            process.terminate()
            process.wait(60)
    finally:
        run("rm", container)


def _bill_of_materials(service: str, python: str, status: Path) -> tuple[dict[str, str], list[str]]:
    """Versions by name of what Python brings, and ``name=version`` of Debian's packages, as the bill says."""
    script = REPOSITORY / "deploy/images/bill_of_materials.py"
    told = subprocess.run(
        [Path(program("cyclonedx-py")).with_name("python"), script, service, python, status],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    components = json.loads(told.stdout)["components"]
    debian = [one for one in components if one.get("purl", "").startswith("pkg:deb/")]
    ours = [one for one in components if one not in debian]
    assert all(one["externalReferences"][0]["hashes"] for one in ours), "without the hashes of the lock"
    versions = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in ours}
    return versions, [f"{one['name']}={one['version']}" for one in debian]


def _until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            if (
                httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, trust_env=False, verify=False).status_code
                == 200
            ):
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-2000:])


@building
@pytest.mark.timeout(1800)
def test_a_package_with_another_hash_is_refused(buildah: str, tmp_path: Path) -> None:
    context = tmp_path / "context"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    for name in filter(None, tracked):
        if (REPOSITORY / name).is_file():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, context / name)
    lock = context / "requirements/build.txt"
    flip = {"0": "1"} | dict.fromkeys("123456789abcdef", "0")
    text = re.sub(r"sha256:(.)", lambda match: f"sha256:{flip[match[1]]}", lock.read_text())
    lock.write_text(text)
    built = _build(buildah, "ingest", context, "flipped")
    assert built.returncode != 0
    assert "DO NOT MATCH THE HASHES" in built.stdout + built.stderr, sys.stderr
