"""The dossier on paper: the same content as the sealed file, with its last hash and fingerprint on each page.

The file is the proof, the paper is for reading: what is sealed is the file.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.notifier.console import times, words
from services.notifier.dossier import course, law, wording
from services.notifier.dossier.export import Sealed
from services.notifier.dossier.lists import Explanation, Kind, Measure
from services.notifier.dossier.record import Entry, moment
from services.notifier.dossier.timeline import Mark, Picture, picture

WIDTH = A4[0] - 36 * mm
VIOLET, INK, SOFT, BAR = HexColor("#5b2a86"), HexColor("#14202b"), HexColor("#4a5866"), HexColor("#8ea3b5")
EVENT, DECISION = HexColor("#a3161f"), HexColor("#0b4f8a")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=10.5)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=4)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=10)
EXERCISE = ParagraphStyle("exercise", parent=TITLE, fontSize=14, leading=20, textColor=white, backColor=VIOLET)


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
        story += [Paragraph(_text(f"OEFENING – dit gebeurde niet echt: {dossier.exercise}"), EXERCISE), Spacer(1, 8)]
    story += [
        Paragraph(_text(f"Dossier: {dossier.label}"), TITLE),
        Paragraph(_text(f"Melding {dossier.id}. Gemaakt op {wording.clock(moment(sealed.made_ms))}."), BODY),
        Paragraph(_text(READING), BODY),
        Spacer(1, 6),
    ]
    story += _drawn(entries)
    story += _answers(entries)
    story += _correlations(entries)
    story += [
        Paragraph("Alle regels", HEADING),
        _table(["Nr", "Vastgelegd", "Soort", "Inhoud"], _rows(entries), (9, 30, 31)),
    ]
    story += [
        Paragraph("Wetsartikelen", HEADING),
        *(
            Paragraph(_text(f"{one.cited}: {one.says} ({one.reading})"), SMALL)
            for one in (*law.FRAME, *law.ARTICLES.values())
        ),
        Paragraph("Zegel", HEADING),
        Paragraph(
            _text(
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
    return [Paragraph("Tijdlijn", HEADING), _drawing(found), Paragraph(_text(legend), SMALL)]


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
        _table(["Andere verklaring", "Beoordeling"], other, (110,)),
        Paragraph("Welke lichtere middelen zijn overwogen", HEADING),
        _table(["Lichter middel", "Uitkomst"], lighter, (110,)),
    ]


def _correlations(entries: Sequence[Entry]) -> list[Any]:
    found = [entry for entry in entries if entry.kind is Kind.CORRELATION]
    if not found:
        return []
    said = wording.line(found[-1])
    return [Paragraph("Samenhang (correlatie)", HEADING), Paragraph(_text(f"Regel {found[-1].number}. {said}"), BODY)]


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


def _table(head: list[str], rows: Sequence[tuple[str, ...]], widths_mm: tuple[float, ...]) -> Table:
    widths = [width * mm for width in widths_mm]
    cells = [[Paragraph(f"<b>{_text(text)}</b>", SMALL) for text in head]]
    cells += [[Paragraph(_text(text), SMALL) for text in row] for row in rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#c9d1d9")),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return Table(cells, colWidths=[*widths, WIDTH - sum(widths)], repeatRows=1, style=style, hAlign="LEFT")


def _text(text: str) -> str:
    """Safe within reportlab's markup, and within the letters that every reader of PDF has."""
    return escape(text.encode("cp1252", "replace").decode("cp1252"))


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
            self.setFillColor(VIOLET)
            self.rect(0, A4[1] - 11 * mm, A4[0], 11 * mm, stroke=0, fill=1)
            self.setFillColor(white)
            self.setFont("Helvetica-Bold", 13)
            self.drawCentredString(A4[0] / 2, A4[1] - 7.6 * mm, "OEFENING   OEFENING   OEFENING")
        self.setFillColor(SOFT)
        self.setFont("Helvetica", 7)
        self.drawString(18 * mm, 15 * mm, f"laatste hash {dossier.head}")
        self.drawString(18 * mm, 11.5 * mm, f"vingerafdruk {self._sealed.key.fingerprint}")
        self.drawString(
            18 * mm, 8 * mm, f"gemaakt {times.local(self._sealed.made_ms):%d-%m-%Y %H:%M}, verzegeld door Seinpost"
        )
        self.drawRightString(A4[0] - 18 * mm, 8 * mm, f"pagina {number} van {len(self._pages)}")
