"""`python -m seinpost.manifests`: what the cluster must agree on with the code, written from the code.

Topics from `contracts.topics`, users and their rights from `broker.acls`, rules and who hears of them from
`deploy/prometheus`, and a `kustomization.yaml` in the configuration directory (``--config``) that lists its files as
ConfigMaps.
"""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from broker.acls import Acl, acls
from contracts.topics import TOPICS, Service

REPOSITORY = Path(__file__).parents[1]
COMPONENTS = REPOSITORY / "deploy/kubernetes/components"
PROMETHEUS = REPOSITORY / "deploy/prometheus"
NAMESPACE = "seinpost"
ADDRESSES = "seinpost-alerting"
"""Secret with the addresses of pager and watchdog."""
CLUSTER = "seinpost"
"""Name of the Kafka cluster; the services find it by this name."""

Document = dict[str, Any]
GENERATED = "# Written by `python -m seinpost.manifests`; a test fails when it is out of date.\n"


def topics() -> list[Document]:
    """One KafkaTopic each. The number of copies is the cluster's own default."""
    return [
        _named("KafkaTopic", topic.name)
        | {"spec": {"partitions": topic.partitions, "config": dict(sorted(topic.settings().items()))}}
        for topic in TOPICS
    ]


def users() -> list[Document]:
    """One KafkaUser for each service: a client certificate, and exactly the rights of `broker.acls`."""
    return [
        _named("KafkaUser", f"seinpost-{service.value}")
        | {
            "spec": {
                "authentication": {"type": "tls"},
                "authorization": {"type": "simple", "acls": _rules(acls(service))},
            }
        }
        for service in Service
    ]


def _rules(permissions: Iterable[Acl]) -> list[Document]:
    def place(acl: Acl) -> tuple[str, str, bool]:
        return acl.resource, acl.name, acl.prefixed

    found = []
    for (resource, name, prefixed), rules in groupby(sorted(permissions, key=place), key=place):
        target = {"type": resource}
        if name:
            target |= {"name": name, "patternType": "prefix" if prefixed else "literal"}
        found.append({"resource": target, "operations": sorted(rule.operation for rule in rules), "host": "*"})
    return found


def rules() -> list[Document]:
    """The rules of Prometheus as the resource that its operator reads.

    Each says its namespace: the operator of Alertmanager gives routes of a namespace only what bears its name.
    """
    plain = _plain("rules.yaml")
    for group in plain["groups"]:
        for rule in group["rules"]:
            rule["labels"]["namespace"] = NAMESPACE
    return [
        {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "seinpost"}}
        | {"spec": plain}
    ]


def routes() -> list[Document]:
    """Who hears of what, as the resource that the operator of Alertmanager reads; addresses from a Secret."""
    plain = _plain("alertmanager.yaml")
    receivers = [
        {
            "name": receiver["name"],
            "webhookConfigs": [
                {
                    "urlSecret": {"name": ADDRESSES, "key": Path(hook["url_file"]).name},
                    "sendResolved": hook.get("send_resolved", True),
                }
                for hook in receiver["webhook_configs"]
            ],
        }
        for receiver in plain["receivers"]
    ]
    inhibited = [
        {
            "sourceMatch": _matchers(rule["source_matchers"]),
            "targetMatch": _matchers(rule["target_matchers"]),
        }
        for rule in plain["inhibit_rules"]
    ]
    return [
        {"apiVersion": "monitoring.coreos.com/v1alpha1", "kind": "AlertmanagerConfig", "metadata": {"name": "seinpost"}}
        | {"spec": {"route": _route(plain["route"]), "inhibitRules": inhibited, "receivers": receivers}}
    ]


def _route(plain: Document) -> Document:
    found: Document = {}
    for name, value in plain.items():
        match name:
            case "matchers":
                found["matchers"] = _matchers(value)
            case "routes":
                found["routes"] = [_route(one) for one in value]
            case _:
                head, *rest = name.split("_")
                found[head + "".join(word.capitalize() for word in rest)] = value
    return found


def _matchers(written: Iterable[str]) -> list[Document]:
    found = []
    for one in written:
        parts = re.fullmatch(r'(\w+) (=|!=|=~|!~) "([^"]*)"', one)
        if parts is None:
            raise ValueError(f"alertmanager.yaml: not a matcher: {one}")
        # Without a type it is `=`, which some readers of YAML take for something else than text.
        kind = {} if parts[2] == "=" else {"matchType": parts[2]}
        found.append({"name": parts[1], "value": parts[3], **kind})
    return found


def _plain(name: str) -> Document:
    loaded: Document = YAML(typ="safe", pure=True).load((PROMETHEUS / name).read_text(encoding="utf-8"))
    return loaded


def configuration(directory: Path) -> list[Document]:
    """The files of a configuration directory as ConfigMaps: one for the top, one for each subdirectory.

    Names carry no hash: a changed file reaches running services, which take it over by themselves.
    """
    maps = []
    for folder, name in ((".", "config"), ("phenomena",) * 2, ("places",) * 2, ("mandates",) * 2, ("themes",) * 2):
        files = sorted(file.name for file in (directory / folder).glob("*") if file.suffix in (".yaml", ".csv"))
        files = [file if folder == "." else f"{folder}/{file}" for file in files if file != "kustomization.yaml"]
        if files:
            maps.append({"name": f"seinpost-{name}", "files": files})
    return [
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "generatorOptions": {"disableNameSuffixHash": True},
            "configMapGenerator": maps,
        }
    ]


def _named(kind: str, name: str) -> Document:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
    }


def files(config: Path) -> dict[Path, str]:
    """Every generated file with its text."""
    return {
        COMPONENTS / "kafka/topics.yaml": text_of(topics()),
        COMPONENTS / "kafka/users.yaml": text_of(users()),
        COMPONENTS / "monitoring/rules.yaml": text_of(rules()),
        COMPONENTS / "monitoring/routes.yaml": text_of(routes()),
        config / "kustomization.yaml": text_of(configuration(config)),
    }


def text_of(documents: list[Document]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump_all(documents, text)
    return GENERATED + text.getvalue()


def write(config: Path) -> None:
    for file, text in files(config).items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m seinpost.manifests", description="Write the generated manifests.")
    parser.add_argument("--config", type=Path, default=REPOSITORY / "config", help="configuration directory to list")
    write(parser.parse_args().config)
