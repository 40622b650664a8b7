"""An exercise in the middle, and one that is over: for pictures and for tests that look at every view."""

from __future__ import annotations

from tests.notifier.conftest import Served
from tests.notifier.playing.stage import Stage, inbox, stage


async def played(served: Served) -> tuple[Stage, str]:
    """With the code of the adviser, who has something to answer."""
    found = await stage(served)
    buur, burgemeester = await found.joins("buur"), await found.joins("burgemeester")
    code = (await found.link("oov"))["code"]
    oov = served.http
    headers = {"authorization": f"Bearer {code}"}
    assert (await oov.post("/meedoen", data={"code": code})).status_code == 303
    await found.turn("start")
    await found.passes(12)
    first = (await oov.get("/v1/participation", headers=headers)).json()["received"][0]
    await found.passes(6)
    answer = {"number": first["number"], "option": "duiden", "reason": "Plaats en tijd zijn bekend: we bellen nu."}
    assert (await oov.post("/v1/participation/answers", json=answer, headers=headers)).status_code == 204
    message = {"to": ["buur"], "text": "Komen er bij jullie veel jongeren naar de trein?"}
    assert (await oov.post("/v1/participation/messages", json=message, headers=headers)).status_code == 204
    await found.passes(44)
    question = (await inbox(burgemeester))["Directie van het winkelcentrum"]
    await found.passes(9)
    yes = {"number": question["number"], "option": "ja", "reason": "Ik wil dit met politie en OM bespreken."}
    assert (await burgemeester.post("/v1/participation/answers", json=yes)).status_code == 204
    reply = {"to": ["oov"], "text": "Ja, de trein van elf uur was vol. Wij sturen jongerenwerkers."}
    assert (await buur.post("/v1/participation/messages", json=reply)).status_code == 204
    return found, code


async def ended(served: Served) -> str:
    """The number of a session that is over."""
    found, code = await played(served)
    headers = {"authorization": f"Bearer {code}"}
    decision = {"decision": "buur-inlichten", "reason": "Ook van daar komen jongeren."}
    assert (await served.http.post("/v1/participation/decisions", json=decision, headers=headers)).status_code == 204
    await found.jump("16:00")
    await found.lead("POST", "/end")
    lesson = {"text": "Eerder bellen met de buurgemeente: zij zagen de volle trein als eerste."}
    assert (await served.http.post("/v1/participation/lessons", json=lesson, headers=headers)).status_code == 204
    await found.close()
    return found.session
