"""Fixtures that every test package uses: a real broker, services as subprocesses, the recorded inputs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

from broker.embedded import embedded_broker
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from tests.brokers.apache_kafka import apache_kafka, jars
from tests.brokers.maven import Unavailable
from tests.brokers.services import REPOSITORY, RunningService, run_service

# A busy machine is slow, and a suite that must be believed fails for the same reason twice. To search further:
# pytest --hypothesis-profile=default.
hypothesis.settings.register_profile("seinpost", deadline=None, derandomize=True)
hypothesis.settings.load_profile("seinpost")
TOLD_CHARACTERS = 3_000
ON_APACHE_KAFKA = os.environ.get("SEINPOST_TEST_BROKER", "embedded") == "kafka"


APART = (
    "tests/detector/test_calibration.py",
    "tests/notifier/cases/",
    "tests/notifier/dossier/",
    "tests/system/test_backtest.py",
    "tests/docs/test_change_a_threshold.py",
    "tests/system/test_boston.py",
    "tests/system/test_recorded_bluesky.py",
)
"""What stands apart and takes minutes runs with the real things (`make test-real`), so that `make test` stays short."""


LONG = (
    "tests/notifier/access/test_matrix.py",
    "tests/notifier/access/test_schema.py",
    "tests/system/",
    "tests/seinpost/test_demo.py",
    "tests/detector/test_service.py",
    "tests/anonymizer/test_leaks.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one module share a broker, so one worker runs them (``--dist loadfile``); some are for Kafka alone."""
    # Modules of few tests that take long go first, or one worker ends with them while the other waits.
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    for item in items:
        if item.nodeid.startswith(APART):
            item.add_marker(pytest.mark.thorough)
        if item.get_closest_marker("kafka") and not ON_APACHE_KAFKA:
            item.add_marker(pytest.mark.skip(reason="proven on Apache Kafka only: make test-kafka"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerSettings]:
    """A broker of its own for the module, with all topics, empty."""
    directory = tmp_path_factory.mktemp("broker")
    run = apache_kafka if ON_APACHE_KAFKA else embedded_broker
    with run(directory) as address:
        settings = BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        yield settings


@pytest.fixture(scope="session")
def words_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The words that `make install` built, or new ones where their builder changed since."""
    built = REPOSITORY / "build/lexicon/words.gz"
    changed = max(source.stat().st_mtime for source in (REPOSITORY / "lexicon").glob("*.py"))
    if built.exists() and built.stat().st_mtime >= changed:
        return built
    from lexicon.__main__ import build  # its packages take a second to load

    directory = tmp_path_factory.mktemp("lexicon")
    build(directory)
    return directory / "words.gz"


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    try:
        return jars()
    except Unavailable as error:
        pytest.skip(str(error))


class StartService(Protocol):
    def __call__(
        self, name: str, extra: Mapping[str, str] | None = None, *, wait_ready: bool = True
    ) -> RunningService: ...


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows the last that its services wrote: their logs are files, gone with the machine of CI."""
    report = yield
    directory = getattr(item, "funcargs", {}).get("tmp_path")
    if report.when == "call" and report.failed and directory is not None:
        for log in sorted(directory.glob("*.log")):
            report.sections.append((f"last lines of {log.name}", log.read_text(errors="replace")[-TOLD_CHARACTERS:]))
    return report


@pytest.fixture
def start_service(broker: BrokerSettings, tmp_path: Path) -> Iterator[StartService]:
    """Starts services against the module's broker; all are stopped when the test ends."""
    with ExitStack() as stack:

        def start(name: str, extra: Mapping[str, str] | None = None, *, wait_ready: bool = True) -> RunningService:
            log = tmp_path / f"{name}.log"
            return stack.enter_context(run_service(name, broker, log, extra, wait_ready=wait_ready))

        yield start


def _recorded(name: str) -> Path:
    return REPOSITORY.parent / "shared" / "data" / name


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Path]:
    """Path of a recorded input, e.g. ``jetstream/recorded_v1.jsonl``; skips where the recordings are not at hand."""

    def find(name: str) -> Path:
        path = _recorded(name)
        if not path.exists():
            pytest.skip(f"the recorded input {name} is not beside this checkout (../shared/data)")
        return path

    return find
