"""How to reach Kafka. The same few settings for every service."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr

from broker.certificates import Certificates, certificates


class BrokerSettings(BaseModel):
    """Connection to Kafka. In the environment: ``SEINPOST_BROKER__<NAME>``."""

    bootstrap_servers: str = Field("127.0.0.1:9092", description="Brokers to start from, `host:port`, comma-separated.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Transport security, in Kafka's own terms."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How user and password are proven, when the protocol has SASL."
    )
    sasl_username: str | None = Field(None, description="User, when the protocol has SASL.")
    sasl_password: SecretStr | None = Field(None, description="Password, when the protocol has SASL.")
    ssl_cafile: Path | None = Field(None, description="Certificate authority of the brokers (PEM).")
    ssl_certfile: Path | None = Field(None, description="Client certificate (PEM), for mutual TLS.")
    ssl_keyfile: Path | None = Field(None, description="Key of the client certificate (PEM).")
    replication_factor: int = Field(1, ge=1, description="Copies of each topic that Seinpost creates itself.")
    partitions: int = Field(
        4, ge=1, description="Partitions of posts.raw, posts.anonymous and series.deltas when Seinpost creates them."
    )
    create_topics: bool = Field(True, description="Create missing topics at start; `false` where an operator does it.")

    def client(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers.split(","),
            "security_protocol": self.security_protocol,
        }
        if "SASL" in self.security_protocol:
            arguments |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password.get_secret_value() if self.sasl_password else None,
            }
        if (found := self.certificates()) is not None:
            arguments["ssl_context"] = found.context
        return arguments

    def certificates(self) -> Certificates | None:
        """Of this process; none without TLS. Raises `OSError` when a file cannot be read or used."""
        if self.security_protocol not in ("SSL", "SASL_SSL"):
            return None
        return certificates(self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile)
