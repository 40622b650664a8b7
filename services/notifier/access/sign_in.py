"""Signing in, in steps that need no page: the cookie of an attempt, where to go afterwards, the outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from configuration.access import Access
from services.notifier.access.actor import Actor
from services.notifier.access.entrance import Entrance
from services.notifier.access.grants import grants_of
from services.notifier.access.oidc import Attempt, OpenId, Refusal, SignInRefused
from services.notifier.delivery.receiver import Secrets, UnusableSecret

ATTEMPT_S = 600
MAX_BACK = 500
CALLBACK = "/aanmelden/terug"


class UnusableSignIn(Exception):
    """The sign-in cannot be set up. One line for a person, without any secret."""


@dataclass(slots=True, kw_only=True)
class SignIn:
    entrance: Entrance
    openid: OpenId
    _prefix: str = field(init=False)

    def __post_init__(self) -> None:
        self._prefix = ("__Host-" if self.entrance.secure else "") + "seinpost-attempt-"

    async def start(self, response: Response, back: str) -> str:
        """Remembers the attempt in this browser alone; returns the address of the provider."""
        attempt = Attempt.new()
        address = await self.openid.address(attempt)
        value = json.dumps([attempt.nonce, attempt.verifier, own_path(back)], separators=(",", ":"))
        # One cookie per attempt: several tabs may sign in at once. Lax: it must come back from the provider's site.
        response.set_cookie(
            self._name(attempt.state),
            value.encode().hex(),
            max_age=ATTEMPT_S,
            httponly=True,
            samesite="lax",
            secure=self.entrance.secure,
        )
        return address

    async def finish(self, request: Request) -> tuple[str, Actor, str]:
        """The cookie of the new session, who it is, and where to go. Raises `SignInRefused`."""
        query = request.query_params
        nonce, verifier, back = self._remembered(request, query.get("state", ""))
        if "error" in query or not query.get("code"):
            raise SignInRefused(Refusal.PROVIDER)
        attempt = Attempt(state=query["state"], nonce=nonce, verifier=verifier)
        identity = await self.openid.identity(query["code"][:2000], attempt, query.get("iss"))
        origin = request.scope["seinpost.actor"].origin
        if not grants_of(identity.groups, self.entrance.access):
            await self.entrance.note(Actor(name=identity.name, origin=origin), "sign-in", "-", Refusal.NO_ROLE.value)
            raise SignInRefused(Refusal.NO_ROLE)
        cookie, actor = await self.entrance.begin(identity, origin)
        return cookie, actor, back

    def forget(self, request: Request, response: Response) -> None:
        """The attempt of this answer, right or wrong: it counts once."""
        name = self._name(request.query_params.get("state", ""))
        if name in request.cookies:
            response.delete_cookie(name, httponly=True, samesite="lax", secure=self.entrance.secure)

    def _name(self, state: str) -> str:
        # The whole state: only who has this cookie knows it.
        return self._prefix + "".join(character for character in state if character.isalnum() or character in "-_")[:64]

    def _remembered(self, request: Request, state: str) -> tuple[str, str, str]:
        try:
            nonce, verifier, back = json.loads(bytes.fromhex(request.cookies[self._name(state)]))
        except (KeyError, ValueError, TypeError):
            raise SignInRefused(Refusal.STATE) from None
        if len(state) < 32 or not all(isinstance(part, str) for part in (nonce, verifier, back)):
            raise SignInRefused(Refusal.STATE)
        return nonce, verifier, own_path(back)


def sign_in_of(entrance: Entrance, access: Access | None = None) -> SignIn | None:
    """None: there is no sign-in. ``access``: absent, the one in force. Raises `UnusableSignIn`."""
    provider = (access or entrance.access).sign_in
    if provider is None:
        return None
    settings = entrance.room.settings.notifier
    secret = None
    if provider.secret is not None:
        secrets = Secrets(directory=settings.secrets_dir)
        try:
            secret = secrets.read(provider.secret)
        except UnusableSecret:
            where = secrets.where(provider.secret)
            raise UnusableSignIn(
                f"{where}: the secret {provider.secret} of config/access.yaml is missing or unreadable"
            ) from None
    openid = OpenId(
        provider=provider,
        secret=secret,
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        now_s=lambda: entrance.room.now_ms() / 1000,
    )
    return SignIn(entrance=entrance, openid=openid)


def own_path(path: str) -> str:
    """Only a path of ours: never an address that leads elsewhere, nor back into signing in."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    plain = own and path.isprintable() and path.isascii() and "\\" not in path and len(path) <= MAX_BACK
    return path if plain and not path.startswith(("/aanmelden", "/afmelden", "/afgemeld")) else "/"
