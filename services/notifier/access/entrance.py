"""Who comes in: the local user, a session, an API token; and how sessions begin and end."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from configuration.access import Access
from services.notifier import metrics
from services.notifier.access.actor import EVERY_GRANT, Actor, Means
from services.notifier.access.grants import grant_of_token, grants_of
from services.notifier.access.oidc import Identity
from services.notifier.access.rates import Rates
from services.notifier.access.reach import Reach
from services.notifier.room import Room
from services.notifier.settings import NotifierSettings
from services.notifier.store import audit, exercises, sessions, tokens
from services.notifier.store.sessions import Session
from services.notifier.store.tokens import Token

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
TOUCH_MS = MINUTE_MS
"""The last use of a session or token is written at most this often: each write waits for its turn."""
TOKEN_PREFIX = "seinpost"  # noqa: S105 - the part by which a leaked one is recognised
_NO_DIGEST = hashlib.sha256(b"").hexdigest()


class Denial(StrEnum):
    """Why somebody is not let in. The result in the audit log, and a metric label."""

    NOT_SIGNED_IN = "not-signed-in"
    SESSION_OVER = "session-over"
    WRONG_TOKEN = "wrong-token"  # noqa: S105
    TOKEN_EXPIRED = "token-expired"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    TOO_OFTEN = "too-often"
    NO_SEAT = "no-seat"
    """No link of an exercise, or one that opens nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    denial: Denial
    wait_s: int | None = None
    """With `TOO_OFTEN`: after how many seconds it may go on."""


