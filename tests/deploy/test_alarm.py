"""Debian's own Prometheus, Alertmanager and node exporter beside the running services: what rules and dashboards ask
for is there, and an alert reaches who must hear of it.

Their versions are older than those of deploy/compose.yaml; what is asked of them here is the same in both.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from ruamel.yaml import YAML

from broker.embedded import free_port
from broker.settings import BrokerSettings
from configuration import load
from contracts.raw_post import PROBE
from seinpost.webhook_receiver import webhook_receiver
from services.ingest.probe import lines, sentence
from tests.conftest import StartService
from tests.deploy.test_compose import COMPOSE
from tests.deploy.test_rules import DASHBOARDS, PROMETHEUS, RULES, _metrics
from tests.ingest.test_file import line
from tests.notifier.delivery.sending import Posted, posted
from tests.system.chain import Chain, configured, start_chain

PROGRAMS = ("prometheus", "prometheus-alertmanager", "prometheus-node-exporter")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
PATIENCE_S = 60.0
NOT_HERE = {
    "kubelet_volume_stats_available_bytes": "the kubelet tells it of a cluster",
    "kubelet_volume_stats_capacity_bytes": "the kubelet tells it of a cluster",
    "seinpost_certificate_expiry_timestamp_seconds": "no TLS here: tests/deploy/test_guarded.py",
    "ALERTS": "the dashboard leaves the watchdog out, and nothing else fires this soon",
}
T = TypeVar("T")


@pytest.mark.broker
@pytest.mark.embedded
@pytest.mark.thorough
@pytest.mark.timeout(240)
@pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}")
def test_prometheus_finds_what_rules_ask_for_and_an_alert_arrives(
    broker: BrokerSettings, start_service: StartService, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        chain = stack.enter_context(working(start_service, broker, tmp_path))
        heard = stack.enter_context(posted())
        at = stack.enter_context(
            prometheus(
                tmp_path,
                {name: service.url.partition("//")[2] for name, service in chain.services.items()}
                | {"node-exporter": stack.enter_context(node_exporter(tmp_path))},
                stack.enter_context(alertmanager(tmp_path, heard.url)),
            )
        )

        def ask(path: str, **query: str) -> Any:
            answer = httpx.get(f"{at}/api/v1/{path}", params=query, timeout=10, trust_env=False)
            return answer.json()["data"]

        def states() -> dict[str, str]:
            return {one["labels"]["service"]: one["health"] for one in ask("targets")["activeTargets"]}

        eventually(states, lambda found: found == dict.fromkeys([*chain.services, "node-exporter"], "up"))
        eventually(lambda: told(heard, "/watchdog"), lambda found: "SeinpostWatchdog" in found)

        sought = selectors()

        def absent() -> set[str]:
            sought.difference_update([one for one in sought if ask("series", **{"match[]": one})])
            return {one for one in sought if name_of(one) not in NOT_HERE}

        eventually(absent, lambda found: not found)
        assert {name_of(one) for one in sought} == NOT_HERE.keys(), "what is here after all need not be excused"
        counted = {one.replace(', alertname!="SeinpostWatchdog"', "") for one in sought if name_of(one) == "ALERTS"}
        assert all(ask("series", **{"match[]": one}) for one in counted), counted

        rules = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
        assert {rule["name"] for rule in rules if rule["health"] == "ok"} == {rule["alert"] for rule in RULES}

        def down() -> dict[str, str]:
            found = [one for one in ask("alerts")["alerts"] if one["labels"]["alertname"] == "SeinpostServiceDown"]
            return {one["labels"]["service"]: one["state"] for one in found}

        eventually(down, lambda found: not found)
        chain.services["detector"].kill()
        eventually(down, lambda found: "detector" in found)
        assert "SeinpostServiceDown" not in told(heard, "/pager"), "nobody is woken before its two minutes are over"


def test_what_an_expression_selects() -> None:
    expression = 'sum by (le, a) (rate(x_bucket{b="c", d!~"e|f"}[5m])) / on (source) y or vector(0) < 14 * 86400'
    assert selected(expression) == {'x_bucket{b="c", d!~"e|f"}', "y"}
    assert len(selectors()) > 50


@contextlib.contextmanager
def working(start: StartService, broker: BrokerSettings, directory: Path) -> Iterator[Chain]:
    """The four services, after a real call, a probe, a file and a line that is no post; one source and one receiver are
    away."""
    with webhook_receiver() as received:
        secrets = directory / "secrets"
        secrets.mkdir()
        for name, secret in {"token": "a-token", "receiver": received.secret}.items():
            (secrets / name).write_text(secret)
        away = f"127.0.0.1:{free_port()}"
        receivers = [
            {"id": "here", "kind": "webhook", "url": received.url, "secret": "receiver"},
            {"id": "away", "kind": "webhook", "url": f"http://{away}/", "secret": "receiver"},
        ]
        sources = [
            {"id": "pushed", "kind": "push", "path": "/v1/pushed", "token_secret": "token"},
            {"id": "probe", "kind": "push", "path": "/v1/probe", "token_secret": "token", "exercise": PROBE},
            {"id": "read", "kind": "file", "path": str(directory / "read.jsonl")},
            {"id": "away", "kind": "jetstream", "url": f"ws://{away}/subscribe"},
        ]
        config = configured(directory / "config", sources, receivers=json.dumps({"receivers": receivers}))
        (directory / "read.jsonl").write_bytes(line(1, created_at=f"{datetime.datetime.now(datetime.UTC):%FT%TZ}"))
        own = {"SEINPOST_INGEST__SECRETS_DIR": str(secrets), "SEINPOST_NOTIFIER__SECRETS_DIR": str(secrets)}
        chain = start_chain(start, broker, directory / "run", config, own)
        now = datetime.datetime.now(datetime.UTC)
        text = sentence(load(config), now)
        for path, body in (("pushed", lines(text, now) + b"\nno post\n"), ("probe", lines(text, now))):
            answer = httpx.post(
                f"{chain.services['ingest'].url}/v1/{path}",
                content=body,
                headers={"Authorization": "Bearer a-token"},
                timeout=20,
                trust_env=False,
            )
            assert answer.status_code == 200, answer.text[:300]
        yield chain


def told(heard: Posted, path: str) -> set[str]:
    """Names of alerts that Alertmanager said to fire, there."""
    return {
        one["labels"]["alertname"]
        for where, _, body in list(heard.got)
        if where == path
        for one in json.loads(body)["alerts"]
    }


@contextlib.contextmanager
def alertmanager(directory: Path, url: str) -> Iterator[str]:
    """With our routes; what is sent goes to ``url``. Returns its address. Debian's is older than `url_file`."""
    text = (PROMETHEUS / "alertmanager.yaml").read_text(encoding="utf-8")
    text, times = re.subn(r"url_file: /run/secrets/(\w+)-url", rf"url: {url}/\1", text)
    assert times == 3
    file = directory / "alertmanager.yaml"
    file.write_text(text)
    at = f"127.0.0.1:{free_port()}"
    options = [f"--config.file={file}", f"--storage.path={directory}/alertmanager", "--cluster.listen-address="]
    with process(["prometheus-alertmanager", *options], at, directory / "alertmanager.log"):
        yield at


