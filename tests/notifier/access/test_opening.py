"""Never open beyond this machine without sign-in; and who really asks when a proxy stands in front."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from configuration.access import Access, GroupRule
from configuration.access import Provider as Configured
from services.notifier.access.entrance import client_address, networks
from services.notifier.access.opening import UnsafeOpening, check
from services.notifier.access.reach import EVERYTHING, NOTHING, Reach, together
from services.notifier.settings import NotifierSettings, Settings

SIGN_IN = Access(
    sign_in=Configured(issuer="https://aanmelden.example.nl", client_id="seinpost"),
    groups=(GroupRule(group="g", role="lezer", regions=("VR17",)),),
)
HTTPS = {"public_url": "https://seinpost.example.nl"}


@pytest.mark.parametrize(
    ("host", "access", "own"),
    [
        ("127.0.0.1", Access(), {}),
        ("::1", Access(), {}),
        ("localhost", Access(), {}),
        ("0.0.0.0", SIGN_IN, HTTPS),
        ("127.0.0.1", SIGN_IN, {"public_url": "http://127.0.0.1:8080"}),
    ],
)
def test_safe_openings(host: str, access: Access, own: dict[str, str]) -> None:
    check(Settings(host=host, notifier=NotifierSettings(**own)), access)


@pytest.mark.parametrize(
    ("host", "access", "own", "said"),
    [
        ("0.0.0.0", Access(), {}, "is open to others"),
        ("::", Access(), HTTPS, "is open to others"),
        ("10.0.0.5", Access(), {}, "is open to others"),
        ("127.0.0.1.example.nl", Access(), {}, "is open to others"),
        ("127.0.0.1", SIGN_IN, {}, "PUBLIC_URL"),
        ("0.0.0.0", SIGN_IN, {"public_url": "http://seinpost.example.nl"}, "https://"),
        ("0.0.0.0", SIGN_IN, {"public_url": "https://seinpost.example.nl/pad"}, "PUBLIC_URL"),
        ("0.0.0.0", SIGN_IN, HTTPS | {"trusted_proxies": "proxy.example.nl"}, "TRUSTED_PROXIES"),
    ],
)
def test_unsafe_openings(host: str, access: Access, own: dict[str, str], said: str) -> None:
    with pytest.raises(UnsafeOpening, match=said):
        check(Settings(host=host, notifier=NotifierSettings(**own)), access)


@pytest.mark.parametrize(
    ("issuer", "said"),
    [
        ("http://aanmelden.example.nl", "https"),
        ("https://u:p@aanmelden.example.nl", "address"),
        ("aanmelden", "address"),
        ("https://aanmelden.example.nl?x=1", "address"),
    ],
)
def test_a_provider_is_reached_by_https(issuer: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Configured(issuer=issuer, client_id="seinpost")


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.3", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", "<script>", "10.0.0.0/8", "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.0/8", "10.0.0.2"),
        ("unknown", "6.6.6.6", "10.0.0.0/8", "unknown"),
    ],
)
def test_nobody_names_their_own_address(peer: str, forwarded: str, trusted: str, found: str) -> None:
    assert client_address(Headers({"x-forwarded-for": forwarded}), peer, networks(trusted)) == found


def test_reach() -> None:
    south, both = Reach(regions=frozenset({"VR17"})), Reach(regions=frozenset({"VR17", "VR01"}))
    queue, regions = Reach(national=True), Reach(regions=None)
    assert south.covers("VR17")
    assert not south.covers("VR01")
    assert not south.covers(None)
    assert queue.covers(None)
    assert not queue.covers("VR17")
    assert regions.covers("VR01")
    assert not regions.covers(None)
    assert together([south, queue, both]) == Reach(regions=frozenset({"VR17", "VR01"}), national=True)
    assert together([regions, queue]) == EVERYTHING
    assert together([]) == NOTHING
    assert EVERYTHING.contains(both)
    assert both.contains(south)
    assert not south.contains(both)
    assert not regions.contains(queue)
    assert not both.contains(regions)
    assert south.one_region == "VR17"
    assert both.one_region is None
    assert EVERYTHING.one_region is None
