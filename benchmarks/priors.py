"""How many posts an hour series of each kind hold on ordinary days, beside the pooled prior of that kind.

    python -m benchmarks.priors [EXERCISE ...]

The exercises in which nothing is planted go through the code of live. A series is taken to have been there from the
first hour of its exercise. The columns tell posts an hour over the series of a kind that held any; ``prior`` is
`services.detector.baseline.PRIORS`, in force until a series has its own history. The second table says how many posts
at once a series that was never seen before needs to fire, guards aside, were its prior three times smaller or larger.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from benchmarks.rig import whole
from configuration import Configuration
from exercises import generator
from exercises.scenario import Scenario, ids, load
from seinpost.replay import SETTINGS, Replay, projector_of
from services.anonymizer.lexicon import load as load_lexicon
from services.detector.baseline import PRIORS, SCALES
from services.detector.burst import budget_spent, tail, threshold_for


def ordinary() -> list[str]:
    return [name for name in ids() if not load(name).planted]


def levels(scenario: Scenario, replay: Replay) -> dict[str, list[float]]:
    """Posts an hour of every series, by kind."""
    encoder = msgspec.json.Encoder()
    lines = enumerate(generator.posts(scenario, 1))
    posts = [post for number, line in lines for post in replay.project(encoder.encode(line), number)]
    replay.take(posts)
    replay.finish()
    hours = len(scenario.minutes) / 60
    found = defaultdict(list)
    for name, state in replay.pipeline.series[0].items():
        found[name.partition("/")[2].partition(":")[0]].append((state.kept.named + state.kept.unnamed) / hours)
    return found


def needed(kind: str, factor: float, scale: int, limit: float) -> int:
    """Fewest posts within ``scale`` minutes that spend no more of the budget than ``limit``, by the prior alone."""
    prior = PRIORS[kind]
    mean = factor * prior.posts_per_hour * scale / 60
    size = 1 / (prior.dispersion / 2 ** SCALES.index(scale) + 1 / prior.worth_posts)
    return next(
        posts for posts in itertools.count(1) if budget_spent(posts, mean, size, tail(posts, mean, size)) <= limit
    )


def first_sight(config: Configuration) -> None:
    budget, many = config.thresholds.defaults.false_alarms_per_day, len(config.phenomena)
    largest = max(Counter(gemeente.region for gemeente in config.gazetteer.gemeenten.values()).values())
    everywhere = sum(1 + len(phenomenon.terms) for phenomenon in config.phenomena)
    print("\n| kind | within | a third | as it is | three times |")
    print("|---|---|---|---|---|")
    for kind, series in (("watch", many * largest), ("phenomenon", everywhere)):
        limit = threshold_for(budget, series, config.thresholds.scales_minutes)
        for scale in (5, 60):
            found = [str(needed(kind, factor, scale, limit)) for factor in (1 / 3, 1, 3)]
            print(f"| {kind} | {scale} min | {' | '.join(found)} |")


def main(names: Sequence[str]) -> None:
    config = whole()
    projector = projector_of(config, load_lexicon(SETTINGS.lexicon))
    pooled: dict[str, list[float]] = defaultdict(list)
    for name in names:
        for kind, found in levels(load(name), Replay(config, projector)).items():
            pooled[kind] += found
    print("| kind | series | mean | half below | nine in ten below | prior |")
    print("|---|---|---|---|---|---|")
    for kind, found in sorted(pooled.items()):
        found.sort()
        half, most = found[len(found) // 2], found[len(found) * 9 // 10]
        prior = PRIORS[kind].posts_per_hour
        print(f"| {kind} | {len(found)} | {sum(found) / len(found):.2f} | {half:.2f} | {most:.2f} | {prior} |")
    first_sight(config)


if __name__ == "__main__":
    main(sys.argv[1:] or ordinary())
