"""What papers of Seinpost look like: width, colours, letters, tables, and the band over an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table, TableStyle

WIDTH = A4[0] - 36 * mm
VIOLET, INK, SOFT, BAR = HexColor("#5b2a86"), HexColor("#14202b"), HexColor("#4a5866"), HexColor("#8ea3b5")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=10.5)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=4)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=10)
EXERCISE = ParagraphStyle("exercise", parent=TITLE, fontSize=14, leading=20, textColor=white, backColor=VIOLET)


def table(head: list[str], rows: Sequence[tuple[str, ...]], widths_mm: tuple[float, ...]) -> Table:
    widths = [width * mm for width in widths_mm]
    cells = [[Paragraph(f"<b>{text(title)}</b>", SMALL) for title in head]]
    cells += [[Paragraph(text(cell), SMALL) for cell in row] for row in rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#c9d1d9")),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    # A cell may be longer than a page: people type in it.
    return Table(
        cells, colWidths=[*widths, WIDTH - sum(widths)], repeatRows=1, style=style, hAlign="LEFT", splitInRow=1
    )


def text(raw: str) -> str:
    """Safe within reportlab's markup, and within the letters that every reader of PDF has."""
    return escape(raw.encode("cp1252", "replace").decode("cp1252"))


def exercise_band(canvas: Canvas) -> None:
    """Over the top of a page: this did not really happen."""
    canvas.setFillColor(VIOLET)
    canvas.rect(0, A4[1] - 11 * mm, A4[0], 11 * mm, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 7.6 * mm, "OEFENING   OEFENING   OEFENING")
