"""Where state lives, as the domain sees it: a mapping that is told which values changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Store(Protocol[T]):
    """Values by name. A value that was changed in place must be `put` again before it is durable."""

    def get(self, name: str) -> T | None: ...

    def put(self, name: str, value: T) -> None: ...

    def drop(self, name: str) -> None: ...

    def names(self) -> Iterator[str]: ...

    def stored(self, name: str) -> bytes | None:
        """The bytes of a value that is not in use; None when it is, or when there are none."""


class MemoryStore(dict[str, T]):
    """A store that lives as long as the process: backtests and tests."""

    def put(self, name: str, value: T) -> None:
        self[name] = value

    def drop(self, name: str) -> None:
        self.pop(name, None)

    def names(self) -> Iterator[str]:
        return iter(list(self))

    def stored(self, _: str) -> bytes | None:
        return None
