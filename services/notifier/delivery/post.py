"""One POST over HTTP, and what its answer means."""

from __future__ import annotations

import logging

import httpx

from services.notifier.delivery.receiver import Answer, Outcome

USER_AGENT = "Seinpost"
for _name in ("httpx", "httpcore"):
    # They write each address to their logs.
    logging.getLogger(_name).setLevel(logging.WARNING)


def client(timeout_s: float) -> httpx.AsyncClient:
    """``trust_env`` off: a proxy is configured where the alerts are, not by a stray variable."""
    return httpx.AsyncClient(
        timeout=timeout_s, follow_redirects=False, trust_env=False, headers={"User-Agent": USER_AGENT}
    )


async def post(http: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Never raises for what the receiver does. The answer's body is not read: it is not ours to keep."""
    try:
        async with http.stream("POST", url, content=body, headers=headers) as response:
            status = response.status_code
            asked = response.headers.get("retry-after", "")
    except httpx.TimeoutException:
        return Answer(outcome=Outcome.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return Answer(outcome=Outcome.UNREACHABLE)
    return Answer(
        outcome=Outcome.DELIVERED if 200 <= status < 300 else Outcome.REFUSED,
        status_code=status,
        retry_after_s=float(asked) if asked.isascii() and asked.isdigit() else None,
    )
