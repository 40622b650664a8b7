"""One spelling for what looks the same: full-width and mathematical letters, look-alikes, invisible characters."""

from __future__ import annotations

import html
import unicodedata

_LOOK_ALIKES = {
    # Cyrillic
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d",
    "һ": "h", "к": "k", "м": "m", "т": "t", "в": "b", "н": "n", "г": "r", "ӏ": "l", "ԛ": "q", "ԝ": "w", "п": "n",
    "А": "A", "Е": "E", "О": "O", "Р": "P", "С": "C", "У": "Y", "Х": "X", "І": "I", "Ѕ": "S", "Ј": "J", "К": "K",
    "М": "M", "Т": "T", "В": "B", "Н": "H",
    # Greek
    "α": "a", "ο": "o", "ν": "v", "ι": "i", "κ": "k", "ρ": "p", "τ": "t", "υ": "u", "ε": "e", "η": "n", "ω": "w",
    "χ": "x", "γ": "y", "β": "b", "μ": "u", "ѡ": "w", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I",
    "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X",
    # Latin letters that are not in Dutch but look as if
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ɑ": "a", "ɡ": "g", "ʀ": "r", "ʟ": "l", "ɴ": "n", "ᴇ": "e",
    "ᴀ": "a", "ᴏ": "o", "ᴛ": "t", "ꜱ": "s", "ᴜ": "u", "ɪ": "i", "ᴅ": "d", "ᴍ": "m", "ᴋ": "k", "ᴘ": "p",
    # Quotes and dashes
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‹": '"', "›": '"', "‚": "'",
    "…": ".", "＠": "@", "﹫": "@", "․": ".", "。": ".", "·": ".",
}  # fmt: skip
_TABLE = str.maketrans(_LOOK_ALIKES)
_DROPPED = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cs"})
"""Categories that are invisible, or only decorate the letter before them."""


def unescaped(text: str) -> str:
    """HTML entities as the characters they stand for, also when escaped twice."""
    return html.unescape(html.unescape(text)) if "&" in text else text


def plain(chunk: str) -> str:
    """A chunk without white space in plain characters; case is kept."""
    if chunk.isascii():
        return chunk if chunk.isprintable() else "".join(letter for letter in chunk if letter.isprintable())
    composed = unicodedata.normalize("NFKC", chunk).translate(_TABLE)
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _DROPPED)


def without_marks(word: str) -> str:
    """``é`` as ``e``: people leave marks out."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def word_set(text: str) -> frozenset[str]:
    """Words between white space: how the word lists in this package are written."""
    return frozenset(text.split())
