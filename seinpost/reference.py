"""Writes docs/reference/ from the code itself: settings, metrics, topics, contracts. A test keeps them equal.

``python -m seinpost.reference`` renews the files.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from contracts.topics import DAY_MS, FILES, HOUR_MS, MINUTE_MS, TOPICS, Service, Topic
from runtime.settings import PREFIX, ServiceSettings, secret_files
from seinpost import roles

REPOSITORY = Path(__file__).parents[1]
REFERENCE = REPOSITORY / "docs" / "reference"


DOSSIER = """\
# Format of a sealed dossier

JSON lines, UTF-8, each ended by one line feed. Each line but the last is an entry; the last is the seal. A line is
written in one way only (RFC 8785, and whole numbers alone: decimals are text): keys in order, no spaces. Who adds a
space has changed the line.

| field of an entry | is |
|---|---|
| `at` | when it was added, UTC |
| `body` | what its kind holds, below |
| `dossier` | number of the alert |
| `hash` | SHA-256, in hexadecimal, of the line without this field |
| `kind` | see [Kind](#kind) |
| `number` | 1 and up, without gaps; 1 is the `opening`, or in a certificate the `deletion` |
| `previous` | `hash` of the entry before; of the first, 64 noughts |

| field of the seal | is |
|---|---|
| `count` | how many entries |
| `dossier`, `exercise` | of what; `exercise` is null when it is real |
| `fingerprint` | SHA-256 of the public key in DER: `openssl pkey -pubin -in public.pem -outform DER \\| sha256sum` |
| `format` | `seinpost-dossier/1` |
| `head` | `hash` of the last entry |
| `made_at` | UTC |
| `public_key` | 32 bytes of Ed25519, in hexadecimal |
| `signature` | Ed25519, in hexadecimal, over `seinpost dossier seal 1`, a line feed, and the seal without this field |

`seinpost dossier verify FILE --key public.pem` checks all of it without network or database, and exits 1 on any change.
Without `--key` it uses the key in the file: then compare the fingerprint with the one that was published."""


def pages() -> dict[str, str]:
    """File name in docs/reference/ to its whole text."""
    return {
        "settings.md": _settings(),
        "metrics.md": _metrics(),
        "topics.md": _topics(),
        "contracts.md": _contracts(),
        "roles.md": roles.page(),
        "dossier.md": _dossier(),
    }


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "Every service reads its settings from environment variables. A name that starts with `SEINPOST_` and is",
        "not known stops the service with the nearest valid name; a value is never quoted, it may be a secret.",
        "What analysts edit stands in files instead: see [configuration](configuration.md).",
        "",
        "A secret belongs in a file: whoever may look at a process or a container sees its environment. Add `_FILE` to",
        "the name of its variable and give the path: " + ", ".join(f"`{name}`" for name in _secret_files()) + ".",
        "",
        "## Every service",
        "",
        *_settings_table(ServiceSettings, PREFIX),
    ]
    shared = set(ServiceSettings.model_fields)
    for service in Service:
        settings = importlib.import_module(f"services.{service}.settings").Settings
        lines += ["", f"## {service.value}", ""]
        lines += _settings_table(settings, PREFIX, without=shared)
    return "\n".join(lines) + "\n"


def _secret_files() -> list[str]:
    return sorted(
        {
            name
            for service in Service
            for name in secret_files(importlib.import_module(f"services.{service}.settings").Settings)
        }
    )


def _settings_table(model: type[BaseModel], prefix: str, without: set[str] | None = None) -> list[str]:
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    variables = _variables(model, prefix, without or set())
    rows += [f"| `{name}` | {default} | {text} |" for name, default, text in variables]
    return rows


def _variables(model: type[BaseModel], prefix: str, without: set[str]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if name in without:
            continue
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, f"{prefix}{name.upper()}__", set())
            continue
        default = "required" if field.default is PydanticUndefined and field.default_factory is None else ""
        if not default:
            value = field.get_default(call_default_factory=True, validated_data={})
            default = "none" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"
        yield f"{prefix}{name.upper()}", default, (field.description or "").replace("|", "\\|")


def _metrics() -> str:
    for service in Service:
        importlib.import_module(f"services.{service}.metrics")
    for module in ("broker.certificates", "broker.dead_letters"):
        importlib.import_module(module)
    collectors = {collector for collector in REGISTRY._collector_to_names if isinstance(collector, MetricWrapperBase)}
    groups: dict[str, list[str]] = {}
    for collector in sorted(collectors, key=lambda collector: collector._name):
        name = collector._name + ("_total" if collector._type == "counter" else "")
        owner = name.split("_")[1]
        section = owner if owner in set(Service) else "every service"
        labels = ", ".join(f"`{label}`" for label in collector._labelnames) or "–"
        row = f"| `{name}` | {collector._type} | {labels} | {collector._documentation} |"
        groups.setdefault(section, []).append(row)
    lines = [
        "# Metrics",
        "",
        "Every service serves Prometheus text on `/metrics`. Labels are bounded: configured ids and closed lists,",
        "never a word that a person typed.",
    ]
    for section in ["every service", *(service.value for service in Service)]:
        if section in groups:
            lines += ["", f"## {section}", "", "| metric | type | labels | meaning |", "|---|---|---|---|"]
            lines += groups[section]
    return "\n".join(lines) + "\n"


def _topics() -> str:
    lines = [
        "# Topics",
        "",
        "Made at start from `contracts/topics.py` unless `SEINPOST_BROKER__CREATE_TOPICS` is `false`.",
        "",
        "| topic | key | written by | read by | kept | partitions | contract |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic in TOPICS:
        writers = ", ".join(sorted(topic.writers)) if len(topic.writers) < len(Service) else "all"
        readers = ", ".join(sorted(topic.readers)) or "people"
        contracts = ", ".join(f"[{name}](contracts.md#{name})" for name in topic.contracts)
        cells = (f"`{topic.name}`", topic.key, writers, readers, _kept(topic), str(topic.partitions), contracts)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _kept(topic: Topic) -> str:
    if topic.retention_ms is None:
        return "last value of each key"
    for size, unit in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min")):
        if topic.retention_ms >= size:
            return f"{topic.retention_ms // size} {unit}"
    return f"{topic.retention_ms} ms"


def _contracts() -> str:
    lines = [
        "# Contracts",
        "",
        "What is on the wire: JSON, one object a record. The field `contract` names type and version; examples",
        "stand in `contracts/examples/`.",
    ]
    on_topics = (name for topic in TOPICS for name in topic.contracts)
    for name in dict.fromkeys((*on_topics, *FILES)):
        tree = ast.parse((REPOSITORY / "contracts" / f"{name}.py").read_text(encoding="utf-8"))
        lines += ["", f"## {name}", "", _flat(ast.get_docstring(tree) or "")]
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                lines += ["", f"### {node.name}", ""]
                if text := ast.get_docstring(node):
                    lines += [_flat(text), ""]
                lines += _fields(node)
    return "\n".join(lines) + "\n"


def _dossier() -> str:
    """The format of a sealed dossier: what stands around the entries, and what each kind holds."""
    lines = [DOSSIER]
    source = REPOSITORY / "services" / "notifier" / "dossier"
    for file, heading in (("bodies", "What each kind of entry holds"), ("lists", "Closed lists")):
        tree = ast.parse((source / f"{file}.py").read_text(encoding="utf-8"))
        lines += ["", f"## {heading}", "", _flat(ast.get_docstring(tree) or "")]
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name != "Body":
                lines += ["", f"### {node.name}", ""]
                if text := ast.get_docstring(node):
                    lines += [_flat(text), ""]
                lines += _fields(node)
    return "\n".join(lines) + "\n"


def _fields(node: ast.ClassDef) -> list[str]:
    """A table of the fields (or members of an enumeration), with the docstring that follows each."""
    enumeration = any("Enum" in ast.unparse(parent) for parent in node.bases)
    rows = ["| value | meaning |", "|---|---|"] if enumeration else ["| field | type | meaning |", "|---|---|---|"]
    for index, item in enumerate(node.body):
        following = node.body[index + 1] if index + 1 < len(node.body) else None
        text = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            text = _flat(str(following.value.value))
        if isinstance(item, ast.AnnAssign):
            kind = ast.unparse(item.annotation).replace("|", "\\|")
            default = f", default `{ast.unparse(item.value)}`" if item.value is not None else ""
            rows.append(f"| `{ast.unparse(item.target)}` | `{kind}`{default} | {text} |")
        elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant):
            rows.append(f"| `{item.value.value!s}` | {text} |")
    return rows


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")


def write() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
