"""What the operator reads: one line of plain Dutch that says why now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from contracts.alert import EventReference, Kind, Observation, Place

_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


def label(phenomenon: str, place: Place) -> str:
    return f"{phenomenon} – {where(place) or 'plaats onbekend'}"


def where(place: Place) -> str:
    if place.name and place.gemeente:
        return f"{place.name} ({place.gemeente})"
    return place.name or place.gemeente or ""


def reason(
    kind: Kind,
    *,
    about: str,
    place: Place,
    event: EventReference | None,
    observation: Observation,
    authors_unknown: bool,
    planned: str | None = None,
    moved_from: EventReference | None = None,
    move_is_sure: bool = True,
    moved_to: EventReference | None = None,
    also: Sequence[EventReference] = (),
) -> str:
    """``about`` is the strongest watch term, or the label of the phenomenon."""
    moved = _moved(moved_from, event, sure=move_is_sure) if moved_from is not None and event is not None else ""
    if moved_to is not None and event is not None:
        moved += f"Verplaatst naar {_spot(moved_to, event)}; wie dat niet weet, komt nog hier. "
    beside = "".join(f" Ook wordt opgeroepen voor {_spot(one, event or EventReference())}." for one in also)
    if kind is Kind.CALL and event is not None:
        return moved + _call(event, observation) + beside
    people = "schrijvers onbekend" if authors_unknown else f"van {_number(observation.authors)} mensen"
    at = f" in {where(place)}" if where(place) else ""
    usual = _number(observation.expected) if observation.expected >= 0.95 else "minder dan 1"
    line = moved + (
        f"{observation.observed} berichten {f'({people})' if authors_unknown else people} over {about}{at} "
        f"in {span(observation.scale_minutes)}; normaal {usual}."
    )
    if event is not None and event.call and event.starts:
        line += f" Er wordt opgeroepen voor {moment(event.starts)}{f', {event.place}' if event.place else ''}."
    line += beside
    if planned:
        line += f" Gepland is {planned}; dit is meer dan daarbij werd verwacht."
    if observation.coordinated:
        line += " Weinig mensen plaatsen veel berichten: dit is geen grote groep."
    if observation.coverage < 0.95:
        line += f" De bronnen zagen {round(100 * observation.coverage)}% van deze tijd."
    return line


def _call(event: EventReference, observation: Observation) -> str:
    line = f"{_number(observation.authors)} mensen roepen op om te komen"
    place = where(Place(name=event.place, gemeente=event.gemeente))
    if place:
        line += f" naar {place}"
    if event.starts:
        line += f", {moment(event.starts)}"
    if event.objects:
        line += f"; meenemen: {', '.join(event.objects)}"
    return line + "."


def _moved(old: EventReference, new: EventReference, *, sure: bool) -> str:
    if not sure:
        return f"Mogelijk verplaatst naar {_spot(new, old)}: over {_spot(old, new)} plaatst niemand meer iets. "
    return f"Verplaatst: eerst {_spot(old, new)}, nu {_spot(new, old)}. "


def _spot(event: EventReference, other: EventReference) -> str:
    """What of a gathering differs from the other: its place, its moment, or both."""
    parts = []
    if event.starts and event.starts != other.starts:
        parts.append(moment(event.starts))
    if event.gemeente and other.gemeente and event.gemeente != other.gemeente:
        parts.append(where(Place(name=event.place, gemeente=event.gemeente)))
    elif event.place and event.place != other.place:
        parts.append(event.place)
    return ", ".join(parts) or event.place or moment(event.starts or "")


def moment(starts: str) -> str:
    """``2021-11-19T20:00`` as *vrijdag 19 november om 20:00*."""
    day = date.fromisoformat(starts[:10])
    text = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{text} om {datetime.fromisoformat(starts):%H:%M}" if "T" in starts else text


def span(minutes: int) -> str:
    for size, one, many in ((1440, "1 dag", "dagen"), (60, "1 uur", "uur")):
        if minutes % size == 0:
            return one if minutes == size else f"{minutes // size} {many}"
    return f"{minutes} minuten"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}".replace(".", ",")
