"""`python -m services.ingest.probe`: some made-up posts through the whole chain, to measure how long it takes.

The posts speak of one gathering, in words of the configuration in force, at a place that no probe named lately, so that
each run opens one alert. The push source that takes them has the exercise `contracts.raw_post.PROBE`: nothing of them
meets real posts, and the notifier measures their alert instead of keeping it. Posts that are not taken: exit code 1.
"""

from __future__ import annotations

import asyncio
import datetime
import secrets

import httpx
import orjson

from configuration import Configuration, InvalidConfiguration, load
from configuration.phenomena import PhenomenonClass, Role
from configuration.places import Gazetteer, Gemeente
from runtime.logs import log
from runtime.process import CannotStart, run
from services.ingest.secret import read_secret
from services.ingest.settings import Settings

POSTS = 400
"""Enough authors and posts for any threshold, and ten in each of a dozen partitions: the age of fewer is not told.
Little enough: 1.3 posts a second."""

EVERY_S = 300
"""Runs fall into slots of five minutes; each slot has a place of its own."""

PATIENCE_S = 20.0


class NotTaken(Exception):
    """Ingest did not take the posts."""


async def main(settings: Settings, stop: asyncio.Event) -> None:
    token = read_secret(settings.ingest.secrets_dir, "probe")
    try:
        text = sentence(load(settings.config), datetime.datetime.now(datetime.UTC))
    except InvalidConfiguration as error:
        raise CannotStart(str(error)) from error
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
        answer = await client.post(
            settings.ingest.probe_url,
            content=lines(text, datetime.datetime.now(datetime.UTC)),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
        )
    if answer.status_code != httpx.codes.OK or answer.json()["accepted"] != POSTS:
        raise NotTaken
    log().info("probe sent", count=POSTS)


def sentence(configuration: Configuration, now: datetime.datetime) -> str:
    """What everyone in the probe says. Raises `CannotStart` when nothing is watched that could be said."""
    gemeenten = told_apart(configuration.gazetteer)
    words = [
        term.term
        for phenomenon in configuration.active_phenomena(now.date())
        if phenomenon.kind is PhenomenonClass.DISORDER
        for term in phenomenon.terms
        if term.role is Role.TOPIC and term.fold
    ]
    if not words or not gemeenten:
        raise CannotStart("the configuration watches nothing that a probe could speak of")
    slot = int(now.timestamp()) // EVERY_S
    # A stride that shares no divisor with the number of places visits them all before it returns.
    gemeente = gemeenten[slot * 101 % len(gemeenten)]
    return f"{words[0]} in {gemeente.town}"


def told_apart(gazetteer: Gazetteer) -> list[Gemeente]:
    """Gemeenten whose town is known by its name alone, by code: an alert for Bergen would open at no gemeente."""
    found = []
    for code, gemeente in sorted(gazetteer.gemeenten.items()):
        name = gazetteer.names.get(gazetteer.spellings.get(gemeente.town.lower(), ""))
        if name and (name.gemeenten == (code,) or name.foremost == code):
            found.append(gemeente)
    return found


def lines(text: str, now: datetime.datetime) -> bytes:
    """NDJSON as suppliers push it: as many authors as posts, none of whom exists."""
    run_id = secrets.token_hex(8)
    return b"\n".join(
        orjson.dumps(
            {"id": f"{run_id}-{number}", "author": f"{run_id}-{number}", "created_at": now, "text": text, "lang": "nl"}
        )
        for number in range(POSTS)
    )


if __name__ == "__main__":
    run("ingest", Settings, main)
