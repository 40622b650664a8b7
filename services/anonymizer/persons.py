"""Where a place or a word is somebody's name."""

from __future__ import annotations

from services.anonymizer.atoms import Dropped, Kind, Mark, Role
from services.anonymizer.judged import Judged
from services.anonymizer.moment_words import STREET
from services.anonymizer.names import EVIDENCE, TITLES
from services.anonymizer.vocabulary import INTERFIXES


def persons(post: Judged) -> None:
    """Places and words that are here somebody's name: after a title, a first name, an initial, or with a capital."""
    atoms = post.atoms
    for index in post.having(Mark.PERSON):
        atom = atoms[index]
        place = atom.role == Role.PLACE
        if post.emit[index] is None or atom.kind != Kind.WORD or atom.role == Role.TERM:
            continue
        if place:
            somebody = _no_place(post, index) or (atom.surname and _named(post, index))
        elif atom.role == Role.PLAIN:
            # In Dutch only names have a capital inside a sentence.
            somebody = atom.capital and not _starts_sentence(post, index)
        else:
            somebody = atom.capital and atom.surname and _named(post, index)
        if somebody:
            post.strike(index, Dropped.PERSON)


def _starts_sentence(post: Judged, index: int) -> bool:
    index -= 1
    while index >= 0 and post.atoms[index].kind == Kind.SIGN:
        index -= 1
    return index < 0 or post.atoms[index].kind == Kind.STOP


def _named(post: Judged, index: int) -> bool:
    """Whether what stands before makes this a surname."""
    atom = post.atoms[index]
    before, interfix = _before_interfixes(post, index)
    if before is None:
        return interfix is not None and post.atoms[interfix].capital and interfix > 0
    previous = post.atoms[before]
    if previous.text in TITLES or (len(previous.text) == 1 and previous.text.isalpha()):
        return True
    unknown = (
        post.emit[before] is None
        and before not in post.merged
        and previous.kind in (Kind.WORD, Kind.STRUCK)
        and previous.reason in (Dropped.UNKNOWN, Dropped.NAME, Dropped.PERSON)
    )
    if not unknown or STREET.fullmatch(previous.text):
        return False
    return interfix is not None or previous.first_name or (previous.capital and atom.capital)


def _no_place(post: Judged, index: int) -> bool:
    """A town with an article before it, or one that is also a name without *in* or *naar* before it."""
    atom = post.atoms[index]
    if not (atom.surname or atom.needs_evidence):
        return False
    before = post.before(index)
    text = post.atoms[before].text if before is not None else ""
    if atom.needs_evidence and text not in EVIDENCE:
        return True
    if atom.text.startswith("'t ") and text in ("in", "van"):
        return True
    return atom.town and text in ("de", "der", "den", "ter", "ten", "het", "'t", "el", "la", "le", "al")


def _before_interfixes(post: Judged, index: int) -> tuple[int | None, int | None]:
    """(atom before the interfixes, first interfix) of a name: of ``meneer van der Dam``, meneer and van."""
    interfix = None
    before = post.before(index)
    steps = 0
    while (
        before is not None
        and steps < 3
        and post.atoms[before].text in INTERFIXES
        and post.atoms[before].text not in ("op", "in", "aan")
    ):
        interfix = before
        before = post.before(before)
        steps += 1
    # An initial ends with a stop of its own: J. van Dam
    if before is None:
        start = (interfix if interfix is not None else index) - 1
        if start > 0 and post.atoms[start].kind == Kind.STOP and len(post.atoms[start - 1].text) == 1:
            return start - 1, interfix
        if (
            start > 0
            and post.atoms[start].kind == Kind.STOP
            and post.atoms[start - 1].text in TITLES
            and len(post.atoms[start - 1].text) <= 4
        ):
            return start - 1, interfix
    return before, interfix
