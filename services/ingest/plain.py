"""HTML as people read it: text, with a line break where a paragraph or line ends. By the standard library's parser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKING = frozenset(
    {"br", "p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "ul", "ol", "pre"}
)
_SILENT = frozenset({"script", "style", "template"})
_blank_lines = re.compile(r"[ \t]*\n\s*")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")
        self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")
        self._silent -= tag in _SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """Text of a fragment; never raises, whatever the markup is worth."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return _blank_lines.sub("\n", "".join(parser.parts)).strip()
