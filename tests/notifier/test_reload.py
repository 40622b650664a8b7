"""The configuration changes while the notifier runs: taken over whole, or refused whole and told."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.settings import BrokerSettings
from configuration.alarms import Alarms
from configuration.whole import Configuration
from contracts.alert import Place
from contracts.notice import About
from services.notifier.delivery.post import client
from services.notifier.force import Unusable, made_of, sign_in_for
from services.notifier.reload import follow
from services.notifier.store.database import Database
from tests.brokers.services import REPOSITORY, RunningService
from tests.conftest import StartService
from tests.notifier.access.conftest import Guarded, guarded, provider, provider_process
from tests.notifier.conftest import Receiver
from tests.notifier.samples import alert
from tests.notifier.test_admission import Security
from tests.notifier.test_service import produce
from tests.notifier.test_service import settings as service_settings

__all__ = ["guarded", "provider", "provider_process", "service_settings"]
PATIENCE_S = 120
GRONINGEN = Place(gemeente="Groningen", gemeente_code="GM0014", region="VR01")


def until(what: Callable[[], Any], why: str, service: RunningService) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert service.process.poll() is None, service.tail()
        assert time.monotonic() < deadline, f"{why}\n{service.tail()}"
        time.sleep(0.1)
    return found


@pytest.mark.broker
@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_receivers_alarms_and_routing_change_while_it_runs(
    broker: BrokerSettings, start_service: StartService, service_settings: Mapping[str, str], receiver: Receiver
) -> None:
    config = Path(service_settings["SEINPOST_CONFIG"])
    notifier = start_service("notifier", service_settings)
    began = httpx.get(f"{notifier.url}/v1/configuration", verify=False).json()["version"]

    def version() -> str:
        return str(httpx.get(f"{notifier.url}/v1/configuration", verify=False).json()["version"])

    def got() -> set[str]:
        return {str(body["data"]["id"]) for _, body in receiver.got}

    def write(name: str, text: str) -> None:
        # As an editor does: whole at once.
        (config / f".{name}").write_text(text)
        (config / f".{name}").replace(config / name)

    produce(broker, alert(id="voor"))
    until(lambda: "voor" in got(), "the alert before", notifier)
    hook = f"url: '{receiver.url}', secret: meldkamer"
    one = f"  - {{id: meldkamer, {hook}, phenomena: [plunderen], min_severity: high}}\n"
    other = f"  - {{id: noord, {hook}, regions: [VR01]}}\n"
    write("receivers.yaml", f"receivers:\n{one}{other}")
    second = until(lambda: version() != began and version(), "the change", notifier)
    produce(broker, alert(id="na", event=None), alert(id="noordelijk", place=GRONINGEN, event=None))
    until(lambda: "noordelijk" in got(), "the alert of the new receiver", notifier)
    rows = httpx.get(f"{notifier.url}/v1/deliveries", verify=False).json()["items"]
    assert {row["receiver"] for row in rows if row["alertId"] == "noordelijk"} == {"noord"}
    assert [row for row in rows if row["alertId"] == "na"] == [], "not its phenomenon any more"

    # Right in itself, but with a secret that is not there: what was in force stays, all of it.
    write("receivers.yaml", f"receivers:\n{one}{other.replace('secret: meldkamer', 'secret: verloren')}")

    def refused() -> str:
        html = httpx.get(notifier.url, verify=False).text
        return html if "niet overgenomen" in html else ""

    page = until(refused, "the banner", notifier)
    assert "De meldkamer:" in page
    assert "receivers.yaml" in page
    assert "verloren" not in page
    assert notifier.metrics()["seinpost_notifier_configuration_valid"] == 0
    assert version() == second
    assert {item["id"] for item in httpx.get(f"{notifier.url}/v1/receivers", verify=False).json()["items"]} == {
        "meldkamer",
        "noord",
    }

    (config / "alarms.yaml").unlink()
    write("alarms.yaml", "escalation:\n  steps:\n    - {after_minutes: 1, receivers: [noord]}\n")
    write("receivers.yaml", f"receivers:\n{one}{other}")
    until(lambda: version() != second, "mended, with other alarms", notifier)
    waited = f"{notifier.url}/v1/alerts/voor"
    until(lambda: httpx.get(waited, verify=False).json()["escalatesAt"], "the clock of who waited", notifier)
    until(lambda: "niet overgenomen" not in httpx.get(notifier.url, verify=False).text, "the banner goes", notifier)
    metrics = notifier.metrics()
    assert metrics["seinpost_notifier_configuration_valid"] == 1
    assert metrics['seinpost_notifier_configuration_reloads_total{outcome="refused"}'] >= 1
    assert metrics['seinpost_notifier_configuration_reloads_total{outcome="taken"}'] >= 2
    assert notifier.stop(60) == 0


async def test_clocks_go_on_by_the_steps_that_are_in_force(database: Database, configuration: Configuration) -> None:
    room = Security(database, configuration)
    await room.arrives(alert())
    assert (await room.case("a1b2c3")).escalate_ms == room.clock() + 5 * 60_000
    await room.later(2)
    steps = {"escalation": {"steps": [{"after_minutes": 1, "receivers": ["sms"]}]}}
    other = Security(database, configuration, Alarms.model_validate(steps))
    room.rounds.take(other.admission)
    await room.rounds.restart_clocks()
    await room.later(0)
    assert ("sms", "escalated") in await room.told("a1b2c3"), "two minutes are more than one"
    assert ("piket", "escalated") not in await room.told("a1b2c3")


async def test_access_changes_for_who_is_inside_and_sign_in_never_goes_away(guarded: Guarded) -> None:
    operator = await guarded.signed_in("operator-vr17")
    assert (await operator.get("/v1/alerts")).status_code == 200
    now = guarded.room.configuration
    entrance = guarded.app.state.entrance
    async with client(1) as http:
        without = replace(now, access=now.access.model_copy(update={"sign_in": None}))
        opened = made_of(without, guarded.room.settings, http)
        with pytest.raises(Unusable, match="sign_in is gone"):
            sign_in_for(opened, entrance)
        lost = now.access.sign_in.model_copy(update={"secret": "verloren"})  # type: ignore[union-attr]
        broken = made_of(
            replace(now, access=now.access.model_copy(update={"sign_in": lost})), guarded.room.settings, http
        )
        with pytest.raises(Unusable, match="missing"):
            sign_in_for(broken, entrance)
        rules = tuple(rule for rule in now.access.groups if rule.role != "operator")
        force = made_of(
            replace(now, access=now.access.model_copy(update={"groups": rules})), guarded.room.settings, http
        )
    guarded.room.take(force)
    assert (await operator.get("/v1/alerts")).status_code == 403, "the next request counts by the new rules"


async def test_what_cannot_be_used_changes_nothing_and_is_told(tmp_path: Path, configuration: Configuration) -> None:
    """The follower itself, with a broker's place taken by a list of what it told."""
    told: list[dict[str, Any]] = []
    heard = asyncio.Event()

    class Told:
        async def tell(self, about: About, **state: Any) -> None:
            told.append(state)
            heard.set()

    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    taken: list[Configuration] = []

    def take(found: Configuration) -> None:
        if len(found.alarms.budget.shift_starts) == 1:
            raise Unusable("alarms.yaml", "not here")
        taken.append(found)

    stop = asyncio.Event()
    task = asyncio.create_task(follow(config, configuration.version, take, Told(), stop))  # type: ignore[arg-type]
    async with asyncio.timeout(120):
        await heard.wait()  # at the start, that all is well
        for text, count, places in (
            ("budget: {per_shift: -1}\n", 1, ("alarms.yaml",)),
            ('budget: {shift_starts: ["07:00"]}\n', 1, ("alarms.yaml",)),
            ("budget: {per_shift: 30}\n", 0, ()),
        ):
            heard.clear()
            (tmp_path / "alarms.yaml").write_text(text)
            (tmp_path / "alarms.yaml").replace(config / "alarms.yaml")
            await heard.wait()
            assert told[-1]["active"] == bool(count)
            assert told[-1].get("count", 0) == count
            assert tuple(place.partition(":")[0] for place in told[-1].get("places", ())) == places
    assert [found.alarms.budget.per_shift for found in taken] == [30]
    stop.set()
    await asyncio.wait_for(task, 60)
