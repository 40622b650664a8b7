"""The report of an exercise on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from exercises.report import Report
from services.notifier.console import exercise_words as say
from services.notifier.console import report_words
from services.notifier.sheets import BODY, EXERCISE, HEADING, SMALL, SOFT, TITLE, exercise_band, table, text


def paper(found: Report) -> bytes:
    """A PDF. Takes a moment: not in the event loop."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=f"Oefenverslag {found.title}",
        author="Seinpost",
        lang="nl-NL",
        invariant=1,  # the same report gives the same bytes
    )
    document.build(list(_story(found)), onFirstPage=_around, onLaterPages=_around)
    return out.getvalue()


def _around(canvas: Canvas, document: Any) -> None:
    exercise_band(canvas)
    canvas.setFillColor(SOFT)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(
        18 * mm, 9 * mm, "Oefenverslag van Seinpost. Een rol staat voor een functie, niet voor een persoon."
    )
    canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, f"pagina {document.page}")


def _story(found: Report) -> Iterator[Any]:
    yield Paragraph(text("OEFENING – dit gebeurde niet echt"), EXERCISE)
    yield Spacer(1, 8)
    yield Paragraph(text(found.title), TITLE)
    yield Paragraph(text(report_words.held(found)), BODY)
    yield Paragraph("Doelen", HEADING)
    yield from (Paragraph(text(f"• {goal}"), BODY) for goal in found.goals)
    yield Paragraph("Wie speelden mee", HEADING)
    yield table(["Rol", "Gespeeld"], report_words.roles(found), (130,))
    yield Paragraph("In het kort", HEADING)
    yield table(["Wat", "Hoe"], report_words.summary(found), (90,))
    yield Paragraph("Besluiten naast wat werd verwacht", HEADING)
    yield table(
        ["Vraag of besluit", "Wie", "Besloten, en waarom", "Verwacht", "Tijd", "Oordeel"],
        [
            (
                one.what,
                report_words.named(found, one.roles),
                report_words.answered(one),
                report_words.expected(one),
                say.took(one.took),
                say.JUDGED[one.judged],
            )
            for one in found.asked
        ],
        (34, 27, 42, 31, 22),
    )
    yield Paragraph("Waarom dat werd verwacht", HEADING)
    yield from (Paragraph(text(f"• {one.what} {one.why}"), SMALL) for one in found.asked if one.why)
    yield Paragraph("Uit eigen beweging besloten", HEADING)
    own = [(say.clock(one.event), report_words.who(found, one.role), one.text) for one in found.initiatives]
    yield table(["Tijd", "Wie", "Besluit"], own, (36, 40)) if own else Paragraph("Niets.", BODY)
    yield Paragraph("Lessen", HEADING)
    lessons = list(report_words.lessons(found))
    yield table(["Van", "Les"], lessons, (45,)) if lessons else Paragraph("Er is geen les opgeschreven.", BODY)
    if found.debrief:
        yield Paragraph("Om over na te praten", HEADING)
        yield from (Paragraph(text(f"• {question}"), BODY) for question in found.debrief)
    yield Paragraph("Tijdlijn", HEADING)
    yield table(["Tijd in de oefening", "Soort", "Wat"], report_words.timeline(found), (36, 34))
