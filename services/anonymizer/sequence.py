"""What neighbours decide: phrases, names beside titles, addresses, and what follows ``snap:``."""

from __future__ import annotations

import datetime
import re
from bisect import insort
from dataclasses import dataclass, field

from services.anonymizer.atoms import Atom, Dropped, Kind, Mark, Role
from services.anonymizer.characters import word_set
from services.anonymizer.marks import Marker
from services.anonymizer.moment_words import HOUSE_WORDS, STREET, UNITS
from services.anonymizer.moments import Moments
from services.anonymizer.names import EVIDENCE, FILLERS, MAIL_HOSTS, NETWORKS, TITLES
from services.anonymizer.shapes import Shapes
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

_HOUSE = re.compile(r"\d{1,7}(?:[-/]?[a-z]{1,3}|[-/]\d{1,3})?")
_STREET_STARTS = word_set(
    "nieuwe oude lange korte grote kleine hoge lage eerste tweede derde noorder zuider ooster wester 1e 2e 3e"
)
_STREET_AND_NUMBER = re.compile(r"[a-z]{3,}\d")
_POSTCODE = re.compile(r"[1-9]\d{3}")
_POSTCODE_WHOLE = re.compile(r"[1-9]\d{3}[a-z]{2}")
_IBAN_START = re.compile(r"[a-z]{2}\d{2}.*")
_PLATE = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z\d]{1,3}-[a-z\d]{2,3}-[a-z\d]{1,2}")
_PHONE = re.compile(r"\+?\d[\d\-/.()]{8,}")


SPACED_OUT = 4
"""So many single letters in a row are a word written with spaces."""


Emitted = str | tuple[str, ...] | None
"""What leaves of an atom: one token, several, or nothing."""


@dataclass(slots=True, kw_only=True)
class Judged:
    """Atoms with what leaves of each, after looking at the neighbours."""

    atoms: list[Atom]
    marked: list[int]
    """Indexes of the atoms that some rule looks at, ascending."""
    emit: list[Emitted]
    reason: list[Dropped]
    merged: set[int] = field(default_factory=set)
    """Atoms that are part of an earlier one (a phrase): neither leave nor make a gap."""

    def strike(self, index: int, reason: Dropped) -> None:
        if 0 <= index < len(self.atoms) and self.atoms[index].kind not in (Kind.STOP, Kind.SIGN):
            self.emit[index] = None
            self.reason[index] = reason

    def word_before(self, index: int) -> int | None:
        """The atom before this one that is no sign."""
        index -= 1
        while index >= 0 and self.atoms[index].kind is Kind.SIGN:
            index -= 1
        return index if index >= 0 else None

    def having(self, marks: int) -> list[int]:
        """Indexes of the atoms with any of these marks."""
        atoms = self.atoms
        return [index for index in self.marked if atoms[index].marks & marks]


def judge(atoms: list[Atom], posted: datetime.date, vocabulary: Vocabulary, shapes: Shapes, marker: Marker) -> Judged:
    """Applies the rules in this order: what is permitted by its neighbours, then what they forbid.

    ``atoms``: those `Marker.heard`.
    """
    marked = [index for index, atom in enumerate(atoms) if atom.marks]
    found = [atoms[index].marks for index in marked]
    if len([marks for marks in found if marks & Mark.LETTER]) >= SPACED_OUT:
        atoms = _spaced_out(atoms, shapes, marker)
        marked = [index for index, atom in enumerate(atoms) if atom.marks]
        found = [atoms[index].marks for index in marked]
    post = Judged(
        atoms=atoms, marked=marked, emit=[atom.emit for atom in atoms], reason=[atom.reason for atom in atoms]
    )
    marks = 0
    for index, its in zip(marked, found, strict=True):
        marks |= its
        if its & Mark.WITHHELD:
            post.emit[index] = None
    if marks & (Mark.FIGURE | Mark.MONTH):
        _moments(post, posted)
    if marks & (Mark.PHRASE | Mark.PHRASE_AFTER):
        _phrases(post, vocabulary)
    if marks & Mark.FIGURE:
        _rows_of_figures(post)
        _addresses(post)
    if marks & Mark.NETWORK:
        _handles(post)
    if marks & Mark.AT:
        _spelled_mail(post)
    _persons(post)
    return post


