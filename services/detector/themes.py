"""Which series of a theme a post adds to: it names a theme, and attacks a group or does not.

Attacks and other posts of each source are series of their own, which share no post: so neither their sum nor their
difference tells anything of fewer people than the blocks do. The smallest place is a veiligheidsregio.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from configuration import Configuration
from configuration.mandates import Cover
from contracts.alert import Place
from contracts.series_deltas import Subject
from contracts.theme import Part
from services.detector.attack import Lexicon, Phrases

MINUTES_A_DAY = 1440


class ThemeShare(msgspec.Struct, frozen=True, kw_only=True):
    """One series of a theme that a post adds to."""

    series: str
    subject: Subject


class Themes:
    """Built once per configuration and cover; no state. ``cover`` None: mandates do not apply, in a backtest."""

    def __init__(self, configuration: Configuration, cover: Cover | None = None) -> None:
        self._cover = cover
        attack = configuration.attack
        themes = configuration.permitted_themes() if attack is not None else ()
        self._until = {theme.id: calendar.timegm(theme.expires.timetuple()) // 60 + MINUTES_A_DAY for theme in themes}
        self._lexicon = Lexicon(attack) if attack is not None and themes else None
        as_watched = {
            spelling: term.term
            for phenomenon in configuration.phenomena
            for term in phenomenon.terms
            for spelling in (term.term, *term.variants)
        }
        named: dict[str, list[str]] = {}
        for theme in themes:
            for term in theme.terms:
                # A spelling that is watched for a phenomenon leaves the anonymizer as that term.
                for spelling in dict.fromkeys((term, as_watched.get(term, term))):
                    named.setdefault(spelling, []).append(theme.id)
        self._phrases = Phrases(named)
        holding = (term for term in as_watched.values() if next(self._phrases.find(term.split()), None) is not None)
        self.terms = frozenset((*named, *holding))
        """A post without any of these tokens names no theme (*geen azc* is one token, and holds *azc*)."""

    def named(self, tokens: Sequence[str], minute: int) -> list[str]:
        """Themes of a post written at ``minute``, each once."""
        if self._lexicon is None or self.terms.isdisjoint(tokens):
            return []
        words = [word for token in tokens for word in token.lower().split()]
        found = dict.fromkeys(theme for _, _, themes in self._phrases.find(words) for theme in themes)
        return [theme for theme in found if minute < self._until[theme]]

    def shares(
        self, tokens: Sequence[str], themes: Iterable[str], source: str, regions: Iterable[str]
    ) -> Iterator[ThemeShare]:
        """``regions``: codes of those the post names."""
        found = self._lexicon.find(tokens) if self._lexicon is not None else None
        for theme in themes:
            for region in (None, *dict.fromkeys(regions)):
                if self._cover is not None and not self._cover.allows(None, source, region, theme):
                    continue
                place = Place(region=region) if region is not None else None
                part = Part.OTHER if found is None else Part.ATTACK
                yield _share(source, Subject(theme=theme, part=part, source=source, place=place))
                for group in found.groups if found is not None else ():
                    yield _share(group, Subject(theme=theme, part=Part.TARGET, group=group, place=place))


def _share(of: str, subject: Subject) -> ThemeShare:
    where = f"@{subject.place.region}" if subject.place is not None else ""
    return ThemeShare(series=f"theme:{subject.theme}/{subject.part}:{of}{where}", subject=subject)
