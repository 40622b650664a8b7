"""Two dossiers of the evening in `tests.notifier.scene`: a real one with something of everything, and an exercise."""

from __future__ import annotations

import datetime
from pathlib import Path

from services.notifier.dossier import sealing
from tests.notifier.conftest import Served
from tests.notifier.samples import MINUTE
from tests.notifier.scene import EXERCISE, ROTTERDAM, evening

REAL = ROTTERDAM


async def dossiers(served: Served, directory: Path) -> None:
    """``directory`` gets the key that seals."""
    await evening(served)
    own = served.room.settings.notifier
    object.__setattr__(served.room.settings, "notifier", own.model_copy(update={"secrets_dir": directory}))
    sealing.write_key(sealing.new_key(), directory / own.dossier_key)
    for one in (REAL, EXERCISE):
        await _post(served, f"alerts/{one}/dossier", {})
    for before, happened in ((300, "geen-bijzonderheden"), (50, "samenkomst"), (35, "vuurwerk"), (20, "vernieling")):
        event = {
            "at": _at(before), "happened": happened, "gemeente": "Rotterdam", "place": "Coolsingel",
            "size": "50-tot-200", "witness": "toezicht",
        }  # fmt: skip
        await _post(served, f"dossiers/{REAL}/events", event)
    order = {"power": "lichte-bevelsbevoegdheid", "authority": "burgemeester", "at": _at(10)}
    await _post(served, f"dossiers/{REAL}/decisions", order)
    answers = {"toeval": "onbekend", "landelijk-nieuws": "speelde-mee", "wedstrijd-of-evenement": "speelde-niet-mee"}
    await _post(served, f"dossiers/{REAL}/explanations", {"answers": answers})
    await _post(served, f"dossiers/{REAL}/measures", {"answers": {"toezicht": "onvoldoende"}})
    await _post(served, f"dossiers/{REAL}/correlation", {})


async def _post(served: Served, path: str, body: dict[str, object]) -> None:
    answer = await served.http.post(f"/v1/{path}", json=body)
    assert answer.status_code == 200, answer.text


def _at(minutes_before: int) -> str:
    return datetime.datetime.fromtimestamp((MINUTE - minutes_before) * 60, datetime.UTC).isoformat()