def _spaced_out(atoms: list[Atom], shapes: Shapes, marker: Marker) -> list[Atom]:
    """``r e l l e n``: a row of four or more single letters is read as one word; only a term or place stays."""
    joined: list[Atom] = []
    position = 0
    while position < len(atoms):
        end = position
        while end < len(atoms) and atoms[end].kind in (Kind.WORD, Kind.NUMBER) and len(atoms[end].text) == 1:
            end += 1
        if end - position >= SPACED_OUT:
            found = shapes.atoms("".join(atom.text for atom in atoms[position:end]))
            if len(found) == 1 and found[0].role in (Role.TERM, Role.PLACE):
                joined += map(marker.marked, found)
            else:
                joined.append(
                    Atom(
                        kind=Kind.STRUCK,
                        text="",
                        written="".join(atom.text for atom in atoms[position:end]),
                        reason=Dropped.UNKNOWN,
                    )
                )
            position = end
        else:
            joined.append(atoms[position])
            position += 1
    return joined


def _moments(post: Judged, posted: datetime.date) -> None:
    moments = Moments(post.atoms, posted, post.marked)
    moments.find()
    for index, tokens in moments.kept.items():
        post.emit[index] = tokens
    for index in moments.out_of_range:
        post.strike(index, Dropped.DATE_OUT_OF_RANGE)
    for index in post.having(Mark.FIGURE | Mark.UNIT):
        atom = post.atoms[index]
        if atom.kind is Kind.NUMBER:
            if post.emit[index] is None and post.reason[index] is Dropped.NUMBER:
                post.reason[index] = _what_number(atom.text)
        elif (
            atom.kind is Kind.WORD
            and atom.text in UNITS
            and index not in moments.kept
            and len(atom.text) <= 2
            and atom.text != "u"
        ):
            post.strike(index, Dropped.UNKNOWN)


def _what_number(text: str) -> Dropped:
    if _POSTCODE_WHOLE.fullmatch(text):
        return Dropped.ADDRESS
    if len(text) > 14 and _IBAN_START.fullmatch(text):
        return Dropped.ACCOUNT
    if _PLATE.fullmatch(text):
        return Dropped.PLATE
    return Dropped.PHONE if _PHONE.fullmatch(text) else Dropped.NUMBER


def _rows_of_figures(post: Judged) -> None:
    """A city code beside other figures is part of a telephone number; number words in a row spell one."""
    figures = post.having(Mark.FIGURE)
    if not figures:
        return
    atoms = post.atoms
    run: list[int] = []
    for index in post.having(Mark.COUNTS):
        if not figures[0] - 1 <= index <= figures[-1] + 2:
            continue
        if run and not all(atom.kind is Kind.SIGN and atom.text in "-/()+" for atom in atoms[run[-1] + 1 : index]):
            _row(post, run)
            run = []
        run.append(index)
    _row(post, run)


def _row(post: Judged, run: list[int]) -> None:
    spoken = sum(post.atoms[number].kind is Kind.NUMBER_WORD for number in run)
    odd = any(post.emit[number] is None for number in run)
    beside = [
        post.atoms[near]
        for near in (run[0] - 1, run[-1] + 1)
        if 0 <= near < len(post.atoms) and post.atoms[near].kind is Kind.WORD and post.emit[near] is None
    ]
    letters = any(len(near.text) <= 3 and not near.capital for near in beside)
    for number in run:
        code = post.atoms[number].role is Role.PLACE
        if (len(run) >= 3 and spoken >= 2) or (code and (odd or letters)):
            post.strike(number, Dropped.PHONE)


def _phrases(post: Judged, vocabulary: Vocabulary) -> None:
    atoms = post.atoms
    done = -1
    starts = post.having(Mark.PHRASE)
    if seconds := post.having(Mark.PHRASE_AFTER):
        starts = sorted({*starts, *(start for start in map(post.word_before, seconds) if start is not None)})
    for start in starts:
        if start <= done:
            continue
        span = [start, *_words_after(post, start, 1)]
        phrases = vocabulary.phrases.get((atoms[start].text, atoms[span[1]].text)) if len(span) > 1 else None
        for phrase, entry in phrases or ():
            span = [start, *_words_after(post, start, len(phrase) - 1)]
            if tuple([atoms[index].text for index in span]) == phrase:
                post.emit[start] = entry.canonical
                place = entry.role is Role.PLACE
                atoms[start] = Atom(
                    kind=Kind.WORD, text=" ".join(phrase), emit=entry.canonical, role=entry.role, local=entry.local,
                    town=place and not entry.local, surname=entry.surname and phrase[0] not in ("den", "'s", "de"),
                    marks=Mark.PERSON if place else 0,
                )  # fmt: skip
                if place and start not in post.marked:
                    insort(post.marked, start)
                for index in span[1:]:
                    post.merged.add(index)
                    post.emit[index] = None
                done = span[-1]
                break


