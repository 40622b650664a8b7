"""``python -m lexicon``: writes ``build/lexicon/words.gz`` and its manifest. Same packages, same bytes.

One line a word: the word, a tab, its marks. ``p`` permitted, ``o`` ordinary (never folded), ``f`` first name,
``s`` surname, ``i`` surname after an interfix, ``c`` ordinary but in no dictionary.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path

from lexicon import sources
from lexicon.words import choose

TARGET = Path("build/lexicon")


def build(target: Path) -> dict[str, object]:
    """Build into a directory; returns the manifest."""
    first, last, interfix = sources.first_names(), sources.surnames(), sources.interfix_surnames()
    dictionary, capitalised = sources.dictionary_words()
    words = choose(
        dutch=sources.frequencies("nl"),
        english=sources.frequencies("en"),
        elsewhere=[sources.frequencies(language) for language in ("de", "fr", "es", "it")],
        dictionary=dictionary,
        capitalised=capitalised,
        names=first | last | interfix,
    )
    marks: defaultdict[str, str] = defaultdict(str)
    for mark, members in (
        ("p", words.permitted),
        ("o", words.ordinary),
        ("f", first),
        ("s", last),
        ("i", interfix),
        ("c", words.undefined),
    ):
        for word in members:
            marks[word] += mark
    text = "".join(f"{word}\t{marks[word]}\n" for word in sorted(marks)).encode()
    target.mkdir(parents=True, exist_ok=True)
    (target / "words.gz").write_bytes(gzip.compress(text, 6, mtime=0))
    manifest: dict[str, object] = {
        "words": {
            "permitted": len(words.permitted),
            "ordinary, never folded": len(words.ordinary),
            "first names": len(first),
            "surnames": len(last),
            "surnames after an interfix": len(interfix),
            "frequent words that stay behind because they are a name": len(words.lost_to_names),
        },
        "sha256": hashlib.sha256(text).hexdigest(),
        "sources": [
            {
                "package": source.package,
                "version": sources.version(source),
                "licence": source.licence,
                "use": source.use,
            }
            for source in sources.SOURCES
        ],
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


if __name__ == "__main__":
    json.dump(build(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET), sys.stdout, indent=2)
    sys.stdout.write("\n")
