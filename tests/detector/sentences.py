"""Plain sentences to the tokens that the anonymizer lets through, for tests of the detector alone."""

from configuration import Configuration
from services.detector.dates import words_of

LONGEST = 6


class Tokens:
    """Joins names and watched terms of several words; keeps the capital only of names that are also words."""

    def __init__(self, configuration: Configuration) -> None:
        gazetteer = configuration.gazetteer
        self._canonical = {}
        for spelling, name in gazetteer.spellings.items():
            ordinary = gazetteer.names[name].ordinary_word and spelling == name.lower()
            self._canonical[spelling] = None if ordinary else name
        for phenomenon in configuration.phenomena:
            for term in phenomenon.terms:
                for spelling in (term.term, *term.variants):
                    self._canonical.setdefault(spelling, term.term)

    def of(self, sentence: str) -> list[str]:
        words = [part for word in words_of(sentence) for part in (word.rstrip(":"),) if part]
        tokens = []
        index = 0
        while index < len(words):
            for length in range(min(LONGEST, len(words) - index), 0, -1):
                phrase = " ".join(words[index : index + length]).lower()
                if phrase in self._canonical:
                    as_written = self._canonical[phrase] is None
                    tokens.append(" ".join(words[index : index + length]) if as_written else self._canonical[phrase])
                    break
            else:
                length = 1
                tokens.append(words[index].lower())
            index += length
        return tokens