def _words_after(post: Judged, index: int, number: int) -> list[int]:
    """The next atoms that are no signs, at most this many."""
    found: list[int] = []
    for after in range(index + 1, len(post.atoms)):
        if len(found) == number:
            break
        if post.atoms[after].kind is not Kind.SIGN:
            found.append(after)
    return found


def _addresses(post: Judged) -> None:
    atoms = post.atoms
    for index in post.having(Mark.FIGURE):
        atom = atoms[index]
        if atom.kind is not Kind.NUMBER or post.emit[index] is not None:
            continue
        before = _before(post, index)
        if before is not None and atoms[before].text in _STREET_STARTS and _STREET_AND_NUMBER.match(atom.text):
            post.strike(before, Dropped.ADDRESS)
        if before is not None and atoms[before].text in HOUSE_WORDS:
            post.strike(before, Dropped.ADDRESS)
            before = _before(post, before)
        if before is not None and atoms[before].kind is Kind.WORD and _HOUSE.fullmatch(atom.text):
            place = atoms[before]
            if place.local or (place.role is not Role.TERM and STREET.fullmatch(place.text)):
                post.strike(before, Dropped.ADDRESS)
                post.reason[index] = Dropped.ADDRESS
                first = _before(post, before)
                while first is not None and atoms[first].text in _STREET_STARTS | INTERFIXES:
                    post.strike(first, Dropped.ADDRESS)
                    first = _before(post, first)
        after = index + 1
        if _POSTCODE.fullmatch(atom.text) and after < len(atoms) and atoms[after].kind is Kind.WORD:
            letters = atoms[after]
            number_follows = after + 1 < len(atoms) and atoms[after + 1].kind is Kind.NUMBER
            if len(letters.text) == 2 and (not letters.emit or number_follows or not letters.capital):
                post.strike(after, Dropped.ADDRESS)
                post.reason[index] = Dropped.ADDRESS
                if number_follows:
                    post.strike(after + 1, Dropped.ADDRESS)
        elif _POSTCODE_WHOLE.fullmatch(atom.text) and after < len(atoms) and atoms[after].kind is Kind.NUMBER:
            post.strike(after, Dropped.ADDRESS)
        _plate(post, index)
        if (
            after + 1 < len(atoms)
            and atoms[after].kind is Kind.WORD
            and atoms[after + 1].kind is Kind.NUMBER
            and len(atoms[after].text) <= 4
            and post.emit[after + 1] is None
        ):
            # A short word between two numbers: the letters of a plate, a bank, or a telephone number in words.
            post.strike(after, Dropped.PLATE)


def _plate(post: Judged, index: int) -> None:
    """``ZH 064 L``, ``DVD 44 Z``: up to three letters beside a number are no words when the other side has letters."""
    if len(post.atoms[index].text) > 3:
        return
    before, after = index - 1, index + 1
    short = [
        near
        for near in (before, after)
        if 0 <= near < len(post.atoms) and post.atoms[near].kind is Kind.WORD and len(post.atoms[near].text) <= 3
    ]
    if any(post.emit[near] is None for near in short) or any(post.atoms[near].role is Role.PLACE for near in short):
        for near in short:
            post.strike(near, Dropped.PLATE)


