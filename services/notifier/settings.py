"""Settings of the notifier. In the environment: ``SEINPOST_NOTIFIER__<NAME>``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from runtime.settings import ServiceSettings


class NotifierSettings(BaseModel):
    database_url: SecretStr = Field(
        SecretStr("sqlite:///run/notifier.sqlite3"),
        description="Where alerts are kept: `sqlite:///file` (one machine) or `postgresql://user:password@host/name`.",
    )
    secrets_dir: Path = Field(
        Path("run/secrets"), description="Directory with one file per secret that config/receivers.yaml names."
    )
    group: str = Field("seinpost-notifier", description="Kafka consumer group; replicas share it.")
    hosts: str = Field(
        "localhost,127.0.0.1,[::1]",
        description="Host names browsers may use for the console, comma-separated; others are refused (DNS rebinding).",
    )
    behind_sign_in: bool = Field(
        False,
        description="`true` lets the console listen beyond loopback. Only behind a proxy that makes people sign in: "
        "the notifier itself has one local user.",
    )
    user_header: str = Field(
        "X-Forwarded-User",
        description="Header in which that proxy names the person; read only with `behind_sign_in`, and required then.",
    )
    local_user: str = Field("lokale gebruiker", description="Name of the one local user in history and audit log.")
    heartbeat_s: float = Field(5, gt=0, le=10, description="Seconds between heartbeats on the live stream.")
    poll_s: float = Field(
        0.5,
        gt=0,
        description="Seconds between looks for events that another replica stored; own events go out at once.",
    )
    request_timeout_s: float = Field(10, gt=0, le=60, description="Longest wait for one answer of a receiver.")
    retry_first_s: float = Field(1, gt=0, description="Wait after the first failed delivery; doubles, with jitter.")
    retry_cap_s: float = Field(600, gt=0, description="Longest wait between two attempts of one delivery.")
    cap_sender: str = Field(
        "seinpost",
        pattern=r"^[^\s,<&]+$",
        description="Sender in CAP messages: a name of yours that is unique worldwide.",
    )
    retention_days: int = Field(
        365, ge=1, description="Days that an alert is kept after an operator closed it; then it goes with its history."
    )
    concurrent_deliveries: int = Field(8, ge=1, le=100, description="Deliveries on their way at the same time.")


class Settings(ServiceSettings):
    notifier: NotifierSettings = Field(default_factory=NotifierSettings, description="The security room.")
