"""`seinpost anonymize POSTS`: what would leave the anonymizer, with exactly the code of the service."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from configuration import InvalidConfiguration, load
from contracts.codec import Malformed
from contracts.dead_letter import Reason
from contracts.raw_post import RawPost
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import LexiconMissing
from services.anonymizer.lexicon import load as load_lexicon
from services.anonymizer.projection import Projector
from services.anonymizer.settings import AnonymizerSettings
from services.anonymizer.verdicts import Explained


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One post of a file, with the fields of the file source."""

    id: str | int
    created_at: str
    text: str
    author: str | None = None
    lang: str | None = None
    source: str = "file"


_path = re.compile(r"`(\$[^`]*)`")
_missing = re.compile(r"missing required field `(\w+)`")
_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def anonymize(
    posts: Annotated[Path, typer.Argument(help="Posts, one JSON object a line: id, created_at, text and, when known, "
                                          "author, lang, source. `-` reads from standard input.")],
    explain: Annotated[bool, typer.Option(help="Show for every dropped token the reason.")] = False,
    config: Annotated[Path, typer.Option(help="Configuration directory.")] = Path("config"),
    lexicon: Annotated[Path, typer.Option(help="Permitted words, built by `python -m lexicon`.")] = Path(
        "build/lexicon/words.gz"
    ),
) -> None:  # fmt: skip
    """Print what would leave the anonymizer: one JSON line for each post, in the order given.

    A line that cannot be read gives a line with its error, and on standard error its number and the field; the others
    are not affected, and the exit code is 1. Tokens of authors and posts are made with a key of this run, so they
    differ from run to run.
    """
    refused: list[int] = []

    def refuse(number: int, problem: Malformed) -> None:
        refused.append(number)
        typer.echo(f"line {number}: {problem}", err=True)

    try:
        anonymizer = _anonymizer(config, lexicon)
        source = sys.stdin.buffer if str(posts) == "-" else posts.open("rb")
    except (InvalidConfiguration, LexiconMissing, OSError) as error:
        typer.echo(f"cannot anonymize: {error}", err=True)
        raise typer.Exit(2) from None
    with source:
        for answer in answers(source, anonymizer, explain=explain, refuse=refuse):
            sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()
    if refused:
        raise typer.Exit(1)


def answers(
    lines: BinaryIO,
    anonymizer: Anonymizer,
    *,
    explain: bool,
    refuse: Callable[[int, Malformed], None] = lambda number, problem: None,
) -> Iterator[bytes]:
    """One encoded answer for each line that is not blank, in order. ``refuse`` hears of each that cannot be read."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        explained: list[Explained] | None = [] if explain else None
        try:
            outcome = anonymizer.post(_read(line), partition=0, offset=number, explained=explained)
        except Malformed as problem:
            refuse(number, problem)
            failed = {"line": number, "error": problem.reason.value}
            yield _encoder.encode(failed | ({"field": problem.field} if problem.field else {}))
            continue
        answer = msgspec.to_builtins(outcome.posts[-1])
        answer["offset"] = number
        if explained is not None:
            answer["dropped"] = [{"text": part.text, "reason": part.reason.value} for part in explained]
        yield _encoder.encode(answer)


def _anonymizer(config: Path, lexicon: Path) -> Anonymizer:
    settings = AnonymizerSettings()
    whole = load(config)
    projector = Projector(whole, load_lexicon(lexicon), settings.fold_cutoff)
    return Anonymizer(projector, settings, k=whole.thresholds.k_anonymity, now_ms=time.time_ns() // 1_000_000)


def _read(line: bytes) -> RawPost:
    try:
        post = _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise Malformed(Reason.INVALID_FIELD, _field(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(Reason.INVALID_JSON if _is_utf8(line) else Reason.INVALID_UTF8) from None
    try:
        created = datetime.fromisoformat(post.created_at)
        created_ms = int((created if created.tzinfo else created.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise Malformed(Reason.INVALID_FIELD, "$.created_at") from None
    return RawPost(
        source=post.source,
        id=str(post.id),
        created_ms=created_ms,
        received_ms=created_ms,
        text=post.text,
        author=post.author,
        langs=(post.lang,) if post.lang else (),
    )


def _field(error: msgspec.ValidationError) -> str:
    """Path of the field at fault. Only names of `Line`: the message quotes nothing of the content."""
    path, missing = _path.search(str(error)), _missing.search(str(error))
    return (path[1] if path else "$") + (f".{missing[1]}" if missing else "")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