def _handles(post: Judged) -> None:
    """``snap: jaapie``, ``mn insta is jaapie``, ``@ jaapie``: what follows is a name at a network."""
    atoms = post.atoms
    for index in post.having(Mark.NETWORK):
        atom = atoms[index]
        lone_at = atom.kind is Kind.SIGN and atom.text == "@"
        if not lone_at and not (atom.kind is Kind.WORD and atom.text in NETWORKS):
            continue
        position, pointed = index + 1, False
        while position < len(atoms) and position - index <= 6:
            text = atoms[position].text
            symbol = atoms[position].kind is Kind.STRUCK and atoms[position].reason is Dropped.SYMBOL
            if symbol or atoms[position].kind is Kind.SIGN or text in FILLERS or text in NETWORKS:
                pointed = pointed or symbol or text in (":", "=", "is", "/", "|", "(", "@", "naam", "heet", "-")
                position += 1
            else:
                break
        if position >= len(atoms) or atoms[position].kind is Kind.STOP:
            continue
        known = atoms[position].role in (Role.TERM, Role.PLACE, Role.MOMENT) or (
            atoms[position].kind is Kind.NUMBER and post.emit[position] is not None
        )
        if pointed or not known:
            post.strike(position, Dropped.HANDLE)
            post.merged.discard(position)
            # What is written against it belongs to it, and so does a number after it.
            following = position + 1
            while following < len(atoms) and (
                atoms[following].glued or (atoms[following].kind is Kind.NUMBER and post.emit[following] is None)
            ):
                post.strike(following, Dropped.HANDLE)
                following += 1


def _spelled_mail(post: Judged) -> None:
    """``roos (at) gmail punt com``: the words around it, three each way."""
    atoms = post.atoms
    for index in post.having(Mark.AT):
        atom = atoms[index]
        if atom.kind is not Kind.WORD:
            continue
        following = [near.text for near in atoms[index + 1 : index + 5]]
        bracketed = index > 0 and atoms[index - 1].text in ("(", "[", "{", "<")
        if atom.text != "at" or bracketed or MAIL_HOSTS.intersection(following[:3]):
            for near in range(index - 4, index + 6):
                if 0 <= near < len(atoms) and near not in post.merged:
                    beside = near == _before(post, index)
                    if beside or atoms[near].role is not Role.TERM:
                        post.strike(near, Dropped.EMAIL)


def _persons(post: Judged) -> None:
    """Places and words that are here somebody's name: after a title, a first name, an initial, or with a capital."""
    atoms = post.atoms
    town = Role.PLACE
    for index in post.having(Mark.PERSON):
        atom = atoms[index]
        place = atom.role is town
        if post.emit[index] is None or atom.kind is not Kind.WORD or atom.role is Role.TERM:
            continue
        if place:
            somebody = _no_place(post, index) or (atom.surname and _named(post, index))
        elif atom.role is Role.PLAIN:
            # In Dutch only names have a capital inside a sentence.
            somebody = atom.capital and not _starts_sentence(post, index)
        else:
            somebody = atom.capital and atom.surname and _named(post, index)
        if somebody:
            post.strike(index, Dropped.PERSON)


def _starts_sentence(post: Judged, index: int) -> bool:
    index -= 1
    while index >= 0 and post.atoms[index].kind is Kind.SIGN:
        index -= 1
    return index < 0 or post.atoms[index].kind is Kind.STOP


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
    before = _before(post, index)
    text = post.atoms[before].text if before is not None else ""
    if atom.needs_evidence and text not in EVIDENCE:
        return True
    if atom.text.startswith("'t ") and text in ("in", "van"):
        return True
    return atom.town and text in ("de", "der", "den", "ter", "ten", "het", "'t", "el", "la", "le", "al")


def _before(post: Judged, index: int) -> int | None:
    """The atom before this one, past signs and the rest of a phrase; None at a stop or the start."""
    index -= 1
    while index >= 0 and (post.atoms[index].kind is Kind.SIGN or index in post.merged):
        index -= 1
    return index if index >= 0 and post.atoms[index].kind is not Kind.STOP else None


def _before_interfixes(post: Judged, index: int) -> tuple[int | None, int | None]:
    """(atom before the interfixes, first interfix) of a name: of ``meneer van der Dam``, meneer and van."""
    interfix = None
    before = _before(post, index)
    steps = 0
    while (
        before is not None
        and steps < 3
        and post.atoms[before].text in INTERFIXES
        and post.atoms[before].text not in ("op", "in", "aan")
    ):
        interfix = before
        before = _before(post, before)
        steps += 1
    # An initial ends with a stop of its own: J. van Dam
    if before is None:
        start = (interfix if interfix is not None else index) - 1
        if start > 0 and post.atoms[start].kind is Kind.STOP and len(post.atoms[start - 1].text) == 1:
            return start - 1, interfix
        if (
            start > 0
            and post.atoms[start].kind is Kind.STOP
            and post.atoms[start - 1].text in TITLES
            and len(post.atoms[start - 1].text) <= 4
        ):
            return start - 1, interfix
    return before, interfix