@dataclass(slots=True, kw_only=True)
class Entrance:
    room: Room
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.rates = Rates(self._settings)

    @property
    def _settings(self) -> NotifierSettings:
        return self.room.settings.notifier

    @property
    def access(self) -> Access:
        return self.room.configuration.access

    @property
    def signs_in(self) -> bool:
        """False: one local user, on loopback."""
        return self.access.sign_in is not None

    @property
    def secure(self) -> bool:
        return self._settings.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        # With this prefix no other host of the domain can set it, and it never travels unencrypted.
        return "__Host-seinpost" if self.secure else "seinpost"

    @property
    def idle_ms(self) -> int:
        return self._settings.session_idle_minutes * MINUTE_MS

    # Coming in ------------------------------------------------------------------------------------------------------

    async def enter(self, headers: Headers, origin: str, *, active: bool) -> Actor | Denied:
        """``active``: a person does this; pages that refresh themselves do not keep a session alive."""
        authorization = headers.get("authorization", "")
        if authorization[:7].lower() == "bearer ":
            return await self._by_token(authorization[7:].strip(), origin)
        if not self.signs_in:
            return Actor(name=self._settings.local_user, origin=origin, grants=EVERY_GRANT, means=Means.LOCAL)
        cookie = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        if not cookie:
            return Denied(denial=Denial.NOT_SIGNED_IN)
        return await self._by_session(cookie, origin, active=active)

    @property
    def seat_cookie(self) -> str:
        return "__Host-seinpost-deelname" if self.secure else "seinpost-deelname"

    async def take_part(self, headers: Headers, origin: str) -> Actor | Denied:
        """By the code of a link: in a cookie, or as a bearer token. An account counts for nothing here."""
        authorization = headers.get("authorization", "")
        code = authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""
        return await self._seated(code or cookie_parser(headers.get("cookie", "")).get(self.seat_cookie, ""), origin)

    async def join(self, code: str, origin: str) -> Actor | Denied:
        """Somebody opens a link: as a sign-in, limited per address and audited when it is wrong."""
        if (wait := self.rates.sign_in(origin)) is not None:
            return Denied(denial=Denial.TOO_OFTEN, wait_s=wait)
        found = await self._seated(code, origin)
        if isinstance(found, Denied):
            await self.note_stranger(origin, "exercise-join", found.denial.value)
        return found

    async def _seated(self, code: str, origin: str) -> Actor | Denied:
        link_id, _, secret = code[:100].partition(".")
        async with self.room.database.reading() as connection:
            found = await exercises.seat(connection, link_id, digest(secret), self.room.now_ms())
        if found is None:
            return Denied(denial=Denial.NO_SEAT)
        link, session = found
        if (wait := self.rates.request(link.id)) is not None:
            return Denied(denial=Denial.TOO_OFTEN, wait_s=wait)
        return Actor(
            name=f"deelnemer {link.role} ({session.drill.roles[link.role].gemeente})"[:80],
            origin=origin,
            means=Means.PARTICIPANT,
            credential=link.id,
            form_key=hmac.digest(code.encode(), b"seinpost form", "sha256"),
        )

    async def _by_session(self, cookie: str, origin: str, *, active: bool) -> Actor | Denied:
        now = self.room.now_ms()
        async with self.room.database.reading() as connection:
            found = await sessions.find(connection, digest(cookie), now_ms=now, idle_ms=self.idle_ms)
        if found is None:
            # As for no session at all: the audit log need not hold every page that was left open overnight.
            return Denied(denial=Denial.SESSION_OVER)
        if (wait := self.rates.request(found.id)) is not None:
            return Denied(denial=Denial.TOO_OFTEN, wait_s=wait)
        if active and now - found.seen_ms > TOUCH_MS:
            async with self.room.database.writing_rows() as connection:
                await sessions.touch(connection, found.id, now)
        key = hmac.digest(cookie.encode(), b"seinpost form", "sha256")
        return self._actor_of(found, origin, key)

    def _actor_of(self, session: Session, origin: str, form_key: bytes = b"") -> Actor:
        return Actor(
            name=session.name,
            origin=origin,
            grants=grants_of(session.groups, self.access),
            means=Means.SESSION,
            credential=session.id,
            form_key=form_key,
        )

    async def _by_token(self, value: str, origin: str) -> Actor | Denied:
        if (wait := self.rates.may_try(origin)) is not None:
            return Denied(denial=Denial.TOO_OFTEN, wait_s=wait)
        prefix, _, rest = value.partition("_")
        token_id, _, secret = rest.partition("_")
        now = self.room.now_ms()
        found = None
        if prefix == TOKEN_PREFIX and token_id.isascii() and token_id.isalnum() and len(token_id) <= 24:
            async with self.room.database.reading() as connection:
                found = await tokens.find(connection, token_id)
        # Compared in equal time, also when there is no such token.
        right = hmac.compare_digest(digest(secret), found.digest if found else _NO_DIGEST) and found is not None
        if not right or found is None:
            return await self._wrong(Denial.WRONG_TOKEN, origin)
        if found.revoked_ms is not None:
            return await self._wrong(Denial.TOKEN_REVOKED, origin, found)
        if now >= found.expires_ms:
            return await self._wrong(Denial.TOKEN_EXPIRED, origin, found)
        if (wait := self.rates.request(found.id)) is not None:
            return Denied(denial=Denial.TOO_OFTEN, wait_s=wait)
        if found.used_ms is None or now - found.used_ms > TOUCH_MS:
            async with self.room.database.writing_rows() as connection:
                await tokens.touch(connection, found.id, now)
        return actor_of_token(found, origin)

    async def _wrong(self, denial: Denial, origin: str, token: Token | None = None) -> Denied:
        self.rates.failed(origin)
        if token is not None:
            await self.note(actor_of_token(token, origin), "token", token.id, denial.value)
        else:
            await self.note_stranger(origin, "token", denial.value)
        return Denied(denial=denial)

    async def still(self, actor: Actor) -> bool:
        """Whether who came in a while ago, and stayed (a live stream), would still come in, with the same grants."""
        now = self.room.now_ms()
        if actor.means is Means.LOCAL:
            return True
        async with self.room.database.reading() as connection:
            if actor.means is Means.PARTICIPANT:
                link = await exercises.link(connection, actor.credential)
                return link is not None and now < link.expires_ms
            if actor.means is Means.TOKEN:
                token = await tokens.find(connection, actor.credential)
                return token is not None and token.revoked_ms is None and now < token.expires_ms
            session = await sessions.alive(connection, actor.credential, now_ms=now, idle_ms=self.idle_ms)
        return session is not None and self._actor_of(session, actor.origin).grants == actor.grants

    # Sessions -------------------------------------------------------------------------------------------------------

    async def begin(self, identity: Identity, origin: str) -> tuple[str, Actor]:
        """A new session; returns its cookie. Call only when the groups give a role."""
        now = self.room.now_ms()
        named = {rule.group for rule in self.access.groups}
        cookie = secrets.token_urlsafe(32)
        session = Session(
            id=secrets.token_hex(8),
            subject=identity.subject,
            name=identity.name,
            groups=tuple(sorted(set(identity.groups) & named)),
            origin=origin,
            created_ms=now,
            seen_ms=now,
            expires_ms=now + self._settings.session_hours * HOUR_MS,
        )
        actor = self._actor_of(session, origin)
        async with self.room.database.writing() as connection:
            await sessions.sweep(connection, now_ms=now, idle_ms=self.idle_ms)
            await sessions.create(connection, session, digest(cookie))
            await audit.append(
                connection,
                at_ms=now,
                actor=actor.name,
                action="sign-in",
                object_id=session.id,
                result="done",
                origin=origin,
                region=actor.home,
            )
        return cookie, actor

    async def sessions_within(self, reach: Reach) -> list[tuple[Session, Actor]]:
        """Sessions of people whose whole reach lies within ``reach``, that of an administrator."""
        async with self.room.database.reading() as connection:
            found = await sessions.everyone(connection, now_ms=self.room.now_ms(), idle_ms=self.idle_ms)
        people = [(session, self._actor_of(session, session.origin)) for session in found]
        return [(session, person) for session, person in people if reach.contains(person.whole_reach)]

    async def end(self, session_id: str, by: Actor, action: str) -> None:
        now = self.room.now_ms()
        async with self.room.database.writing() as connection:
            await sessions.end(connection, session_id)
            await audit.append(
                connection,
                at_ms=now,
                actor=by.name,
                action=action,
                object_id=session_id,
                result="done",
                origin=by.origin,
                region=by.home,
            )

    # The audit log --------------------------------------------------------------------------------------------------

    async def note(self, actor: Actor, action: str, object_id: str, result: str) -> None:
        """One row, of the region that the actor works for."""
        if result != "done":
            metrics.DENIED.labels(result).inc()
        async with self.room.database.writing() as connection:
            await audit.append(
                connection,
                at_ms=self.room.now_ms(),
                actor=actor.name,
                action=action,
                object_id=object_id,
                result=result,
                origin=actor.origin,
                region=actor.home,
            )

    async def note_stranger(self, origin: str, action: str, result: str) -> None:
        """Somebody tried to come in, or to do what is not for them."""
        await self.room.denials.note(origin, action, result, exact=True)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_token(token: Token, origin: str) -> Actor:
    return Actor(
        name=f"sleutel {token.label}"[:80],
        origin=origin,
        grants=(grant_of_token(token.scopes, token.regions),),
        means=Means.TOKEN,
        credential=token.id,
    )


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(headers: Headers, peer: str, trusted: tuple[Network, ...]) -> str:
    """The nearest address that is not one of our own proxies: what stands before it anybody could have written."""
    address = peer
    for hop in reversed([part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]):
        if not _within(address, trusted) or _parsed(hop) is None:
            break
        address = hop
    return address


def networks(text: str) -> tuple[Network, ...]:
    """Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _within(address: str, trusted: tuple[Network, ...]) -> bool:
    found = _parsed(address)
    return found is not None and any(found in network for network in trusted)
