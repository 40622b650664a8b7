"""OpenID Connect: authorization code with PKCE (RFC 7636), the ID token checked as OpenID Connect Core 3.1.3.7 asks.

The provider is read when somebody signs in, never at start: alerts do not wait for it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from configuration.access import Provider, on_this_machine

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures with a public key alone. With HS256 in this list, whoever knows the public key could sign."""
LEEWAY_S = 60
"""How far the clocks of provider and notifier may differ."""
FRESH_S = 3600.0
KEYS_AGAIN_S = 30.0
"""A token with an unknown key lets the keys be read again, at most this often: anybody can make such a token."""
TIMEOUT_S = 10.0
MAX_BYTES = 1_000_000
NAME_MAX = 80


class Refusal(StrEnum):
    """Why a sign-in failed. The result in the audit log, and a metric label."""

    UNREACHABLE = "provider-unreachable"
    PROVIDER = "provider-refused"
    """The provider says no: to the person, or to the code."""
    INVALID = "token-invalid"
    """What came is not a token of this provider, for this client, for this sign-in."""
    STATE = "state-unknown"
    """Not begun in this browser, or too long ago."""
    NO_ROLE = "no-role"


class SignInRefused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    subject: str
    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What ties the provider's answer to the browser that asked. 256 random bits each."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        return cls(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))


@dataclass(slots=True, kw_only=True)
class OpenId:
    provider: Provider
    secret: str | None
    redirect_uri: str
    now_s: Callable[[], float]
    _metadata: dict[str, Any] = field(default_factory=dict)
    _metadata_at: float = -FRESH_S
    _keys: KeySet | None = None
    _keys_at: float = -FRESH_S

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises `SignInRefused`."""
        async with _client() as http:
            endpoint = (await self._discovered(http))["authorization_endpoint"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.provider.client_id,
                "redirect_uri": self.redirect_uri,
                "scope": " ".join(self.provider.scopes),
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def identity(self, code: str, attempt: Attempt, issuer: str | None) -> Identity:
        """Who came back with ``code``. ``issuer``: `iss` of the answer (RFC 9207). Raises `SignInRefused`."""
        async with _client() as http:
            metadata = await self._discovered(http)
            named = metadata.get("authorization_response_iss_parameter_supported") is True
            if (issuer is not None or named) and issuer != self.provider.issuer:
                raise SignInRefused(Refusal.INVALID)
            answer = await self._exchanged(http, metadata, code, attempt.verifier)
            claims = await self._claims(http, metadata, str(answer.get("id_token", "")), attempt.nonce)
            if _at(claims, self.provider.groups_claim) is None and "userinfo_endpoint" in metadata:
                claims |= await self._userinfo(http, metadata, str(answer.get("access_token", "")), claims["sub"])
        name = claims.get(self.provider.name_claim)
        return Identity(
            subject=claims["sub"][:200],
            name=_printable(name if isinstance(name, str) and name.strip() else claims["sub"]),
            groups=_groups(_at(claims, self.provider.groups_claim)),
        )

    async def sign_out_address(self, back: str) -> str | None:
        """Where the session at the provider ends, when it offers that (RP-Initiated Logout)."""
        try:
            async with _client() as http:
                endpoint = (await self._discovered(http)).get("end_session_endpoint")
        except SignInRefused:
            return None
        if not isinstance(endpoint, str) or not _encrypted(endpoint):
            return None
        query = urlencode({"client_id": self.provider.client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def _discovered(self, http: httpx.AsyncClient) -> dict[str, Any]:
        if time.monotonic() - self._metadata_at < FRESH_S and self._metadata:
            return self._metadata
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await _json(http, "GET", address)
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.provider.issuer or not all(_encrypted(found.get(name)) for name in needed):
            raise SignInRefused(Refusal.INVALID)
        self._metadata, self._metadata_at = found, time.monotonic()
        return found

    async def _exchanged(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], code: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.secret is not None and "client_secret_basic" in ways:
            pair = f"{quote_plus(self.provider.client_id)}:{quote_plus(self.secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.provider.client_id
            if self.secret is not None:
                form["client_secret"] = self.secret
        return await _json(http, "POST", metadata["token_endpoint"], data=form, headers=headers)

    async def _claims(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], token: str, nonce: str
    ) -> dict[str, Any]:
        demands = jwt.JWTClaimsRegistry(
            now=lambda: int(self.now_s()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = (await self._opened(http, metadata, token)).claims
            demands.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInRefused(Refusal.INVALID) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.provider.client_id:
            raise SignInRefused(Refusal.INVALID)
        return dict(claims)

    async def _opened(self, http: httpx.AsyncClient, metadata: dict[str, Any], token: str) -> jwt.Token:
        if self._keys is None or time.monotonic() - self._keys_at > FRESH_S:
            await self._read_keys(http, metadata)
        try:
            return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # The provider may have changed its keys since.
            if time.monotonic() - self._keys_at < KEYS_AGAIN_S:
                raise
            await self._read_keys(http, metadata)
            return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS))

    def _known_keys(self) -> KeySet:
        if self._keys is None:
            raise SignInRefused(Refusal.UNREACHABLE)
        return self._keys

    async def _read_keys(self, http: httpx.AsyncClient, metadata: dict[str, Any]) -> None:
        document = await _json(http, "GET", metadata["jwks_uri"])
        try:
            # A symmetric key in a public list is a mistake, and no key of ours.
            public = [key for key in document["keys"] if key.get("kty") != "oct"]
            self._keys = KeySet.import_key_set({"keys": public})
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInRefused(Refusal.INVALID) from None
        self._keys_at = time.monotonic()

    async def _userinfo(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], access_token: str, subject: str
    ) -> dict[str, Any]:
        """Only the groups and the name are of use; the rest of the token stands as it was signed."""
        endpoint = metadata["userinfo_endpoint"]
        if not access_token or not _encrypted(endpoint):
            return {}
        found = await _json(http, "GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != subject:
            raise SignInRefused(Refusal.INVALID)
        wanted = {self.provider.groups_claim.split(".", maxsplit=1)[0], self.provider.name_claim}
        return {name: value for name, value in found.items() if name in wanted}


@cache
def _trust() -> ssl.SSLContext:
    """Reading the certificates of the system takes long; once is enough."""
    return ssl.create_default_context()


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False, verify=_trust())


async def _json(http: httpx.AsyncClient, method: str, address: str, **more: Any) -> dict[str, Any]:
    try:
        async with http.stream(method, address, **more) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise SignInRefused(Refusal.INVALID)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise SignInRefused(Refusal.UNREACHABLE) from None
    if answer.status_code >= 500:
        raise SignInRefused(Refusal.UNREACHABLE)
    if answer.status_code != 200:
        raise SignInRefused(Refusal.PROVIDER)
    try:
        found = httpx.Response(200, content=body).json()
    except ValueError:
        raise SignInRefused(Refusal.INVALID) from None
    if not isinstance(found, dict):
        raise SignInRefused(Refusal.INVALID)
    return found


def _encrypted(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(parts.hostname or ""))
    )


def _at(claims: dict[str, Any], path: str) -> object:
    """``realm_access.roles`` leads into objects; a claim with dots in its very name is found too."""
    if path in claims:
        return claims[path]
    found: object = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _groups(found: object) -> tuple[str, ...]:
    if isinstance(found, str):
        return (found,)
    return tuple(group for group in found if isinstance(group, str)) if isinstance(found, list) else ()


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()[:NAME_MAX] or "zonder naam"
