"""`/v1/me`, `/v1/sessions`, `/v1/tokens`."""

from __future__ import annotations

import datetime
from typing import Annotated, Self

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import AfterValidator, Field, StringConstraints, field_validator

from configuration.access import EVERY, NATIONAL
from services.notifier.access.administration import (
    MAX_DAYS,
    NotWithinReach,
    Wish,
    create_token,
    end_session,
    list_sessions,
    list_tokens,
    revoke_token,
)
from services.notifier.access.entrance import Entrance
from services.notifier.access.permissions import SCOPES, Permission
from services.notifier.access.reach import Reach
from services.notifier.api.alerts import TheActor
from services.notifier.api.shapes import printable
from services.notifier.representation import Shape, at_ms
from services.notifier.store.tokens import Token

router = APIRouter(prefix="/v1", tags=["access"])
Id = Annotated[str, Path(alias="id", min_length=1, max_length=64)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60), AfterValidator(printable)]
Region = Annotated[str, StringConstraints(pattern=r"^(VR\d\d|landelijk|\*)$")]


class GrantShape(Shape):
    role: str | None
    permissions: list[str]
    regions: list[str] = Field(description="`VR01`–`VR25`; `landelijk`: alerts without a region; `*`: everything.")


class MeShape(Shape):
    name: str
    means: str = Field(description="`session`, `token`, or `local`: the one user of a console without sign-in.")
    grants: list[GrantShape]


class SessionShape(Shape):
    id: str
    name: str
    roles: list[str]
    regions: list[str]
    origin: str = Field(description="Address it was begun from.")
    signed_in_at: datetime.datetime
    last_active_at: datetime.datetime
    expires_at: datetime.datetime
    own: bool = Field(description="It is the session of this request.")


class SessionList(Shape):
    items: list[SessionShape]


class TokenRequest(Shape):
    label: Label = Field(description="What it is for; stands in history and audit log. No name of a person.")
    scopes: list[Permission] = Field(min_length=1, max_length=20)
    regions: list[Region] = Field(min_length=1, max_length=30, description="`VR01`–`VR25`, `landelijk` or `*`.")
    days: int = Field(ge=1, le=MAX_DAYS, description="How long it is valid.")

    @field_validator("scopes")
    @classmethod
    def _for_tokens(cls, scopes: list[Permission]) -> list[Permission]:
        if not set(scopes) <= SCOPES:
            raise ValueError("a token cannot manage access")
        return scopes

    def wish(self) -> Wish:
        return Wish(label=self.label, scopes=tuple(self.scopes), regions=tuple(self.regions), days=self.days)


class TokenShape(Shape):
    id: str
    label: str
    scopes: list[str]
    regions: list[str]
    created_by: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    last_used_at: datetime.datetime | None = Field(description="To the minute.")
    revoked_at: datetime.datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls.model_validate(_token_fields(token))


class TokenList(Shape):
    items: list[TokenShape]


class NewTokenShape(TokenShape):
    token: str = Field(description="To send as `Authorization: Bearer`. It is shown this once and not kept.")


@router.get("/me", operation_id="getMe")
async def get_me(the_actor: TheActor) -> MeShape:
    """Who you are here, and what you may do where."""
    grants = [
        GrantShape(
            role=grant.role.value if grant.role else None,
            permissions=sorted(grant.permissions),
            regions=region_names(grant.reach),
        )
        for grant in the_actor.grants
    ]
    return MeShape(name=the_actor.name, means=the_actor.means.value, grants=grants)


@router.get("/sessions", operation_id="listSessions")
async def get_sessions(request: Request, the_actor: TheActor) -> SessionList:
    """Who is signed in, newest first: people whose whole reach lies within yours."""
    found = await list_sessions(_entrance(request), the_actor)
    return SessionList(
        items=[
            SessionShape(
                id=session.id,
                name=session.name,
                roles=[role.value for role in person.roles],
                regions=region_names(person.whole_reach),
                origin=session.origin,
                signed_in_at=at_ms(session.created_ms),
                last_active_at=at_ms(session.seen_ms),
                expires_at=at_ms(session.expires_ms),
                own=session.id == the_actor.credential,
            )
            for session, person in found
        ]
    )


@router.delete("/sessions/{id}", operation_id="endSession", status_code=204)
async def delete_session(session_id: Id, request: Request, the_actor: TheActor) -> None:
    """Ends it at once: open pages and live streams too."""
    if not await end_session(_entrance(request), session_id, the_actor):
        raise HTTPException(404, "there is no such session")


@router.get("/tokens", operation_id="listTokens")
async def get_tokens(request: Request, the_actor: TheActor) -> TokenList:
    """API tokens within your reach, newest first; those that ended too."""
    found = await list_tokens(_entrance(request), the_actor)
    return TokenList(items=[TokenShape.of(token) for token in found])


@router.post("/tokens", operation_id="createToken", status_code=201)
async def post_token(wanted: TokenRequest, request: Request, the_actor: TheActor) -> NewTokenShape:
    """Not beyond your own regions. `metrics:read` goes with `*` alone."""
    try:
        token, value = await create_token(_entrance(request), wanted.wish(), the_actor)
    except NotWithinReach:
        raise HTTPException(403, "this goes beyond your reach") from None
    return NewTokenShape.model_validate(_token_fields(token) | {"token": value})


@router.delete("/tokens/{id}", operation_id="revokeToken", status_code=204)
async def delete_token(token_id: Id, request: Request, the_actor: TheActor) -> None:
    """It opens nothing any more. Twice is once."""
    if not await revoke_token(_entrance(request), token_id, the_actor):
        raise HTTPException(404, "there is no such token")


def region_names(reach: Reach) -> list[str]:
    """As in config/access.yaml."""
    if reach.regions is None:
        return [EVERY]
    return sorted(reach.regions) + ([NATIONAL] if reach.national else [])


def _entrance(request: Request) -> Entrance:
    found: Entrance = request.app.state.entrance
    return found


def _token_fields(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": list(token.scopes),
        "regions": list(token.regions),
        "created_by": token.created_by,
        "created_at": at_ms(token.created_ms),
        "expires_at": at_ms(token.expires_ms),
        "last_used_at": None if token.used_ms is None else at_ms(token.used_ms),
        "revoked_at": None if token.revoked_ms is None else at_ms(token.revoked_ms),
    }
