"""Headers of every answer, and the version of the API."""

from __future__ import annotations

API_VERSION = "1.0.0"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with that, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def headers_for(path: str, *, secure: bool = False) -> dict[str, str]:
    """Pages hold the state of the moment and are never kept; static files carry their version in the address.

    ``secure``: people come by https, and from then on by nothing else.
    """
    found = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})
    found |= {"Cache-Control": "max-age=86400" if path.startswith("/static/") else "no-store"}
    return found | {"API-Version": API_VERSION} if path.startswith("/v1/") else found
