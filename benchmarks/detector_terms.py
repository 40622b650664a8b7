"""The detector, counting posts per term and minute and nothing else: `python -m benchmarks.detector_terms`.

What the peers of `make bench` are asked for, kept as the detector keeps everything: its own process, records, fold,
deltas, tables and changelog. What it leaves out is what no peer does: places, moments, calls, gatherings and words.
"""

from __future__ import annotations

from functools import partial

from configuration import Configuration
from configuration.mandates import Cover
from contracts.anonymous_posts import AnonymousPost
from runtime.process import run
from services.detector.__main__ import main
from services.detector.events import Reading
from services.detector.matching import Contribution, Matcher
from services.detector.settings import Settings
from services.detector.vocabulary import Vocabulary, Watched


class TermsAlone:
    """A post adds to the series of the terms that name something in it."""

    def __init__(self, configuration: Configuration, cover: Cover | None = None) -> None:
        self._matcher = Matcher(configuration, cover)
        self._vocabulary = Vocabulary(configuration)
        self.terms, self.gazetteer = self._matcher.terms, self._matcher.gazetteer
        self._terms: dict[int, tuple[tuple[Watched, ...], list[Contribution]]] = {}
        """By the identity of what the vocabulary found, which is kept with it, so that it stays one of its own."""

    def match(self, post: AnonymousPost, _: str = "") -> tuple[list[Contribution], Reading | None]:
        watched = self._vocabulary.find(post.tokens, post.minute)
        known = self._terms.get(id(watched))
        if known is None:
            named = [one for one in watched if one.named]
            terms = [term for one in named for term in self._matcher.all_over(one.phenomenon, one.topics)[1:]]
            known = self._terms[id(watched)] = watched, list({term.series: term for term in terms}.values())
        return known[1], None

    def words(self, _: AnonymousPost) -> list[str]:
        return []


if __name__ == "__main__":
    run("detector", Settings, partial(main, matching=TermsAlone))
