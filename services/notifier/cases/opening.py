"""Opens the store of reports, or says why it is off. Nothing else waits for it: alerts go on without."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from configuration.whole import Configuration
from runtime.logs import log
from services.notifier import metrics
from services.notifier.cases.desk import CaseDesk
from services.notifier.cases.vault import UnusableKey, Vault, read_key
from services.notifier.delivery.mail import MailServer
from services.notifier.delivery.receiver import Secrets, UnusableSecret
from services.notifier.settings import NotifierSettings
from services.notifier.store.database import Database, UnusableDatabase

MIGRATIONS = Path(__file__).parent / "migrations"
SETTING = "SEINPOST_NOTIFIER__CASES_DATABASE_URL"


class Off(StrEnum):
    """Why there are no reports to platforms."""

    NO_KEY = "no-key"
    WRONG_KEY = "wrong-key"
    """One of the keys is not 32 bytes in base64."""
    SAME_DATABASE = "same-database"
    """That of the alerts: they are kept apart."""
    NO_DATABASE = "no-database"


def _vault(settings: NotifierSettings) -> Vault | Off:
    names = [name.strip() for name in settings.cases_key.split(",") if name.strip()]
    secrets = Secrets(directory=settings.secrets_dir)
    try:
        values = [secrets.read(name) for name in names]
    except UnusableSecret:
        return Off.NO_KEY
    try:
        keys = [read_key(value) for value in values]
    except UnusableKey:
        return Off.WRONG_KEY
    if not keys:
        return Off.NO_KEY
    if settings.cases_database_url.get_secret_value() == settings.database_url.get_secret_value():
        return Off.SAME_DATABASE
    return Vault(*keys)


async def open_desk(
    settings: NotifierSettings, configuration: Configuration, room: Database, now_ms: Callable[[], int]
) -> CaseDesk | Off:
    """``room``: the database of alerts and audit log. The caller closes the other one. Raises `UnusableSecret`."""
    found = await _open(settings, configuration, room, now_ms)
    metrics.CASE_STORE.set(0 if isinstance(found, Off) else 1)
    if isinstance(found, Off):
        log().warning("cases_off", reason=found.value)
    return found


async def _open(
    settings: NotifierSettings, configuration: Configuration, room: Database, now_ms: Callable[[], int]
) -> CaseDesk | Off:
    vault = _vault(settings)
    if isinstance(vault, Off):
        return vault
    smtp = configuration.receivers.smtp
    secrets = Secrets(directory=settings.secrets_dir)
    mail = None if smtp is None else MailServer.of(smtp, secrets, settings.request_timeout_s)
    try:
        url = settings.cases_database_url.get_secret_value()
        database = Database(url, setting=SETTING, migrations=MIGRATIONS, shreds=True)
        await database.migrate()
    except (UnusableDatabase, OSError):
        return Off.NO_DATABASE
    return CaseDesk(
        database=database,
        vault=vault,
        room=room,
        platforms=configuration.platforms,
        mail=mail,
        days=settings.cases_days,
        now_ms=now_ms,
    )
