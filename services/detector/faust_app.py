"""How the Faust application is set up: exactly what we use of it, and why it differs from its defaults."""

from __future__ import annotations

from typing import Any

import faust

from broker.settings import BrokerSettings
from services.detector.settings import DetectorSettings
from services.detector.tables import CheckpointedTable
from services.detector.transport import PromptTransport

STREAM_BUFFER = 32
"""Records that wait in memory: of full ones 3 to 6 MB a topic. Of a changelog that is read again too."""
MAX_FETCH_BYTES = 524_288
"""Of one partition at once; a single record may be larger and comes all the same. A megabyte, as is usual, is no faster
and keeps some 6 MB more in memory while records wait."""
MAX_POLL_INTERVAL_S = 86_400.0
"""Longer than anything takes. A worker that was busy for longer is put out of its group by its own client, which then
refuses to join again until it is polled; and Faust polls only once it has joined. That would be for ever. A worker that
hangs is seen by `services.detector.behind` instead."""


def faust_app(settings: DetectorSettings, broker: BrokerSettings) -> Any:
    # Faust makes its own directories in it, though tables live in memory.
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    servers = ";".join(f"kafka://{server}" for server in broker.bootstrap_servers.split(","))
    app = faust.App(
        settings.group,
        broker=servers,
        Table=CheckpointedTable,
        store="memory://",
        datadir=str(settings.data_dir),
        broker_credentials=_credentials(broker),
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 5,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_request_timeout=60.0,
        broker_max_poll_interval=MAX_POLL_INTERVAL_S,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_partitions=broker.partitions,
        topic_replication_factor=broker.replication_factor,
        producer_acks=-1,
        stream_buffer_maxsize=STREAM_BUFFER,
        consumer_max_fetch_size=MAX_FETCH_BYTES,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        web_enabled=False,
        worker_redirect_stdouts=False,
        autodiscover=False,
        table_standby_replicas=0,
        recovery_consistency_check=False,
    )
    app.transport = PromptTransport(app.conf.broker_consumer, app)
    return app


def _credentials(broker: BrokerSettings) -> Any:
    """The same security as every other client, in Faust's terms."""
    found = broker.certificates()
    encrypted = found.context if found is not None else None
    if "SASL" in broker.security_protocol:
        password = broker.sasl_password.get_secret_value() if broker.sasl_password else None
        return faust.SASLCredentials(
            username=broker.sasl_username, password=password, mechanism=broker.sasl_mechanism, ssl_context=encrypted
        )
    return faust.SSLCredentials(encrypted) if encrypted is not None else None
