"""The demo's own receiver believes only what is signed with its secret."""

from __future__ import annotations

import datetime
import json

import httpx
from standardwebhooks import Webhook

from seinpost.webhook_receiver import Received, webhook_receiver

BODY = json.dumps({"type": "alert.opened", "timestamp": "2021-11-18T15:00:00Z", "data": {"id": "a1"}})


def post(received: Received, secret: str, body: str = BODY, number: str = "msg_1") -> int:
    now = datetime.datetime.now(datetime.UTC)
    headers = {"webhook-id": number, "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign(number, now, body)
    return httpx.post(received.url, content=body, headers=headers, trust_env=False, verify=False).status_code


def test_a_signed_alert_is_kept_and_a_repeat_counted_once() -> None:
    with webhook_receiver() as received:
        assert post(received, received.secret) == 204
        assert post(received, received.secret) == 204
        assert received.alerts == {"a1": {"id": "a1"}}
        assert received.deliveries == {"msg_1"}
        assert received.refused == 0


def test_another_secret_a_changed_body_and_no_signature_are_refused() -> None:
    with webhook_receiver() as received:
        assert post(received, "whsec_" + "c2VjcmV0" * 6) == 401
        assert httpx.post(received.url, content=BODY, trust_env=False, verify=False).status_code == 401
        assert post(received, received.secret, body="[]") == 401
        assert received.alerts == {}
        assert received.refused == 3


def test_two_receivers_have_different_secrets() -> None:
    with webhook_receiver() as one, webhook_receiver() as other:
        assert one.secret != other.secret
        assert post(one, other.secret) == 401
