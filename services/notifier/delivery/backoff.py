"""When to try again. Pure: the random number is passed in."""

from __future__ import annotations


def wait_s(attempts: int, *, first_s: float, cap_s: float, random: float, asked_s: float | None = None) -> float:
    """Seconds until the next attempt after ``attempts`` failed ones (at least one).

    Exponential with "equal jitter": between half and all of ``first_s * 2^(attempts-1)``, at most ``cap_s``; ``random``
    lies in [0, 1). ``asked_s``: what the receiver asked for (Retry-After); lengthens the wait, up to ``cap_s``.
    """
    # 2^30 is beyond any cap; without the bound the power overflows after a long night.
    full = min(cap_s, first_s * 2.0 ** min(attempts - 1, 30))
    jittered = full / 2 + full / 2 * random
    return max(jittered, min(asked_s or 0.0, cap_s))
