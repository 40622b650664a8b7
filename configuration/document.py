"""One YAML file against one pydantic model: every problem with file, line, reason and the nearest valid name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from configuration import wording


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing to mend. ``line`` counts from 1; 0 when the file as a whole is meant."""

    file: str
    line: int
    reason: str
    suggestion: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" + (f" ({self.suggestion})" if self.suggestion else "")


class InvalidConfiguration(Exception):
    """The configuration cannot be used. ``problems`` holds every problem found; the text is one line for each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def places(self, directory: Path) -> tuple[str, ...]:
        """``file:line`` of each problem, within the directory: where to look, without what stands there."""
        found = []
        for problem in self.problems:
            file = Path(problem.file)
            within = file.relative_to(directory) if file.is_relative_to(directory) else Path(file.name)
            found.append(f"{within.as_posix()}:{problem.line}" if problem.line else within.as_posix())
        return tuple(dict.fromkeys(found))


class Entry(BaseModel):
    """Base of all configuration models: immutable, and a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


EntryT = TypeVar("EntryT", bound=Entry)


def read(file: Path, model: type[EntryT]) -> EntryT:
    """Raises `InvalidConfiguration`."""
    document = _parse(file)
    if not document and any(field.is_required() for field in model.model_fields.values()):
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="is empty")])
    try:
        return model.model_validate(_plain(document))
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_problem(file, document, model, detail) for detail in details if not _follows(detail, details)]
        raise InvalidConfiguration(problems) from None


def as_written(file: Path) -> dict[str, Any] | None:
    """What stands in a file, against no model; None when it is no YAML, or no mapping."""
    try:
        document = _plain(_parsed(file, file.stat().st_mtime_ns))
    except InvalidConfiguration:
        return None
    return document if isinstance(document, dict) else None


def entries(node: Any) -> list[Any]:
    """Those of a list; of anything else there are none."""
    return node if isinstance(node, list) else []


def line_of(file: Path, *location: str | int) -> int:
    """Line of a place in a file that was read before, for checks that look at several files together."""
    return _line(_parsed(file, file.stat().st_mtime_ns), location)


@lru_cache(maxsize=8)
def _parsed(file: Path, changed_ns: int) -> Any:
    """A file with many problems is parsed once; one that changed since (``changed_ns``) again."""
    return _parse(file)


class _Constructor(RoundTripConstructor):
    """Says where a day stands that does not exist."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            raise ConstructorError(None, None, f"{node.value} does not exist", node.start_mark) from None


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def _parse(file: Path) -> Any:
    reader = YAML(typ="rt")
    reader.Constructor = _Constructor
    try:
        written = file.read_bytes()
        document = reader.load(written.decode("utf-8-sig"))
    except FileNotFoundError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="this file is missing")]) from None
    except OSError as error:
        raise InvalidConfiguration(
            [Problem(file=str(file), line=0, reason=f"cannot be read: {error.strerror}")]
        ) from None
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        problem = Problem(file=str(file), line=line, reason="not UTF-8", suggestion="save the file as UTF-8")
        raise InvalidConfiguration([problem]) from None
    except RecursionError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="nested too deeply")]) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reason = f"not valid YAML: {error.problem or error.context or 'unreadable'}"
        suggestion = "use spaces, not tabs" if "\\t" in reason else ""
        raise InvalidConfiguration([Problem(file=str(file), line=line, reason=reason, suggestion=suggestion)]) from None
    except YAMLError:
        raise InvalidConfiguration([Problem(file=str(file), line=0, reason="not valid YAML")]) from None
    return document if document is not None else CommentedMap()


def _plain(node: Any) -> Any:
    if isinstance(node, CommentedMap):
        return {str(name): _plain(value) for name, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    return node


def _line(document: Any, location: tuple[str | int, ...]) -> int:
    line, node = 1, document
    for step in location:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(step)[0] + 1
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line


def _problem(file: Path, document: Any, model: type[BaseModel], detail: Any) -> Problem:
    raw = tuple(detail["loc"])
    location = _without_kinds(document, raw)
    path = ".".join(str(step) for step in location)
    line = _line(document, location)
    if detail["type"] == "extra_forbidden":
        suggestion = wording.nearest(str(location[-1]), _names_at(model, raw[:-1]))
        return Problem(file=str(file), line=line, reason=f"{path} is not known here", suggestion=suggestion)
    reason, suggestion = wording.said(detail)
    if detail["type"] == "missing":
        reason, path = f"{path} {reason}", ""
    return Problem(file=str(file), line=line, reason=f"{path}: {reason}" if path else reason, suggestion=suggestion)


def _follows(detail: Any, details: Sequence[Any]) -> bool:
    """“Too few entries” only because those that are there are wrong: these are told already."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other is not detail and len(other["loc"]) > len(place) and other["loc"][: len(place)] == place
        for other in details
    )


def _without_kinds(document: Any, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """pydantic names the kind of an entry (``webhook``) as a step; it stands nowhere in the file."""
    found: list[str | int] = []
    node = document
    for index, step in enumerate(location):
        if isinstance(node, CommentedMap) and step not in node and index < len(location) - 1:
            continue
        found.append(step)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
    return tuple(found)


def _names_at(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    current = [model]
    for step in location:
        if not isinstance(step, str):
            continue
        fields = [known.model_fields[step] for known in current if step in known.model_fields]
        if fields:
            current = [found for field in fields for found in _models_within(field.annotation)]
        else:
            current = [known for known in current if "kind" in known.model_fields and _kind(known) == step] or current
    return [name for known in current for name in known.model_fields]


def _kind(model: type[BaseModel]) -> object:
    return model.model_fields["kind"].default


def _models_within(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in getattr(annotation, "__args__", ()) for found in _models_within(argument)]
