"""Whether a module runs compiled, or as the Python it is made of (ADR 0021, 0022)."""

from __future__ import annotations

from types import ModuleType


def is_compiled(module: ModuleType) -> bool:
    return not str(module.__file__).endswith(".py")
