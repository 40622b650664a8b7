"""Presidio without a language model: its patterns and checksums alone, which is less than it does when it is whole.

    python presidio_patterns.py < TEXTS        a JSON array of texts; prints posts a second of processor time

The median block of 100 texts counts, as in `benchmarks.anonymizer`.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time

import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

BLOCK = 100


class Blank(SpacyNlpEngine):
    """Splits words and knows nothing else."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}

    def load(self) -> None:
        pass


def main() -> None:
    texts = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)  # it tries to fetch a list of domains, and goes on without
    engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
    engine.analyze("een adres voorbeeld.nl", "en")
    seconds = []
    for start in range(0, len(texts) - BLOCK + 1, BLOCK):
        started = time.process_time()
        for text in texts[start : start + BLOCK]:
            engine.analyze(text, "en")
        seconds.append(time.process_time() - started)
    sys.stdout.write(f"{BLOCK / statistics.median(seconds)}\n")


if __name__ == "__main__":
    main()
