"""A partition of which no worker spoke in time makes its stage blind: posts that are not worked off are no calm."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from contracts.codec import Decoder
from contracts.source_health import Reason, SourceHealth, Status
from contracts.stage_health import Input, Stage, StageHealth
from services.notifier.lookout import Lookout
from services.notifier.sight import believed as believed_sources
from services.notifier.stages import UNHEARD_MS, Heard, believed, hear
from services.notifier.store import events, sources, tables
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.samples import health, working
from tests.notifier.test_sight import HERE

NOW = 10_000_000


def heard(*reports: tuple[int, StageHealth]) -> Heard:
    known = None
    for at_ms, report in reports:
        known = hear(known, report, at_ms)
    assert known is not None
    return known


def seen(known: Heard | None, now_ms: int) -> tuple[Status, Reason, int]:
    line = believed(Stage.DETECTOR, known, NOW, now_ms)
    return line.status, line.reason, line.since_ms


def detects(*partitions: int, of: int = 4, topic: str = "posts") -> StageHealth:
    return StageHealth(stage=Stage.DETECTOR, inputs=(Input(topic=topic, of=of, partitions=partitions),), at_ms=0)


def test_two_workers_together_cover_all() -> None:
    known = heard((NOW, detects(0, 1)), (NOW + 2_000, detects(2, 3)))
    assert seen(known, NOW + 4_000) == (Status.LIVE, Reason.OK, NOW + 2_000)


@pytest.mark.parametrize(
    ("after_ms", "status"), [(UNHEARD_MS, (Status.LIVE, Reason.OK)), (UNHEARD_MS + 1, (Status.BLIND, Reason.PARTIAL))]
)
def test_one_of_them_hangs(after_ms: int, status: tuple[Status, Reason]) -> None:
    """
    a  0 1  NOW ···························
    b  2 3  NOW ── every four seconds ─────
    """
    known = heard((NOW, detects(0, 1)), *((NOW + ms, detects(2, 3)) for ms in range(0, after_ms, 4_000)))
    assert seen(known, NOW + after_ms)[:2] == status
    if status[0] is Status.BLIND:
        assert seen(known, NOW + after_ms)[2] == NOW, "since it was last heard"


def test_who_takes_over_in_time_is_not_noticed_and_who_has_nothing_takes_nothing_back() -> None:
    known = heard((NOW, detects(0, 1, 2, 3)), (NOW + 2_000, detects()), (NOW + 9_000, detects(0, 1, 2, 3)))
    assert seen(known, NOW + 9_000)[:2] == (Status.LIVE, Reason.OK)
    assert known.since_ms == NOW, "it was never away"


def test_all_hang_and_come_back() -> None:
    known = heard((NOW, detects(0, 1)), (NOW + 1_000, detects(2, 3)))
    later = NOW + 60_000
    assert seen(known, later) == (Status.BLIND, Reason.UNHEARD, NOW + 1_000)
    known = hear(known, detects(0, 1, 2, 3), later)
    assert seen(known, later) == (Status.LIVE, Reason.OK, later)


def test_every_topic_that_a_stage_reads_counts() -> None:
    inputs = (Input(topic="posts", of=1, partitions=(0,)), Input(topic="signals", of=1))
    known = heard((NOW, StageHealth(stage=Stage.DETECTOR, inputs=inputs, at_ms=0)))
    assert seen(known, NOW) == (Status.BLIND, Reason.PARTIAL, NOW)


def test_a_topic_that_grew_or_is_read_no_more_is_as_the_last_report_has_it() -> None:
    known = heard((NOW, detects(0, of=1)), (NOW, detects(0, of=2)))
    assert seen(known, NOW)[1] is Reason.PARTIAL
    known = heard((NOW, detects(0, of=1, topic="old")), (NOW + UNHEARD_MS + 1, detects(0, of=1)))
    assert seen(known, NOW + UNHEARD_MS + 1)[0] is Status.LIVE
    known = heard((NOW, detects(0, 1, of=2)), (NOW, detects(0, 7, of=1)))
    assert known.inputs["posts"].heard_ms == {0: NOW}


def test_a_stage_that_never_spoke_is_blind() -> None:
    assert seen(None, NOW + 1) == (Status.BLIND, Reason.STARTING, NOW)


async def test_the_page_says_so_while_the_source_is_live_and_takes_it_back(served: Served) -> None:
    lookout = Lookout(room=served.room)
    await served.arrives(health())
    await lookout.look()
    assert "1 bron kijkt mee" in await page(served)
    assert "Seinpost zelf: de detectie" in await page(served, "/bronnen")
    served.clock.ms += UNHEARD_MS + 1
    async with served.room.database.writing() as connection:
        await sources.store(connection, health(), served.clock())
        await sources.store_stage(connection, working(Stage.ANONYMIZER), served.clock())
        await sources.store_stage(connection, working(Stage.DETECTOR, 0, of=2), served.clock())
    await lookout.look()
    shown = await page(served)
    assert "de detectie verwerkt maar een deel van de berichten sinds" in shown
    assert "maar Seinpost verwerkt nu niet alle berichten" in shown
    assert "vanzelf" not in shown
    assert "verwerking hapert" in shown
    assert "maar niet alles is te zien" in await page(served, "/kaart")
    listed = (await served.http.get("/v1/sources")).json()["items"]
    assert [(one["source"], one["status"], one["reason"]) for one in listed] == [
        ("bluesky", "live", "ok"),
        ("seinpost:anonymizer", "live", "ok"),
        ("seinpost:detector", "blind", "partial"),
    ]
    await served.arrives(health())
    await lookout.look()
    await lookout.look()
    assert "1 bron kijkt mee" in await page(served)
    async with served.room.database.reading() as connection:
        told = [event.data for event in await events.after(connection, 0) if b"seinpost:detector" in event.data]
    assert [b'"blind"' in one for one in told] == [True, False]


async def test_the_release_before_reads_what_is_stored_and_takes_it_for_nothing(served: Served) -> None:
    await served.arrives(health())
    async with served.room.database.reading() as connection:
        records = (await connection.execute(select(tables.sources.c.record))).scalars().all()
    read = [Decoder(SourceHealth).decode(record) for record in records]
    before = {one.source: one.status for one in believed_sources([(one, served.clock()) for one in read], HERE, 0)}
    assert before == {"bluesky": Status.LIVE, "seinpost:anonymizer": Status.ENDED, "seinpost:detector": Status.ENDED}


async def test_nothing_is_said_of_stages_before_there_is_a_source(served: Served) -> None:
    await served.arrives(working(Stage.ANONYMIZER))
    assert (await served.http.get("/v1/sources")).json()["items"] == []
    assert "Nog geen bron heeft zich gemeld" in await page(served, "/bronnen")
