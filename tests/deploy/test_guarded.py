"""The whole chain on a Kafka where every service is a user of its own with exactly the rights of `broker.acls`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from broker.acls import acls
from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.raw_post import PROBE
from contracts.topics import Service
from tests.brokers.apache_kafka import apache_kafka, grant
from tests.brokers.services import REPOSITORY, RunningService, run_service
from tests.ingest.reading import eventually
from tests.system.chain import SERVICES, configured

PASSWORDS = {name: f"{name}-geheim-7f3a" for name in ("admin", *Service)}


def _login(user: str) -> dict[str, str]:
    return {
        "SEINPOST_BROKER__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "SEINPOST_BROKER__SASL_MECHANISM": "PLAIN",
        "SEINPOST_BROKER__SASL_USERNAME": user,
        "SEINPOST_BROKER__SASL_PASSWORD": PASSWORDS[user],
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
    with apache_kafka(tmp_path / "kafka", PASSWORDS) as address, ExitStack() as stack:
        plain = BrokerSettings(bootstrap_servers=address)
        admin = plain.model_copy(
            update={
                "security_protocol": "SASL_PLAINTEXT",
                "sasl_mechanism": "PLAIN",
                "sasl_username": "admin",
                "sasl_password": BrokerSettings(sasl_password=PASSWORDS["admin"]).sasl_password,
            }
        )
        await ensure_topics(admin)
        rules = (acl for service in Service for acl in acls(service))
        await grant(admin.client(), rules)
        running: dict[str, RunningService] = {}
        for name in SERVICES:
            environment = _login(name) | {
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
        said = "".join(service.log.read_text() for service in running.values())
        told = said + "".join(service.exposition().decode() for service in running.values())
    for secret in (*PASSWORDS.values(), "een-token"):
        assert secret not in told, "a secret stands in a log or a metric"
