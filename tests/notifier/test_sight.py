"""A source that stopped saying that it is live is blind, and a chain whose probe does not come through is not calm."""

from __future__ import annotations

import dataclasses

import pytest

from configuration.sources import Push, Sources
from contracts.alert import Change
from contracts.raw_post import PROBE
from contracts.source_health import FORGOTTEN_MS, UNHEARD_MS, Reason, Status
from services.notifier.lookout import Lookout
from services.notifier.sight import CHAIN_UNHEARD_MS, believed, chain
from services.notifier.store import events
from tests.notifier.conftest import Served
from tests.notifier.console.test_pages import page
from tests.notifier.samples import alert, health

NOW = 10_000_000_000
HERE = (("bluesky", None),)
PROBED = (("probe", PROBE),)


@pytest.mark.parametrize(
    ("ago_ms", "status"), [(0, Status.LIVE), (UNHEARD_MS, Status.LIVE), (UNHEARD_MS + 1, Status.BLIND)]
)
def test_live_is_believed_as_long_as_two_reports_may_take(ago_ms: int, status: Status) -> None:
    (found,) = believed([(health(), NOW - ago_ms)], HERE, NOW)
    assert found.status is status
    assert (found.reason is Reason.UNHEARD, found.since_ms == NOW - ago_ms) == ((status is Status.BLIND),) * 2


def test_what_says_itself_why_it_is_blind_or_over_keeps_its_word() -> None:
    said = [health(status=Status.BLIND, reason=Reason.REFUSED), health(status=Status.ENDED, reason=Reason.FINISHED)]
    assert believed([(one, 0) for one in said], HERE, NOW) == said


def test_a_source_taken_out_of_the_configuration_is_forgotten_after_an_hour() -> None:
    gone = health(source="weg")
    assert believed([(gone, NOW - FORGOTTEN_MS)], HERE, NOW) == []
    (found,) = believed([(gone, NOW - FORGOTTEN_MS + 1)], HERE, NOW)
    assert found.reason is Reason.UNHEARD


@pytest.mark.parametrize(
    ("ago_ms", "configured", "seen"),
    [(CHAIN_UNHEARD_MS, PROBED, [Status.LIVE]), (CHAIN_UNHEARD_MS + 1, PROBED, [Status.BLIND]), (0, HERE, [])],
)
def test_the_chain_counts_while_a_probe_tries_it(
    ago_ms: int, configured: tuple[tuple[str, str | None], ...], seen: list[Status]
) -> None:
    assert [one.status for one in believed([(chain(0), NOW - ago_ms)], configured, NOW)] == seen


async def test_the_page_says_so_by_itself_and_takes_it_back(served: Served) -> None:
    lookout = Lookout(room=served.room)
    await served.arrives(health())
    await lookout.look()
    assert "1 bron kijkt mee" in await page(served)
    served.clock.ms += UNHEARD_MS + 1
    await lookout.look()
    shown = await page(served)
    assert "bluesky heeft niets meer van zich laten horen sinds" in shown
    assert "kan iets gebeuren dat Seinpost niet ziet" in shown
    listed = (await served.http.get("/v1/sources")).json()["items"]
    assert [(one["status"], one["reason"]) for one in listed] == [("blind", "unheard")] * 3
    await served.arrives(health())
    await lookout.look()
    await lookout.look()
    assert "1 bron kijkt mee" in await page(served)
    async with served.room.database.reading() as connection:
        told = [event.data for event in await events.after(connection, 0) if b"bluesky" in event.data]
    assert [b'"blind"' in one for one in told] == [False, True, False], "first seen, unheard, heard again"


async def test_a_chain_that_lets_no_probe_through_is_told(served: Served) -> None:
    fields = {"id": "probe", "kind": "push", "path": "/v1/probe", "token_secret": "probe", "exercise": PROBE}
    sources = Sources(sources=(Push.model_validate(fields),))
    served.room.configuration = dataclasses.replace(served.room.configuration, sources=sources)
    probed = health(source="probe", exercise=PROBE)
    await served.arrives(health(), probed, alert(exercise=PROBE, change=Change.OPENED))
    shown = await page(served)
    assert "1 bron kijkt mee" in shown, "what tries the chain is no source"
    assert "proefbericht" not in shown
    assert "Seinpost zelf: een proefbericht door alle stappen" in await page(served, "/bronnen")
    served.clock.ms += CHAIN_UNHEARD_MS + 1
    await served.arrives(health(), probed)
    shown = await page(served)
    assert "Seinpost test zichzelf en dat lukt niet" in shown
    assert "vanzelf" not in shown
    assert "maar niet alles is te zien" in await page(served, "/kaart")


async def test_an_exercise_that_is_played_watches_nothing_real(served: Served) -> None:
    await served.arrives(health(source="oefening", exercise="Project X Haren"))
    assert "er loopt alleen een oefening" in await page(served)
