"""A dossier from its opening to its file, over real HTTP and on both databases."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from configuration.places import PlaceKind
from contracts.alert import Change, State
from contracts.source_health import Reason, Status
from services.notifier.dossier import sealing
from services.notifier.dossier.lists import Explanation, Kind, Measure
from services.notifier.dossier.sealing import Key
from services.notifier.dossier.verify import verify
from services.notifier.store.tables import dossier_entries, dossiers
from tests.notifier.conftest import Served
from tests.notifier.printed import printed
from tests.notifier.samples import MINUTE, alert, health
from tests.notifier.scene import course

JSON = {"content-type": "application/json"}
AT = "2020-12-15T18:25:00Z"


@pytest.fixture
def key(served: Served, tmp_path: Path) -> Key:
    """The notifier can seal."""
    found = sealing.new_key()
    own = served.room.settings.notifier
    object.__setattr__(served.room.settings, "notifier", own.model_copy(update={"secrets_dir": tmp_path}))
    sealing.write_key(found, tmp_path / own.dossier_key)
    return found


async def post(served: Served, path: str, body: object | None = None) -> Any:
    answer = await served.http.post(f"/v1/{path}", json={} if body is None else body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def event(**changed: object) -> dict[str, object]:
    return {
        "at": AT, "happened": "vernieling", "gemeente": "Rotterdam", "place": "koolsingel", "size": "50-tot-200",
        "witness": "politieregistratie",
    } | changed  # fmt: skip


async def kinds(served: Served) -> list[str]:
    return [item["kind"] for item in (await served.http.get("/v1/dossiers/a1b2c3")).json()["items"]]


async def test_the_whole_life(served: Served, key: Key) -> None:
    blind = health(source="mastodon", status=Status.BLIND, reason=Reason.SILENT)
    await served.arrives(alert(series=course(84, 3.1, 1)), health(), blind)
    await post(served, "alerts/a1b2c3/take")
    opened = await post(served, "alerts/a1b2c3/dossier")
    assert [item["kind"] for item in opened["items"]] == [
        "opening", "versions", "mandate", "happening", "revision", "action", "series"
    ]  # fmt: skip
    assert (await post(served, "alerts/a1b2c3/dossier"))["items"] == [], "twice is once"
    action = opened["items"][5]["body"]
    assert (action["action"], action["by"]) == ("take", "lokale-gebruiker"), "a role, not a name"
    assert opened["items"][6]["body"]["sight"][1]["status"] == "blind"

    # The alert goes on; the dossier says that it is behind, and is brought up to date.
    await served.arrives(alert(revision=2, change=Change.UPDATED, series=course(99, 3.1, 1)))
    await post(served, "alerts/a1b2c3/close", {"outcome": "terecht", "reason": "Jan de Vries stond er zelf bij"})
    detail = (await served.http.get("/v1/dossiers/a1b2c3")).json()
    assert detail["behind"] == 3
    assert detail["alertClosedAt"] is not None
    brought = await post(served, "dossiers/a1b2c3/update")
    assert [item["kind"] for item in brought["items"]] == ["happening", "revision", "action", "series"]
    assert (await served.http.post("/v1/dossiers/a1b2c3/update", headers=JSON)).status_code == 409

    # People add what they know.
    (added,) = (await post(served, "dossiers/a1b2c3/events", event()))["items"]
    assert (added["body"]["place"], added["body"]["gemeente_code"]) == ("Coolsingel", "GM0599"), "as the gazetteer says"
    await post(served, "dossiers/a1b2c3/explanations", {"answers": {one.value: "onbekend" for one in Explanation}})
    some = {"toeval": "speelde-niet-mee", "landelijk-nieuws": "onbekend"}
    changed = await post(served, "dossiers/a1b2c3/explanations", {"answers": some})
    assert [item["body"]["explanation"] for item in changed["items"]] == ["toeval"], "only what changed"
    await post(served, "dossiers/a1b2c3/measures", {"answers": {one.value: "toegepast" for one in Measure}})
    order = {"power": "noodbevel", "authority": "burgemeester", "at": AT}
    (decided,) = (await post(served, "dossiers/a1b2c3/decisions", order))["items"]
    assert (decided["body"]["article"], decided["body"]["article_checked"]) == ("artikel 175 Gemeentewet", "2026-11-30")
    (second,) = (await post(served, "dossiers/a1b2c3/events", event(happened="brandstichting")))["items"]
    wrong = {"number": added["number"], "mistake": "verkeerde-keuze", "replacedBy": second["number"]}
    await post(served, "dossiers/a1b2c3/corrections", wrong)
    assert (await served.http.post("/v1/dossiers/a1b2c3/corrections", json=wrong)).status_code == 409
    (figures,) = (await post(served, "dossiers/a1b2c3/correlation"))["items"]
    assert (figures["body"]["found"], figures["body"]["events"]) == ("te-weinig-waarnemingen", 1)
    assert "te weinig waarnemingen" in figures["text"].lower()

    # It leaves under seal, and what leaves is whole.
    answer = await served.http.get("/v1/dossiers/a1b2c3/export")
    found = verify(answer.content, key.public)
    assert (found.count, found.exercise) == (len(await kinds(served)), None)
    for typed in ("Jan de Vries", "stond er zelf bij", "lokale gebruiker"):
        assert typed not in answer.text
    paper = await served.http.get("/v1/dossiers/a1b2c3/pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")

    # All of it stands in the audit log.
    log = (await served.http.get("/v1/audit?limit=1000&verify=true")).json()
    assert log["whole"] is True
    about = {(row["action"], row["result"]) for row in log["items"] if row["object"] == "dossier/a1b2c3"}
    assert about >= {
        ("open-dossier", "done"), ("update-dossier", "done"), ("update-dossier", "nothing-new"), ("read", "done"),
        ("add-dossier", "done"), ("add-dossier", "not-correctable"), ("export-dossier", "jsonl done"),
        ("export-dossier", "pdf done"),
    }  # fmt: skip


async def test_posts_and_events_that_go_together(served: Served, key: Key) -> None:
    await served.arrives(alert(series=course(84, 3.1, 1)))
    await post(served, "alerts/a1b2c3/dossier")
    for minutes in (600, 330, 45, 30, 15):
        then = datetime.datetime.fromtimestamp((MINUTE - minutes) * 60, datetime.UTC).isoformat()
        await post(served, "dossiers/a1b2c3/events", event(at=then))
    quiet = datetime.datetime.fromtimestamp((MINUTE - 300) * 60, datetime.UTC).isoformat()
    await post(served, "dossiers/a1b2c3/events", event(at=quiet, happened="geen-bijzonderheden"))
    (figures,) = (await post(served, "dossiers/a1b2c3/correlation"))["items"]
    body = figures["body"]
    assert (body["bars"], body["bar_minutes"], body["events"]) == (48, 15, 5), "all was quiet is no event"
    assert float(body["low"]) <= float(body["coefficient"]) <= float(body["high"])
    assert len(body["unanswered"]) == len(Explanation)
    said = figures["text"].lower()
    assert "samenhang (correlatie)" in said
    assert "oorza" not in said
    assert "nog niet beoordeeld: nieuws in landelijke media" in said
    again = (await post(served, "dossiers/a1b2c3/correlation"))["items"][0]["body"]
    assert again == body, "whoever has the dossier finds the same figures"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("events", event(gemeente="Groningen"), 400),  # of another region
        ("events", event(place="Hobbemaplein"), 400),  # in another gemeente
        ("events", event(place="bij Jan de Vries thuis"), 400),
        ("events", event(at="2030-01-01T00:00:00Z"), 400),
        ("events", event(at="2019-01-01T00:00:00Z"), 400),
        ("events", event(at="2020-12-15T18:25:00"), 400),  # no offset
        ("events", event(happened="Jan gooide een steen"), 400),
        ("events", event(note="Jan"), 200),  # what has no field is not kept
        ("explanations", {"answers": {"jan": "onbekend"}}, 400),
        ("explanations", {"answers": {}}, 400),
        ("measures", {"answers": {"ouders": "misschien"}}, 400),
        ("decisions", {"power": "noodbevel", "authority": "Jan", "at": AT}, 400),
        ("decisions", {"power": "noodbevel", "authority": "burgemeester", "at": "2031-01-01T00:00:00Z"}, 400),
        ("corrections", {"number": 1, "mistake": "dubbel"}, 409),  # the opening is not of people
        ("corrections", {"number": 99, "mistake": "dubbel"}, 409),
        ("corrections", {"number": 1, "mistake": "Jan deed het"}, 400),
    ],
)
async def test_nothing_can_be_typed(served: Served, path: str, body: object, status: int) -> None:
    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    before = len(await kinds(served))
    answer = await served.http.post(f"/v1/dossiers/a1b2c3/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert len(await kinds(served)) == before + (status == 200)
    assert "Jan" not in (await served.http.get("/v1/dossiers/a1b2c3")).text


def test_every_local_place_of_a_gemeente_can_be_chosen(served: Served) -> None:
    from services.notifier.dossier.entering import places

    names = places(served.room.configuration.gazetteer, frozenset({"GM0599"}))
    assert "Coolsingel" in names
    assert all(PlaceKind.AREA not in served.room.configuration.gazetteer.names[name].kinds for name in names)


async def test_without_a_key_nothing_leaves(served: Served) -> None:
    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    for path in ("export", "pdf"):
        answer = await served.http.get(f"/v1/dossiers/a1b2c3/{path}")
        assert answer.status_code == 409
        assert "dossier-key.pem" in answer.json()["detail"]
    seal = (await served.http.get("/v1/dossiers/a1b2c3")).json()["seal"]
    assert (seal["available"], seal["fingerprint"]) == (False, None)


async def test_what_was_changed_in_the_database_gets_no_seal(served: Served, key: Key) -> None:
    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    async with served.room.database.writing() as connection:
        row = dossier_entries.c.number == 2
        line = orjson.dumps({"iets": "anders"})
        await connection.execute(update(dossier_entries).where(row).values(kind=Kind.VERSIONS.value, record=line))
    assert (await served.http.get("/v1/dossiers/a1b2c3/export")).status_code == 409


async def test_a_cut_end_in_the_database_gets_no_seal(served: Served, key: Key) -> None:
    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    async with served.room.database.writing() as connection:
        await connection.execute(dossier_entries.delete().where(dossier_entries.c.number >= 5))
    answer = await served.http.get("/v1/dossiers/a1b2c3/export")
    assert (answer.status_code, "newest entry" in answer.text) == (409, True)


async def test_an_exercise_is_an_exercise_in_its_file(served: Served, key: Key) -> None:
    await served.arrives(alert(exercise="Project X Haren", state=State.OPEN))
    opened = await post(served, "alerts/a1b2c3/dossier")
    assert opened["dossier"]["exercise"] == "Project X Haren"
    mandate = next(item for item in opened["items"] if item["kind"] == "mandate")
    assert mandate["body"]["cover"] == "niet-nodig-oefening"
    found = verify((await served.http.get("/v1/dossiers/a1b2c3/export")).content, key.public)
    assert found.exercise == "Project X Haren"


async def test_a_thousand_writers_make_one_chain(served: Served, key: Key) -> None:
    import asyncio

    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    before = len(await kinds(served))
    await asyncio.gather(*(post(served, "dossiers/a1b2c3/events", event()) for _ in range(20)))
    assert verify((await served.http.get("/v1/dossiers/a1b2c3/export")).content, key.public).count == before + 20


async def test_lists_name_the_law_with_its_day(served: Served) -> None:
    lists = (await served.http.get("/v1/dossier-lists")).json()
    powers = {one["value"]: one for one in lists["power"]}
    assert powers["lichte-bevelsbevoegdheid"]["article"] == "artikel 172, derde lid, Gemeentewet"
    assert powers["lichte-bevelsbevoegdheid"]["checked"] == "2026-11-30"
    assert [value for value, one in powers.items() if one["checked"] is None] == ["geen-maatregel"]
    assert {len(lists["happened"]), len(lists["witness"])} == {10, 6}


async def test_listed_newest_first(served: Served) -> None:
    for number in range(3):
        await served.arrives(alert(id=f"n{number}"))
        served.clock.ms += 1_000
        await post(served, f"alerts/n{number}/dossier")
    listed = (await served.http.get("/v1/dossiers?pageSize=2")).json()
    assert ([item["id"] for item in listed["items"]], listed["total"]) == (["n2", "n1"], 3)
    assert (await served.http.get("/v1/dossiers/nergens")).status_code == 404
    assert (await served.http.post("/v1/alerts/nergens/dossier", headers=JSON)).status_code == 404
    assert (await served.http.post("/v1/dossiers/n0/nergens", headers=JSON)).status_code == 404


async def test_paper_says_what_the_file_says(served: Served, key: Key) -> None:
    from services.notifier.dossier.export import Form, sealed
    from services.notifier.dossier.paper import paper

    await served.arrives(alert(series=course(84, 3.1, 1), exercise="Project X Haren"))
    await post(served, "alerts/a1b2c3/dossier")
    await post(served, "dossiers/a1b2c3/events", event())
    from services.notifier.access.actor import EVERY_GRANT, Actor

    actor = Actor(name="proef", origin="-", grants=EVERY_GRANT)
    found = await sealed(served.room, "a1b2c3", actor, Form.PAPER)
    assert found is not None
    content = paper(found)
    assert content == paper(found), "the same dossier gives the same bytes"
    text = printed(content)
    for said in (
        found.dossier.head[:40],
        key.fingerprint[:40],
        "OEFENING",
        "pagina 1 van",
        "Coolsingel",
        "artikel 175",
    ):
        assert said in text, said


async def test_what_is_stored_is_what_is_exported(served: Served, key: Key) -> None:
    await served.arrives(alert())
    await post(served, "alerts/a1b2c3/dossier")
    exported = (await served.http.get("/v1/dossiers/a1b2c3/export")).content.splitlines()[:-1]
    async with served.room.database.reading() as connection:
        query = dossier_entries.select().order_by(dossier_entries.c.number)
        stored = [row.record for row in await connection.execute(query)]
        head = (await connection.execute(dossiers.select())).one().head
    assert stored == exported
    assert orjson.loads(exported[-1])["hash"] == head
