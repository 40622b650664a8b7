"""What a user typed in a report, and what is still missing from it for its route, with the article that asks for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec

from configuration.platforms import Organisation, Platform
from services.notifier.cases import law
from services.notifier.cases.law import Element
from services.notifier.cases.triage import DESK, Route

MAX_URLS, MAX_URL, MAX_LINE, MAX_TEXT = 20, 2_000, 300, 5_000


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Only ever sealed on disk. Empty: not filled in."""

    urls: tuple[str, ...] = ()
    """Exact addresses of posts."""
    reasons: str = ""
    """Notice, order: why it is illegal. Terms: what is wrong. Organiser: what is asked. Nothing: why nothing."""
    rule: str = ""
    """Which rule of the platform."""
    account: str = ""
    seen_at: str = ""
    good_faith: bool = False
    legal_basis: str = ""
    authority: str = ""
    redress: str = ""
    territory: str = ""
    language: str = ""


class Field(StrEnum):
    """Of the content, or of what it needs beside it."""

    PLATFORM = "platform"
    ORGANISATION = "organisation"
    """Name and e-mail address of who reports; from config/platforms.yaml."""
    URLS = "urls"
    REASONS = "reasons"
    RULE = "rule"
    ACCOUNT = "account"
    SEEN_AT = "seenAt"
    GOOD_FAITH = "goodFaith"
    LEGAL_BASIS = "legalBasis"
    AUTHORITY = "authority"
    REDRESS = "redress"
    TERRITORY = "territory"
    LANGUAGE = "language"


ELEMENTS: dict[Route, dict[Field, Element]] = {
    Route.NOTICE: {
        Field.PLATFORM: law.TO_PLATFORM,
        Field.URLS: law.ADDRESSES,
        Field.REASONS: law.REASONS,
        Field.ORGANISATION: law.SENDER,
        Field.GOOD_FAITH: law.GOOD_FAITH,
    },
    Route.ORDER: {
        Field.PLATFORM: law.ORDERED,
        Field.LEGAL_BASIS: law.LEGAL_BASIS,
        Field.REASONS: law.ORDER_REASONS,
        Field.AUTHORITY: law.AUTHORITY,
        Field.URLS: law.ORDER_ADDRESSES,
        Field.REDRESS: law.REDRESS,
        Field.TERRITORY: law.TERRITORY,
        Field.LANGUAGE: law.LANGUAGE,
    },
}
"""What the law asks."""
NEEDED: dict[Route, dict[Field, str]] = {
    Route.NOTICE: {field: element.short for field, element in ELEMENTS[Route.NOTICE].items()},
    Route.TERMS: {
        Field.PLATFORM: "a report goes to a platform",
        Field.URLS: "the platform must find it",
        Field.RULE: "its own terms are the ground",
        Field.REASONS: "the platform must be able to judge",
        Field.ORGANISATION: "the platform must know who reports",
    },
    Route.ORDER: {field: element.short for field, element in ELEMENTS[Route.ORDER].items()},
    Route.ORGANISER: {Field.REASONS: "say what you ask"},
    Route.NOTHING: {Field.REASONS: "a decision has a reason"},
}
"""Every one of them: a report that lacks one is neither shown as text nor sent."""
_ASKED = {"account": Field.ACCOUNT, "seen-at": Field.SEEN_AT}


def needed(route: Route, platform: Platform | None) -> dict[Field, str]:
    """With why: by law or by sense, and then what this desk of the platform asks by its configuration."""
    point = platform.points.get(DESK[route]) if platform is not None and route in DESK else None
    asked = {_ASKED[name]: "this platform asks it" for name in (point.fields if point else ())}
    return NEEDED[route] | asked


def missing(
    route: Route, content: Content, platform: Platform | None, organisation: Organisation | None
) -> dict[Field, str]:
    """What is needed and not there, with why."""
    there: dict[Field, Any] = {
        Field.PLATFORM: platform is not None and DESK.get(route) in platform.points,
        Field.ORGANISATION: organisation,
        Field.URLS: content.urls,
        Field.REASONS: content.reasons,
        Field.RULE: content.rule,
        Field.ACCOUNT: content.account,
        Field.SEEN_AT: content.seen_at,
        Field.GOOD_FAITH: content.good_faith,
        Field.LEGAL_BASIS: content.legal_basis,
        Field.AUTHORITY: content.authority,
        Field.REDRESS: content.redress,
        Field.TERRITORY: content.territory,
        Field.LANGUAGE: content.language,
    }
    return {field: why for field, why in needed(route, platform).items() if not there[field]}


def exact(url: str) -> bool:
    """An address of a post, not of a whole platform: DSA art. 16(2)(b) asks the exact one."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and bool(parts.path.strip("/") or parts.query)
            and url.isprintable()
            and not any(character.isspace() or character in '<>"' for character in url)
        )
    except ValueError:
        return False
