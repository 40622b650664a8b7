from __future__ import annotations

import pytest

from services.ingest.plain import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>een</p><p>twee</p>", "een\ntwee"),
        ("een<br>twee<br/>drie", "een\ntwee\ndrie"),
        ("<b>rel</b>len in <a href='https://x' onclick='y'>Haren</a>", "rellen in Haren"),
        ("a &lt;b&gt; &amp;amp; caf&eacute; &#x1F4A5;", "a <b> &amp; café 💥"),
        ("<script>alert(1)</script><style>p{}</style>ok<!-- niet -->", "ok"),
        ("5 < 6 en 7 > 3", "5 < 6 en 7 > 3"),
        ("geen opmaak", "geen opmaak"),
        ("", ""),
    ],
)
def test_what_people_read(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "piece", ["<a ", "<!", "</", "<!--", "<![", "&", "<b>", "<p>", "<svg>", '<a href="', "<table>"]
)
def test_hostile_markup_is_read_to_its_end(piece: str) -> None:
    assert isinstance(plain_text(piece * 20_000), str)
