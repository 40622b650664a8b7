"""`/v1/configuration`: what is watched and by whose decision, read-only."""

from __future__ import annotations

import datetime

from fastapi import APIRouter
from pydantic import Field

from services.notifier.access.permissions import Permission
from services.notifier.api.alerts import TheActor, TheRoom
from services.notifier.representation import Shape
from services.notifier.store import accounts

router = APIRouter(prefix="/v1", tags=["configuration"])


class PhenomenonShape(Shape):
    id: str
    label: str
    severity: str
    rationale: str
    owner: str
    expires: datetime.date
    terms: int


class MandateShape(Shape):
    id: str
    decision: dict[str, object] = Field(description="The mandate as it stands in config/mandates/.")
    posts: int = Field(description="Told in the picture under it, within your reach; at least.")
    alerts: int = Field(description="Opened under it, within your reach, and still kept.")
    right: int = Field(description="Of these: closed as right.")
    wrong: int


class ConfigurationShape(Shape):
    version: str = Field(description="Every alert carries the version that it was made with.")
    phenomena: list[PhenomenonShape]
    mandates: list[MandateShape]
    receivers: list[str] = Field(description="Ids; addresses and secrets stay where they are.")


@router.get("/configuration", operation_id="getConfiguration")
async def get_configuration(the_room: TheRoom, the_actor: TheActor) -> ConfigurationShape:
    configuration = the_room.configuration
    reach = the_actor.reach(Permission.READ_CONFIGURATION)
    async with the_room.database.reading() as connection:
        gave = [await accounts.account(connection, mandate, reach) for mandate in configuration.mandates]
    return ConfigurationShape(
        version=configuration.version,
        phenomena=[
            PhenomenonShape(
                id=phenomenon.id,
                label=phenomenon.label,
                severity=phenomenon.severity.value,
                rationale=phenomenon.rationale,
                owner=phenomenon.owner,
                expires=phenomenon.expires,
                terms=len(phenomenon.terms),
            )
            for phenomenon in configuration.phenomena
        ],
        mandates=[
            MandateShape(
                id=mandate.id,
                decision=mandate.model_dump(mode="json", exclude={"id"}),
                posts=account.posts,
                alerts=account.alerts,
                right=account.right,
                wrong=account.wrong,
            )
            for mandate, account in zip(configuration.mandates, gave, strict=True)
        ],
        receivers=[receiver.id for receiver in configuration.receivers.receivers],
    )
