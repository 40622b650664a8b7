"""A chunk between white space to atoms, each judged without its neighbours."""

from __future__ import annotations

import re

from services.anonymizer import moment_words as moments
from services.anonymizer.atoms import Atom, Dropped, Kind, Role
from services.anonymizer.characters import plain, without_marks
from services.anonymizer.folding import Folder
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.names import CONTEXT_WORDS
from services.anonymizer.vocabulary import Entry, Vocabulary

LONGEST_CHUNK = 200
"""A longer run without white space is no word of any kind, and not worth the time."""

_TLDS = (
    "nl|com|org|net|eu|be|de|io|me|ly|co|uk|gg|tv|app|link|info|shop|online|club|xyz|site|social|fr|to|live|nu|blog|"
    "news|biz|us|ru|tk|cc|gl|it|at|ch|es|pl|tr|ma|sr|pt|se|dk|no|fi|ai|dev|page|store|tech|world|email|mobi|frl|"
    "amsterdam|tel|xxx|ws|fm|im|is|la|pro|cat|eus|gal|vlaanderen|brussels|gle|am|be|lol|gay|pm|id|in|jp|cn|br|ca|au"
)
_URL = re.compile(
    rf"://|^www[.,:]|^at:|did:|\.bsky\.|(?:^|[^\w.])[\w-]+(?:\.[\w-]+)*\.(?:{_TLDS})(?:$|[/:?#]|[^\w.-])|\w\.\w{{2,}}/\w",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"\w_+\w|^(?:u|r|user)/\w|\w\.\w+\.\w*\d", re.IGNORECASE)
_DOTTED = re.compile(r"[^\W\d_]{2,}\.[^\W\d_]{2,}|[^\W\d_]{2,}\.[^\W\d_]\.[^\W\d_]{2,}")
_DRESS = re.compile(r"^[*_~^]+|[*_~^]+$")
_HASHTAG = re.compile(r"[#＃](\w+)")
_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+")
_RUN = re.compile(r"[\w.:/\-+'&%€$\\]+|[!?]+|[^\s]")
_PIECE = re.compile(r"'s-[^\W\d_]+(?:-[^\W\d_]+)*|[^\W\d_]+(?:['\-][^\W\d_]+)*'?|\.+|[^\w\s]|_+")
_MEANINGLESS = re.compile(r"\d{6,}|\d{5}|[a-z]{4,}\d{4,}")
"""Figures that are no part of any moment, address or plate, whatever stands beside them."""
_GLUED_MOMENT = re.compile(r"([a-z]{3,})((?:[01]?\d|2[0-4])[:.][0-5]\d(?:u|uur)?)")
_LETTERS_THEN_NUMBER = re.compile(r"[a-z]+\d+")

MENTION = re.compile(r"@[A-Za-z0-9_]*[A-Za-z0-9][:,]?")
LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9/.?=&%-]*[A-Za-z0-9/]")
TAG = re.compile(r"#[A-Za-z0-9]+")
"""The three things most often written for the first time, in their plainest shape: told apart by one look."""

STOP = Atom(kind=Kind.STOP, text=".", emit=".", role=Role.PLAIN)
_STOPS = {mark: Atom(kind=Kind.STOP, text=mark, emit=mark, role=Role.PLAIN) for mark in ".!?"}
_COMMA = Atom(kind=Kind.SIGN, text=",")
_CONTEXT_SIGNS = frozenset("@:=([{</|→")
"""Kept for the rules that look at neighbours; a word of such a rule is what makes them look."""


def _struck(reason: Dropped, written: str) -> Atom:
    return Atom(kind=Kind.STRUCK, text="", written=written, reason=reason)


