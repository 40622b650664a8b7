"""Whatever is done to a sealed dossier is found: two hundred seeded tamperings, and each way by name."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from seinpost.cli import app
from services.notifier.dossier import record, sealing
from services.notifier.dossier.bodies import Deletion
from services.notifier.dossier.lists import Explanation
from services.notifier.dossier.record import canonical, digest
from services.notifier.dossier.sealing import Key, NoKey
from services.notifier.dossier.verify import Fault, Tampered, verify
from tests.notifier.dossier.making import NOW_MS, chained, event, opening, sealed, series, weighed

KEY, OTHER = sealing.new_key(), sealing.new_key()
ENTRIES = chained(
    opening(), series([3, 4, 2, 40, 84]), event(), *(weighed(one) for one in Explanation), event(), event()
)
WHOLE = sealed(ENTRIES, KEY)
Lines = list[bytes]


def joined(lines: Lines) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def test_a_whole_dossier_is_whole() -> None:
    found = verify(WHOLE, KEY.public)
    assert (found.dossier, found.count, found.head) == ("a1b2c3", len(ENTRIES), ENTRIES[-1].hash)
    assert found.fingerprint == KEY.fingerprint
    assert found.deletion is None
    assert verify(WHOLE) == found


# Ways to tamper: each gets the lines and a source of chance, and returns other bytes. ----------------------------


def other(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 60))
    if isinstance(value, str):
        return value + "0" if not value or chance.random() < 0.3 else value[:-1] + ("x" if value[-1] != "x" else "y")
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [*value[:at], other(value[at], chance), *value[at + 1 :]]
    if isinstance(value, dict) and value:
        name = chance.choice(sorted(value))
        return value | {name: other(value[name], chance)}
    return "iets"


def change(lines: Lines, chance: random.Random) -> bytes:
    at = chance.randrange(len(lines))
    value = orjson.loads(lines[at])
    lines[at] = canonical(other(value, chance))
    return joined(lines)


def change_and_rehash(lines: Lines, chance: random.Random) -> bytes:
    at = chance.randrange(len(lines) - 1)
    value = orjson.loads(lines[at])
    value["body"] = other(value["body"], chance)
    lines[at] = canonical(value | {"hash": digest(value)})
    return joined(lines)


def change_and_rechain(lines: Lines, chance: random.Random) -> bytes:
    """By somebody who knows the method, and lacks only the key."""
    at = chance.randrange(len(lines) - 1)
    value = orjson.loads(lines[at])
    value["body"] = other(value["body"], chance)
    records = [orjson.loads(line) for line in lines[:-1]]
    records[at] = value
    previous = records[at]["previous"]
    for one in records[at:]:
        one["previous"] = previous
        previous = one["hash"] = digest(one)
    claim = orjson.loads(lines[-1]) | {"head": previous}
    return joined([*(canonical(one) for one in records), canonical(claim)])


def drop(lines: Lines, chance: random.Random) -> bytes:
    del lines[chance.randrange(len(lines))]
    return joined(lines)


def swap(lines: Lines, chance: random.Random) -> bytes:
    one, two = chance.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    return joined(lines)


def twice(lines: Lines, chance: random.Random) -> bytes:
    at = chance.randrange(len(lines))
    lines.insert(chance.randrange(len(lines) + 1), lines[at])
    return joined(lines)


def cut(lines: Lines, chance: random.Random) -> bytes:
    content = joined(lines)
    return content[: chance.randrange(len(content))]


def flip(lines: Lines, chance: random.Random) -> bytes:
    content = bytearray(joined(lines))
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def add_byte(lines: Lines, chance: random.Random) -> bytes:
    content = joined(lines)
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice((b" ", b"\n", b"0", b"\r", b"\t", b"\xef\xbb\xbf")) + content[at:]


def other_seal(lines: Lines, chance: random.Random) -> bytes:
    short = chained(opening(), event())
    return joined([*lines[:-1], sealed(short, KEY).splitlines()[-1]])


def reseal(lines: Lines, chance: random.Random) -> bytes:
    return sealed(ENTRIES[: chance.randrange(1, len(ENTRIES) + 1)], OTHER)


def respell(lines: Lines, chance: random.Random) -> bytes:
    """The same meaning in other bytes."""
    at = chance.randrange(len(lines))
    value = json.loads(lines[at])
    spellings: list[Callable[[], bytes]] = [
        lambda: json.dumps(value, sort_keys=True, separators=(",", ": ")).encode(),
        lambda: json.dumps(dict(sorted(value.items(), reverse=True)), separators=(",", ":")).encode(),
        lambda: lines[at].replace(
            b"{", b'{"dossier":"ander",', 1
        ),  # a name twice: the last one counts for many readers
        lambda: lines[at][:-1] + b',"dossier":"a1b2c3"}',
        lambda: (
            lines[at].replace(b'"number":', b'"number":1e0,"number":').replace(b'"count":', b'"count":1e0,"count":')
        ),
        lambda: lines[at].replace(b"a1b2c3", b"a1b2\\u00633", 1),
    ]
    lines[at] = chance.choice(spellings)()
    return joined(lines)


WAYS = (
    change, change_and_rehash, change_and_rechain, drop, swap, twice, cut, flip, add_byte, other_seal, reseal, respell,
)  # fmt: skip


def fault_of(content: bytes) -> str | None:
    try:
        verify(content, KEY.public)
    except Tampered as error:
        return str(error)
    return None


def test_two_hundred_tamperings_two_hundred_found() -> None:
    chance, found = random.Random(2026), 0
    for round_ in range(200):
        way = WAYS[round_ % len(WAYS)]
        tampered = WHOLE
        while tampered == WHOLE:  # a swap of the same line, or a cut of nothing, is no tampering
            tampered = way(WHOLE.splitlines(), chance)
        said = fault_of(tampered)
        assert said is not None, f"round {round_}: {way.__name__} was not found"
        assert "\n" not in said
        found += 1
    assert found == 200


@given(at=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_no_single_bit_can_change(at: int, bit: int) -> None:
    content = bytearray(WHOLE)
    content[at] ^= 1 << bit
    with pytest.raises(Tampered):
        verify(bytes(content), KEY.public)


@pytest.mark.parametrize(
    ("tamper", "fault", "line"),
    [
        (lambda lines: lines[:3] + lines[4:], Fault.GONE, 4),
        (lambda lines: lines[1:], Fault.GONE, 1),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], Fault.GONE, 3),
        (lambda lines: [*lines[:4], lines[3], *lines[4:]], Fault.OUT_OF_ORDER, 5),
        (lambda lines: lines[:-1], Fault.NO_SEAL, 0),
        (lambda lines: [*lines, lines[-1]], Fault.NOT_LAST, len(ENTRIES) + 2),
        (lambda lines: [*lines[:-2], lines[-1]], Fault.COUNT, len(ENTRIES)),
        (lambda lines: [lines[0].replace(b"VR17", b"VR18"), *lines[1:]], Fault.CHANGED, 1),
        (lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]], Fault.NOT_CANONICAL, 1),
        (lambda lines: [b"[]", *lines[1:]], Fault.NOT_A_RECORD, 1),
        (lambda lines: [b"{" * 5000, *lines[1:]], Fault.NOT_CANONICAL, 1),
        (lambda lines: [b'{"a":' * 600 + b"1" + b"}" * 600, *lines[1:]], Fault.NOT_CANONICAL, 1),
        (lambda lines: [], Fault.EMPTY, 0),
    ],
)
def test_it_tells_where(tamper: Callable[[Lines], Lines], fault: Fault, line: int) -> None:
    with pytest.raises(Tampered) as found:
        verify(joined(tamper(WHOLE.splitlines())), KEY.public)
    assert (found.value.fault, found.value.line) == (fault, line)


def test_a_seal_of_another_key_shows_against_the_key_given() -> None:
    other_key = sealed(ENTRIES, OTHER)
    assert verify(other_key).fingerprint == OTHER.fingerprint, "by itself it is whole: hence --key"
    with pytest.raises(Tampered) as found:
        verify(other_key, KEY.public)
    assert found.value.fault is Fault.OTHER_KEY


def test_an_entry_of_another_dossier_does_not_fit() -> None:
    strange = chained(opening(), event(), dossier="anders")
    with pytest.raises(Tampered) as found:
        verify(sealed(strange, KEY, dossier="a1b2c3"), KEY.public)
    assert found.value.fault is Fault.OTHER_DOSSIER


def test_a_dossier_begins_with_its_opening() -> None:
    with pytest.raises(Tampered) as found:
        verify(sealed(chained(event(), event()), KEY), KEY.public)
    assert found.value.fault is Fault.BEGINNING


def test_a_certificate_of_deletion_is_checked_by_the_same() -> None:
    gone = Deletion(
        entries=7, head="ab" * 32, opened=record.moment(NOW_MS), alert_closed=record.moment(NOW_MS), term_days=365,
        deleted=record.moment(NOW_MS), audit_number=12, audit_digest="cd" * 32,
    )  # fmt: skip
    content = sealed(chained(gone), KEY)
    found = verify(content, KEY.public)
    assert found.deletion is not None
    assert found.deletion["entries"] == 7
    with pytest.raises(Tampered):
        verify(content.replace(b'"entries":7', b'"entries":6'), KEY.public)


def test_decimals_have_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        canonical({"a": [1, {"b": 1.5}]})


# The command ------------------------------------------------------------------------------------------------------


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["dossier", *map(str, arguments)])


def test_make_a_key_and_verify_with_it(tmp_path: Path) -> None:
    file, public = tmp_path / "secrets" / "dossier-key.pem", tmp_path / "public.pem"
    made = run("key", file, "--public", public)
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o777 == 0o600
    key = sealing.load_key(file)
    assert f"fingerprint {key.fingerprint}" in made.output
    again = run("key", file)
    assert again.exit_code == 1
    assert sealing.load_key(file).public == key.public, "a key in use is not overwritten"
    dossier = tmp_path / "dossier.jsonl"
    dossier.write_bytes(sealed(ENTRIES, key))
    whole = run("verify", dossier, "--key", public)
    assert (whole.exit_code, whole.output.count("\n")) == (0, 1)
    assert f"{len(ENTRIES)} entries" in whole.output
    assert key.fingerprint in run("verify", dossier).output, "without --key it says what to compare"
    dossier.write_bytes(sealed(ENTRIES, KEY))
    other_key = run("verify", dossier, "--key", public)
    assert (other_key.exit_code, other_key.output.count("\n")) == (1, 1)
    dossier.write_bytes(sealed(ENTRIES, key).replace(b"Rotterdam", b"Amsterdam", 1))
    changed = run("verify", dossier)
    assert (changed.exit_code, changed.output.strip()) == (1, f"{dossier}: line 3: {Fault.CHANGED.value}")


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"null\n", b"{}\n", b"[1]\n[2]\n"])
def test_what_is_no_dossier_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "iets"
    if content is not None:
        file.write_bytes(content)
    found = run("verify", file)
    assert (found.exit_code, found.output.count("\n")) == (1, 1), found.output


def test_an_unusable_key_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    with pytest.raises(NoKey, match=r"no file key\.pem"):
        sealing.load_key(file)
    file.write_text("geheim: zeer")
    with pytest.raises(NoKey) as found:
        sealing.load_key(file)
    assert "zeer" not in str(found.value)
    dossier = tmp_path / "d.jsonl"
    dossier.write_bytes(WHOLE)
    assert run("verify", dossier, "--key", file).exit_code == 1


def test_the_fingerprint_is_what_openssl_gives(tmp_path: Path) -> None:
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"], input=KEY.public_pem, capture_output=True, check=False
    )
    if der.returncode:
        pytest.skip("openssl is not at hand")
    assert hashlib.sha256(der.stdout).hexdigest() == KEY.fingerprint


def test_a_key_is_the_same_after_writing(tmp_path: Path) -> None:
    sealing.write_key(Key(private=KEY.private), tmp_path / "k.pem")
    assert sealing.load_key(tmp_path / "k.pem").public == KEY.public
