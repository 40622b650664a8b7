"""The whole chain on a Kafka as the cluster has it: TLS, and every service a user by its own certificate, with exactly
the rights of `broker.acls`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from broker.acls import acls
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.raw_post import PROBE
from contracts.topics import Service
from tests.brokers.apache_kafka import apache_kafka, grant
from tests.brokers.authority import Authority
from tests.brokers.services import REPOSITORY, RunningService, run_service
from tests.ingest.reading import eventually
from tests.system.chain import SERVICES, configured

NAMES = {service: f"seinpost-{service}" for service in Service}
"""Common names of the certificates that Strimzi makes for our users."""


def _login(user: BrokerSettings) -> dict[str, str]:
    return {
        "SEINPOST_BROKER__SECURITY_PROTOCOL": "SSL",
        "SEINPOST_BROKER__SSL_CAFILE": str(user.ssl_cafile),
        "SEINPOST_BROKER__SSL_CERTFILE": str(user.ssl_certfile),
        "SEINPOST_BROKER__SSL_KEYFILE": str(user.ssl_keyfile),
        "SEINPOST_BROKER__CREATE_TOPICS": "false",
    }


@pytest.mark.broker
@pytest.mark.kafka
@pytest.mark.timeout(600)
async def test_a_probe_passes_where_every_service_has_its_own_rights_only(kafka_jars: Path, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "probe").write_text("een-token")
    source = {"id": "probe", "kind": "push", "path": "/v1/probe", "token_secret": "probe", "exercise": PROBE}
    config = configured(tmp_path / "config", [source])
    authority = Authority(tmp_path / "tls")
    with apache_kafka(tmp_path / "kafka", authority=authority) as address, ExitStack() as stack:
        plain, admin = BrokerSettings(bootstrap_servers=address), authority.user("admin", address)
        await ensure_topics(admin)
        rules = (acl for service in Service for acl in acls(service))
        await grant(admin.client(), rules, lambda user: f"CN={NAMES[Service(user)]}")
        running: dict[str, RunningService] = {}
        for name in SERVICES:
            environment = _login(authority.user(NAMES[Service(name)], address)) | {
                "SEINPOST_CONFIG": str(config),
                "SEINPOST_INGEST__SECRETS_DIR": str(secrets),
                "SEINPOST_NOTIFIER__DATABASE_URL": f"sqlite:///{tmp_path}/notifier.sqlite3",
                "SEINPOST_DETECTOR__DATA_DIR": str(tmp_path / "state"),
            }
            running[name] = stack.enter_context(run_service(name, plain, tmp_path / f"{name}.log", environment))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEINPOST_")}
        probe = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "services.ingest.probe"],
            cwd=REPOSITORY,
            env=inherited
            | {
                "SEINPOST_CONFIG": str(config),
                "SEINPOST_INGEST__SECRETS_DIR": str(secrets),
                "SEINPOST_INGEST__PROBE_URL": f"{running['ingest'].url}/v1/probe",
            },
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert probe.returncode == 0, probe.stderr.decode()

        async def seconds() -> float:
            return running["notifier"].metrics()["seinpost_notifier_probe_seconds"]

        came = await eventually(seconds, lambda found: found > 0, patience_s=120)
        assert came > 0, "\n".join(service.tail() for service in running.values())
        ends = 'seinpost_certificate_expiry_timestamp_seconds{certificate="client"}'
        for service in running.values():
            assert 0 < service.metrics()[ends] - time.time() < 86_400, service.name
        said = "".join(service.log.read_text() for service in running.values())
        told = said + "".join(service.exposition().decode() for service in running.values())
    assert "een-token" not in told, "a secret stands in a log or a metric"
    assert "PRIVATE KEY" not in told
