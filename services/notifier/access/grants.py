"""From groups at the provider, or regions of a token, to grants."""

from __future__ import annotations

from collections.abc import Iterable

from configuration.access import EVERY, NATIONAL, Access
from services.notifier.access.actor import Grant
from services.notifier.access.permissions import Permission, Role
from services.notifier.access.reach import Reach


def reach_of(regions: Iterable[str]) -> Reach:
    """``regions`` as in config/access.yaml."""
    named = frozenset(regions)
    if EVERY in named:
        return Reach(regions=None, national=True)
    return Reach(regions=named - {NATIONAL}, national=NATIONAL in named)


def grants_of(groups: Iterable[str], access: Access) -> tuple[Grant, ...]:
    """Looked up at each request: a rule that is gone from the configuration opens nothing any more."""
    member = frozenset(groups)
    return tuple(
        Grant.of_role(Role(rule.role), reach_of(rule.regions)) for rule in access.groups if rule.group in member
    )


def grant_of_token(scopes: Iterable[str], regions: Iterable[str]) -> Grant:
    known = {permission.value for permission in Permission}
    return Grant(
        permissions=frozenset(Permission(scope) for scope in scopes if scope in known), reach=reach_of(regions)
    )
