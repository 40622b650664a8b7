"""An OpenID Connect provider, as a process: `python -m tests.notifier.access.provider FILE`.

Standards-conforming by default: discovery, authorization code with PKCE (S256 demanded), `client_secret_basic`, codes
that are used once and live a minute, ID tokens in RS256, userinfo, RP-initiated logout. Whoever comes to `/authorize`
is signed in at once as the person that ``PUT /person`` said last; ``PUT /behaviour`` makes it misbehave in one named
way. The port is written to FILE.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "seinpost", "een geheim: met % en +"
CODE_S = 60


class Provider:
    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}/realms/veiligheid"
        self.key = RSAKey.generate_key(2048, {"kid": "een", "use": "sig", "alg": "RS256"})
        self.stranger = RSAKey.generate_key(2048, {"kid": "een"})
        self.codes: dict[str, dict[str, Any]] = {}
        self.access_tokens: dict[str, dict[str, Any]] = {}
        self.person: dict[str, Any] = {"sub": "u1", "preferred_username": "operator 1", "groups": []}
        self.behaviour = ""
        self.asked: list[str] = []

    def discovery(self) -> dict[str, Any]:
        issuer = "https://elders.example" if self.behaviour == "other-issuer-in-discovery" else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def authorize(self, query: dict[str, str]) -> Response:
        wrong = [
            name
            for name, right in {
                "response_type": query.get("response_type") == "code",
                "client_id": query.get("client_id") == CLIENT,
                "scope": "openid" in query.get("scope", "").split(),
                "code_challenge_method": query.get("code_challenge_method") == "S256",
                "code_challenge": len(query.get("code_challenge", "")) == 43,
                "state": bool(query.get("state")),
                "nonce": bool(query.get("nonce")),
            }.items()
            if not right
        ]
        if wrong:
            return JSONResponse({"error": "invalid_request", "wrong": wrong}, 400)
        back = query["redirect_uri"]
        if self.behaviour == "denies":
            answer = {"error": "access_denied", "state": query["state"], "iss": self.issuer}
            return RedirectResponse(f"{back}?{urlencode(answer)}", 302)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query | {"at": str(time.time()), "person": self.person}  # type: ignore[dict-item]
        issuer = "https://elders.example" if self.behaviour == "other-issuer-in-answer" else self.issuer
        answer = {"code": code, "state": query["state"], "iss": issuer}
        return RedirectResponse(f"{back}?{urlencode(answer)}", 302)

    def token(self, form: dict[str, str], authorization: str) -> Response:
        if self.behaviour == "broken":
            return Response("<html>", 500)
        if self.behaviour == "no-json":
            return Response("<html>", 200)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, _, secret = pair.partition(":")
        if (unquote_plus(client), unquote_plus(secret)) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or time.time() - float(asked["at"]) > CODE_S
            or form.get("redirect_uri") != asked["redirect_uri"]
            or not 43 <= len(verifier) <= 128
            or challenge != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        person = dict(asked["person"])
        self.access_tokens[access_token] = person
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": self.id_token(person, asked["nonce"]),
            },
            headers={"Cache-Control": "no-store"},
        )

    def id_token(self, person: dict[str, Any], nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce, **person}
        how = self.behaviour
        if how.startswith("groups-in-userinfo"):
            del claims["groups"]
        wrong: dict[str, dict[str, Any]] = {
            "wrong-nonce": {"nonce": "een andere"},
            "wrong-audience": {"aud": "een ander"},
            "second-audience": {"aud": [CLIENT, "een ander"]},
            "other-party": {"aud": [CLIENT, "een ander"], "azp": "een ander"},
            "wrong-issuer": {"iss": "https://elders.example"},
            "expired": {"exp": now - 120, "iat": now - 400},
            "from-the-future": {"iat": now + 600, "exp": now + 900},
        }
        claims |= wrong.get(how, {})
        if how == "no-nonce":
            del claims["nonce"]
        if how == "no-expiry":
            del claims["exp"]
        header = {"alg": "RS256", "kid": self.key.kid}
        if how == "unsigned":
            parts = (_part({"alg": "none"}), _part(claims), "")
            return ".".join(parts)
        if how == "signed-with-the-public-key":
            # By hand: no library signs with a public key any more.
            signed = f"{_part({'alg': 'HS256', 'kid': self.key.kid})}.{_part(claims)}"
            seal = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"
        if how == "signed-with-the-client-secret":
            key = OctKey.import_key(SECRET)
            return jws.serialize_compact({"alg": "HS256"}, _json(claims), key, algorithms=["HS256"])
        if how == "own-key-in-header":
            public = self.stranger.as_dict(private=False)
            return jwt.encode(header | {"jwk": public}, claims, self.stranger)
        if how == "unknown-key":
            return jwt.encode(header | {"kid": "onbekend"}, claims, self.stranger)
        if how == "stranger":
            return jwt.encode(header, claims, self.stranger)
        return jwt.encode(header, claims, self.key)


def _json(claims: dict[str, Any]) -> bytes:
    return JSONResponse(claims).body


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(_json(content)).rstrip(b"=").decode()


def build(provider: Provider) -> FastAPI:
    app = FastAPI()
    base = "/realms/veiligheid"

    @app.get(f"{base}/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return provider.discovery()

    @app.get(f"{base}/jwks")
    async def jwks() -> dict[str, Any]:
        # A symmetric key in the list is a provider's mistake; it must open nothing.
        oct_key = OctKey.import_key(SECRET, {"kid": "symmetrisch"}).as_dict(private=True)
        return {"keys": [provider.key.as_dict(private=False), oct_key]}

    @app.get(f"{base}/authorize")
    async def authorize(request: Request) -> Response:
        provider.asked.append(str(request.url.query))
        return provider.authorize(dict(request.query_params))

    @app.post(f"{base}/token")
    async def token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return provider.token(form, request.headers.get("authorization", ""))

    @app.get(f"{base}/userinfo")
    async def userinfo(request: Request) -> Response:
        found = provider.access_tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if found is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        other = {"sub": "een ander"} if provider.behaviour.endswith("of-another") else {}
        return JSONResponse(found | other)

    @app.get(f"{base}/logout")
    async def logout(request: Request) -> Response:
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)

    @app.put("/person")
    async def person(request: Request) -> dict[str, Any]:
        provider.person = await request.json()
        return provider.person

    @app.put("/behaviour")
    async def behaviour(request: Request) -> dict[str, str]:
        provider.behaviour = (await request.json())["behaviour"]
        if provider.behaviour == "new-key":
            provider.key = RSAKey.generate_key(2048, {"kid": "twee", "use": "sig", "alg": "RS256"})
            provider.behaviour = ""
        return {"behaviour": provider.behaviour}

    return app


async def main(file: Path) -> None:
    import socket

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(build(Provider(port)), log_level="warning"))
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for this
        await asyncio.sleep(0.01)
    part = file.with_suffix(".part")
    part.write_text(str(port))
    part.rename(file)
    await serving


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
