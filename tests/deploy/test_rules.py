"""Rules, runbooks and dashboards speak of metrics that exist, and each alert is seen to fire and to stay silent."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import program

PROMETHEUS = REPOSITORY / "deploy/prometheus"
DASHBOARDS = sorted((REPOSITORY / "deploy/kubernetes/components/monitoring/dashboards").glob("*.json"))
OURS = frozenset(
    re.findall(r"`(seinpost_[a-z_]+)`", (REPOSITORY / "docs/reference/metrics.md").read_text(encoding="utf-8"))
)
HISTOGRAMS = frozenset(
    re.findall(r"`(seinpost_[a-z_]+)` \| histogram", (REPOSITORY / "docs/reference/metrics.md").read_text())
)
OTHERS = frozenset(
    {
        "ALERTS", "up", "process_resident_memory_bytes", "process_cpu_seconds_total",
        "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes",
        "node_filesystem_avail_bytes", "node_filesystem_size_bytes", "node_timex_offset_seconds",
        "node_timex_sync_status",
    }
)  # fmt: skip
"""Of Prometheus itself, its client library, the kubelet and the node exporter."""


def _yaml(name: str) -> dict:
    return YAML(typ="safe", pure=True).load((PROMETHEUS / name).read_text(encoding="utf-8"))


RULES = [rule for group in _yaml("rules.yaml")["groups"] for rule in group["rules"]]


def _metrics(expression: str) -> set[str]:
    """Names in an expression that are metrics: no function, no label, no word of the language."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\{[^}]*\}", " ", bare)
    words = set(re.findall(r"(?<![\w.])([a-zA-Z_][\w]*)(?!\w*\s*\()", bare))
    return {word for word in words if word not in {"or", "and", "unless", "by", "bool", "offset", "m", "h", "d"}}


def _known(name: str) -> bool:
    plain = re.sub(r"_(bucket|sum|count)$", "", name)
    return name in OURS | OTHERS or (plain in HISTOGRAMS and plain != name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_metrics_that_exist_and_has_a_runbook(rule: dict) -> None:
    unknown = {name for name in _metrics(rule["expr"]) if not _known(name)}
    assert unknown == set()
    runbook = REPOSITORY / rule["annotations"]["runbook"]
    text = runbook.read_text(encoding="utf-8")
    assert f"`{rule['alert']}`" in text, f"{runbook.name} does not speak of {rule['alert']}"
    assert all(f"## {heading}" in text for heading in ("What it means", "Look", "Do"))
    assert rule["labels"]["severity"] in {"page", "ticket", "none"}


def test_each_alert_is_tested_both_ways() -> None:
    fires, silent = set(), set()
    for test in _yaml("rules.test.yaml")["tests"]:
        for each in test["alert_rule_test"]:
            (fires if each["exp_alerts"] else silent).add(each["alertname"])
    alerts = {rule["alert"] for rule in RULES}
    assert fires == alerts
    assert silent == alerts - {"SeinpostWatchdog"}, "the watchdog alone never rests"


def test_prometheus_agrees_that_rules_fire_and_stay_silent() -> None:
    promtool = program("promtool")
    for command in (["check", "rules", "rules.yaml"], ["test", "rules", "rules.test.yaml"]):
        done = subprocess.run([promtool, *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_and_alertmanager_take_their_configuration(tmp_path: Path) -> None:
    promtool, amtool = program("promtool"), program("amtool")
    done = subprocess.run(
        [promtool, "check", "config", "compose.yaml"], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Debian's Alertmanager is older than `url_file`.
    older = (PROMETHEUS / "alertmanager.yaml").read_text().replace("url_file: /run/secrets/", "url: http://localhost/")
    file = tmp_path / "alertmanager.yaml"
    file.write_text(older)
    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    routed = [amtool, "config", "routes", "test", f"--config.file={file}"]
    for labels, receiver in (
        (["alertname=SeinpostWatchdog", "severity=none"], "watchdog"),
        (["alertname=SeinpostUnseenAlert", "severity=page"], "page"),
        (["alertname=SeinpostClockSkew", "severity=ticket"], "ticket"),
    ):
        done = subprocess.run([*routed, *labels], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == receiver


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_asks_for_metrics_that_exist(file: Path) -> None:
    dashboard = json.loads(file.read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        for target in panel["targets"]:
            unknown = {name for name in _metrics(target["expr"]) if not _known(name)}
            assert unknown == set(), panel["title"]


def test_prometheus_can_read_every_expression_of_the_dashboards(tmp_path: Path) -> None:
    promtool = program("promtool")
    expressions = [
        target["expr"]
        for file in DASHBOARDS
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions)]
    (tmp_path / "panels.yaml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", "panels.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_itself_sees_a_metric_that_does_not_exist() -> None:
    assert _metrics('sum by (a) (rate(seinpost_x_total{b="c"}[5m])) / up or vector(0)') == {"seinpost_x_total", "up"}
    assert not _known("seinpost_x_total")
    assert not _known("seinpost_ingest_posts_total_bucket")
