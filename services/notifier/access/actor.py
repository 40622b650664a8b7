"""Who does this, and how far it reaches. Without grants: nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifier.access.permissions import ALLOWED, Permission, Role
from services.notifier.access.reach import EVERYTHING, Reach, together
from services.notifier.dossier.lists import Hand


class Means(StrEnum):
    """How this one got in."""

    LOCAL = "local"
    """The one user of a console on loopback."""
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    PARTICIPANT = "participant"
    """By the link of an exercise: one role of one session, and nothing else."""
    STRANGER = "stranger"
    """Not let in: may see the page to sign in."""
    SYSTEM = "system"
    """Seinpost itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    permissions: frozenset[Permission]
    reach: Reach
    role: Role | None = None

    @classmethod
    def of_role(cls, role: Role, reach: Reach) -> Grant:
        return cls(permissions=ALLOWED[role], reach=reach, role=role)


EVERY_GRANT = (Grant(permissions=frozenset(Permission) - {Permission.WRITE_ORDERS}, reach=EVERYTHING),)
"""Orders are given by somebody who signed in with that power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    name: str
    origin: str
    """Address the request came from."""
    grants: tuple[Grant, ...] = ()
    means: Means = Means.SYSTEM
    credential: str = ""
    """Public number of the session or token."""
    form_key: bytes = b""
    """Of the session: its forms carry a token made with it. Empty: the browser's own form cookie counts."""

    def may(self, permission: Permission) -> bool:
        """In some region."""
        return any(permission in grant.permissions for grant in self.grants)

    def reach(self, permission: Permission) -> Reach:
        """Where. Roles in two regions are not added up: a reader here and an operator there handles only there."""
        return together(grant.reach for grant in self.grants if permission in grant.permissions)

    @property
    def whole_reach(self) -> Reach:
        return together(grant.reach for grant in self.grants)

    @property
    def home(self) -> str | None:
        """The one region this one works for; its doings without an alert stand in the audit log of that region."""
        return self.whole_reach.one_region

    def hand(self, permission: Permission, region: str | None) -> Hand:
        """In which role this is done there: what is kept where no name may stand."""
        if self.means is not Means.SESSION:
            return _HANDS.get(self.means, Hand.UNKNOWN)
        for grant in self.grants:
            if permission in grant.permissions and grant.reach.covers(region) and grant.role is not None:
                return Hand(grant.role.value)
        return Hand.UNKNOWN

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(role for role in Role if any(grant.role is role for grant in self.grants))


_HANDS = {Means.LOCAL: Hand.LOCAL, Means.TOKEN: Hand.TOKEN, Means.SYSTEM: Hand.SEINPOST}


def stranger(origin: str) -> Actor:
    return Actor(name="onbekend", origin=origin, means=Means.STRANGER)
