"""What was seen a moment ago, so that an inclusive resume repeats nothing."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable

PRUNE_EVERY = 1_000


class Seen:
    """Identities within the last ``span`` of positions, kept as hashes of 8 bytes. Pruned now and then."""

    def __init__(self, span: int, hashes: Iterable[str] = (), at: int = 0) -> None:
        self._span = span
        self._newest = at
        self._order: deque[tuple[int, str]] = deque((at, known) for known in hashes)
        self._known = {known for _, known in self._order}

    def first(self, identity: str, position: int) -> bool:
        """True the first time; the identity is remembered."""
        digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        if digest in self._known:
            return False
        self._known.add(digest)
        self._order.append((position, digest))
        self._newest = max(self._newest, position)
        if len(self._order) % PRUNE_EVERY == 0:
            self._prune()
        return True

    def within(self, newest: int) -> tuple[str, ...]:
        """Hashes of what an inclusive resume at ``newest - span`` may repeat."""
        return tuple(known for position, known in self._order if position >= newest - self._span)

    def _prune(self) -> None:
        kept = [(position, known) for position, known in self._order if position >= self._newest - self._span]
        self._order = deque(kept)
        self._known = {known for _, known in kept}
