"""Which language a post is in: what its source says, else a fast guess. Two letters (ISO 639-1) or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = ("nl", "en", "de", "fr", "tr", "ar", "pl", "es")
"""The languages told apart. Others come out as the nearest of these, or as nothing when that is unsure."""
SURE = 0.6

_CODE = re.compile(r"([a-zA-Z]{2})(?:[-_][a-zA-Z0-9-]{1,12})?")


@lru_cache(maxsize=1024)
def stated(langs: tuple[str, ...]) -> str | None:
    """The first language a source gave, without region; None when it gave none that is a language code."""
    match = _CODE.fullmatch(langs[0]) if langs else None
    return match[1].lower() if match else None


def detected(tokens: Sequence[str]) -> str | None:
    """The language of permitted tokens (not of the text: nothing personal reaches the detector)."""
    text = " ".join(token for token in tokens if token.isalpha())
    if len(text) < 12:
        return None
    language, probability = _identifier().classify(text)
    return str(language) if probability >= SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
