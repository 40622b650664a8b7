"""Golden examples: every version of every record must be readable for ever, and be written back as it was."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import msgspec
import pytest

from contracts.codec import Decoder, encode
from contracts.topics import FILES, TOPICS

EXAMPLES = sorted((Path(__file__).parents[2] / "contracts" / "examples").glob("*.json"))


def _record_types() -> dict[str, type[msgspec.Struct]]:
    found = {}
    for name in (*(name for topic in TOPICS for name in topic.contracts), *FILES):
        for value in vars(importlib.import_module(f"contracts.{name}")).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__struct_config__.tag:
                found[str(value.__struct_config__.tag)] = value
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_survives_reading_and_writing(path: Path) -> None:
    document = json.loads(path.read_text())
    record = Decoder(_record_types()[document["contract"]]).decode(path.read_bytes())
    assert json.loads(encode(record)) == document


def test_every_contract_has_an_example_named_after_it() -> None:
    assert {path.stem for path in EXAMPLES} == set(_record_types())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_field_of_a_newer_writer_is_ignored(path: Path) -> None:
    document = json.loads(path.read_text())
    newer = json.dumps(document | {"field_of_tomorrow": {"x": [1]}}).encode()
    decoder = Decoder(_record_types()[document["contract"]])
    assert decoder.decode(newer) == decoder.decode(path.read_bytes())
