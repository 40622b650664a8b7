"""Beeld and its API: what is counted, for whom, and not a second longer than a mandate lasts."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io

from configuration.mandates import Mandate
from contracts.raw_post import PROBE
from services.notifier.access.reach import EVERYTHING, Reach
from services.notifier.mandated import Mandated
from services.notifier.store import audit, picture
from tests.configuration.test_mandates import mandate
from tests.notifier.conftest import Served, always
from tests.notifier.console.test_pages import page, text_of
from tests.notifier.samples import MINUTE, alert
from tests.notifier.test_picture import block, everywhere

HOUR = MINUTE // 60 * 60
FROM, UNTIL = datetime.datetime(2020, 12, 1), datetime.datetime(2020, 12, 16)
BEFORE = datetime.date(2020, 11, 1)
END_MS = int(UNTIL.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1))).timestamp() * 1000)


def decided(**changed: object) -> Mandate:
    fields: dict[str, object] = {
        "from": FROM,
        "until": UNTIL,
        "regions": ["VR17"],
        "phenomena": ["rellen"],
        "decision": {"by": "burgemeester", "on": BEFORE, "reference": "B-12"},
        "dpo_advice": {"by": "functionaris", "on": BEFORE, "outcome": "Akkoord, met een evaluatie."},
    }
    return mandate(**(fields | changed))


def under(served: Served, *mandates: Mandate) -> Mandated:
    served.room.configuration = dataclasses.replace(served.room.configuration, mandates=mandates)
    in_force = served.intake.mandates = lambda: served.room.configuration.mandates
    return Mandated(database=served.room.database, mandates=in_force, now_ms=served.clock)


async def tell(served: Served, *blocks: object) -> None:
    async with served.room.database.writing() as connection:
        await served.intake.put(connection, blocks, served.clock())  # type: ignore[arg-type]


async def test_the_page_tells_counts_expectation_and_where(served: Served) -> None:
    await served.arrives(alert())
    told = [
        everywhere(HOUR, posts=90, expected=4.0, sources={"bluesky": 60, "mastodon": 30}, words=("coolsingel",)),
        block(HOUR, posts=84, expected=3.0),
        block(HOUR - 10080, posts=20),
        everywhere(HOUR - 10080, posts=20),
    ]
    await tell(served, *told)
    shown = await page(served, "/beeld?fenomeen=rellen")
    for said in (
        "90 berichten ; gewoon is 4", "4,5 keer zoveel", "Rotterdam-Rijnmond", "zeer veel meer", "coolsingel",
        "bluesky: 67%", "Oproep tot rellen – Rotterdam", "geen ranglijst",
    ):  # fmt: skip
        assert said in shown, said
    region = await page(served, "/beeld?fenomeen=rellen&regio=VR17&periode=dag")
    assert "Rotterdam – , niets geteld" in region
    assert "84 , zeer veel meer" in region


async def test_the_same_block_told_again_is_one_block(served: Served) -> None:
    await tell(served, block(HOUR, posts=12), block(HOUR, posts=12))
    assert (await served.http.get("/v1/picture?phenomenon=rellen")).json()["whole"]["cells"][-1]["posts"] == 12


async def test_few_people_have_no_number_and_nothing_counted_is_not_called_calm(served: Served) -> None:
    await tell(served, everywhere(HOUR, posts=None))
    assert "te weinig mensen om te tonen" in await page(served, "/beeld?fenomeen=rellen")
    empty = await page(served, "/beeld?fenomeen=rellen&tot=2019-01-01")
    assert "Dat betekent alleen iets als de bronnen toen keken" in empty


async def test_what_is_typed_wrong_is_said(served: Served) -> None:
    shown = await page(served, "/beeld?fenomeen=onbekend&periode=eeuw&tot=morgen&oefening=x&regio=VR99")
    assert "Schrijf een datum als" in shown
    assert (await served.http.get("/v1/picture?phenomenon=onbekend")).status_code == 404
    assert (await served.http.get("/v1/picture?phenomenon=rellen&last=0001-01-01")).status_code == 200


async def test_an_exercise_has_a_page_of_its_own_and_the_probe_has_none(served: Served) -> None:
    played = {"exercise": "haren-2012", "posts": 77}
    await tell(served, everywhere(HOUR - 525_600, **played), everywhere(HOUR, exercise=PROBE))
    assert "77" not in await page(served, "/beeld?fenomeen=rellen")
    shown = await page(served, "/beeld?fenomeen=rellen&oefening=haren-2012")
    assert "OEFENING U ziet het beeld van de oefening haren-2012" in shown
    assert "77 berichten" in shown
    async with served.room.database.reading() as connection:
        assert list(await picture.exercises(connection, EVERYTHING)) == ["haren-2012"]


async def test_another_region_is_out_of_reach(served: Served) -> None:
    await tell(served, block(HOUR), everywhere(HOUR))
    async with served.room.database.reading() as connection:
        span = {"start": HOUR, "end": HOUR + 60, "exercise": None}
        assert await picture.blocks(connection, Reach(regions=frozenset({"VR09"})), "rellen", **span) == []
        (mine,) = await picture.blocks(connection, Reach(regions=frozenset({"VR17"})), "rellen", **span)
    assert mine.gemeente == "Rotterdam"


async def test_the_export_is_the_same_and_is_audited(served: Served) -> None:
    mix, terms = {"bluesky": 60, "mastodon": 30}, ("coolsingel", "=1+1", *(f"woord{number:02}" for number in range(30)))
    await tell(served, everywhere(HOUR, posts=90, sources=mix, words=terms), block(HOUR, posts=84))
    answer = await served.http.get("/beeld.csv?fenomeen=rellen&periode=dag&tot=2020-12-15")
    lines = text_of(answer.text).split(" ")
    assert any(line.startswith("alles;2020-12-15") for line in lines)
    assert "19:00;2020-12-15 20:00;90;2;100%;" in answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert {len(line) for line in csv.reader(io.StringIO(answer.text), delimiter=";")} == {9}, "a rectangle"
    shares = [(row["plaats"], row["van"], row["tot"], row["bron"], row["berichten"]) for row in rows if row["bron"]]
    day = ("alles", "2020-12-15 00:00", "2020-12-16 00:00")
    assert shares == [(*day, "bluesky", "60"), (*day, "mastodon", "30")]
    said = [row["woord"] for row in rows if row["woord"]]
    assert said[:2] == ["'=1+1", "coolsingel"], "no formula"
    shown = await page(served, "/beeld?fenomeen=rellen&periode=dag&tot=2020-12-15")
    assert [word in shown for word in (said[-1], "woord18")] == [True, False]
    assert len(said) == 20, "as many as the page shows"
    api = await served.http.get("/v1/exports/picture?phenomenon=rellen&span=day&last=2020-12-15")
    assert api.text == answer.text
    async with served.room.database.reading() as connection:
        entries = await audit.page(connection, EVERYTHING, before=None, limit=9)
    assert [(entry.action, entry.object) for entry in entries] == [("export", "beeld rellen")] * 2
    assert (await served.http.get("/beeld.csv?fenomeen=onbekend")).status_code == 404


async def test_the_picture_ends_with_its_mandate(served: Served) -> None:
    keeper = under(served, decided())
    served.intake.mandates = always  # so that what is not covered comes in
    utrecht = block(HOUR, series="watch:rellen@GM0344", region="VR09", gemeente="Utrecht")
    await tell(served, block(HOUR), utrecht, everywhere(HOUR, exercise="oefening"))

    async def left() -> set[str | None]:
        async with served.room.database.reading() as connection:
            found = []
            for exercise in (None, "oefening"):
                found += await picture.blocks(
                    connection, EVERYTHING, "rellen", start=HOUR, end=HOUR + 60, exercise=exercise
                )
        return {one.region or one.exercise for one in found}

    assert await keeper.look() == 1  # what no mandate covers
    assert await left() == {"VR17", "oefening"}
    served.clock.ms = END_MS - 1
    assert await keeper.look() == 0
    served.clock.ms = END_MS
    assert await keeper.look() == 1
    assert await left() == {"oefening"}


async def held(served: Served) -> set[tuple[str | None, int]]:
    """Exercise and first minute of each block."""
    async with served.room.database.reading() as connection:
        found = []
        for exercise in (None, "oefening"):
            found += await picture.blocks(connection, EVERYTHING, "rellen", start=0, end=2 * HOUR, exercise=exercise)
    return {(one.exercise, one.start) for one in found}


async def test_a_block_that_comes_after_the_end_is_not_stored(served: Served) -> None:
    """Late, in a batch that is tried again, or read anew by a room without its database."""
    keeper = under(served, decided())
    late, exercised = block(HOUR), everywhere(HOUR, exercise="oefening")
    served.clock.ms = END_MS - 1
    await tell(served, late, exercised, block(HOUR, region="VR09", series="elders"))
    assert await held(served) == {(None, HOUR), ("oefening", HOUR)}
    served.clock.ms = END_MS
    assert await keeper.look() == 1
    await tell(served, late, exercised)
    assert await held(served) == {("oefening", HOUR)}


async def test_what_was_stored_while_a_mandate_ended_goes_at_the_next_look(served: Served) -> None:
    keeper = under(served, decided())
    assert await keeper.look() == 0
    served.clock.ms = END_MS
    assert await keeper.look() == 0
    in_force, served.intake.mandates = served.intake.mandates, lambda: (decided(until=UNTIL.replace(year=2021)),)
    await tell(served, block(HOUR))  # by a replica whose clock is behind
    served.intake.mandates = in_force
    served.clock.ms = END_MS + 500
    assert await keeper.look() == 1
    assert await held(served) == set()


async def test_of_two_mandates_the_one_that_ends_takes_what_it_fed(served: Served) -> None:
    """Counts are not kept apart by source: what both fed goes, and so does what comes late of it."""
    goes_on = decided(id="ander", sources=["mastodon"], until=UNTIL.replace(year=2021))
    keeper = under(served, decided(), goes_on)
    assert await keeper.look() == 0
    await tell(served, block(HOUR), everywhere(HOUR, exercise="oefening"))
    served.clock.ms = END_MS
    assert await keeper.look() == 1
    after = END_MS // 60_000
    await tell(served, block(HOUR), block(after - 60), block(after))
    assert await held(served) == {(None, after), ("oefening", HOUR)}
    again = under(served, decided(), goes_on)
    assert await again.look() == 0, "a room that starts later keeps what the other mandate gave alone"


async def test_a_room_that_was_away_at_the_end_removes_what_was_fed_before_it(served: Served) -> None:
    goes_on = decided(id="ander", sources=["mastodon"], until=UNTIL.replace(year=2021))
    under(served, decided(), goes_on)
    await tell(served, block(HOUR))
    served.clock.ms = END_MS + 1
    assert await under(served, decided(), goes_on).look() == 1
    assert await held(served) == set()


async def test_a_mandate_that_gives_as_much_keeps_what_was_counted(served: Served) -> None:
    keeper = under(served, decided(), decided(id="ander", sources=["*"], until=UNTIL.replace(year=2021)))
    await tell(served, block(HOUR))
    assert await keeper.look() == 0
    served.clock.ms = END_MS
    assert await keeper.look() == 0
    await tell(served, block(HOUR - 60))
    assert await held(served) == {(None, HOUR), (None, HOUR - 60)}


async def test_a_mandate_that_is_withdrawn_takes_what_it_fed(served: Served) -> None:
    """Out of the configuration, or with fewer sources, while another goes on."""
    both, other = decided(sources=["bluesky", "nu-nl"]), decided(id="ander", sources=["mastodon"])
    keeper = under(served, both, other)
    for left in ((decided(), other), (other,)):
        assert await keeper.look() == 0
        await tell(served, block(HOUR))
        served.room.configuration = dataclasses.replace(served.room.configuration, mandates=left)
        assert await keeper.look() == 1
        served.clock.ms += 11_000
        await keeper.look()
