"""What a series must pass to fire: thresholds of its phenomenon and region, its part of the false-alarm budget."""

from __future__ import annotations

import dataclasses
from collections import Counter

from configuration import Configuration
from configuration.thresholds import Defaults
from services.detector.burst import Limits, threshold_for
from services.detector.state import SeriesState


class SeriesLimits:
    """Built once per configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self._thresholds = configuration.thresholds
        self._competing = _competing(configuration)
        self._known: dict[tuple[str, str | None, bool], tuple[Defaults, Limits, str]] = {}

    def of(self, state: SeriesState) -> tuple[Defaults, Limits, str]:
        """As configured, as tested, and as told to the operator."""
        subject = state.kept.subject
        key = (subject.phenomenon or "", subject.place.region if subject.place else None, state.authors_unknown)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._made(*key)
        return known

    def _made(self, phenomenon: str, region: str | None, authors_unknown: bool) -> tuple[Defaults, Limits, str]:
        wanted = self._thresholds.limits(phenomenon, region)
        scales = self._thresholds.scales_minutes
        probability = threshold_for(wanted.false_alarms_per_day, self._competing[region], scales_minutes=scales)
        limits = Limits(
            probability=probability,
            min_authors=wanted.min_authors,
            min_posts=wanted.min_posts,
            min_sources=wanted.min_sources,
            min_ratio=wanted.min_ratio,
            coordinated_posts_per_author=self._thresholds.coordinated_posts_per_author,
            scales_minutes=scales,
        )
        threshold = f"p < {probability:.1e}"
        if authors_unknown:
            return wanted, _without_authors(limits), f"{threshold}, schrijvers onbekend"
        return wanted, limits, threshold


def _competing(configuration: Configuration) -> Counter[str | None]:
    """Series that share one false-alarm budget, by region: each phenomenon at each gemeente; without a place, each
    phenomenon and each of its terms."""
    regions: Counter[str | None] = Counter(gemeente.region for gemeente in configuration.gazetteer.gemeenten.values())
    for region in regions:
        regions[region] *= len(configuration.phenomena)
    regions[None] = sum(1 + len(phenomenon.terms) for phenomenon in configuration.phenomena)
    return regions


def _without_authors(limits: Limits) -> Limits:
    """Sources that never name an author cannot meet a least number of authors: as many posts are asked for instead."""
    return dataclasses.replace(
        limits,
        min_authors=0,
        min_posts=max(limits.min_posts, limits.min_authors),
        coordinated_posts_per_author=float("inf"),
    )
