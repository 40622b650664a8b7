"""Reads resources with the classes that Strimzi's own operator reads them with, and tells what those do not know.

`check.py JARS < resources.json`: a list of resources on stdin, a list of places on stdout. Runs in `build/tools`, whose
jpype lends Python a Java machine; the jars come through Maven (`pom.xml`). The definitions for a cluster (CRDs) are
written from these same classes, and are in no package.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import jpype

MODEL = "io.strimzi.api.kafka.model"
KINDS = {
    "Kafka": f"{MODEL}.kafka.Kafka",
    "KafkaNodePool": f"{MODEL}.nodepool.KafkaNodePool",
    "KafkaTopic": f"{MODEL}.topic.KafkaTopic",
    "KafkaUser": f"{MODEL}.user.KafkaUser",
}
OTHERS = "getAdditionalProperties"
"""Where these classes keep the fields that they do not know."""
DEFAULTS: dict[str, Any] = {"host": "*", "patternType": "literal", "deleteClaim": False}
"""What they leave out when they write it, because it goes without saying."""


def unknown(found: Any, path: str) -> Iterator[str]:
    """Places of fields that no class has, below an object that was read."""
    if isinstance(found, jpype.JClass("java.util.Map")):
        for entry in found.entrySet():
            yield from unknown(entry.getValue(), f"{path}.{entry.getKey()}")
    elif isinstance(found, jpype.JClass("java.util.Collection")):
        for at, one in enumerate(found):
            yield from unknown(one, f"{path}[{at}]")
    elif _is_model(found):
        for method in found.getClass().getMethods():
            name = str(method.getName())
            if method.getParameterCount() or not name.startswith("get"):
                continue
            below = method.invoke(found, [])
            if name == OTHERS:
                yield from (f"{path}.{key}" for key in (below or {}))
            else:
                yield from unknown(below, f"{path}.{name[3].lower()}{name[4:]}")


def lost(given: Any, kept: Any, path: str) -> Iterator[str]:
    """Places of values that were not kept: a word that is not in a closed list becomes nothing."""
    if isinstance(given, dict):
        for key, value in given.items():
            back = kept.get(key, DEFAULTS.get(key)) if isinstance(kept, dict) else None
            yield from lost(value, back, f"{path}.{key}")
    elif isinstance(given, list):
        for at, value in enumerate(given):
            yield from lost(value, kept[at] if isinstance(kept, list) and at < len(kept) else None, f"{path}[{at}]")
    elif given != kept:
        yield path


def _is_model(found: Any) -> bool:
    if not hasattr(found, "getClass"):
        return False
    its = found.getClass()
    return str(its.getName()).startswith(("io.strimzi.", "io.fabric8.")) and not its.isEnum()


def main() -> None:
    jpype.startJVM(classpath=[f"{sys.argv[1]}/*"])
    mapper = jpype.JClass("com.fasterxml.jackson.databind.ObjectMapper")()
    told = set()
    for resource in json.load(sys.stdin):
        name = f"{resource['kind']}/{resource['metadata']['name']}"
        read = mapper.readValue(json.dumps(resource), jpype.JClass(KINDS[resource["kind"]]))
        told.update(unknown(read, name))
        told.update(lost(resource["spec"], json.loads(str(mapper.writeValueAsString(read)))["spec"], f"{name}.spec"))
    json.dump(sorted(told), sys.stdout)


if __name__ == "__main__":
    main()
