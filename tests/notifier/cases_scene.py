"""Reports to platforms as tests make them: what is typed, and desks that have an address."""

from __future__ import annotations

from typing import Any

from configuration.platforms import Platforms
from services.notifier.cases.desk import CaseDesk
from services.notifier.room import Room

PLANTED = "https://social.example.org/@jan-de-planter/posts/geplant-adres-4711"
"""An address that must be found nowhere but on the page of its report."""
SECRET_WORDS = "geplante-vrije-tekst over een filmpje van Kees"
NOTICE = {"urls": [PLANTED], "reasons": SECRET_WORDS, "goodFaith": True}
TERMS = {"urls": [PLANTED], "reasons": SECRET_WORDS, "rule": "geplante-regel over gevaarlijke acties"}
ORDER = {
    "urls": [PLANTED],
    "reasons": SECRET_WORDS,
    "legalBasis": "Artikel 1 van een wet die deze bevoegdheid geeft",
    "authority": "Het bevoegd gezag van dit voorbeeld",
    "redress": "Bezwaar binnen zes weken",
    "territory": "Nederland",
    "language": "Nederlands",
}
PLATFORMS: dict[str, Any] = {
    "organisations": [{"regions": ["*"], "name": "Veiligheidsregio Voorbeeld", "email": "melden@example.nl"}],
    "platforms": [
        {
            "id": "proef",
            "name": "Proefplatform",
            "answer_hours": 24,
            "points": {
                "notice": {"means": "email", "contact": "notice@platform.example"},
                "terms": {"means": "form", "contact": "https://platform.example/melden"},
                "order": {"means": "email", "contact": None},
            },
        },
        {"id": "leeg", "name": "Leeg", "points": {"terms": {"means": "form", "fields": ["account"]}}},
    ],
}


def with_desks(room: Room) -> None:
    """Addresses that a region would fill in."""
    assert isinstance(room.cases, CaseDesk)
    with_platforms(room.cases)


def with_platforms(desk: CaseDesk) -> CaseDesk:
    desk.platforms = Platforms.model_validate(PLATFORMS)
    return desk
