"""What a post is, and which ways that leaves. People judge; no way is offered that their judgement does not carry."""

from __future__ import annotations

from enum import StrEnum

from configuration.platforms import Desk


class Nature(StrEnum):
    ILLEGAL = "illegaal"
    """Forbidden by law, whoever is wronged by it."""
    UNLAWFUL = "onrechtmatig"
    """Wrongs somebody, who may go to court."""
    UNWANTED = "ongewenst"
    """Allowed, and yet it may end in disorder."""


class Route(StrEnum):
    """Metric label."""

    NOTICE = "notice"
    """DSA art. 16."""
    TERMS = "terms"
    """The platform's own terms."""
    ORDER = "order"
    """DSA art. 9."""
    ORGANISER = "organiser"
    """A call."""
    NOTHING = "nothing"


ROUTES: dict[Nature, tuple[Route, ...]] = {
    Nature.ILLEGAL: (Route.NOTICE, Route.TERMS, Route.ORDER, Route.NOTHING),
    # Illegal content in the DSA is whatever breaks the law (art. 3(h)), that of wrongs among people too.
    Nature.UNLAWFUL: (Route.NOTICE, Route.TERMS, Route.ORGANISER, Route.NOTHING),
    # A giveaway: no notice of illegal content, for it is not illegal.
    Nature.UNWANTED: (Route.TERMS, Route.ORGANISER, Route.NOTHING),
}
DESK: dict[Route, Desk] = {Route.NOTICE: Desk.NOTICE, Route.TERMS: Desk.TERMS, Route.ORDER: Desk.ORDER}
"""Routes that end at a platform."""
