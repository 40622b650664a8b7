from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from services.ingest import lines as module
from services.ingest.lines import Line, lines


async def read(path: Path, start: int = 0, max_bytes: int = 10) -> list[Line]:
    return [line async for batch in lines(path, start=start, max_bytes=max_bytes) for line in batch]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
async def test_offsets_are_exact_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(module, "CHUNK_BYTES", chunk)
    path = tmp_path / "lines"
    content = b"a\n\nbcd\n" + b"x" * 40 + b"\ne\r\nlast"
    path.write_bytes(content)
    found = await read(path)
    assert [line.content[:3] for line in found] == [b"a", b"", b"bcd", b"xxx", b"e\r", b"las"]
    assert [line.size for line in found] == [1, 0, 3, 40, 2, 4]
    assert found[-1].end == len(content)
    assert all(len(line.content) <= 11 for line in found)
    for before, after in itertools.pairwise(found):
        assert (await read(path, start=before.end))[0] == after


async def test_a_line_without_end_does_not_fill_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_BYTES", 100)
    path = tmp_path / "lines"
    path.write_bytes(b"x" * 100_000)
    (line,) = await read(path)
    assert (line.size, len(line.content)) == (100_000, 11)


async def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "lines").touch()
    assert await read(tmp_path / "lines") == []
