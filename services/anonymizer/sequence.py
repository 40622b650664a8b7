"""What neighbours decide: phrases, names beside titles, addresses, and what follows ``snap:``."""

from __future__ import annotations

import datetime
import re
from bisect import insort

from services.anonymizer.atoms import Atom, Dropped, Kind, Mark, Role
from services.anonymizer.characters import word_set
from services.anonymizer.judged import Judged
from services.anonymizer.marks import MOMENTS, Marker
from services.anonymizer.moment_words import HOUSE_WORDS, STREET, UNITS
from services.anonymizer.moments import Moments
from services.anonymizer.names import FILLERS, MAIL_HOSTS, NETWORKS
from services.anonymizer.persons import persons
from services.anonymizer.shapes import Shapes
from services.anonymizer.vocabulary import INTERFIXES, Vocabulary

_HOUSE = re.compile(r"\d{1,7}(?:[-/]?[a-z]{1,3}|[-/]\d{1,3})?")
STREET_STARTS = word_set(
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


def judge(
    atoms: list[Atom],
    posted: datetime.date,
    vocabulary: Vocabulary,
    shapes: Shapes,
    marker: Marker,
    *,
    dated: bool = False,
    phrased: bool = True,
) -> Judged:
    """Applies the rules in this order: what is permitted by its neighbours, then what they forbid.

    ``atoms``: those `Marker.heard`. ``dated``: there is a figure or a month elsewhere in the post.
    ``phrased``: there may be a phrase in it.
    """
    marked = [index for index, atom in enumerate(atoms) if atom.marks]
    if len([index for index in marked if atoms[index].marks & Mark.LETTER]) >= SPACED_OUT:
        atoms = _spaced_out(atoms, shapes, marker)
        marked = [index for index, atom in enumerate(atoms) if atom.marks]
    post = Judged(atoms, marked)
    marks = 0
    for index in marked:
        its = atoms[index].marks
        marks |= its
        if its & Mark.WITHHELD:
            post.emit[index] = None
    if dated or marks & MOMENTS:
        _moments(post, posted)
    if phrased and marks & (Mark.PHRASE | Mark.PHRASE_AFTER):
        _phrases(post, vocabulary)
    if marks & Mark.FIGURE:
        _rows_of_figures(post)
        _addresses(post)
    if marks & Mark.NETWORK:
        _handles(post)
    if marks & Mark.AT:
        _spelled_mail(post)
    persons(post)
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
        if atom.kind == Kind.NUMBER:
            if post.emit[index] is None and post.reason[index] is Dropped.NUMBER:
                post.reason[index] = _what_number(atom.text)
        elif (
            atom.kind == Kind.WORD
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
        if run and not all(atom.kind == Kind.SIGN and atom.text in "-/()+" for atom in atoms[run[-1] + 1 : index]):
            _row(post, run)
            run = []
        run.append(index)
    _row(post, run)


def _row(post: Judged, run: list[int]) -> None:
    spoken = sum(post.atoms[number].kind == Kind.NUMBER_WORD for number in run)
    odd = any(post.emit[number] is None for number in run)
    beside = [
        post.atoms[near]
        for near in (run[0] - 1, run[-1] + 1)
        if 0 <= near < len(post.atoms) and post.atoms[near].kind == Kind.WORD and post.emit[near] is None
    ]
    letters = any(len(near.text) <= 3 and not near.capital for near in beside)
    for number in run:
        code = post.atoms[number].figure and post.atoms[number].role == Role.PLACE  # 010, not the village of Een
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
                place = entry.role == Role.PLACE
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
        if post.atoms[after].kind != Kind.SIGN:
            found.append(after)
    return found


def _addresses(post: Judged) -> None:
    atoms = post.atoms
    for index in post.having(Mark.FIGURE):
        atom = atoms[index]
        if atom.kind != Kind.NUMBER or post.emit[index] is not None:
            continue
        before = post.before(index)
        if before is not None and atoms[before].text in STREET_STARTS and _STREET_AND_NUMBER.match(atom.text):
            post.strike(before, Dropped.ADDRESS)
        if before is not None and atoms[before].text in HOUSE_WORDS:
            post.strike(before, Dropped.ADDRESS)
            before = post.before(before)
        if before is not None and atoms[before].kind == Kind.WORD and _HOUSE.fullmatch(atom.text):
            place = atoms[before]
            if place.local or (place.role != Role.TERM and STREET.fullmatch(place.text)):
                post.strike(before, Dropped.ADDRESS)
                post.reason[index] = Dropped.ADDRESS
                first = post.before(before)
                while first is not None and atoms[first].text in STREET_STARTS | INTERFIXES:
                    post.strike(first, Dropped.ADDRESS)
                    first = post.before(first)
        after = index + 1
        if _POSTCODE.fullmatch(atom.text) and after < len(atoms) and atoms[after].kind == Kind.WORD:
            letters = atoms[after]
            number_follows = after + 1 < len(atoms) and atoms[after + 1].kind == Kind.NUMBER
            if len(letters.text) == 2 and (not letters.emit or number_follows or not letters.capital):
                post.strike(after, Dropped.ADDRESS)
                post.reason[index] = Dropped.ADDRESS
                if number_follows:
                    post.strike(after + 1, Dropped.ADDRESS)
        elif _POSTCODE_WHOLE.fullmatch(atom.text) and after < len(atoms) and atoms[after].kind == Kind.NUMBER:
            post.strike(after, Dropped.ADDRESS)
        _plate(post, index)
        if (
            after + 1 < len(atoms)
            and atoms[after].kind == Kind.WORD
            and atoms[after + 1].kind == Kind.NUMBER
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
        if 0 <= near < len(post.atoms) and post.atoms[near].kind == Kind.WORD and len(post.atoms[near].text) <= 3
    ]
    if any(post.emit[near] is None for near in short) or any(post.atoms[near].role == Role.PLACE for near in short):
        for near in short:
            post.strike(near, Dropped.PLATE)


def _handles(post: Judged) -> None:
    """``snap: jaapie``, ``mn insta is jaapie``, ``@ jaapie``: what follows is a name at a network."""
    atoms = post.atoms
    for index in post.having(Mark.NETWORK):
        atom = atoms[index]
        lone_at = atom.kind == Kind.SIGN and atom.text == "@"
        if not lone_at and not (atom.kind == Kind.WORD and atom.text in NETWORKS):
            continue
        position, pointed = index + 1, False
        while position < len(atoms) and position - index <= 6:
            text = atoms[position].text
            symbol = atoms[position].kind == Kind.STRUCK and atoms[position].reason is Dropped.SYMBOL
            if symbol or atoms[position].kind == Kind.SIGN or text in FILLERS or text in NETWORKS:
                pointed = pointed or symbol or text in (":", "=", "is", "/", "|", "(", "@", "naam", "heet", "-")
                position += 1
            else:
                break
        if position >= len(atoms) or atoms[position].kind == Kind.STOP:
            continue
        known = atoms[position].role in (Role.TERM, Role.PLACE, Role.MOMENT) or (
            atoms[position].kind == Kind.NUMBER and post.emit[position] is not None
        )
        if pointed or not known:
            post.strike(position, Dropped.HANDLE)
            post.merged.discard(position)
            # What is written against it belongs to it, and so does a number after it.
            following = position + 1
            while following < len(atoms) and (
                atoms[following].glued or (atoms[following].kind == Kind.NUMBER and post.emit[following] is None)
            ):
                post.strike(following, Dropped.HANDLE)
                following += 1


def _spelled_mail(post: Judged) -> None:
    """``roos (at) gmail punt com``: the words around it, three each way."""
    atoms = post.atoms
    for index in post.having(Mark.AT):
        atom = atoms[index]
        if atom.kind != Kind.WORD:
            continue
        following = [near.text for near in atoms[index + 1 : index + 5]]
        bracketed = index > 0 and atoms[index - 1].text in ("(", "[", "{", "<")
        if atom.text != "at" or bracketed or MAIL_HOSTS.intersection(following[:3]):
            for near in range(index - 4, index + 6):
                if 0 <= near < len(atoms) and near not in post.merged:
                    beside = near == post.before(index)
                    if beside or atoms[near].role != Role.TERM:
                        post.strike(near, Dropped.EMAIL)
