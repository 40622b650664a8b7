"""One node of Apache Kafka (KRaft) on loopback. Jars come through Maven once and are kept in the user's cache."""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from broker.acls import Acl
from broker.embedded import free_port
from tests.brokers import maven
from tests.brokers.authority import Authority

POM = Path(__file__).with_name("pom.xml")
START_PATIENCE_S = 60.0

PLAIN = """
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT{links}
"""

LOGIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"

SASL_WITH_ACLS = """
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.client.plain.sasl.jaas.config={module} required username="admin" password="{admin}" {users};
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:admin;User:ANONYMOUS
"""

TLS_WITH_ACLS = """
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:SSL
ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:CN=admin;User:CN=broker;User:ANONYMOUS
"""
"""As Strimzi sets it: a client is the common name of its certificate."""


def jars() -> Path:
    """Directory with Kafka's jars. Raises `maven.Unavailable`."""
    return maven.jars(POM, "kafka")


@contextlib.contextmanager
def apache_kafka(
    directory: Path,
    users: dict[str, str] | None = None,
    through: Mapping[int, int] | None = None,
    *,
    authority: Authority | None = None,
    gather_ms: int = 0,
) -> Iterator[str]:
    """Run a broker while the context is open; yields ``host:port``.

    With ``users`` (name to password, must hold ``admin``) clients need SASL/PLAIN and every topic needs an ACL. With an
    ``authority`` they need a certificate of it, and every topic needs an ACL too.
    ``gather_ms``: how long a new group waits for more members before any gets a partition; Kafka's default is 3,000.
    ``through``: ports of proxies that clients are told, each with the port on which the broker then listens for it.
    """
    classpath = f"{jars()}/*"
    client, controller = free_port(), free_port()
    directory.mkdir(parents=True, exist_ok=True)
    links = list((through or {}).items())
    listeners = "".join(f",LINK{number}://127.0.0.1:{port}" for number, (_, port) in enumerate(links))
    advertised = "".join(f",LINK{number}://127.0.0.1:{port}" for number, (port, _) in enumerate(links))
    protocols = "".join(f",LINK{number}:PLAINTEXT" for number, _ in enumerate(links))
    security = PLAIN.format(links=protocols)
    if users is not None:
        logins = " ".join(f'user_{name}="{password}"' for name, password in users.items())
        security = SASL_WITH_ACLS.format(module=LOGIN_MODULE, users=logins, admin=users["admin"])
    if authority is not None:
        keystore = directory / "keystore.pem"
        keystore.write_bytes(b"".join(file.read_bytes() for file in reversed(authority.issue("broker"))))
        security = TLS_WITH_ACLS.format(keystore=keystore, authority=authority.file)
    (directory / "server.properties").write_text(
        f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=CLIENT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}{listeners}
advertised.listeners=CLIENT://127.0.0.1:{client}{advertised}
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
log.dirs={directory}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
group.initial.rebalance.delay.ms={gather_ms}
auto.create.topics.enable=false
{security}
{_inter_broker_login(users)}
"""
    )
    (directory / "log4j2.yaml").write_text(
        "Configuration:\n  Appenders:\n    Console:\n      name: C\n      PatternLayout: {pattern: '%d %p %m%n'}\n"
        "  Loggers:\n    Root:\n      level: WARN\n      AppenderRef: {ref: C}\n"
    )
    java = ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath]
    java.insert(1, f"-Dlog4j2.configurationFile={directory}/log4j2.yaml")
    # Kafka's tool would take an id that begins with a dash for an option.
    cluster = "S" + urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")[1:]
    with (directory / "broker.log").open("wb") as log:
        format_command = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c"]
        subprocess.run(
            [*format_command, directory / "server.properties"], check=True, stdout=log, stderr=log, timeout=60
        )
        process = subprocess.Popen(
            [*java, "kafka.Kafka", directory / "server.properties"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        _wait_until_open(process, client, directory / "broker.log")
        yield f"127.0.0.1:{client}"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10, "IdempotentWrite": 12}
LITERAL, PREFIXED, ALLOW, ANY_HOST, THE_CLUSTER = 3, 4, 3, "*", "kafka-cluster"
"""Codes of Kafka's wire for access rules (KIP-140, KIP-290)."""


async def grant(
    client: Mapping[str, Any], acls: Iterable[Acl], named: Callable[[str], str] = lambda user: user
) -> None:
    """Apply access rules. ``client``: options of a client that may do so; ``named``: a user as the broker knows it."""
    admin = AIOKafkaAdminClient(**client)
    await admin.start()
    try:
        for acl in acls:
            request = CreateAclsRequest(
                RESOURCES[acl.resource],
                acl.name or THE_CLUSTER,
                PREFIXED if acl.prefixed else LITERAL,
                f"User:{named(acl.user)}",
                ANY_HOST,
                OPERATIONS[acl.operation],
                ALLOW,
            )
            answer = await admin._send_request(request)
            assert [code for code, _ in answer.creation_responses] == [0], (acl, answer)
    finally:
        await admin.close()


def _inter_broker_login(users: dict[str, str] | None) -> str:
    if users is None:
        return ""
    return "sasl.mechanism.inter.broker.protocol=PLAIN\n"


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Kafka stopped with code {process.returncode}:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"Kafka did not open port {port}:\n{log.read_text()[-2000:]}")