class Shapes:
    """Judges chunks. Pure; the caller caches."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, folder: Folder) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._folder = folder
        self.special = frozenset(
            (
                *moments.NUMBERS, *moments.DAYS, *moments.PARTS, *moments.RELATIVE, *moments.MONTHS,
                *moments.SHORT_DAYS, "half", *moments.UNITS, *moments.BIRTH, "at", *CONTEXT_WORDS, *vocabulary.words,
            )
        )  # fmt: skip
        """Words of which more can be said than whether they are permitted."""

    def atoms(self, chunk: str) -> tuple[Atom, ...]:
        if chunk.isascii() and len(chunk) <= LONGEST_CHUNK and (quickly := self._usual(chunk)) is not None:
            return quickly
        text = plain(chunk)
        if len(text) > LONGEST_CHUNK:
            return (_struck(Dropped.UNKNOWN, text),)
        if not text:
            return (
                (_struck(Dropped.SYMBOL, chunk),) if not chunk.isascii() and any(c.isprintable() for c in chunk) else ()
            )
        if text.isalpha():
            return (self._word(text),)
        text = _DRESS.sub("", text)
        if (whole := self._identifier(text)) is not None:
            return (*whole, _STOPS[text[-1]]) if text[-1] in _STOPS and whole[0].kind == Kind.STRUCK else whole
        atoms: list[Atom] = []
        position = 0
        for tag in _HASHTAG.finditer(text):
            atoms += self._runs(text[position : tag.start()])
            atoms += self._hashtag(tag[1])
            position = tag.end()
        atoms += self._runs(text[position:])
        return tuple(atoms)

    def _usual(self, chunk: str) -> tuple[Atom, ...] | None:
        """What most chunks are: a word, with a comma or a stop perhaps, a mention, a link or a hashtag."""
        if chunk.isalpha():
            return (self._word(chunk),)
        first, last = chunk[0], chunk[-1]
        if first == "@":
            return (_struck(Dropped.MENTION, chunk),) if MENTION.fullmatch(chunk) else None
        if first == "#":
            return tuple(self._hashtag(chunk[1:])) if TAG.fullmatch(chunk) else None
        if first == "h" and LINK.fullmatch(chunk):
            return (_struck(Dropped.URL, chunk),)
        if last in ",.!?" and (word := chunk[:-1]).isalpha():
            return (self._word(word), _COMMA if last == "," else _STOPS[last])
        return None

    def _identifier(self, text: str) -> tuple[Atom, ...] | None:
        if "@" in text:
            bare = text.strip(".,!?;:()[]\"'")
            if bare == "@":
                return (Atom(kind=Kind.SIGN, text="@", needs_neighbours=True),)
            if (entry := self._vocabulary.words.get(bare.lower().replace("@", "a"))) is not None and bare[0] != "@":
                return (_of(entry, bare.lower(), bare),)
            return (_struck(Dropped.EMAIL if bare[0] != "@" and "." in bare else Dropped.MENTION, text),)
        if ("." in text or ":" in text) and _URL.search(text.rstrip(".,!?:;)]}>\"'")):
            return (_struck(Dropped.URL, text),)
        if ("_" in text or "/" in text or "." in text) and _HANDLE.search(text) and not text.startswith("#"):
            return (_struck(Dropped.HANDLE, text),)
        return None

    def _runs(self, text: str) -> list[Atom]:
        atoms: list[Atom] = []
        for run in _RUN.findall(text):
            if run[0] in "!?":
                atoms.append(_STOPS[run[0]])
            elif any(letter.isdigit() for letter in run):
                atoms += self._figures(run)
            elif _DOTTED.search(run) and not all(self._exact(atom) for atom in self._pieces(run)):
                # roos.de.vries: a name at a network or in a mail address, unless all of it are words.
                atoms.append(_struck(Dropped.HANDLE, run))
            else:
                atoms += self._pieces(run)
        return atoms

    def _exact(self, atom: Atom) -> bool:
        """Not a word, or one that was not folded from something else."""
        if atom.kind != Kind.WORD:
            return True
        return atom.emit is not None and (
            atom.role not in (Role.TERM, Role.PLACE) or atom.text in self._vocabulary.words
        )

    def _figures(self, run: str) -> list[Atom]:
        """A run with a digit in it: a moment, a city code, leet, or nothing that may leave."""
        core = run.strip(".:-/'+")
        lower = core.lower()
        glued = run.startswith("+")
        if not core:
            return [Atom(kind=Kind.NUMBER, figure=True, text=run, reason=Dropped.NUMBER, needs_neighbours=True)]
        after = [STOP] if run.endswith(".") else []
        before = [Atom(kind=Kind.SIGN, text=":", needs_neighbours=True)] if run.startswith(":") else []
        if ":" in lower and (parts := lower.split(":", 1)) and parts[0].isalpha() and parts[1]:
            # snap:jaap010, morgen:20.00
            head, tail = core.split(":", 1)
            sign = Atom(kind=Kind.SIGN, text=":", needs_neighbours=True, glued=True)
            return [*before, self._word(head), sign, *self._figures(tail), *after]
        if match := _GLUED_MOMENT.fullmatch(lower):
            number = Atom(kind=Kind.NUMBER, figure=True, text=match[2], reason=Dropped.NUMBER, needs_neighbours=True)
            return [*before, self._word(core[: match.end(1)]), number, *after]
        if (entry := self._vocabulary.words.get(lower)) is not None:
            needs = lower.isdigit()
            kind = Kind.NUMBER if needs else Kind.WORD
            return [*before, _of(entry, lower, core, kind=kind, needs_neighbours=needs), *after]
        if not lower.replace("-", "").isdigit() and not glued and (folded := self._leet(lower, core)) is not None:
            return [*before, folded, *after]
        return [
            *before,
            Atom(
                kind=Kind.NUMBER,
                figure=True,
                text=lower,
                reason=Dropped.NUMBER,
                needs_neighbours=not _MEANINGLESS.fullmatch(lower),
            ),
            *after,
        ]

    def _leet(self, lower: str, written: str) -> Atom | None:
        if not any(letter.isalpha() for letter in lower) or _LETTERS_THEN_NUMBER.fullmatch(lower):
            return None
        folded = self._folder.leet(lower)
        if isinstance(folded, Entry):
            return _of(folded, lower, written)
        return self._word(folded) if folded else None

    def _pieces(self, run: str) -> list[Atom]:
        atoms: list[Atom] = []
        if "$" in run or "|" in run:
            folded = self._leet(run.lower().strip(".,:'\""), run)
            if folded is not None:
                return [folded]
        pieces = _PIECE.findall(run)
        if sum(len(piece) == 1 and piece.isalpha() for piece in pieces) >= 4 and len(pieces) < 30:
            # r.e.l.l.e.n
            joined = "".join(piece for piece in pieces if piece.isalpha())
            word = self._word(joined)
            if word.role in (Role.TERM, Role.PLACE):
                return [word]
        for piece in pieces:
            if piece[0] == ".":
                atoms.append(STOP)
            elif piece[0].isalpha() or (piece[0] == "'" and len(piece) > 1):
                atoms += self._compound(piece)
            elif piece in _CONTEXT_SIGNS or piece.isascii() or piece in "€£":
                atoms.append(Atom(kind=Kind.SIGN, text=piece))
            else:
                atoms.append(_struck(Dropped.SYMBOL, piece))
        return atoms

    def _compound(self, piece: str) -> list[Atom]:
        """A word with ``-`` or ``'`` inside: as a whole when it is known, else part by part."""
        whole = self._word(piece.strip("'") if piece.endswith("'") else piece)
        if whole.emit is not None or ("-" not in piece and "'" not in piece):
            return [whole]
        if piece.lower() in self._vocabulary.parts:
            return [whole]
        parts = [part for part in re.split(r"[-']", piece) if part]
        if all(len(part) == 1 for part in parts) and len(parts) >= 4:
            return [self._word("".join(parts))]
        if len(parts) == 1:
            return [self._word(parts[0])]
        atoms = [self._word(part) for part in parts]
        if "'" in piece or any(atom.emit is None for atom in atoms):
            # One half of a double-barrelled name must not leave by itself.
            return [atom if atom.role == Role.TERM else _struck(whole.reason, atom.text) for atom in atoms]
        return atoms

    def _hashtag(self, body: str) -> list[Atom]:
        lower = body.lower()
        if (entry := self._vocabulary.words.get(lower)) is not None:
            return [_of(entry, lower, body, kind=Kind.NUMBER if lower.isdigit() else Kind.WORD)]
        if (entries := self._vocabulary.split(without_marks(lower))) is not None:
            return [
                _of(entry, entry.canonical.lower(), entry.canonical, glued=number > 0)
                for number, entry in enumerate(entries)
            ]
        if lower.isalpha():
            word = self._word(body)
            if word.emit is not None and not word.needs_neighbours:
                return [word]
        parts = _CAMEL.findall(body) if body.isascii() and "_" not in body else []
        if len(parts) > 1 and not body.isupper() and not body.islower():
            atoms = [self._word(part) if part.isalpha() else _struck(Dropped.NUMBER, part) for part in parts]
            named = any(atom.first_name or atom.reason is Dropped.NAME for atom in atoms)
            known = [atom for atom in atoms if atom.role in (Role.TERM, Role.PLACE)]
            if known and not named:
                return [atom if atom in known else _struck(Dropped.UNKNOWN, atom.text) for atom in atoms]
        listed = lower in self._lexicon.first_names or lower in self._lexicon.surnames
        if 4 <= len(lower) <= 30 and lower.isalpha() and not listed:
            return [Atom(kind=Kind.STRUCK, text="", written=lower, reason=Dropped.NEW_WORD, candidate=lower)]
        return [_struck(Dropped.NAME if lower.isalpha() else Dropped.UNKNOWN, body)]

    def _word(self, written: str) -> Atom:  # noqa: PLR0911 (one return for each thing a word can be)
        """One word of letters (perhaps with ``-`` or ``'``)."""
        word = written.lower()
        capital = written[:1].isupper() and not (len(written) > 1 and written.isupper())
        lexicon = self._lexicon
        if word not in self.special and not moments.BIG_NUMBER.match(word):
            return self._plain_word(word, written, capital)
        first_name = word in lexicon.first_names
        hint = word in CONTEXT_WORDS
        if word in moments.NUMBERS or moments.BIG_NUMBER.match(word):
            return Atom(kind=Kind.NUMBER_WORD, figure=True, text=word, reason=Dropped.NUMBER)
        entry = self._vocabulary.words.get(word)
        if entry is not None and not (entry.needs_evidence and written.islower() and word in lexicon.ordinary):
            return _of(entry, word, written, first_name=first_name, hint=hint)
        surname = word in lexicon.surnames
        if word in moments.DAYS or word in moments.PARTS or word in moments.RELATIVE:
            return Atom(
                kind=Kind.WORD, text=word, emit=word, role=Role.MOMENT, capital=capital, surname=surname,
                needs_neighbours=True if capital and surname else hint,
            )  # fmt: skip
        contextual = word in moments.MONTHS or word in moments.SHORT_DAYS
        if word in moments.MONTHS and word not in moments.AMBIGUOUS_MONTHS:
            return Atom(kind=Kind.WORD, text=word, emit=word, role=Role.MOMENT, capital=capital, temporal=True)
        if word in lexicon.permitted:
            return Atom(
                kind=Kind.WORD, text=word, emit=word, role=Role.PLAIN, capital=capital, surname=surname,
                first_name=first_name, needs_neighbours=hint, temporal=contextual or word == "half",
            )  # fmt: skip
        if contextual or hint:
            reason = Dropped.NAME if first_name or surname else Dropped.UNKNOWN
            return Atom(
                kind=Kind.WORD, text=word, reason=reason, capital=capital, surname=surname, first_name=first_name,
                needs_neighbours=hint, temporal=contextual,
            )  # fmt: skip
        if entry is not None:
            reason = Dropped.NAME if first_name or surname else Dropped.UNKNOWN
            return Atom(
                kind=Kind.WORD, text=word, reason=reason, capital=capital, surname=surname, first_name=first_name,
            )  # fmt: skip
        return self._plain_word(word, written, capital)

    def _plain_word(self, word: str, written: str, capital: bool) -> Atom:
        """A word that is no term, place, part of a moment or word of a network, as it is spelt."""
        lists = self._lexicon.marks.get(word, "")
        first_name, surname = "f" in lists, "s" in lists or "i" in lists
        if "p" in lists:
            return Atom(
                kind=Kind.WORD, text=word, emit=word, role=Role.PLAIN, capital=capital, surname=surname,
                first_name=first_name,
            )  # fmt: skip
        folded = self._folder.stretched(word) or self._folder.misspelt(word)
        if isinstance(folded, Entry):
            return _of(folded, word, written, first_name=first_name)
        if isinstance(folded, str):
            permitted = folded in self._lexicon.permitted
            return Atom(
                kind=Kind.WORD, text=folded, emit=folded if permitted and _same_but_stretched(word, folded) else None,
                role=Role.PLAIN if permitted else Role.NONE, needs_neighbours=True,
            )  # fmt: skip
        return Atom(
            kind=Kind.WORD, text=word, reason=Dropped.NAME if first_name or surname else Dropped.UNKNOWN,
            capital=capital, surname=surname, first_name=first_name,
        )  # fmt: skip


def _same_but_stretched(word: str, folded: str) -> bool:
    return set(word) == set(folded)


def _of(
    entry: Entry,
    text: str,
    written: str,
    *,
    kind: int = Kind.WORD,
    first_name: bool = False,
    glued: bool = False,
    hint: bool = False,
    needs_neighbours: bool = False,
) -> Atom:
    place = entry.role == Role.PLACE
    return Atom(
        kind=kind,
        figure=kind == Kind.NUMBER,
        text=text,
        emit=entry.emitted(written),
        role=entry.role,
        capital=written[:1].isupper() and not written.isupper(),
        surname=entry.surname,
        local=entry.local,
        needs_evidence=entry.needs_evidence,
        town=place and not entry.local,
        first_name=first_name,
        glued=glued,
        needs_neighbours=needs_neighbours or hint or (place and (entry.surname or first_name)),
    )
