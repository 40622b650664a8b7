"""The manifests agree with the code, and nothing in them is looser than it must be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from configuration import load
from contracts.topics import TOPICS, Service
from runtime.settings import secret_files, variables
from seinpost import manifests
from services.anonymizer.settings import Settings as Anonymizer
from services.detector.settings import Settings as Detector
from services.ingest.settings import Settings as Ingest
from services.notifier.settings import Settings as Notifier
from tests.brokers import maven
from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import OVERLAYS, documents, of_kind, pods, program, text_of

overlays = pytest.mark.parametrize("overlay", OVERLAYS)
SPREAD = {topic.name for topic in TOPICS if topic.partitions > 1}


def test_generated_files_are_up_to_date() -> None:
    stale = [
        str(file.relative_to(REPOSITORY))
        for file, text in manifests.files(REPOSITORY / "config").items()
        if file.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run python -m seinpost.manifests"


@overlays
def test_topics_on_the_cluster_are_the_topics_of_the_code(overlay: str) -> None:
    made = {each["metadata"]["name"]: each["spec"] for each in of_kind(overlay, "KafkaTopic")}
    assert {name: spec["config"] for name, spec in made.items()} == {t.name: t.settings() for t in TOPICS}
    single = {t.name for t in TOPICS} - SPREAD
    assert {made[name]["partitions"] for name in single} == {1}
    settings = next(each for each in of_kind(overlay, "ConfigMap") if each["metadata"]["name"] == "seinpost-settings")
    told = int(settings["data"]["SEINPOST_BROKER__PARTITIONS"])
    assert {made[name]["partitions"] for name in SPREAD} == {told}, "services would miss partitions"
    for scaled in of_kind(overlay, "ScaledObject"):
        assert 1 <= scaled["spec"]["minReplicaCount"] <= scaled["spec"]["maxReplicaCount"] <= told


@overlays
def test_only_the_anonymizer_may_read_posts_as_written(overlay: str) -> None:
    readers = set()
    for user in of_kind(overlay, "KafkaUser"):
        assert user["spec"]["authentication"] == {"type": "tls"}
        for rule in user["spec"]["authorization"]["acls"]:
            name, prefix = rule["resource"].get("name"), rule["resource"].get("patternType") == "prefix"
            assert "All" not in rule["operations"]
            if rule["resource"]["type"] == "topic" and "Read" in rule["operations"]:
                assert name
                if name == "posts.raw" or (prefix and "posts.raw".startswith(name)):
                    readers.add(user["metadata"]["name"])
    assert readers == {"seinpost-anonymizer"}


@overlays
def test_every_setting_is_known_to_the_service_that_gets_it(overlay: str) -> None:
    known = {"ingest": Ingest, "anonymizer": Anonymizer, "detector": Detector, "notifier": Notifier, "probe": Ingest}
    maps = {each["metadata"]["name"]: each.get("data", {}) for each in of_kind(overlay, "ConfigMap")}
    for name, pod in pods(overlay).items():
        container = pod["spec"]["containers"][0]
        given = {each["name"] for each in container.get("env", [])}
        for source in container.get("envFrom", []):
            given |= set(maps[source["configMapRef"]["name"]])
        assert given <= set(variables(known[name])) | set(secret_files(known[name])), name


@overlays
def test_the_configuration_on_the_cluster_is_valid_and_whole(overlay: str, tmp_path: Path) -> None:
    """Mounted as the pods mount it: every directory a ConfigMap of its own."""
    mounts = {"seinpost-config": "."} | {
        f"seinpost-{name}": name for name in ("phenomena", "places", "mandates", "themes")
    }
    for each in of_kind(overlay, "ConfigMap"):
        if folder := mounts.get(each["metadata"]["name"]):
            (tmp_path / folder).mkdir(exist_ok=True)
            for name, text in each["data"].items():
                (tmp_path / folder / name).write_text(text, encoding="utf-8")
    ours, theirs = load(tmp_path), load(REPOSITORY / "config")
    assert (ours.phenomena, ours.gazetteer, ours.mandates) == (theirs.phenomena, theirs.gazetteer, theirs.mandates)
    assert (ours.themes, ours.attack, ours.events) == (theirs.themes, theirs.attack, theirs.events)


@overlays
def test_pods_have_no_rights_they_do_not_need(overlay: str) -> None:
    assert set(pods(overlay)) == {*(service.value for service in Service), "probe"}
    for name, pod in pods(overlay).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["serviceAccountName"] == name
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 10_000
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        assert not [volume for volume in spec["volumes"] if "hostPath" in volume]
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["readOnlyRootFilesystem"] is True
            assert security["capabilities"] == {"drop": ["ALL"]}
            tag = container["image"].rpartition(":")[2]
            assert tag not in ("latest", container["image"]), f"{container['image']} has no version"
            assert {"cpu", "memory", "ephemeral-storage"} <= container["resources"]["requests"].keys()
            assert {"cpu", "memory", "ephemeral-storage"} <= container["resources"]["limits"].keys()
            if pod["kind"] != "CronJob":
                assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
                assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
                assert container["startupProbe"]


@overlays
def test_what_strimzi_starts_is_admitted_where_restricted_is_enforced(overlay: str) -> None:
    (pool,), (kafka,) = of_kind(overlay, "KafkaNodePool"), of_kind(overlay, "Kafka")
    operators = kafka["spec"]["entityOperator"]
    assert {"topicOperator", "userOperator"} <= operators.keys()
    for template, containers in (
        (pool["spec"]["template"], ["kafkaContainer"]),
        (operators["template"], ["topicOperatorContainer", "userOperatorContainer"]),
    ):
        assert template["pod"]["securityContext"]["runAsNonRoot"] is True
        assert template["pod"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers:
            security = template[container]["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, container
            assert security["capabilities"] == {"drop": ["ALL"]}, container


@overlays
def test_scalers_count_what_waits_at_every_worker(overlay: str) -> None:
    """A worker tells of its own partitions alone: of several workers only the sum is what waits, as in the alert."""
    (rules,) = of_kind(overlay, "PrometheusRule")
    alerts = "\n".join(rule["expr"] for group in rules["spec"]["groups"] for rule in group["rules"] if "alert" in rule)
    for scaled in of_kind(overlay, "ScaledObject"):
        (trigger,) = scaled["spec"]["triggers"]
        assert trigger["metadata"]["query"] == f"sum(seinpost_{scaled['metadata']['name']}_lag_records)"
        assert f"{trigger['metadata']['query']} > " in alerts


@overlays
def test_every_alert_reaches_the_routes_of_our_namespace(overlay: str) -> None:
    """The operator of Alertmanager gives them only alerts that bear the name of the namespace."""
    (rules,), (routes,) = of_kind(overlay, "PrometheusRule"), of_kind(overlay, "AlertmanagerConfig")
    (namespace,) = of_kind(overlay, "Namespace")
    assert routes["metadata"]["namespace"] == namespace["metadata"]["name"]
    alerts = [rule for group in rules["spec"]["groups"] for rule in group["rules"]]
    assert {rule["labels"]["namespace"] for rule in alerts} == {namespace["metadata"]["name"]}
    receivers = {one["name"] for one in routes["spec"]["receivers"]}
    route = routes["spec"]["route"]
    assert {route["receiver"], *(one["receiver"] for one in route["routes"])} == receivers


@overlays
def test_what_is_scraped_may_be_reached(overlay: str) -> None:
    """Every port that a monitor names is opened to Prometheus by a policy for the same pods."""
    monitors = {one["metadata"]["name"]: one["spec"] for one in of_kind(overlay, "PodMonitor")}
    assert set(monitors) == {"seinpost", "seinpost-kafka", "seinpost-database"}
    opened = {
        (key, value, port["port"])
        for policy in of_kind(overlay, "NetworkPolicy")
        for key, value in policy["spec"]["podSelector"].get("matchLabels", {}).items()
        for rule in policy["spec"].get("ingress", [])
        if {"namespaceSelector": {"matchLabels": {"seinpost.nl/role": "monitoring"}}} in rule.get("from", [])
        for port in rule["ports"]
    }
    for service in Service:
        assert ("app.kubernetes.io/name", service.value, 8080) in opened
    assert ("strimzi.io/cluster", "seinpost", 9404) in opened
    assert ("cnpg.io/cluster", "seinpost-database", 9187) in opened


@overlays
def test_secrets_are_mounted_and_never_in_an_environment(overlay: str) -> None:
    assert of_kind(overlay, "Secret") == []
    for name, pod in pods(overlay).items():
        _reads_secrets_from_files(name, pod["spec"], {"notifier": 2}.get(name, 0))


def _reads_secrets_from_files(name: str, spec: dict, files: int) -> None:
    container, found = spec["containers"][0], 0
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    volumes = {each["name"]: each for each in spec["volumes"]}
    assert not [each for each in container.get("envFrom", []) if "secretRef" in each], name
    for variable in container.get("env", []):
        assert "secretKeyRef" not in variable.get("valueFrom", {}), variable["name"]
        if variable["name"].endswith("_FILE"):
            directory, _, file = variable["value"].rpartition("/")
            assert file in {item["path"] for item in volumes[mounts[directory]]["secret"]["items"]}
            found += 1
    assert found == files, name


@overlays
def test_every_pod_is_behind_a_policy_that_denies_the_rest(overlay: str) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind(overlay, "NetworkPolicy")}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in pods(overlay):
        policy = policies[name]
        assert policy["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == name
        assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
        outward = any("ipBlock" in to for rule in policy["egress"] for to in rule.get("to", [{}]))
        assert outward == (name in ("ingest", "notifier")), f"{name} and the internet"
        assert all("to" in rule and "ports" in rule for rule in policy["egress"]), name


@overlays
def test_nobody_administers_the_cluster_and_storage_is_the_default(overlay: str) -> None:
    kinds = {each["kind"] for each in documents(overlay)}
    assert not {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "StorageClass"} & kinds
    assert "storageClass" not in text_of(overlay)
    assert ": class:" not in text_of(overlay)
    (namespace,) = of_kind(overlay, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@overlays
def test_one_disruption_at_a_time(overlay: str) -> None:
    budgets = {each["metadata"]["name"]: each["spec"] for each in of_kind(overlay, "PodDisruptionBudget")}
    assert set(budgets) == {service.value for service in Service}
    assert {budget["maxUnavailable"] for budget in budgets.values()} == {1}
    for name, pod in pods(overlay).items():
        if name in budgets:
            assert {rule["topologyKey"] for rule in pod["spec"]["topologySpreadConstraints"]} == {
                "kubernetes.io/hostname",
                "topology.kubernetes.io/zone",
            }


@overlays
def test_resources_follow_the_schemas_of_kubernetes(overlay: str, tmp_path: Path) -> None:
    validate = program("kubernetes-validate")
    file = tmp_path / "all.yaml"
    file.write_text(text_of(overlay), encoding="utf-8")
    done = subprocess.run([validate, "--strict", str(file)], capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    problems = [
        line for line in said.splitlines() if line.strip() and "INFO" not in line and "Couldn't find" not in line
    ]
    assert problems == []
    unknown = {line.split(" for kind ")[1].split()[0] for line in said.splitlines() if " for kind " in line}
    core = {"Namespace", "Deployment", "StatefulSet", "NetworkPolicy", "CronJob", "ConfigMap", "PodDisruptionBudget"}
    assert not unknown & core


def _strimzi(resources: list[dict[str, Any]]) -> list[str]:
    """What the classes of Strimzi's operator do not know in these."""
    check = Path(__file__).with_name("strimzi") / "check.py"
    try:
        found = maven.jars(check.with_name("pom.xml"), "strimzi")
    except maven.Unavailable as missing:
        pytest.skip(str(missing))
    python = Path(program("cyclonedx-py")).with_name("python")
    done = subprocess.run(
        [python, check, found], input=json.dumps(resources), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: list[str] = json.loads(done.stdout)
    return told


@overlays
def test_strimzi_knows_every_field(overlay: str) -> None:
    resources = [each for each in documents(overlay) if each["apiVersion"].startswith("kafka.strimzi.io/")]
    assert {each["kind"] for each in resources} == {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"}
    assert _strimzi(resources) == []


def test_the_check_itself_sees_what_strimzi_does_not_know() -> None:
    rule = {"resource": {"type": "topic", "name": "a", "patternTyp": "literal"}, "operations": ["Reed"], "host": "*"}
    spec = {"authentication": {"type": "tls"}, "authorization": {"type": "simple", "acls": [rule]}}
    wrong = {"apiVersion": "kafka.strimzi.io/v1", "kind": "KafkaUser", "metadata": {"name": "x"}, "spec": spec}
    assert _strimzi([wrong]) == [
        "KafkaUser/x.spec.authorization.acls[0].operations[0]",
        "KafkaUser/x.spec.authorization.acls[0].resource.patternTyp",
    ]


@overlays
def test_checkov_finds_nothing_that_is_not_explained(overlay: str, tmp_path: Path) -> None:
    checkov = program("checkov")
    file = tmp_path / "all.yaml"
    file.write_text(text_of(overlay), encoding="utf-8")
    command = [checkov, "--config-file", str(REPOSITORY / "deploy/kubernetes/checkov.yaml"), "-f", str(file)]
    command += ["--skip-download", "--quiet", "--compact", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, cwd=tmp_path)
    found = json.loads(done.stdout)
    assert found["summary"]["passed"] > 300
    assert [(each["check_id"], each["resource"]) for each in found["results"]["failed_checks"]] == []


def test_the_commands_of_install(tmp_path: Path) -> None:
    """A region's own copy of the configuration: listed, checked, and rendered from where it stands."""
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    (config / "calendar.yaml").unlink()
    command = [sys.executable, "-m", "seinpost.manifests", "--config", str(config)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=60)
    checked = subprocess.run(
        [Path(sys.executable).with_name("seinpost"), "check", config], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    done = subprocess.run([program("kubectl"), "kustomize", config], capture_output=True, text=True, check=True)
    assert "blokkade.yaml" in done.stdout
    assert "calendar.yaml" not in done.stdout
