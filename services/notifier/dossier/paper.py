"""The dossier on paper: the same content as the sealed file, with its last hash and fingerprint on each page.

The file is the proof, the paper is for reading: what is sealed is the file.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from services.notifier.console import times, words
from services.notifier.dossier import course, law, wording
from services.notifier.dossier.export import Sealed
from services.notifier.dossier.lists import Explanation, Kind, Measure
from services.notifier.dossier.record import Entry, moment
from services.notifier.dossier.timeline import Mark, Picture, picture
from services.notifier.sheets import (
    BAR,
    BODY,
    EXERCISE,
    HEADING,
    SMALL,
    SOFT,
    TITLE,
    WIDTH,
    exercise_band,
    table,
    text,
)

EVENT, DECISION = HexColor("#a3161f"), HexColor("#0b4f8a")


READING = (
    "Dit dossier bevat geen persoonsgegevens en geen berichten: alleen tellingen, plaatsen, tijden en keuzes uit vaste "
    "lijsten. Wie iets deed, staat er met zijn rol. Het verzegelde bestand is het bewijs; dit papier is om te lezen. "
    "Het bestand is te controleren met de opdracht: seinpost dossier verify."
)


def paper(sealed: Sealed) -> bytes:
    """A PDF. Takes a moment: not in the event loop."""
    out = io.BytesIO()
    dossier = sealed.dossier
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=20 * mm,
        bottomMargin=24 * mm,
        title=f"Dossier {dossier.label}",
        author="Seinpost",
        lang="nl-NL",
        invariant=1,  # the same dossier gives the same bytes
    )

    def numbered(*args: Any, **options: Any) -> Canvas:
        return _Numbered(*args, sealed=sealed, **options)

    document.build(list(_story(sealed)), canvasmaker=numbered)
    return out.getvalue()


def _story(sealed: Sealed) -> list[Any]:
    dossier, entries = sealed.dossier, sealed.entries
    story: list[Any] = []
    if dossier.exercise:
        story += [Paragraph(text(f"OEFENING – dit gebeurde niet echt: {dossier.exercise}"), EXERCISE), Spacer(1, 8)]
    story += [
        Paragraph(text(f"Dossier: {dossier.label}"), TITLE),
        Paragraph(text(f"Melding {dossier.id}. Gemaakt op {wording.clock(moment(sealed.made_ms))}."), BODY),
        Paragraph(text(READING), BODY),
        Spacer(1, 6),
    ]
    story += _drawn(entries)
    story += _answers(entries)
    story += _correlations(entries)
    story += [
        Paragraph("Alle regels", HEADING),
        table(["Nr", "Vastgelegd", "Soort", "Inhoud"], _rows(entries), (9, 30, 31)),
    ]
    story += [
        Paragraph("Wetsartikelen", HEADING),
        *(Paragraph(text(f"{one.says} {one.bracketed}"), SMALL) for one in (*law.FRAME, *law.ARTICLES.values())),
        Paragraph("Zegel", HEADING),
        Paragraph(
            text(
                f"{len(entries)} regels. Laatste hash (SHA-256): {dossier.head}. Ed25519-sleutel: {sealed.key.public}. "
                f"Vingerafdruk van die sleutel (SHA-256): {sealed.key.fingerprint}."
            ),
            SMALL,
        ),
    ]
    return story


def _drawn(entries: Sequence[Entry]) -> list[Any]:
    found = picture(entries)
    if found is None:
        return [Paragraph("De melding had geen verloop om te tekenen.", BODY)]
    legend = (
        f"Balken: berichten per {words.scale(found.bar_minutes)}. Lijn: wat werd verwacht. G met een nummer: een "
        "gebeurtenis op straat. B met een nummer: een besluit. De nummers zijn die van de regels hieronder."
    )
    return [Paragraph("Tijdlijn", HEADING), _drawing(found), Paragraph(text(legend), SMALL)]


def _drawing(found: Picture) -> Drawing:
    by = WIDTH / found.width
    drawing = Drawing(WIDTH, found.height * by)

    def y(value: float) -> float:
        return float((found.height - value) * by)

    for bar in found.bars:
        drawing.add(
            Rect(bar.x * by, y(bar.y + bar.height), bar.width * by, bar.height * by, fillColor=BAR, strokeColor=None)
        )
    for tick in found.values:
        drawing.add(
            Line(
                found.left * by,
                y(tick.at),
                found.right * by,
                y(tick.at),
                strokeColor=HexColor("#c9d1d9"),
                strokeWidth=0.4,
            )
        )
        drawing.add(
            String(
                (found.left - 4) * by, y(tick.at) - 2, tick.label, fontName="Helvetica", fontSize=6.5, textAnchor="end"
            )
        )
    drawing.add(
        PolyLine(
            [part for x, value in found.expected for part in (x * by, y(value))],
            strokeColor=black,
            strokeWidth=0.9,
            strokeDashArray=[3, 2],
        )
    )
    for tick in found.times:
        drawing.add(
            String(
                tick.at * by,
                y(found.height - 4),
                tick.label,
                fontName="Helvetica",
                fontSize=6.5,
                textAnchor=tick.anchor,
            )
        )
    for mark in found.marks:
        drawing.add(
            Line(mark.x * by, y(mark.y), mark.x * by, y(found.bottom), strokeColor=_colour(mark), strokeWidth=1.1)
        )
    for mark in found.marks:
        x, low = mark.x * by, y(mark.y) + 2
        drawing.add(Rect(x - 8, low - 1.5, 16, 8, fillColor=white, strokeColor=None))
        label = String(x, low, mark.label, fontName="Helvetica-Bold", fontSize=7, textAnchor="middle")
        label.fillColor = _colour(mark)
        drawing.add(label)
    return drawing


def _colour(mark: Mark) -> Color:
    return EVENT if mark.is_event else DECISION


def _answers(entries: Sequence[Entry]) -> list[Any]:
    weighed, taken = course.explanations(entries), course.lighter_measures(entries)
    other = [
        (wording.EXPLANATION[one], wording.PLAYED_PART[weighed[one]].lower() if one in weighed else "NIET BEOORDEELD")
        for one in Explanation
    ]
    lighter = [
        (wording.MEASURE[one], wording.CONSIDERED[taken[one]].lower() if one in taken else "NIET INGEVULD")
        for one in Measure
    ]
    return [
        Paragraph("Wat kan er nog meer achter zitten", HEADING),
        table(["Andere verklaring", "Beoordeling"], other, (110,)),
        Paragraph("Welke lichtere middelen zijn overwogen", HEADING),
        table(["Lichter middel", "Uitkomst"], lighter, (110,)),
    ]


def _correlations(entries: Sequence[Entry]) -> list[Any]:
    found = [entry for entry in entries if entry.kind is Kind.CORRELATION]
    if not found:
        return []
    said = wording.line(found[-1])
    return [Paragraph("Samenhang (correlatie)", HEADING), Paragraph(text(f"Regel {found[-1].number}. {said}"), BODY)]


def _rows(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    wrong = course.corrections(entries)
    return [
        (
            str(entry.number),
            wording.clock(entry.at),
            wording.KIND[entry.kind],
            wording.line(entry) + (" (Deze regel is later verbeterd.)" if entry.number in wrong else ""),
        )
        for entry in entries
    ]


class _Numbered(Canvas):  # type: ignore[misc]
    """Knows at the end how many pages there are, and writes that under each."""

    def __init__(self, *args: Any, sealed: Sealed, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sealed = sealed
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._under(number)
            super().showPage()
        super().save()

    def _under(self, number: int) -> None:
        dossier = self._sealed.dossier
        if dossier.exercise:
            exercise_band(self)
        self.setFillColor(SOFT)
        self.setFont("Helvetica", 7)
        self.drawString(18 * mm, 15 * mm, f"laatste hash {dossier.head}")
        self.drawString(18 * mm, 11.5 * mm, f"vingerafdruk {self._sealed.key.fingerprint}")
        self.drawString(
            18 * mm, 8 * mm, f"gemaakt {times.local(self._sealed.made_ms):%d-%m-%Y %H:%M}, verzegeld door Seinpost"
        )
        self.drawRightString(A4[0] - 18 * mm, 8 * mm, f"pagina {number} van {len(self._pages)}")
