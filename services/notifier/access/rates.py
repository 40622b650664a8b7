"""How often one may ask. Counted in this process: with n replicas, up to n times as often."""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from services.notifier.settings import NotifierSettings


@dataclass(slots=True)
class Rates:
    settings: NotifierSettings
    _limiter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def request(self, credential: str) -> int | None:
        """Seconds to wait; None: go on."""
        return self._hit(self.settings.requests_per_minute, "request", credential)

    def sign_in(self, origin: str) -> int | None:
        return self._hit(self.settings.sign_ins_per_minute, "sign-in", _network(origin))

    def failed(self, origin: str) -> None:
        """A wrong token counts as an attempt to sign in."""
        self._hit(self.settings.sign_ins_per_minute, "sign-in", _network(origin))

    def may_try(self, origin: str) -> int | None:
        item = RateLimitItemPerMinute(self.settings.sign_ins_per_minute)
        return (
            None
            if self._limiter.test(item, "sign-in", _network(origin))
            else self._wait(item, "sign-in", _network(origin))
        )

    def _hit(self, per_minute: int, *key: str) -> int | None:
        item = RateLimitItemPerMinute(per_minute)
        return None if self._limiter.hit(item, *key) else self._wait(item, *key)

    def _wait(self, item: RateLimitItemPerMinute, *key: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time()))


def _network(origin: str) -> str:
    """One subscriber has a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(origin)
    except ValueError:
        return origin
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return origin
