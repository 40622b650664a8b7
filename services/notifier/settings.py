"""Settings of the notifier. In the environment: ``SEINPOST_NOTIFIER__<NAME>``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from runtime.settings import MAY_BE_ABSENT, ServiceSettings


class NotifierSettings(BaseModel):
    database_url: SecretStr = Field(
        SecretStr("sqlite:///run/notifier.sqlite3"),
        description="Where alerts are kept: `sqlite:///file` (one machine) or `postgresql://user:password@host/name`.",
    )
    secrets_dir: Path = Field(
        Path("run/secrets"), description="Directory with one file per secret that config/receivers.yaml names."
    )
    lexicon: Path = Field(
        Path("build/lexicon/words.gz"),
        description="Names that are refused as terms, built by `python -m lexicon`; if missing, a short list is used.",
    )
    group: str = Field("seinpost-notifier", description="Kafka consumer group; replicas share it.")
    hosts: str = Field(
        "localhost,127.0.0.1,[::1]",
        description="Host names browsers may use for the console, comma-separated; others are refused (DNS rebinding).",
    )
    public_url: str = Field(
        "",
        description="Address people open, like `https://seinpost.example.nl`; required once `config/access.yaml` has "
        "`sign_in`. Its host needs not stand in `hosts` too.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of the proxies in front, comma-separated: only theirs is the word on who "
        "asks (`X-Forwarded-For`).",
    )
    session_idle_minutes: int = Field(
        240, ge=5, le=1440, description="A session ends after this long without a page opened or an action."
    )
    session_hours: int = Field(
        12, ge=1, le=24, description="A session ends this long after signing in, whatever is done."
    )
    requests_per_minute: int = Field(
        1200,
        ge=10,
        description="Requests of one session or API token per minute and replica; more are answered with 429.",
    )
    sign_ins_per_minute: int = Field(
        30, ge=1, description="Attempts to sign in, and wrong API tokens, of one address per minute and replica."
    )
    metrics_open: bool = Field(
        False,
        description="With sign-in, `/metrics` needs an API token with the scope `metrics:read`; `true` opens it to all "
        "who reach the port, for where a network policy lets only Prometheus in.",
    )
    local_user: str = Field(
        "lokale gebruiker", description="Name of the one local user, without sign-in, in history and audit log."
    )
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
    feedback_days: int = Field(
        1825, ge=1, description="Days that what an alert turned out to be is kept; it names no person and no text."
    )
    picture_days: int = Field(
        400, ge=1, le=800, description="Days that the picture is kept: a year, and what to compare it with."
    )
    cases_database_url: SecretStr = Field(
        SecretStr("sqlite:///run/cases.sqlite3"),
        description="Where reports to platforms are kept, apart from everything else: another database than "
        "`SEINPOST_NOTIFIER__DATABASE_URL`, in the same two forms.",
        json_schema_extra=MAY_BE_ABSENT,
    )
    cases_key: str = Field(
        "platformmeldingen",
        description="Names of the secrets in `secrets_dir` that seal reports to platforms, comma-separated: the first "
        "seals, all open. Each holds 32 random bytes in base64. While one is missing, this part is off.",
    )
    cases_days: int = Field(
        30,
        ge=1,
        le=365,
        description="Days that a report to a platform is kept after its end; then its key is destroyed.",
    )
    cases_idle_days: int = Field(
        200,
        ge=7,
        le=400,
        description="A report to a platform with which nothing was done this long is ended; objection is possible for "
        "six months (DSA art. 20(1)).",
    )
    dossier_days: int = Field(
        365,
        ge=1,
        le=3650,
        description="Days that a dossier is kept after its alert was closed; then it is deleted, with proof.",
    )
    dossier_key: str = Field(
        "dossier-key.pem",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="File in `SEINPOST_NOTIFIER__SECRETS_DIR` with the private key that seals dossiers; "
        "`seinpost dossier key` makes one. Without it no dossier leaves.",
    )
    exercise_days: int = Field(
        30,
        ge=1,
        le=365,
        description="Days that a session of an exercise is kept after its end; then it goes and its report stays.",
    )
    exercise_report_days: int = Field(
        1825, ge=1, le=3650, description="Days that the report of an exercise is kept after its session is removed."
    )
    concurrent_deliveries: int = Field(8, ge=1, le=100, description="Deliveries on their way at the same time.")


class Settings(ServiceSettings):
    notifier: NotifierSettings = Field(default_factory=NotifierSettings, description="The security room.")