@contextlib.contextmanager
def node_exporter(directory: Path) -> Iterator[str]:
    """With the collectors of deploy/compose.yaml. Returns its address."""
    command = COMPOSE["services"]["node-exporter"]["command"]
    options = [one for one in command if not one.startswith("--path.rootfs=")]
    assert len(options) == len(command) - 1
    at = f"127.0.0.1:{free_port()}"
    with process(["prometheus-node-exporter", *options], at, directory / "node-exporter.log", ready_at="/metrics"):
        yield at


@contextlib.contextmanager
def prometheus(directory: Path, places: Mapping[str, str], alerts_to: str) -> Iterator[str]:
    """With our rules and jobs, every second; each that is scraped at the place it has here."""
    config = YAML(typ="safe", pure=True).load((PROMETHEUS / "compose.yaml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(PROMETHEUS / name) for name in config["rule_files"]]
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [alerts_to]}]}]
    for job in config["scrape_configs"]:
        for one in job["static_configs"]:
            one["targets"] = [places[name.partition(":")[0]] for name in one["targets"]]
    file = directory / "prometheus.yaml"
    file.write_text(json.dumps(config))
    at = f"127.0.0.1:{free_port()}"
    # What fires before Prometheus knows its Alertmanager is lost, and by itself said again only a minute later.
    again = "--rules.alert.resend-delay=1s"
    options = [f"--config.file={file}", f"--storage.tsdb.path={directory}/prometheus", again]
    with process(["prometheus", *options], at, directory / "prometheus.log"):
        yield f"http://{at}"


@contextlib.contextmanager
def process(command: Sequence[str], at: str, log: Path, ready_at: str = "/-/ready") -> Iterator[None]:
    with log.open("ab") as output:
        started = subprocess.Popen(
            [*command, f"--web.listen-address={at}"], stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )

    def ready() -> bool:
        assert started.poll() is None, log.read_text(errors="replace")[-2000:]
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://{at}{ready_at}", timeout=2, trust_env=False).status_code == 200
        return False

    try:
        eventually(ready, bool)
        yield
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def eventually(look: Callable[[], T], enough: Callable[[T], bool]) -> T:
    deadline = time.monotonic() + PATIENCE_S
    while not enough(seen := look()):
        assert time.monotonic() < deadline, str(seen)
        time.sleep(0.2)
    return seen


def selectors() -> set[str]:
    """Every metric with its labels, as rules and dashboards select it."""
    expressions = [rule["expr"] for rule in RULES]
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            expressions += [target["expr"] for target in panel["targets"]]
    return {one for expression in expressions for one in selected(expression)}


def selected(expression: str) -> set[str]:
    names = "|".join(sorted(_metrics(expression), key=len, reverse=True))
    return set(re.findall(rf"\b(?:{names})\b(?:\{{[^}}]*\}})?", expression)) if names else set()


def name_of(selector: str) -> str:
    return selector.partition("{")[0]
