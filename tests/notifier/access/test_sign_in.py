"""Signing in through a real provider, and every way in which that must not work."""

from __future__ import annotations

import httpx

from services.notifier.access.rates import Rates
from services.notifier.access.sign_in import own_path
from tests.notifier.access.conftest import JSON, Guarded, early_in_a_minute
from tests.notifier.samples import alert


async def test_a_person_signs_in_and_acts_under_their_name(guarded: Guarded) -> None:
    await guarded.served.arrives(alert())
    browser = guarded.browser()
    asked = await browser.get("/meldingen/a1b2c3?x=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/aanmelden?terug=%2Fmeldingen%2Fa1b2c3%3Fx%3D1")
    page = await browser.get(asked.headers["location"])
    assert "Aanmelden bij Seinpost" in page.text
    assert "/aanmelden/start?terug=/meldingen/a1b2c3%3Fx%3D1" in page.text
    guarded.provider.knows("operator-vr17", name="operator 7")
    came = await guarded.sign_in(browser, "/meldingen/a1b2c3?x=1")
    assert came.headers["location"] == "/meldingen/a1b2c3?x=1"
    shown = await browser.get("/")
    assert "Aangemeld als <strong>operator 7</strong>" in shown.text
    assert "zonder aanmelden" not in shown.text
    taken = await browser.post("/v1/alerts/a1b2c3/take", headers=JSON)
    assert (taken.status_code, taken.json()["owner"]) == (200, "operator 7")
    me = (await browser.get("/v1/me")).json()
    assert (me["name"], me["means"], me["grants"][0]["role"], me["grants"][0]["regions"]) == (
        "operator 7", "session", "operator", ["VR17"],
    )  # fmt: skip
    newest = await guarded.audited()
    assert ("operator 7", "sign-in", "done", "VR17") in [(e.actor, e.action, e.result, e.region) for e in newest]


async def test_the_cookie_is_for_http_alone_and_of_this_site(guarded: Guarded) -> None:
    guarded.provider.knows("lezer-vr17")
    answer = await guarded.sign_in(guarded.browser())
    (made,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("seinpost=")]
    assert "HttpOnly" in made
    assert "SameSite=lax" in made
    assert "Path=/" in made
    assert "Max-Age" not in made, "it ends with the browser"
    assert [
        line for line in answer.headers.get_list("set-cookie") if "seinpost-attempt-" in line and "Max-Age=0" in line
    ]


async def test_over_https_cookies_are_bound_to_host_and_https(guarded: Guarded) -> None:
    own = guarded.room.settings.notifier.model_copy(update={"public_url": "https://127.0.0.1"})
    guarded.room.settings = guarded.room.settings.model_copy(update={"notifier": own})
    entrance = guarded.app.state.entrance
    assert (entrance.cookie, entrance.secure) == ("__Host-seinpost", True)
    answer = await guarded.browser().get("/aanmelden/start")
    assert "; Secure" in answer.headers["set-cookie"]


FALSE = (
    ("denies", "heeft u niet toegelaten", "provider-refused"),
    ("broken", "antwoordt niet", "provider-unreachable"),
    ("no-json", "klopt niet", "token-invalid"),
    ("other-issuer-in-answer", "klopt niet", "token-invalid"),
    ("wrong-nonce", "klopt niet", "token-invalid"),
    ("no-nonce", "klopt niet", "token-invalid"),
    ("wrong-audience", "klopt niet", "token-invalid"),
    ("second-audience", "klopt niet", "token-invalid"),
    ("other-party", "klopt niet", "token-invalid"),
    ("wrong-issuer", "klopt niet", "token-invalid"),
    ("expired", "klopt niet", "token-invalid"),
    ("from-the-future", "klopt niet", "token-invalid"),
    ("no-expiry", "klopt niet", "token-invalid"),
    ("unsigned", "klopt niet", "token-invalid"),
    ("signed-with-the-public-key", "klopt niet", "token-invalid"),
    ("signed-with-the-client-secret", "klopt niet", "token-invalid"),
    ("own-key-in-header", "klopt niet", "token-invalid"),
    ("unknown-key", "klopt niet", "token-invalid"),
    ("stranger", "klopt niet", "token-invalid"),
)


async def test_a_false_answer_opens_nothing_and_is_audited(guarded: Guarded) -> None:
    guarded.provider.knows("beheerder-alles")
    for behaviour, said, result in FALSE:
        guarded.provider.behaves(behaviour)
        browser = guarded.browser()
        answer = await guarded.sign_in(browser)
        assert answer.status_code in (400, 503), behaviour
        assert said in answer.text, behaviour
        assert "seinpost" not in browser.cookies, behaviour
        assert (await browser.get("/v1/me")).status_code == 401, behaviour
        newest = next(entry for entry in await guarded.audited() if entry.action == "sign-in")
        assert (newest.actor, newest.result) == ("onbekend", result), behaviour
    guarded.provider.behaves()
    assert (await guarded.sign_in(guarded.browser())).status_code == 303, "and a true one does"


