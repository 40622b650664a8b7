"""Dutch dates and times: Seinpost's rules beside two general parsers, on `tests/detector/expressions/dates.tsv`.

    python benchmarks/dates.py [--dateparser PYTHON] [--chrono DIRECTORY]

PYTHON is an interpreter that has dateparser; DIRECTORY holds node_modules/chrono-node. Neither is needed by Seinpost.
A general parser is right when the first moment it finds starts at the expected minute; where only a day is expected, on
that day; where nothing is expected, when it finds nothing. Time is processor time of the parser's process, all threads.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from services.detector import dates  # noqa: E402

EXPRESSIONS = REPOSITORY / "tests" / "detector" / "expressions" / "dates.tsv"
ROUNDS = 5
"""Of each parser, after one that warms it up. The best counts: processor time too grows on a busy machine."""

DATEPARSER = """
import json, sys, time
from datetime import datetime
from dateparser.search import search_dates
def start(posted, text):
    settings = {"RELATIVE_BASE": datetime.fromisoformat(posted), "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
    try:
        found = search_dates(text, languages=["nl"], settings=settings)
    except Exception:
        found = None
    return found[0][1].isoformat(timespec="minutes") if found else None
cases = json.load(sys.stdin)
answers = [start(*case) for case in cases]
rounds = []
for _ in range(int(sys.argv[1])):
    started = time.process_time()
    for case in cases:
        start(*case)
    rounds.append(time.process_time() - started)
json.dump({"seconds": min(rounds), "answers": answers}, sys.stdout)
"""

CHRONO = """
const chrono = require("chrono-node");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const pad = (n) => String(n).padStart(2, "0");
const start = ([posted, text]) => {
  const found = chrono.nl.parse(text, new Date(posted), { forwardDate: true });
  if (!found.length) return null;
  const s = found[0].start;
  return `${s.get("year")}-${pad(s.get("month"))}-${pad(s.get("day"))}T${pad(s.get("hour"))}:${pad(s.get("minute"))}`;
};
const answers = cases.map(start);
const rounds = Array.from({ length: Number(process.argv[1]) }, () => {
  const started = process.cpuUsage();
  cases.forEach(start);
  const used = process.cpuUsage(started);
  return (used.user + used.system) / 1e6;
});
console.log(JSON.stringify({ seconds: Math.min(...rounds), answers }));
"""


def cases() -> Iterator[tuple[str, str, str | None]]:
    """Local time of writing, expression, expected start."""
    posted = ""
    for line in EXPRESSIONS.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            posted = line.split()[1]
        elif line and not line.startswith("#"):
            text, start = line.split("\t")[:2]
            yield posted, text, None if start == "-" else start


def ours(known: list[tuple[str, str, str | None]]) -> tuple[list[str | None], float]:
    asked = [
        (text, int(datetime.fromisoformat(posted).replace(tzinfo=dates.ZONE).timestamp()) // 60)
        for posted, text, _ in known
    ]
    found = [dates.find(dates.words_of(text), minute) for text, minute in asked]
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for text, minute in asked:
            dates.find(dates.words_of(text), minute)
        best = min(best, time.process_time() - started)
    return [when[0].start if when else None for when in found], best


def theirs(command: list[str], known: list[tuple[str, str, str | None]], cwd: Path) -> tuple[list[str | None], float]:
    asked = json.dumps([[posted, text] for posted, text, _ in known])
    environment = {"TZ": "Europe/Amsterdam", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(
        [*command, str(ROUNDS)], input=asked, capture_output=True, text=True, check=True, cwd=cwd, env=environment
    )
    answer = json.loads(done.stdout)
    return answer["answers"], answer["seconds"]


def right(expected: str | None, answer: str | None) -> bool:
    if expected is None or answer is None:
        return expected is None and answer is None
    return answer == expected if "T" in expected else answer[:10] == expected


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dateparser", type=Path, metavar="PYTHON")
    options.add_argument("--chrono", type=Path, metavar="DIRECTORY")
    chosen = options.parse_args()
    known = list(cases())
    parsers = {"Seinpost": ours(known)}
    if chosen.dateparser:
        parsers["dateparser"] = theirs([str(chosen.dateparser), "-c", DATEPARSER], known, REPOSITORY)
    if chosen.chrono:
        parsers["chrono-node nl"] = theirs(["node", "-e", CHRONO], known, chosen.chrono)
    print(f"{len(known)} expressions\n\n| parser | right | share | µs of processor each |\n|---|---|---|---|")
    for name, (answers, seconds) in parsers.items():
        score = sum(right(expected, answer) for (*_, expected), answer in zip(known, answers, strict=True))
        print(f"| {name} | {score} | {score / len(known):.1%} | {seconds / len(known) * 1e6:,.0f} |")


if __name__ == "__main__":
    main()
