"""The door: host names, origins, sizes, headers, forms."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.notifier.conftest import Served
from tests.notifier.samples import alert

JSON = {"content-type": "application/json"}
PAGES = ["/", "/archief", "/bronnen", "/dienstoverdracht", "/instellingen", "/meldingen/a1b2c3"]


async def token_of(served: Served, page: str = "/meldingen/a1b2c3") -> str:
    html = (await served.http.get(page)).text
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", [*PAGES, "/nergens", "/v1/alerts", "/static/console.js", "/static/nergens"])
async def test_every_answer_carries_the_headers(served: Served, path: str) -> None:
    await served.arrives(alert())
    headers = (await served.http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
async def test_pages_hold_no_inline_code_or_style_and_ask_nobody_else(served: Served, path: str) -> None:
    await served.arrives(alert())
    html = (await served.http.get(path)).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", html))
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*"', html)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]"])
async def test_other_host_names_are_refused(served: Served, host: str) -> None:
    answer = await served.http.get("/v1/alerts", headers={"host": host})
    assert answer.status_code == 400
    assert (await served.http.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_site_cannot_act(served: Served, headers: dict[str, str]) -> None:
    await served.arrives(alert())
    token = await token_of(served)
    api = await served.http.post("/v1/alerts/a1b2c3/take", headers=JSON | headers)
    form = await served.http.post("/meldingen/a1b2c3/gezien", data={"token": token}, headers=headers)
    assert (api.status_code, form.status_code) == (403, 403)
    assert (await served.http.get("/v1/alerts/a1b2c3")).json()["status"] == "new"


async def test_a_form_needs_the_token_of_its_own_browser(served: Served) -> None:
    await served.arrives(alert())
    token = await token_of(served)
    for wrong in ({}, {"token": ""}, {"token": token[:-1]}, {"token": "é" * 20}):
        assert (await served.http.post("/meldingen/a1b2c3/gezien", data=wrong)).status_code == 403
    async with httpx.AsyncClient(base_url=served.http.base_url, verify=False) as stranger:
        assert (await stranger.post("/meldingen/a1b2c3/gezien", data={"token": token})).status_code == 403
    assert (await served.http.get("/v1/alerts/a1b2c3")).json()["status"] == "new"
    assert (await served.http.post("/meldingen/a1b2c3/gezien", data={"token": token})).status_code == 303
    assert (await served.http.get("/v1/alerts/a1b2c3")).json()["status"] == "seen"


async def test_the_api_takes_json_alone(served: Served) -> None:
    await served.arrives(alert())
    answer = await served.http.post("/v1/alerts/a1b2c3/take", data={"x": "y"})
    assert answer.status_code == 415
    assert (await served.http.post("/v1/alerts/a1b2c3/take")).status_code == 415


async def test_large_bodies_are_refused_declared_or_not(served: Served) -> None:
    await served.arrives(alert())
    declared = await served.http.post("/v1/alerts/a1b2c3/notes", content=b" " * 40_000, headers=JSON)
    assert declared.status_code == 413

    async def endless() -> object:
        for _ in range(100):
            yield b" " * 1_000

    try:
        undeclared = await served.http.post("/v1/alerts/a1b2c3/notes", content=endless(), headers=JSON)
        assert undeclared.status_code >= 400
    except httpx.HTTPError:
        pass  # cut off is refused too
    assert (await served.http.get("/v1/alerts/a1b2c3")).json()["actions"] == []


@pytest.mark.parametrize("target", ["//evil.example", "//[", "https://evil.example", "/\\evil.example", "evil", "/\nx"])
async def test_a_form_never_leads_to_another_site(served: Served, target: str) -> None:
    await served.arrives(alert())
    token = await token_of(served)
    answer = await served.http.post("/weergave", data={"token": token, "thema": "night", "terug": target})
    assert answer.headers["location"] == "/"
