"""What stands on paper."""

from __future__ import annotations

import base64
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:[^\\()]|\\.)*)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def printed(content: bytes) -> str:
    """The text of a PDF of reportlab's own, its lines joined by spaces. Its streams are ASCII85 and deflated."""
    pages = [zlib.decompress(base64.a85decode(b"<~" + data.strip(), adobe=True)) for data in _STREAM.findall(content)]
    shown = [_ESCAPED.sub(_plain, line).decode("cp1252") for page in pages for line in _SHOWN.findall(page)]
    return " ".join(" ".join(shown).split())


def _plain(escaped: re.Match[bytes]) -> bytes:
    code = escaped[1]
    return bytes([int(code, 8)]) if len(code) == 3 else code
