"""`seinpost test-rules FILE...`: what posts alert, under which thresholds, and who hears of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

import configuration
from configuration import Configuration, InvalidConfiguration
from configuration.document import Problem, line_of, read
from contracts.codec import Malformed
from seinpost.replay import SETTINGS, projector_of
from seinpost.rules.document import RuleTests
from seinpost.rules.judge import Failure, judge
from seinpost.rules.names import unknown
from seinpost.rules.run import run
from services.anonymizer.lexicon import Lexicon, LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon
from services.anonymizer.projection import Projector

PATIENCE_S = 2.0
"""What takes longer than this shows how far it is, where a person is looking."""
DEFAULT_CONFIG = Path("config")


def check_rules(
    files: Annotated[list[Path], typer.Argument(help="Files of rule tests; a directory stands for its *.yaml.")],
    config: Annotated[Path | None, typer.Option(help="Configuration directory; wins over the file's own.")] = None,
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = SETTINGS.lexicon,
    only: Annotated[str, typer.Option(help="Run only tests with this in their name.")] = "",
) -> None:
    """Run posts through the code of live and compare alerts, thresholds and receivers with what a file expects.

    Exit 0: all as expected. 1: not all. 2: could not be run.
    """
    started, tests, failures = time.monotonic(), 0, 0
    try:
        documents = [(file, read(file, RuleTests)) for file in _files(files)]
        runner = Runner(load_lexicon(lexicon), config)
        for file, document in documents:
            for name, failed in runner.results(file, document, only):
                tests += 1
                failures += bool(failed)
                typer.echo(f"{'FAILED' if failed else 'ok    '} {file}: {name}")
                for failure in failed:
                    typer.echo(str(failure))
    except (InvalidConfiguration, LexiconMissing) as error:
        typer.echo(f"the rule tests cannot be run:\n{error}", err=True)
        raise typer.Exit(2) from None
    if not tests:
        typer.echo(f"no test has “{only}” in its name", err=True)
        raise typer.Exit(2)
    seconds = time.monotonic() - started
    typer.echo(f"{tests} {'test' if tests == 1 else 'tests'}, {failures} failed, {seconds:.1f} s")
    raise typer.Exit(1 if failures else 0)


class Runner:
    """Reads each configuration once. ``config`` wins over what a file names."""

    def __init__(self, words: Lexicon, config: Path | None = None) -> None:
        self._words = words
        self._config = config
        self._loaded: dict[Path, tuple[Configuration, Projector]] = {}

    def results(self, file: Path, document: RuleTests, only: str = "") -> Iterator[tuple[str, list[Failure]]]:
        """Name and failures of each test. Raises `InvalidConfiguration`."""
        whole, projector = self._configuration(file, document)
        if problems := list(unknown(file, document, whole)):
            raise InvalidConfiguration(problems)
        for number, test in enumerate(document.tests):
            if only not in test.name:
                continue
            with _Patience(test.name) as patience:
                try:
                    outcome = run(test, whole, projector, patience.tick)
                except Malformed as problem:
                    line = line_of(file, "tests", number)
                    reason = f"{test.name}: a post would be refused: {problem}"
                    raise InvalidConfiguration([Problem(file=str(file), line=line, reason=reason)]) from None
            yield test.name, list(judge(file, number, test, outcome))

    def _configuration(self, file: Path, document: RuleTests) -> tuple[Configuration, Projector]:
        directory = self._config
        if directory is None:
            directory = file.parent / document.config if document.config is not None else DEFAULT_CONFIG
        directory = directory.resolve()
        if directory not in self._loaded:
            whole = configuration.load(directory)
            self._loaded[directory] = whole, projector_of(whole, self._words)
        whole, projector = self._loaded[directory]
        if document.receivers is not None:
            whole = dataclasses.replace(whole, receivers=document.receivers)
        return whole, projector


def _files(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.yaml"))
        if not found:
            raise InvalidConfiguration([Problem(file=str(path), line=0, reason="no *.yaml in this directory")])
        yield from found


class _Patience:
    """A line that moves, on a terminal, once a test takes longer than `PATIENCE_S`."""

    def __init__(self, name: str) -> None:
        console = Console(stderr=True)
        self._shown = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._shown.add_task(name, total=None)
        self._started = time.monotonic()
        self._running = False

    def __enter__(self) -> _Patience:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running:
            self._shown.stop()

    def tick(self, posts: int) -> None:
        if not self._running and time.monotonic() - self._started > PATIENCE_S:
            self._shown.start()
            self._running = True
        if self._running:
            self._shown.update(self._task, description=f"{posts} posts", completed=posts)