async def test_a_provider_that_calls_itself_otherwise_is_not_used(guarded: Guarded) -> None:
    guarded.provider.behaves("other-issuer-in-discovery")
    answer = await guarded.browser().get("/aanmelden/start")
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_changed_key_of_the_provider_is_found(guarded: Guarded) -> None:
    await guarded.signed_in("lezer-vr17")
    guarded.provider.behaves("new-key")
    openid = guarded.app.state.sign_in.openid
    refused = await guarded.sign_in(guarded.browser())
    assert refused.status_code == 400, "the keys were read a moment ago: not again for every false token"
    openid._keys_at -= 31
    assert (await guarded.sign_in(guarded.browser())).status_code == 303


async def test_groups_may_come_from_userinfo_of_the_same_person_alone(guarded: Guarded) -> None:
    guarded.provider.behaves("groups-in-userinfo")
    assert (await guarded.signed_in("lezer-vr17")) is not None
    guarded.provider.knows("lezer-vr17")
    guarded.provider.behaves("groups-in-userinfo-of-another")
    assert (await guarded.sign_in(guarded.browser())).status_code == 400


async def test_without_a_role_nobody_comes_in_and_the_name_is_audited(guarded: Guarded) -> None:
    guarded.provider.knows("personeel", name="medewerker 3")
    answer = await guarded.sign_in(guarded.browser())
    assert answer.status_code == 400
    assert "geen rol in Seinpost" in answer.text
    (entry,) = [entry for entry in await guarded.audited() if entry.action == "sign-in"]
    assert (entry.actor, entry.result) == ("medewerker 3", "no-role")


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(guarded: Guarded) -> None:
    guarded.provider.knows("operator-alles")
    victim, attacker = guarded.browser(), guarded.browser()
    asked = await attacker.get("/aanmelden/start")
    async with httpx.AsyncClient(verify=False) as elsewhere:
        back = (await elsewhere.get(asked.headers["location"])).headers["location"]
    forced = await victim.get(back)
    assert forced.status_code == 400, "nobody can be signed in as somebody else"
    assert "ander venster" in forced.text
    assert (await attacker.get(back)).status_code == 303
    assert (await attacker.get(back)).status_code == 400, "the attempt is forgotten, and the code is spent"
    assert (await guarded.browser().get("/aanmelden/terug?code=x&state=")).status_code == 400
    assert (await guarded.browser().get("/aanmelden/terug")).status_code == 400


async def test_a_session_is_new_at_every_sign_in(guarded: Guarded) -> None:
    browser = guarded.browser()
    browser.cookies.set("seinpost", "x" * 43, domain="127.0.0.1")
    guarded.provider.knows("operator-alles")
    await guarded.sign_in(browser)
    first = browser.cookies.get("seinpost", domain="127.0.0.1")
    assert first != "x" * 43
    await guarded.sign_in(browser)
    second = browser.cookies.get("seinpost", domain="127.0.0.1")
    assert second != first
    thief = guarded.browser(cookies={"seinpost": first})
    assert (await thief.get("/v1/me")).status_code == 401, "the session before is over"


ELSEWHERE = (
    "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/x",
    "javascript:alert(1)", "evil", "///evil.example", "/é", "/aanmelden/start", "/" + "x" * 600, "http://[",
    "/%0d\r\nx", "/..\\..\\evil.example", "",
)  # fmt: skip


async def test_signing_in_never_leads_to_another_site(guarded: Guarded) -> None:
    guarded.provider.knows("operator-alles")
    for target in ELSEWHERE:
        assert own_path(target) == "/", target
        answer = await guarded.browser().get("/aanmelden", params={"terug": target})
        if answer.status_code == 200:
            assert '/aanmelden/start?terug=/"' in answer.text, target
    for target in ELSEWHERE[:4]:
        assert (await guarded.sign_in(guarded.browser(), target)).headers["location"] == "/", target


async def test_the_state_is_never_the_same_and_the_secret_never_in_the_browser(guarded: Guarded) -> None:
    from urllib.parse import parse_qs, urlsplit

    seen = set()
    for _ in range(3):
        asked = await guarded.browser().get("/aanmelden/start")
        query = parse_qs(urlsplit(asked.headers["location"]).query)
        assert query["code_challenge_method"] == ["S256"]
        seen |= {query["state"][0], query["nonce"][0], query["code_challenge"][0]}
        assert "geheim" not in str(asked.headers)
    assert len(seen) == 9


async def test_a_privacy_officer_lands_where_they_may_be(guarded: Guarded) -> None:
    guarded.provider.knows("functionaris-gegevensbescherming-alles")
    browser = guarded.browser()
    assert (await guarded.sign_in(browser)).headers["location"] == "/instellingen"
    page = await browser.get("/instellingen")
    assert page.status_code == 200
    assert 'href="/archief"' not in page.text.split("</nav>")[0]


async def test_too_many_attempts_of_one_address_wait(guarded: Guarded) -> None:
    entrance = guarded.app.state.entrance
    await early_in_a_minute()
    entrance.rates = Rates(guarded.room.settings.notifier.model_copy(update={"sign_ins_per_minute": 30}))
    browser = guarded.browser()
    codes = [(await browser.get("/aanmelden/terug?state=x")).status_code for _ in range(40)]
    assert set(codes) == {400, 429}
    last = await browser.get("/aanmelden/start")
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 60
