"""The report of an exercise in words: for the page and the paper. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exercises.drill import Kind
from exercises.report import FAILED, Asked, Judged, Report, Seen
from services.notifier.console import exercise_words as say
from services.notifier.console import times, words


def who(found: Report, name: str | None) -> str:
    if name is None:
        return "Leider"
    role = next((one for one in found.roles if one.name == name), None)
    if role is None:
        return name
    alike = [one for one in found.roles if (one.kind, one.gemeente) == (role.kind, role.gemeente)]
    own = f" ({name})" if len(alike) > 1 else ""
    return f"{say.KIND[Kind(role.kind)]} {role.gemeente}{own}"


def named(found: Report, names: Iterable[str]) -> str:
    return ", ".join(who(found, name) for name in names)


def held(found: Report) -> str:
    if not found.began:
        return "Deze oefening is niet begonnen."
    minutes = max(1, round((found.ended - found.began) / 60_000))
    began = times.local(found.began)
    stream = "zonder stroom van berichten" if found.stream == "none" else f"met de berichten van {found.stream}"
    return (
        f"Gespeeld op {began.day} {times.MONTHS[began.month - 1]} {began.year} om {began:%H:%M}, "
        f"{words.count(minutes, 'minuut', 'minuten')} lang, {stream}."
    )


def roles(found: Report) -> list[tuple[str, ...]]:
    return [(who(found, role.name), "ja" if role.played else "nee") for role in found.roles]


def summary(found: Report) -> list[tuple[str, ...]]:
    expecting = [one for one in found.asked if one.judged not in (Judged.OPEN, Judged.NOT_PLAYED)]
    return [
        ("Zoals verwacht", f"{found.counted(Judged.AS_EXPECTED)} van {len(expecting)}"),
        ("Te laat", str(found.counted(Judged.LATE))),
        ("Anders dan verwacht", str(found.counted(Judged.OTHERWISE))),
        ("Niet gedaan", str(found.counted(Judged.NOT_DONE))),
        ("Tijd tot gezien (midden)", say.took(found.speed.see)),
        ("Tijd tot besluit (midden)", say.took(found.speed.decide)),
        ("Tijd van het eerste signaal tot anderen zijn ingelicht", say.took(found.speed.inform)),
        ("Niet gezien", words.count(found.speed.unseen, "bericht", "berichten")),
    ]


def answered(one: Asked) -> str:
    return f"{one.answered}. {one.reason}" if one.answered else "–"


def expected(one: Asked) -> str:
    until = f" binnen {one.within}" if one.within.endswith("min") else f" voor {one.within}" if one.within else ""
    return (" of ".join(one.expected) or "–") + until


def lessons(found: Report) -> Iterator[tuple[str, ...]]:
    """Of the programme where it went otherwise, then of people."""
    for one in found.asked:
        if one.judged in FAILED and one.lesson:
            yield f"Programma ({say.JUDGED[one.judged].lower()})", one.lesson
    for lesson in found.lessons:
        yield who(found, lesson.role), lesson.text


def message(found: Report, one: Seen) -> str:
    """What lay there: from whom, and how it began."""
    return f"{who(found, one.sender)}: {one.text}" if one.text else one.item


def timeline(found: Report) -> list[tuple[str, ...]]:
    return [
        (
            say.clock(one.event),
            say.WHAT[one.what],
            ": ".join(part for part in (_parties(found, one.role, one.to), one.text) if part),
        )
        for one in found.timeline
    ]


def _parties(found: Report, role: str | None, to: tuple[str, ...]) -> str:
    sender = who(found, role) if role else ""
    if to:
        return (
            f"{sender} aan {named(found, to)}".strip().capitalize()
            if not sender
            else f"{sender} aan {named(found, to)}"
        )
    return sender
