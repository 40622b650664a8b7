"""A drill with people, from its posts to no trace: all services and the player, a leader, two participants and a buddy.

Each of them sits at a browser. Beside it something real happens, which stays as it is.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from broker.settings import BrokerSettings
from configuration.mandates import AMSTERDAM
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Decoder
from contracts.raw_post import RawRecord
from contracts.series_deltas import SeriesDeltas
from contracts.signal import SignalRecord
from contracts.topics import ALERTS, POSTS_ANONYMOUS, POSTS_RAW, SERIES_DELTAS, SIGNALS
from exercises.drill import load
from exercises.generator import posts
from exercises.scenario import load as scenario
from tests.brokers.records import last_values, read_topic
from tests.conftest import StartService
from tests.ingest.reading import eventually
from tests.notifier.browsing import browser, press
from tests.notifier.delivery.sending import Posted, posted
from tests.notifier.printed import printed
from tests.notifier.test_accessibility import violations
from tests.system.chain import Chain, configured, start_chain
from tests.system.people import Leader, Participant, Person, alert_of, from_
from tests.system.player import PUSH_TOKEN, Player
from tests.system.test_play import at_most

pytestmark = [pytest.mark.broker, pytest.mark.browser, pytest.mark.timeout(480)]
__all__ = ["browser"]
DRILL = "oproep-hobbemaplein"
PURPLE = "rgb(91, 42, 134)"
CAP = {"": "urn:oasis:names:tc:emergency:cap:1.2"}
HOPS: dict[str, Any] = {
    POSTS_RAW.name: RawRecord,
    POSTS_ANONYMOUS.name: AnonymousBatch,
    SERIES_DELTAS.name: SeriesDeltas,
    SIGNALS.name: SignalRecord,
    ALERTS.name: Alert,
}
STATE = ("folded", "series", "clocks", "worlds", "episodes")
"""What the detector keeps, by name of the changelog."""
PLACE = "Hobbemaplein (Den Haag)"
TYPED = (
    "Wie op straat staat moet het weten.", "Praten kan nog.", "De winkels sluiten nu.", "Ze gaan met de tram verder.",
    "Het is overal onrustig.",
)  # fmt: skip
"""In the order in which they are written."""
LESSON = "Wij hoorden het van de tram en niet van Den Haag."


@dataclass
class Scene:
    chain: Chain
    receivers: Posted
    directory: Path
    real: str = ""
    """Id of the alert of what really happens."""
    session: str = ""

    @property
    def url(self) -> str:
        return self.chain.services["notifier"].url

    @property
    def ingest(self) -> str:
        return self.chain.services["ingest"].url

    @property
    def world(self) -> str:
        return f"oefening.{self.session}"

    def player(self) -> Player:
        wish = {"label": "speler", "scopes": ["exercises:read"], "regions": ["*"], "days": 1}
        token = httpx.post(f"{self.url}/v1/tokens", json=wish, timeout=60).json()["token"]
        return Player(
            session=self.session, notifier=self.url, ingest=self.ingest, token=token, directory=self.directory.parent
        )

    def clock(self) -> str:
        """Local, in the time of the exercise."""
        told = self.got(f"/v1/exercises/sessions/{self.session}/clock")["eventTime"]
        return datetime.datetime.fromisoformat(told).astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")

    def got(self, path: str, status: int = 200) -> Any:
        answer = httpx.get(self.url + path, timeout=60)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def practised(self) -> list[Alert]:
        return [alert for alert in await self.chain.alerts() if alert.exercise]

    async def state(self) -> dict[str, bytes | None]:
        """Of the detector, as compaction leaves it."""
        found = {}
        for table in STATE:
            values = await last_values(self.chain.broker, f"seinpost-detector-{table}-changelog")
            found |= {f"{table} {name}": value for name, value in values.items()}
        return found

    async def real_series(self) -> dict[str, bytes | None]:
        return {
            name: value for name, value in (await self.state()).items() if name.startswith("series") and ":/" in name
        }

    async def settled_series(self) -> dict[str, bytes | None]:
        """Of real life, once all of it is written."""
        now = await self.real_series()
        while True:
            await asyncio.sleep(2)
            before, now = now, await self.real_series()
            if before and before == now:
                return now

    def told(self, receiver: str) -> list[tuple[str, str]]:
        """Status and headline of each CAP message that a receiver got."""
        messages = [fromstring(body) for path, _, body in self.receivers.got if path == f"/{receiver}"]
        return [(one.findtext("status", "", CAP), one.findtext("info/headline", "", CAP)) for one in messages]

    def rows(self) -> dict[str, str]:
        """All that the notifier keeps, by table."""
        with sqlite3.connect(self.directory / "notifier.sqlite3") as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: str(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in tables}

    def where(self, *marks: str) -> set[str]:
        """Tables in which one of these stands."""
        return {name for name, text in self.rows().items() if any(mark in text for mark in marks)}


@pytest.fixture
async def scene(broker: BrokerSettings, start_service: StartService, tmp_path: Path) -> AsyncIterator[Scene]:
    """All services; something real happens in Rotterdam, and a receiver that wants no exercises heard of it."""
    push = {"kind": "push", "token_secret": "token"}
    sources = [
        {"id": "echt", "path": "/v1/echt", **push},
        {"id": "oefening", "path": "/v1/oefening", "exercise": "oefening", **push},
    ]
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").write_text(PUSH_TOKEN)
    with posted() as receivers:
        to = [
            {"id": "meldkamer", "kind": "cap", "url": f"{receivers.url}/meldkamer"},
            {"id": "oefenkamer", "kind": "cap", "url": f"{receivers.url}/oefenkamer", "exercises": True},
        ]
        config = configured(tmp_path / "config", sources, receivers=json.dumps({"receivers": to}))
        more = {
            "SEINPOST_INGEST__SECRETS_DIR": str(tmp_path / "secrets"),
            "SEINPOST_DETECTOR__STATE_SECONDS": "1",
        }
        chain = start_chain(start_service, broker, tmp_path / "run", config, more)
        found = Scene(chain, receivers, tmp_path / "run")
        push_real(found)
        alerts = await eventually(chain.alerts, lambda seen: len(seen) > 0, patience_s=60)
        found.real = alerts[0].id

        async def heard() -> list[tuple[str, str]]:
            return found.told("meldkamer")

        assert await eventually(heard, lambda seen: len(seen) > 0)
        yield found


def push_real(scene: Scene) -> None:
    now = datetime.datetime.now(datetime.UTC)
    lines = [
        {
            "id": f"echt-{number}",
            "created_at": (now - datetime.timedelta(seconds=90 - number)).isoformat(),
            "text": "Morgen 20:00 rellen op de Coolsingel in Rotterdam! neem vuurwerk mee",
            "author": f"iemand-{number}",
            "source": "x",
        }
        for number in range(60)
    ]
    body = "\n".join(map(json.dumps, lines))
    bearer = {"Authorization": f"Bearer {PUSH_TOKEN}"}
    answer = httpx.post(f"{scene.ingest}/v1/echt", content=body, headers=bearer, timeout=60)
    assert answer.json()["accepted"] == len(lines), answer.text


async def until(holds: Callable[[], bool]) -> None:
    async def look() -> bool:
        return holds()

    assert await eventually(look, bool, patience_s=60)


async def test_a_drill_from_its_posts_to_no_trace(scene: Scene, browser: Any) -> None:
    wall = await Person.of(browser, scene.url)
    await wall.opens("/")
    leader = await Leader.of(browser, scene.url)
    await leader.makes(DRILL)
    scene.session = leader.session
    vic, burgemeester, buur = [await Participant.of(browser, scene.url) for _ in range(3)]
    for person, role in ((vic, "vic"), (burgemeester, "burgemeester"), (buur, "buur")):
        await person.joins(await leader.link(role))
    await leader.opens(leader.here)
    baselines = await scene.settled_series()
    assert baselines
    player = scene.player()
    playing = player.start()
    try:
        drill = load(DRILL)
        before = at_most(list(posts(scenario(drill.stream), 1)), drill.starts_ms)
        await until(lambda: player.sent == before)
        await to_the_first_alert(scene, player, leader, vic, burgemeester, buur)
        await it_is_an_exercise_everywhere(scene, wall)
        await they_decide(leader, vic, burgemeester, buur)
        for person in (wall, leader, vic, burgemeester, buur):
            assert await violations(person.page) == []
        await leader.presses("form[action$='/afsluiten'] button")
        await buur.sees("text=De oefening is afgelopen. Wat leerde u?")
        await buur.learned(LESSON)
        assert await asyncio.to_thread(playing.wait, 60) == 0, player.said
    finally:
        playing.kill()
    await it_is_all_in_the_report(scene, leader)
    await it_goes_without_trace(scene, leader, wall, vic)
    stand = await scene.real_series()
    changed = [name for name in baselines | stand if stand.get(name) != baselines.get(name)]
    assert changed == [], "also none that was not there before"
    assert {status for status, _ in scene.told("meldkamer")} == {"Actual"}
    for person in (wall, leader, vic, burgemeester, buur):
        assert [line for line in person.problems if "401" not in line] == []


async def to_the_first_alert(
    scene: Scene, player: Player, leader: Leader, vic: Participant, burgemeester: Participant, buur: Participant
) -> None:
    """Half past four until half past five: sped up, stopped, gone on as fast as life, jumped to where it begins."""
    await leader.turns("start")
    await leader.fast()
    await vic.sees(from_("Meldkamer van een andere regio"))
    await leader.turns("pause")
    await burgemeester.sees("text=Staat stil")
    await until(lambda: "\npaused; " in player.said)
    await vic.notices(from_("Meldkamer van een andere regio"))
    sent, clock = player.sent, scene.clock()
    await vic.writes("buur", "Is er bij jullie iets te zien?")
    await buur.sees("article:has-text('Is er bij jullie iets te zien?')")
    assert (player.sent, scene.clock()) == (sent, clock), "while it stands still nobody posts, and people may talk"
    await leader.turns("start")
    await leader.slow()
    await leader.jumps("2021-01-24T17:30")
    await vic.sees(alert_of(PLACE))
    await vic.sees(from_("Meldkamer van de veiligheidsregio"))
    assert scene.clock() < "2021-01-24T17:35", "it came on the alert: by its time alone it would come later"
    assert await burgemeester.page.locator("article.play__item").count() == 0, "each role sees its own"
    for person in (vic, burgemeester, buur):
        assert await person.colour(".play__band") == PURPLE


async def it_is_an_exercise_everywhere(scene: Scene, wall: Person) -> None:
    """On every hop, on every screen, and at whom it is delivered."""
    await wall.sees(".exercises article.card--exercise:has-text('Hobbemaplein')")
    assert await wall.page.inner_text(".exercises__title") == "Oefening – dit gebeurt niet echt"
    assert await wall.colour(".exercises__title") == await wall.colour(".exercises", "borderTopColor") == PURPLE
    assert await wall.page.locator("article.card:not(.exercises *)").count() == 1
    assert "Coolsingel" in await wall.page.inner_text("article.card:not(.exercises *)")
    assert (await wall.page.title()).startswith("(1) "), "what is practised is counted apart"
    for topic, kind in HOPS.items():
        decoder: Decoder[Any] = Decoder(kind)
        records = [decoder.decode(record.value) for record in await read_topic(scene.chain.broker, topic)]
        assert {record.exercise for record in records} == {None, scene.world}, topic
    practised = await scene.practised()
    assert {"Eindhoven", "Den Haag"} <= {alert.place.gemeente for alert in practised}
    assert {alert.id for alert in await scene.chain.alerts() if alert.exercise is None} == {scene.real}
    await until(lambda: any("Hobbemaplein" in headline for _, headline in scene.told("oefenkamer")))
    assert {status for status, _ in scene.told("oefenkamer")} == {"Actual", "Exercise"}
    for status, headline in scene.told("oefenkamer"):
        assert headline.startswith("OEFENING: ") is (status == "Exercise"), headline
    assert {status for status, _ in scene.told("meldkamer")} == {"Actual"}
    assert scene.got("/v1/summary")["alertsOpened"] == 1


async def they_decide(leader: Leader, vic: Participant, burgemeester: Participant, buur: Participant) -> None:
    """As expected, otherwise, too late, and of their own accord."""
    await vic.notices(alert_of(PLACE))
    await vic.answers(from_("Meldkamer van de veiligheidsregio"), "politie", TYPED[0])
    await leader.jumps("2021-01-24T17:40")
    await burgemeester.sees(from_("Adviseur veiligheid"))
    await leader.jumps("2021-01-24T18:20")
    await burgemeester.sees(from_("Officier van dienst"))  # a reminder, for nothing was answered
    await burgemeester.answers(from_("Adviseur veiligheid"), "aanspreken", TYPED[1])
    await buur.answers(from_("Winkelcentrum"), "melden", TYPED[2])
    await vic.decides("buur-bellen", TYPED[3])
    await leader.jumps("2021-01-24T19:00")
    await burgemeester.answers(from_("Commandant ter plaatse"), "heel", TYPED[4])


async def it_is_all_in_the_report(scene: Scene, leader: Leader) -> None:
    """On the page, and in the same words on paper."""
    await press(leader.page, "a[href^='/oefenverslagen/']")
    paper = await leader.page.request.get(f"{scene.url}/oefenverslagen/{scene.session}/verslag.pdf")
    page = " ".join((await leader.page.inner_text("main")).split())
    for told in (page, printed(await paper.body())):
        assert "OEFENING" in told
        for said in (
            "Zoals verwacht 3 van 6", "Te laat 1", "Anders dan verwacht 1", "Niet gedaan 1", "Niet gespeeld",
            "Wie belt u als eerste?", "De politie en OOV, tegelijk", *TYPED, LESSON,
            "Weet wie van het jongerenwerk op zondag binnen een kwartier op straat staat.",
            "Wie was er op zondag niet te bereiken?", "Stilgezet", "Verdergegaan", "Andere snelheid",
            "Klok versprongen", "Doet mee", "Melding van Seinpost", PLACE,
        ):  # fmt: skip
            assert said in told, said
        for time_to in (
            "Tijd tot gezien",
            "Tijd tot besluit",
            "Tijd van het eerste signaal tot anderen zijn ingelicht",
        ):
            assert re.search(rf"{time_to}(?: \(midden\))? [\d,.]+ min \(\d+ (?:s|min) echt\)", told), time_to
        timeline = told[told.rindex("Tijdlijn") :]
        moments = [timeline.index(said) for said in ("Begonnen", "Stilgezet", PLACE, *TYPED, "Afgelopen")]
        assert moments == sorted(moments), "in the order of what happened"
    assert await violations(leader.page) == []


async def it_goes_without_trace(scene: Scene, leader: Leader, wall: Person, vic: Participant) -> None:
    """From the screens, the database, the topic of alerts and the detector; not from the report and the audit log."""
    practised = {alert.id for alert in await scene.practised()}
    marks = (scene.session, *practised)
    assert scene.where(*marks) > {"alerts", "revisions", "deliveries", "picture", "events", "exercise_lines", "audit"}
    tables = {name.partition(" ")[0] for name in await scene.state() if scene.world in name}
    assert tables == set(STATE)

    await leader.opens(leader.here)
    await leader.presses("form[action$='/verwijderen'] button")
    await leader.sees("text=De oefening zelf is al verwijderd")
    assert scene.where(*marks) == {"audit", "exercise_reports"}
    assert scene.where(*TYPED, LESSON) == {"exercise_reports"}
    assert "exercise-remove" in scene.rows()["audit"]
    for alert in practised:
        scene.got(f"/v1/alerts/{alert}", 404)
    await wall.page.wait_for_selector(".exercises", state="detached")
    await vic.sees("text=Open de link die u van de leider van de oefening kreeg.")

    async def left() -> list[str]:
        values = {**await scene.state(), **await last_values(scene.chain.broker, ALERTS.name)}
        return [name for name, value in values.items() if value and (scene.world in name or name in practised)]

    assert await eventually(left, lambda names: not names, patience_s=60) == []
    assert (await last_values(scene.chain.broker, ALERTS.name))[scene.real], "what is real stays"
