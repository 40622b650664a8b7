"""Who may do what on a cluster with access rules: follows from `contracts.topics` and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.topics import TOPICS, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Acl:
    """One permission, in Kafka's own terms. What is not listed is denied."""

    user: str
    resource: str
    """``topic``, ``group`` or ``cluster``."""
    name: str
    operation: str
    prefixed: bool = False
    """True: all resources whose name starts with ``name``."""


def consumer_group(service: Service) -> str:
    """Consumer group of a service; also the prefix of what Faust makes for itself (changelogs, group)."""
    return f"seinpost-{service.value}"


def acls(service: Service) -> Iterator[Acl]:
    """Everything a service's user needs. Topics are made by whoever installs: services may not create them.

    The detector alone may make topics, under its own prefix: Faust needs a changelog topic for each table.
    """
    user = service.value
    for topic in TOPICS:
        if service in topic.writers:
            yield Acl(user=user, resource="topic", name=topic.name, operation="Write")
        if service in topic.readers:
            yield Acl(user=user, resource="topic", name=topic.name, operation="Read")
        if service in topic.writers | topic.readers:
            yield Acl(user=user, resource="topic", name=topic.name, operation="Describe")
    group = consumer_group(service)
    yield Acl(user=user, resource="group", name=group, operation="Read", prefixed=True)
    yield Acl(user=user, resource="cluster", name="", operation="IdempotentWrite")
    if service is Service.DETECTOR:
        for operation in ("Create", "Read", "Write", "Describe", "DescribeConfigs"):
            yield Acl(user=user, resource="topic", name=group, operation=operation, prefixed=True)
