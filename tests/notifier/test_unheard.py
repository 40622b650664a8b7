"""Silence of ingest itself is no calm either.

reports    ●   ●   ●   ✝                    ●
shown      live            │ +12 s: blind   live
"""

from __future__ import annotations

from contracts.source_health import Reason, SourceHealth, Status
from services.notifier.admission import Admission
from services.notifier.rounds import Rounds
from services.notifier.store import sources
from services.notifier.store.events import Kind
from tests.notifier.conftest import Served
from tests.notifier.samples import health

PATIENCE_MS = 12_000


def rounds_of(served: Served) -> Rounds:
    admission = Admission(outbox=served.intake.outbox, alarms=served.intake.alarms)
    return Rounds(
        database=served.room.database,
        admission=admission,
        done=lambda: None,
        now_ms=served.clock,
        unheard_ms=PATIENCE_MS,
    )


async def shown(served: Served) -> tuple[str, str]:
    (source,) = (await served.http.get("/v1/sources")).json()["items"]
    return source["status"], source["reason"]


async def test_a_source_whose_reports_stay_away_is_blind_until_the_next(served: Served) -> None:
    rounds = rounds_of(served)
    await served.arrives(health())
    served.clock.ms += PATIENCE_MS
    assert not await rounds.walk()
    assert await shown(served) == ("live", "ok")
    served.clock.ms += 1
    assert await rounds.walk()
    assert await shown(served) == ("blind", "unheard")
    assert "laat niets meer van zich horen" in (await served.http.get("/bronnen")).text
    assert not await rounds.walk(), "told once"
    await served.arrives(health())
    assert await shown(served) == ("live", "ok")


async def test_open_consoles_are_told(served: Served) -> None:
    rounds = rounds_of(served)
    await served.arrives(health())
    served.clock.ms += PATIENCE_MS + 1
    await rounds.walk()
    async with served.room.database.reading() as connection:
        rows = (await connection.exec_driver_sql("SELECT kind, data FROM events ORDER BY seq")).all()
    assert [kind for kind, _ in rows] == [Kind.SOURCE.value] * 2
    assert "unheard" in str(rows[-1])


async def test_a_clock_put_back_does_not_make_a_source_seem_fresh(served: Served) -> None:
    rounds = rounds_of(served)
    await served.arrives(health())
    served.clock.ms -= 600_000
    await rounds.walk()
    assert await shown(served) == ("blind", "unheard")


async def test_what_ended_or_is_blind_already_says_why_itself(served: Served) -> None:
    rounds = rounds_of(served)
    for status, reason in ((Status.ENDED, Reason.FINISHED), (Status.BLIND, Reason.STOPPED)):
        await served.arrives(health(status=status, reason=reason))
        served.clock.ms += PATIENCE_MS + 1
        assert not await rounds.walk()
        assert await shown(served) == (status.value, reason.value)


async def test_what_was_last_known_is_kept(served: Served) -> None:
    await served.arrives(health(at_ms=7_000, last_post_ms=6_000))
    served.clock.ms += PATIENCE_MS + 1
    await rounds_of(served).walk()
    async with served.room.database.reading() as connection:
        found: list[SourceHealth] = await sources.everything(connection)
    assert [(one.since_ms, one.last_post_ms) for one in found] == [(7_000, 6_000)]
